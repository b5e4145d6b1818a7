// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figure/colorscale.h"

#include <algorithm>
#include <cmath>

#include "widgets/figure/scenebuilder.h"

namespace secateur::widgets {
namespace {

/// The number of decimals, four at most, that show `value` as it is.
int decimalsOf(double value)
{
    int decimals = 0;
    for (double scaled = std::abs(value); decimals < 4 && std::abs(scaled - std::round(scaled)) > 1e-6; ++decimals)
        scaled *= 10.0;
    return decimals;
}

/// The next larger number of two digits.
double roundedUp(double value)
{
    const double unit = std::pow(10.0, std::floor(std::log10(value)) - 1.0);
    return std::ceil(value / unit - 1e-6) * unit;
}

} // namespace

ColorScale scaleOf(const FigureSpec &spec, const analysis::DistanceMatrix &data)
{
    const ColorMap &map = ColorMap::named(spec.palette);
    if (spec.range)
        return {&map, *spec.range};
    double largest = 0.0;
    for (const double value : data.values)
        if (std::isfinite(value))
            largest = std::max(largest, value);
    return {&map, {0.0, largest > 0.0 ? std::min(1.0, ticksFor(largest, 5).end) : 1.0}};
}

ColorScale scaleOf(const FigureSpec &spec, const analysis::MaskPair &data)
{
    const ColorMap &chosen = ColorMap::named(spec.palette);
    const ColorMap &map = chosen.isDiverging() ? chosen : ColorMap::named(u"blue-orange");
    if (spec.range)
        return {&map, *spec.range};
    // The exact quantile of 45 million weights would take longer than drawing them.
    const std::size_t step = std::max<std::size_t>(1, data.weights.size() / 65536);
    std::vector<float> sample;
    for (std::size_t i = 0; i < data.weights.size(); i += step)
        if (std::isfinite(data.weights[i]))
            sample.push_back(std::abs(data.weights[i]));
    if (sample.empty())
        return {&map, {-1.0, 1.0}};
    const auto at = sample.begin() + std::ptrdiff_t(double(sample.size() - 1) * 0.995);
    std::nth_element(sample.begin(), at, sample.end());
    const double limit = *at > 0.0F ? roundedUp(double(*at)) : 1.0;
    return {&map, {-limit, limit}};
}

ScaleTicks scaleTicks(const ColorRange &range, int wanted)
{
    const double step = ticksFor(range.high - range.low, wanted).step;
    ScaleTicks ticks;
    int decimals = 0;
    for (double k = std::ceil(range.low / step - 1e-6); k * step <= range.high + 1e-6 * step; ++k) {
        ticks.values.push_back(std::clamp(k * step, range.low, range.high));
        decimals = std::max(decimals, decimalsOf(k * step));
    }
    if (ticks.values.empty()) {
        ticks.values = {range.low, range.high};
        decimals = 4;
    }
    for (const double value : ticks.values)
        ticks.texts << QString::number(value, 'f', decimals);
    return ticks;
}

} // namespace secateur::widgets
