// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/analysis/accuracytable.h"
#include "core/engine/itemstatistics.h"

/// What tells a run from dense, and what the tasks of a domain give together. Always over the items that both sides
/// could score, resampled with seed 0.
namespace secateur::engine {

/// A run minus dense.
struct DenseComparison {
    analysis::Estimate difference; ///< its interval is paired: both sides are taken of the same drawn items
    std::optional<analysis::Estimate> ratio; ///< run / dense, where lower is better (a share may be 0)
    std::optional<analysis::Significance> test; ///< none for metrics that are no mean over items
    std::uint64_t n = 0; ///< items that both could score
};

/// None where the two did not have the same items, or none that both could score.
[[nodiscard]] std::optional<DenseComparison> compareToDense(const ItemStatistic &run, const ItemStatistic &dense);

/// The mean over tasks, each of the same weight however many items it has, as papers average over a domain. None for a
/// metric that is no mean over items, and where a task has no item that could be scored. Resampled within each task.
[[nodiscard]] std::optional<analysis::Estimate> meanOfTasks(std::span<const ItemStatistic *const> tasks);
/// The same of scores per item.
[[nodiscard]] std::optional<analysis::Estimate> meanOfScores(std::span<const std::vector<double>> tasks);
/// The statistic of each of these items alone, which must be scored.
[[nodiscard]] std::vector<double> scoresOf(const ItemStatistic &statistic, const std::vector<std::size_t> &items);
/// The same of the differences to dense, item by item; `run` and `dense` are of the same tasks in the same order.
[[nodiscard]] std::optional<analysis::Estimate> meanDifference(std::span<const ItemStatistic *const> run,
                                                               std::span<const ItemStatistic *const> dense);

} // namespace secateur::engine
