// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/combineplan.h"

#include <algorithm>
#include <numeric>

#include <QCoreApplication>

#include "app/pages/prunegrid.h"
#include "core/engine/combine.h"
#include "core/store/names.h"

namespace secateur::app {

namespace {

using mask::CombineRule;

QString tr(const char *text)
{
    return QCoreApplication::translate("Combine", text);
}

QString fromStd(const std::string &text)
{
    return QString::fromStdString(text);
}

/// The one target of a text; nothing for an empty one.
Result<std::optional<PruneTarget>> targetOf(const CombineChoice &choice)
{
    if (choice.rule != CombineRule::Scores || choice.target.trimmed().isEmpty())
        return std::optional<PruneTarget>();
    SECATEUR_TRY(targets, parseTargets(choice.target));
    if (targets.size() != 1)
        return failure(ErrorCode::InvalidArgument, "one sparsity is wanted, such as 0.5 or 2:4");
    return std::optional(targets.front());
}

Result<engine::CombineRequest> requestOf(const StudySession &session, const CombineChoice &choice)
{
    engine::CombineRequest request;
    request.study = session.folder();
    request.rule = choice.rule;
    request.name = choice.name.trimmed().toStdString();
    for (const auto &run : choice.runs)
        request.runs.push_back(run.recipe.name);
    if (choice.rule == CombineRule::Scores)
        request.weights = choice.weights;
    SECATEUR_TRY(target, targetOf(choice));
    request.target = target;
    return request;
}

bool isTaken(const StudySession &session, const std::string &name)
{
    const auto has = [&name](const auto &run) { return run.recipe.name == name; };
    return std::ranges::any_of(session.runs(), has) || std::ranges::any_of(session.interrupted(), has);
}

QString problemOf(const StudySession &session, const engine::CombineRequest &request, const CombineChoice &choice)
{
    const std::size_t fewest = choice.rule == CombineRule::Scores ? 1 : 2;
    if (choice.runs.size() < fewest)
        return fewest == 1 ? tr("Tick a run.") : tr("Tick two runs or more.");
    if (const auto checked = engine::checkCombination(request, choice.runs); !checked)
        return fromStd(checked.error().detail);
    if (request.name.empty())
        return {};
    if (const auto valid = store::checkRunName(request.name); !valid)
        return fromStd(valid.error().detail);
    return isTaken(session, request.name) ? tr("There is a run of this name already.") : QString();
}

QStringList argumentsOf(const StudySession &session, const engine::CombineRequest &request)
{
    QStringList names;
    QStringList weights;
    for (const auto &name : request.runs)
        names << fromStd(name);
    for (const double weight : request.weights)
        weights << QString::number(weight, 'g', 12);
    QStringList arguments{QStringLiteral("combine"), fromStd(request.study.string()), QStringLiteral("--runs"),
                          names.join(u','),          QStringLiteral("--rule"),        fromStd(ruleName(request.rule))};
    const bool weighted = std::ranges::any_of(request.weights, [&](double w) { return w != request.weights.front(); });
    if (weighted)
        arguments << QStringLiteral("--weights") << weights.join(u',');
    if (request.target)
        arguments << (std::holds_alternative<NmPattern>(*request.target) ? QStringLiteral("--pattern")
                                                                         : QStringLiteral("--sparsity"))
                  << fromStd(targetText(*request.target));
    if (!request.name.empty())
        arguments << QStringLiteral("--name") << fromStd(request.name);
    if (request.rule == CombineRule::Scores && !session.modelPath().empty())
        arguments << QStringLiteral("--model") << fromStd(session.modelPath().string());
    return arguments;
}

/// As the worker will call it.
QString usualName(const StudySession &session, const engine::CombineRequest &request, const CombineChoice &choice)
{
    std::vector<std::string> domains;
    for (const auto &run : choice.runs)
        domains.push_back(run.recipe.domain);
    std::string name = engine::combinedDomain(choice.rule, domains) + "-" + ruleName(choice.rule);
    if (choice.rule == CombineRule::Scores)
        name += "-" + (request.target ? targetText(*request.target) : choice.runs.front().recipe.target);
    return fromStd(session.study() ? session.study()->uniqueName(name) : name);
}

std::optional<KeptShare> keptShare(const engine::CombineRequest &request, const CombineChoice &choice,
                                   const CompareData *distances)
{
    if (choice.rule == CombineRule::Scores) {
        const double pruned = request.target ? targetRatio(*request.target) : choice.runs.front().sparsity();
        return KeptShare{1.0 - pruned, 1.0 - pruned};
    }
    if (distances && choice.runs.size() == 2) {
        const auto a = distances->runOf(fromStd(choice.runs[0].id));
        const auto b = distances->runOf(fromStd(choice.runs[1].id));
        if (a && b) {
            auto counts = distances->counts(distances->pairOf(*a, *b), {});
            if (*a > *b) // as the pair has them
                std::swap(counts.inA, counts.inB);
            const double kept = keptOfTwo(choice.rule, counts);
            return KeptShare{kept, kept};
        }
    }
    std::vector<double> kept;
    for (const auto &run : choice.runs)
        kept.push_back(1.0 - run.sparsity());
    return keptBounds(choice.rule, kept);
}

} // namespace

double keptOfTwo(CombineRule rule, const mask::OverlapCounts &counts)
{
    if (counts.total == 0)
        return 0.0;
    std::uint64_t kept = counts.inBoth;
    if (rule == CombineRule::Union)
        kept = counts.inA + counts.inB - counts.inBoth;
    else if (rule == CombineRule::Difference)
        kept = counts.inA - counts.inBoth;
    return double(kept) / double(counts.total);
}

KeptShare keptBounds(CombineRule rule, const std::vector<double> &kept)
{
    if (kept.empty())
        return {};
    const double sum = std::accumulate(kept.begin(), kept.end(), 0.0);
    const double most = std::ranges::max(kept);
    const double runs = double(kept.size());
    const double half = double(kept.size() / 2);
    const auto within = [](double value) { return std::clamp(value, 0.0, 1.0); };
    switch (rule) {
    case CombineRule::Union: return {most, within(sum)};
    case CombineRule::Intersection: return {within(sum - (runs - 1.0)), std::ranges::min(kept)};
    case CombineRule::Majority: return {within((sum - half) / (runs - half)), within(sum / (half + 1.0))};
    case CombineRule::Difference: return {within(kept.front() - (sum - kept.front())), kept.front()};
    case CombineRule::Scores: break;
    }
    return {};
}

CombinePlan planCombination(const StudySession &session, const CombineChoice &choice, const CompareData *distances)
{
    CombinePlan plan;
    const auto request = requestOf(session, choice);
    if (!request) {
        plan.problem = fromStd(request.error().detail);
        return plan;
    }
    plan.problem = problemOf(session, *request, choice);
    if (!plan.problem.isEmpty())
        return plan;
    plan.name = request->name.empty() ? usualName(session, *request, choice) : fromStd(request->name);
    plan.arguments = argumentsOf(session, *request);
    plan.title = tr("Make %1 of masks").arg(plan.name);
    plan.kept = keptShare(*request, choice, distances);
    return plan;
}

} // namespace secateur::app
