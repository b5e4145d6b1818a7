// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/analysis/bootstrap.h"

namespace secateur::analysis {

/// The 97.5 % quantile of the normal distribution: both sides together leave 5 %.
inline constexpr double NormalQuantile975 = 1.959963984540054;

/// How many of how many items were answered right.
struct Count {
    std::uint64_t right = 0;
    std::uint64_t items = 0;
};

/// The interval of Wilson (1927, "Probable Inference, the Law of Succession, and Statistical Inference") for a share,
/// which stays inside [0, 1] and is not empty for none or all right. [0, 1] for no items; more right than items count
/// as all of them.
[[nodiscard]] Interval wilsonInterval(const Count &count, double z = NormalQuantile975);

/// Mean, and the deviation with n - 1; none for fewer than one and two values.
[[nodiscard]] std::optional<double> mean(std::span<const double> values);
[[nodiscard]] std::optional<double> standardDeviation(std::span<const double> values);
/// Of the mean: standardDeviation() / sqrt(n). None for fewer than two values.
[[nodiscard]] std::optional<double> standardError(std::span<const double> values);
/// The same of right and wrong answers as ones and zeros, from their counts.
[[nodiscard]] std::optional<double> standardError(const Count &count);

/// What several seeds of one experiment gave.
struct SeedSummary {
    std::size_t seeds = 0;
    double mean = 0.0;
    double lowest = 0.0;
    double highest = 0.0;
    std::optional<double> deviation; ///< with n - 1; none for one seed
};
/// None for no values.
[[nodiscard]] std::optional<SeedSummary> summariseSeeds(std::span<const double> values);

} // namespace secateur::analysis
