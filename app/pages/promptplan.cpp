// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/promptplan.h"

#include <QCoreApplication>
#include <QFileInfo>

namespace secateur::app {
namespace {

/// A single argument of a program may have 128 KiB on Linux.
constexpr qsizetype longestText = 100'000;

QString tr(const char *text)
{
    return QCoreApplication::translate("PromptPlan", text);
}

QStringList argumentsOf(StudySession &session, const PromptRequest &request)
{
    // With "=", because a text may begin with a hyphen.
    QStringList arguments = {QStringLiteral("generate"),
                             QString::fromStdString(session.folder().string()),
                             QStringLiteral("--prompt=") + request.prompt,
                             QStringLiteral("--runs"),
                             request.runs.join(QLatin1Char(',')),
                             QStringLiteral("--max-new-tokens"),
                             QString::number(request.maxNewTokens)};
    if (!request.along.isEmpty())
        arguments << QStringLiteral("--along=") + request.along;
    if (request.temperature > 0.0)
        arguments << QStringLiteral("--temperature") << QString::number(request.temperature) << QStringLiteral("--seed")
                  << QString::number(request.seed);
    const auto study = session.study();
    if (study && session.modelPath() != std::filesystem::path(study->model().path))
        arguments << QStringLiteral("--model") << QString::fromStdString(session.modelPath().string());
    return arguments;
}

} // namespace

PromptPlan planPrompt(StudySession &session, const PromptRequest &request)
{
    using Obstacle = PromptPlan::Obstacle;
    const QString model = QString::fromStdString(session.modelPath().string());
    if (session.runs().empty())
        return {{}, Obstacle::NoRuns, tr("There is no sub-model yet: make one on the Prune page.")};
    if (!QFileInfo::exists(model))
        return {{}, Obstacle::ModelGone, tr("The model is no longer at %1.").arg(model)};
    if (request.prompt.isEmpty())
        return {{}, Obstacle::Incomplete, tr("Write a prompt.")};
    if (request.prompt.toUtf8().size() > longestText || request.along.toUtf8().size() > longestText)
        return {{}, Obstacle::Incomplete, tr("The text is too long: take fewer than 100,000 letters.")};
    if (request.runs.isEmpty())
        return {{}, Obstacle::Incomplete, tr("Check at least one model.")};
    return {argumentsOf(session, request), Obstacle::None, {}};
}

} // namespace secateur::app
