// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/measureplan.h"

#include <algorithm>
#include <cstdlib>

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

/// Of each item; earlier evaluations may have had more than the task has by itself.
double samplesOf(const store::EvaluationManifest &evaluation)
{
    const auto found = evaluation.recipe.settings.find("samples");
    return found == evaluation.recipe.settings.end() ? 1.0 : std::max(1.0, std::atof(found->second.c_str()));
}

/// Per model; of held-out texts for all domains together.
std::optional<double> secondsOf(const StudySession &session, const MeasureTask &task, std::uint64_t limit)
{
    const auto *const earlier = latestOf(session, task.name.toStdString());
    if (!earlier || earlier->itemCount() == 0 || earlier->seconds <= 0.0)
        return std::nullopt;
    const bool texts = task.fileHint.isEmpty();
    const std::uint64_t all = texts ? engine::defaultItems : earlier->itemCount();
    const double domains = texts && session.study() ? double(engine::domainsOf(*session.study()).size()) : 1.0;
    const double each = earlier->seconds / double(earlier->itemCount()) * task.samples / samplesOf(*earlier);
    return each * double(limit > 0 ? limit : all) * domains;
}

/// How often the task asks for each item unless it is told otherwise.
double samplesOf(const eval::Task &task)
{
    if (const auto *const generation = dynamic_cast<const eval::GenerationTask *>(&task))
        return double(generation->settings().samples);
    const auto *const code = dynamic_cast<const eval::CodeTask *>(&task);
    return code ? double(code->settings().samples) : 1.0;
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
        task.samples = samplesOf(**known);
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
