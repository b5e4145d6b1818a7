// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <span>

namespace secateur::analysis {

struct Interval {
    double low = 0.0;
    double high = 0.0;

    [[nodiscard]] bool covers(double value) const { return low <= value && value <= high; }
};

struct BootstrapOptions {
    std::size_t resamples = 1000;
    double level = 0.95; ///< in (0, 1)
};

/// A number in [0, bound): the source of chance, which decides the result together with its seed.
using DrawIndex = std::function<std::size_t(std::size_t bound)>;
/// Of a resample: numbers of items, with repetitions.
using Statistic = std::function<double(std::span<const std::size_t> items)>;

/// Percentile bootstrap over items (Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13): the
/// quantiles of the statistic over resamples of `items` items, interpolated linearly between order statistics. For a
/// paired difference, let the statistic compare both sides on the same resample. {0, 0} for no items.
[[nodiscard]] Interval bootstrapInterval(std::size_t items, const Statistic &statistic, const DrawIndex &draw,
                                         const BootstrapOptions &options = {});

} // namespace secateur::analysis
