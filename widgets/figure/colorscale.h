// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QtCore/QStringList>

#include "widgets/figure/colormap.h"
#include "widgets/figure/figurespec.h"

namespace secateur::widgets {

/// Colours for numbers from `range.low` to `range.high`; what lies outside gets the colour of the nearer end.
struct ColorScale {
    const ColorMap *map = nullptr;
    ColorRange range;

    [[nodiscard]] QRgb at(double value) const
    {
        return map->at((value - range.low) / (range.high - range.low)); // a range is never empty
    }
};

/// The spec's range, or from 0 to a round number that is at least the largest distance.
[[nodiscard]] ColorScale scaleOf(const FigureSpec &spec, const analysis::DistanceMatrix &data);
/// The spec's range, or one about zero that 99.5 of 100 weights lie in: a few large ones would leave all others pale.
/// A sequential palette cannot show signs, so the diverging one is taken in its place.
[[nodiscard]] ColorScale scaleOf(const FigureSpec &spec, const analysis::MaskPair &data);

/// Round values between both ends, about `wanted` of them and at least one.
struct ScaleTicks {
    std::vector<double> values;
    QStringList texts; ///< all with the same number of decimals
};
[[nodiscard]] ScaleTicks scaleTicks(const ColorRange &range, int wanted);

} // namespace secateur::widgets
