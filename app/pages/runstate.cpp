// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runstate.h"

#include <algorithm>
#include <ranges>

#include <QCoreApplication>

#include "app/jobs/jobsmodel.h"

namespace secateur::app {
namespace {

QString words(const char *text)
{
    return QCoreApplication::translate("RunState", text);
}

QString optionOf(const QStringList &arguments, const QString &option)
{
    const auto at = arguments.indexOf(option);
    return at >= 0 && at + 1 < arguments.size() ? arguments[at + 1] : QString();
}

QString runningText(const Job &job)
{
    if (!job.progress())
        return words("running");
    const auto &progress = *job.progress();
    if (progress.stage == QStringLiteral("outliers"))
        return words("looking for outliers: layer %1 of %2").arg(progress.done).arg(progress.total);
    return progress.unit == QStringLiteral("layers")
        ? words("running: layer %1 of %2").arg(progress.done).arg(progress.total)
        : words("running: %1").arg(progressText(progress));
}

/// Of a run whose job ended without it, or that has none.
RunState leftState(const PlannedRun &run, const std::vector<store::InterruptedRun> &interrupted)
{
    const auto found = std::ranges::find_if(
        interrupted, [name = run.name.toStdString()](const auto &left) { return left.recipe.name == name; });
    return {found == interrupted.end() ? words("to be made")
                                       : words("interrupted; goes on after layer %1").arg(found->finishedLayers),
            true};
}

} // namespace

const Job *jobOf(const PlannedRun &run, const std::filesystem::path &study, const JobQueue *queue)
{
    if (queue == nullptr)
        return nullptr;
    const auto folder = QString::fromStdString(study.string());
    for (const auto &job : std::views::reverse(queue->jobs())) {
        const auto &arguments = job->spec().arguments;
        if (arguments.size() > 1 && arguments[0] == QStringLiteral("prune") && arguments[1] == folder
            && optionOf(arguments, QStringLiteral("--run")) == run.name)
            return job.get();
    }
    return nullptr;
}

RunState stateOf(const PlannedRun &run, const Job *job, const std::vector<store::InterruptedRun> &interrupted)
{
    if (run.isThere)
        return {words("done"), false};
    if (!run.problem.isEmpty())
        return {run.problem, false};
    if (job == nullptr)
        return leftState(run, interrupted);
    switch (job->state()) {
    case Job::State::Waiting: return {words("queued"), false};
    case Job::State::Running: return {runningText(*job), false};
    case Job::State::Stopping: return {words("stopping"), false};
    case Job::State::Failed: return {words("failed: %1").arg(job->error().detail), true};
    default: return leftState(run, interrupted); // cancelled, or its run was deleted again
    }
}

} // namespace secateur::app
