// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "core/analysis/bootstrap.h"

namespace secateur::analysis {

struct RankCorrelation {
    double rho = 0.0; ///< in [-1, 1]
    /// Percentile bootstrap over the points; none for fewer than 5 of them. It takes the points as independent, which
    /// those of one study are not (a run and a domain give several): read it as the least uncertainty there is.
    std::optional<Interval> interval;
    std::size_t points = 0;
};

/// Spearman's (1904): the correlation of the ranks, equal values sharing the mean of theirs. None for fewer than 3
/// pairs, unequal lengths, values that are not finite, and where one side is the same everywhere.
[[nodiscard]] std::optional<double> spearman(std::span<const double> x, std::span<const double> y);

/// With its interval. Resamples in which one side is the same everywhere have no correlation and are left out; where
/// these are more than half, there is no interval.
[[nodiscard]] std::optional<RankCorrelation> rankCorrelation(std::span<const double> x, std::span<const double> y,
                                                             const DrawIndex &draw,
                                                             const BootstrapOptions &options = {});

} // namespace secateur::analysis
