// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/accuracyplan.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <QCoreApplication>

namespace secateur::app {
namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("AccuracyPlan", text);
}

bool hasText(const store::RunRecipe &recipe)
{
    return !recipe.calibration.bos.empty() && !recipe.calibration.files.empty();
}

/// Tokens of a calibration text, by domain: held-out ones are of the same files.
std::map<std::string, double> tokensPerText(const StudySession &session)
{
    std::map<std::string, double> lengths;
    for (const auto &run : session.runs())
        if (hasText(run.recipe) && run.recipe.calibrationSequences > 0)
            lengths.emplace(run.recipe.domain,
                            double(run.recipe.calibrationTokens) / double(run.recipe.calibrationSequences));
    return lengths;
}

/// Of a domain's held-out texts: other tasks may have the same domain, and other costs.
bool isOfTexts(const store::EvaluationManifest &evaluation)
{
    return evaluation.recipe.task.starts_with("perplexity:");
}

std::optional<double> secondsPerToken(const StudySession &session)
{
    const auto &measured = session.evaluations();
    for (auto found = measured.rbegin(); found != measured.rend(); ++found)
        if (isOfTexts(*found) && found->tokens > 0 && found->seconds > 0.0)
            return found->seconds / double(found->tokens);
    // Calibrating takes every token through each layer twice.
    for (const auto &run : session.runs()) {
        const auto seconds = run.outcome.seconds.find("calibrate");
        if (seconds != run.outcome.seconds.end() && seconds->second > 0.0 && run.recipe.calibrationTokens > 0)
            return seconds->second / 2.0 / double(run.recipe.calibrationTokens);
    }
    return std::nullopt;
}

/// Files of the domains' plans, for studies that do not know where theirs are.
QStringList namedFiles(StudySession &session)
{
    bool lost = false;
    std::error_code failed;
    for (const auto &run : session.runs())
        for (const auto &file : run.recipe.calibration.files)
            lost |= hasText(run.recipe) && (file.path.empty() || !std::filesystem::exists(file.path, failed));
    QStringList options;
    if (!lost)
        return options;
    for (const auto &plan : session.domains().plans())
        for (const auto &file : plan.data.files)
            if (std::filesystem::exists(file, failed))
                options << QStringLiteral("--data") << QString::fromStdString(file.string());
    return options;
}

} // namespace

QStringList evaluateArguments(StudySession &session, const QStringList &tasks, std::uint64_t limit, std::uint64_t seed)
{
    QStringList arguments = {QStringLiteral("evaluate"), QString::fromStdString(session.folder().string()),
                             QStringLiteral("--tasks"), tasks.join(QLatin1Char(','))};
    if (limit > 0)
        arguments << QStringLiteral("--limit") << QString::number(limit);
    arguments << QStringLiteral("--seed") << QString::number(seed);
    const auto study = session.study();
    if (study && session.modelPath() != std::filesystem::path(study->model().path))
        arguments << QStringLiteral("--model") << QString::fromStdString(session.modelPath().string());
    return arguments + namedFiles(session);
}

AccuracyPlan planAccuracy(StudySession &session, std::uint64_t limit, std::uint64_t seed)
{
    AccuracyPlan plan;
    const auto lengths = tokensPerText(session);
    if (session.runs().empty()) {
        plan.problem = tr("There is no sub-model yet.");
        return plan;
    }
    if (lengths.empty()) {
        plan.problem = tr("No run of this study was calibrated on text, so none has held-out texts.");
        return plan;
    }
    plan.arguments = evaluateArguments(session, {QStringLiteral("perplexity")}, limit, seed);
    std::set<std::pair<std::string, std::string>> there;
    for (const auto &found : session.evaluations())
        if (isOfTexts(found) && found.recipe.limit == limit && found.recipe.seed == seed)
            there.emplace(found.recipe.run, found.recipe.domain);
    std::vector<std::string> models = {store::denseRun};
    for (const auto &run : session.runs())
        models.push_back(run.id);
    const auto speed = secondsPerToken(session);
    double tokens = 0.0;
    for (const auto &model : models)
        for (const auto &[domain, length] : lengths) {
            ++plan.pairs;
            if (there.contains({model, domain}))
                continue;
            ++plan.missing;
            tokens += length * double(limit);
        }
    if (speed)
        plan.seconds = *speed * tokens;
    return plan;
}

QString roughTime(double seconds)
{
    if (seconds < 2.0)
        return tr("a moment");
    if (seconds < 90.0)
        return tr("about %1 s").arg(int(std::ceil(seconds / 5.0)) * 5);
    if (seconds < 5400.0)
        return tr("about %1 min").arg(int(std::lround(seconds / 60.0)));
    return tr("about %1 h").arg(QString::number(seconds / 3600.0, 'f', 1));
}

} // namespace secateur::app
