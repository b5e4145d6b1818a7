// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/comparetodense.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <vector>

#include "core/engine/pairedbootstrap.h"

namespace secateur::engine {

using analysis::Estimate;

namespace {

std::vector<std::size_t> scoredByBoth(const ItemStatistic &a, const ItemStatistic &b)
{
    std::vector<std::size_t> both;
    if (a.items() == b.items())
        std::ranges::set_intersection(a.scoredItems(), b.scoredItems(), std::back_inserter(both));
    return both;
}

} // namespace

std::vector<double> scoresOf(const ItemStatistic &statistic, const std::vector<std::size_t> &items)
{
    std::vector<double> scores;
    for (const std::size_t item : items)
        scores.push_back(statistic.value({&item, 1}));
    return scores;
}

std::optional<Estimate> meanOfScores(std::span<const std::vector<double>> tasks)
{
    const auto found = analysis::meanOverTasks(tasks, bootstrapDraws());
    return found && found->interval ? std::optional(Estimate{found->mean, *found->interval}) : std::nullopt;
}

std::optional<DenseComparison> compareToDense(const ItemStatistic &run, const ItemStatistic &dense)
{
    const auto both = scoredByBoth(run, dense);
    if (both.empty())
        return std::nullopt;
    DenseComparison comparison;
    comparison.n = both.size();
    if (run.isMean()) {
        const auto found = analysis::comparePaired(scoresOf(dense, both), scoresOf(run, both), bootstrapDraws());
        if (!found)
            return std::nullopt;
        comparison.difference = {found->difference, found->interval};
        if (found->p)
            comparison.test = analysis::Significance{*found->p, found->test, found->discordant};
        return comparison;
    }
    comparison.difference =
        bootstrapped(both, [&](std::span<const std::size_t> items) { return run.value(items) - dense.value(items); });
    if (dense.lowerIsBetter())
        comparison.ratio = bootstrapped(
            both, [&](std::span<const std::size_t> items) { return run.value(items) / dense.value(items); });
    return comparison;
}

std::optional<Estimate> meanOfTasks(std::span<const ItemStatistic *const> tasks)
{
    std::vector<std::vector<double>> scores;
    for (const auto *const task : tasks) {
        if (!task->isMean())
            return std::nullopt;
        scores.push_back(scoresOf(*task, task->scoredItems()));
    }
    return meanOfScores(scores);
}

std::optional<Estimate> meanDifference(std::span<const ItemStatistic *const> run,
                                       std::span<const ItemStatistic *const> dense)
{
    std::vector<std::vector<double>> differences;
    for (std::size_t task = 0; task < run.size(); ++task) {
        if (!run[task]->isMean() || !dense[task]->isMean())
            return std::nullopt;
        const auto both = scoredByBoth(*run[task], *dense[task]);
        auto scores = scoresOf(*run[task], both);
        std::ranges::transform(scores, scoresOf(*dense[task], both), scores.begin(), std::minus<>());
        differences.push_back(std::move(scores));
    }
    return meanOfScores(differences);
}

} // namespace secateur::engine
