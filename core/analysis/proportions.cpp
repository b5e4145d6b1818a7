// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/proportions.h"

#include <algorithm>
#include <cmath>

namespace secateur::analysis {

Interval wilsonInterval(const Count &count, double z)
{
    if (count.items == 0)
        return {0.0, 1.0};
    const double n = double(count.items);
    const double share = double(std::min(count.right, count.items)) / n;
    const double scale = 1.0 + z * z / n;
    const double centre = (share + z * z / (2.0 * n)) / scale;
    const double half = z * std::sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n)) / scale;
    // The bounds of none and all right are 0 and 1, which rounding misses.
    return {count.right == 0 ? 0.0 : std::max(0.0, centre - half),
            count.right >= count.items ? 1.0 : std::min(1.0, centre + half)};
}

std::optional<double> mean(std::span<const double> values)
{
    if (values.empty())
        return std::nullopt;
    double sum = 0.0;
    for (const double value : values)
        sum += value;
    return sum / double(values.size());
}

std::optional<double> standardDeviation(std::span<const double> values)
{
    if (values.size() < 2)
        return std::nullopt;
    const double centre = *mean(values);
    double squares = 0.0;
    for (const double value : values)
        squares += (value - centre) * (value - centre);
    return std::sqrt(squares / double(values.size() - 1));
}

std::optional<double> standardError(std::span<const double> values)
{
    const auto deviation = standardDeviation(values);
    return deviation ? std::optional(*deviation / std::sqrt(double(values.size()))) : std::nullopt;
}

std::optional<double> standardError(const Count &count)
{
    if (count.items < 2)
        return std::nullopt;
    const double share = double(std::min(count.right, count.items)) / double(count.items);
    return std::sqrt(share * (1.0 - share) / double(count.items - 1));
}

std::optional<SeedSummary> summariseSeeds(std::span<const double> values)
{
    if (values.empty())
        return std::nullopt;
    const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
    return SeedSummary{values.size(), *mean(values), *lowest, *highest, standardDeviation(values)};
}

} // namespace secateur::analysis
