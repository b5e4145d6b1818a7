// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/distanceaccuracy.h"

#include <array>
#include <cstdio>

namespace secateur::analysis {

namespace {

std::string twoDecimals(double value)
{
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%.2f", value);
    return text.data();
}

} // namespace

std::string correlationText(const DistanceAccuracy &data)
{
    const std::string points = std::to_string(data.points.size()) + (data.points.size() == 1 ? " point" : " points");
    if (!data.correlation)
        return "no rank correlation, " + points;
    std::string text = "Spearman " + twoDecimals(data.correlation->rho);
    if (const auto &interval = data.correlation->interval)
        text += " (95 %: " + twoDecimals(interval->low) + " to " + twoDecimals(interval->high) + ")";
    return text + ", " + points;
}

} // namespace secateur::analysis
