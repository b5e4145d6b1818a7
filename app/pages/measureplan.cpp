// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/measureplan.h"

#include <algorithm>

#include <QCoreApplication>
#include <QFileInfo>

#include "core/engine/evaluate.h"
#include "core/eval/registry.h"

namespace secateur::app {
namespace {

constexpr const char *heldOut = "perplexity";

QString tr(const char *text)
{
    return QCoreApplication::translate("MeasurePlan", text);
}

/// Latest first.
const store::EvaluationManifest *latestOf(const StudySession &session, const std::string &task)
{
    const auto &all = session.evaluations();
    const auto found = std::find_if(all.rbegin(), all.rend(), [&task](const store::EvaluationManifest &evaluation) {
        return evaluation.recipe.task == task || evaluation.recipe.task.starts_with(task + ":");
    });
    return found == all.rend() ? nullptr : &*found;
}

/// Per model; of held-out texts for all domains together.
std::optional<double> secondsOf(const StudySession &session, const MeasureTask &task, std::uint64_t limit)
{
    const auto *const earlier = latestOf(session, task.name.toStdString());
    if (!earlier || earlier->rows == 0 || earlier->seconds <= 0.0)
        return std::nullopt;
    const bool texts = task.fileHint.isEmpty();
    const std::uint64_t all = texts ? engine::defaultItems : earlier->rows;
    const double domains = texts && session.study() ? double(engine::domainsOf(*session.study()).size()) : 1.0;
    return earlier->seconds / double(earlier->rows) * double(limit > 0 ? limit : all) * domains;
}

QString problemOf(const StudySession &session, const MeasureRequest &request)
{
    if (session.runs().empty())
        return tr("There is no sub-model yet: make one on the Prune page.");
    if (std::ranges::none_of(request.tasks, &MeasureTask::chosen))
        return tr("Check at least one task.");
    for (const auto &task : request.tasks) {
        if (!task.chosen || task.fileHint.isEmpty())
            continue;
        if (task.file.isEmpty())
            return tr("%1 lacks its file: %2.").arg(task.title, task.fileHint);
        if (!QFileInfo(task.file).isFile())
            return tr("%1: there is no file %2. Choose where it is now.").arg(task.title, task.file);
        if (task.file.contains(u','))
            return tr("%1: the file's name has a comma, which separates tasks. Rename the file.").arg(task.title);
    }
    return request.runs.isEmpty() ? tr("Check at least one model.") : QString();
}

} // namespace

bool MeasureRequest::wantsCode() const
{
    return std::ranges::any_of(tasks, [](const MeasureTask &task) { return task.chosen && task.runsCode; });
}

std::vector<MeasureTask> measureTasks(const StudySession &session)
{
    std::vector<MeasureTask> tasks(1);
    tasks.front().name = QString::fromLatin1(heldOut);
    tasks.front().title = tr("Perplexity of held-out texts");
    for (const auto &name : eval::taskNames()) {
        const auto known = eval::taskByName(name);
        if (!known)
            continue;
        const auto &info = (*known)->info();
        MeasureTask task;
        task.name = QString::fromStdString(name);
        task.title = QString::fromStdString(info.title);
        task.domain = QString::fromStdString(info.domain);
        task.fileHint = QString::fromStdString(info.items);
        task.runsCode = info.kind == eval::TaskKind::Code;
        if (const auto *const earlier = latestOf(session, name); earlier && !earlier->recipe.files.empty())
            task.file = QString::fromStdString(earlier->recipe.files.front().path);
        tasks.push_back(std::move(task));
    }
    return tasks;
}

AccuracyPlan planMeasure(StudySession &session, const MeasureRequest &request)
{
    AccuracyPlan plan;
    plan.problem = problemOf(session, request);
    if (!plan.problem.isEmpty())
        return plan;
    QStringList tasks;
    double seconds = 0.0;
    bool known = true;
    for (const auto &task : request.tasks) {
        if (!task.chosen)
            continue;
        tasks << (task.fileHint.isEmpty() ? task.name : task.name + QLatin1Char('=') + task.file);
        const auto each = secondsOf(session, task, request.limit);
        known = known && each;
        seconds += each.value_or(0.0) * double(request.runs.size());
    }
    if (known)
        plan.seconds = seconds;
    plan.pairs = int(tasks.size() * request.runs.size());
    plan.missing = plan.pairs;
    plan.arguments = evaluateArguments(session, tasks, request.limit, request.seed);
    if (std::size_t(request.runs.size()) <= session.runs().size())
        plan.arguments << QStringLiteral("--runs") << request.runs.join(QLatin1Char(','));
    if (request.wantsCode() && request.mayRunCode)
        plan.arguments << QStringLiteral("--allow-code-execution");
    return plan;
}

} // namespace secateur::app
