// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <vector>

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

Interval bootstrapInterval(std::size_t items, const Statistic &statistic, const DrawIndex &draw,
                           const BootstrapOptions &options)
{
    if (items == 0 || options.resamples == 0)
        return {};
    std::vector<std::size_t> resample(items);
    std::vector<double> values(options.resamples);
    for (double &value : values) {
        for (std::size_t &item : resample)
            item = draw(items);
        value = statistic(resample);
    }
    std::sort(values.begin(), values.end());
    return {quantile(values, (1.0 - options.level) / 2.0), quantile(values, (1.0 + options.level) / 2.0)};
}

} // namespace secateur::analysis
