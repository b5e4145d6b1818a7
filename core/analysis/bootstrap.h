// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

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

/// Draws as numpy's MT19937 gives them to Generator.integers after the seeding of RandomState(seed): 32 bits a draw,
/// multiplied by the bound and shifted, rejecting what would favour small numbers (Matsumoto and Nishimura 1998; Lemire
/// 2019, "Fast Random Integer Generation in an Interval"). A bound of 0 or 1 gives 0 and draws nothing. Copies go on
/// from where the original stood. Bounds are below 2^32.
[[nodiscard]] DrawIndex mersenneTwisterDraws(std::uint32_t seed);

/// The statistic over resamples, in the order they were drawn. Each resample has, of each group of `groups` in turn, as
/// many items as the group has, drawn from that group; items are numbered through all groups. One group is the ordinary
/// bootstrap, several are a stratified one. Empty for no items.
[[nodiscard]] std::vector<double> resampledValues(std::span<const std::size_t> groups, const Statistic &statistic,
                                                  const DrawIndex &draw, std::size_t resamples);

/// The two quantiles that leave (1 - level) / 2 of the values on each side, interpolated linearly between order
/// statistics at (n - 1) * share. {0, 0} for no values.
[[nodiscard]] Interval percentileInterval(std::vector<double> values, double level);

/// Percentile bootstrap over items (Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13): the
/// percentileInterval() of the resampledValues() of one group. For a paired difference, let the statistic compare both
/// sides on the same resample. {0, 0} for no items.
[[nodiscard]] Interval bootstrapInterval(std::size_t items, const Statistic &statistic, const DrawIndex &draw,
                                         const BootstrapOptions &options = {});

} // namespace secateur::analysis
