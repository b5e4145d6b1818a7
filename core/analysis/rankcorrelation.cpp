// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/rankcorrelation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace secateur::analysis {

namespace {

constexpr std::size_t fewestPairs = 3;
constexpr std::size_t fewestForInterval = 5;

std::vector<double> ranksOf(std::span<const double> values)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::ranges::sort(order, {}, [values](std::size_t i) { return values[i]; });
    std::vector<double> ranks(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first + 1;
        while (end < order.size() && values[order[end]] == values[order[first]])
            ++end;
        for (std::size_t i = first; i < end; ++i)
            ranks[order[i]] = double(first + end - 1) / 2.0;
        first = end;
    }
    return ranks;
}

std::optional<double> correlation(const std::vector<double> &x, const std::vector<double> &y)
{
    const double middle = double(x.size() - 1) / 2.0; // the mean of all ranks, with ties too
    double xy = 0.0;
    double xx = 0.0;
    double yy = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xy += (x[i] - middle) * (y[i] - middle);
        xx += (x[i] - middle) * (x[i] - middle);
        yy += (y[i] - middle) * (y[i] - middle);
    }
    if (xx == 0.0 || yy == 0.0)
        return std::nullopt;
    return std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0);
}

bool areFinite(std::span<const double> values)
{
    return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

} // namespace

std::optional<double> spearman(std::span<const double> x, std::span<const double> y)
{
    if (x.size() != y.size() || x.size() < fewestPairs || !areFinite(x) || !areFinite(y))
        return std::nullopt;
    return correlation(ranksOf(x), ranksOf(y));
}

std::optional<RankCorrelation> rankCorrelation(std::span<const double> x, std::span<const double> y,
                                               const DrawIndex &draw, const BootstrapOptions &options)
{
    const auto rho = spearman(x, y);
    if (!rho)
        return std::nullopt;
    RankCorrelation found{*rho, std::nullopt, x.size()};
    if (x.size() < fewestForInterval)
        return found;
    std::vector<double> drawnX(x.size());
    std::vector<double> drawnY(y.size());
    const std::size_t groups[] = {x.size()};
    const auto ofResample = [&](std::span<const std::size_t> points) {
        std::ranges::transform(points, drawnX.begin(), [x](std::size_t i) { return x[i]; });
        std::ranges::transform(points, drawnY.begin(), [y](std::size_t i) { return y[i]; });
        return spearman(drawnX, drawnY).value_or(std::numeric_limits<double>::quiet_NaN());
    };
    auto values = resampledValues(groups, ofResample, draw, options.resamples);
    std::erase_if(values, [](double value) { return std::isnan(value); });
    if (2 * values.size() > options.resamples)
        found.interval = percentileInterval(std::move(values), options.level);
    return found;
}

} // namespace secateur::analysis
