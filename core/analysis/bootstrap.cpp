// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace secateur::analysis {

namespace {

/// Of sorted values, with the position (n - 1) * share.
double quantile(const std::vector<double> &sorted, double share)
{
    const double position = share * double(sorted.size() - 1);
    const auto below = std::size_t(std::floor(position));
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    const double part = position - double(below);
    // Not below + part * (above - below): infinite values would give a difference that is no number.
    return part == 0.0 ? sorted[below] : sorted[below] * (1.0 - part) + sorted[above] * part;
}

} // namespace

DrawIndex mersenneTwisterDraws(std::uint32_t seed)
{
    return [twister = std::mt19937(seed)](std::size_t bound) mutable -> std::size_t {
        if (bound <= 1)
            return 0;
        const std::uint64_t range = std::min<std::uint64_t>(bound, 0xFFFFFFFFU);
        const std::uint64_t favoured = ((std::uint64_t(1) << 32) - range) % range;
        std::uint64_t product = 0;
        do
            product = std::uint64_t(twister()) * range;
        while ((product & 0xFFFFFFFFU) < favoured);
        return std::size_t(product >> 32);
    };
}

std::vector<double> resampledValues(std::span<const std::size_t> groups, const Statistic &statistic,
                                    const DrawIndex &draw, std::size_t resamples)
{
    const std::size_t items = std::accumulate(groups.begin(), groups.end(), std::size_t(0));
    if (items == 0)
        return {};
    std::vector<std::size_t> resample(items);
    std::vector<double> values(resamples);
    for (double &value : values) {
        std::size_t first = 0;
        for (const std::size_t group : groups) {
            for (std::size_t i = first; i < first + group; ++i)
                resample[i] = first + draw(group);
            first += group;
        }
        value = statistic(resample);
    }
    return values;
}

Interval percentileInterval(std::vector<double> values, double level)
{
    if (values.empty())
        return {};
    std::sort(values.begin(), values.end());
    return {quantile(values, (1.0 - level) / 2.0), quantile(values, (1.0 + level) / 2.0)};
}

Interval bootstrapInterval(std::size_t items, const Statistic &statistic, const DrawIndex &draw,
                           const BootstrapOptions &options)
{
    return percentileInterval(resampledValues({&items, 1}, statistic, draw, options.resamples), options.level);
}

} // namespace secateur::analysis
