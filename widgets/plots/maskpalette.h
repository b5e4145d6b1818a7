// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include <QColor>
#include <QRgb>

class QPalette;

namespace secateur::widgets {

/// The colours of mask pictures. Sets that must be told apart differ in lightness, never in hue alone, and no two in
/// red against green.
struct MaskPalette {
    QRgb outside = 0; ///< around the matrix
    QRgb kept = 0;
    QRgb pruned = 0;
    QRgb onlyA = 0;
    QRgb onlyB = 0;
    QRgb both = 0;
    QRgb neither = 0;
    QRgb blank = 0; ///< a pruned weight in the weights rendering
    QRgb differs = 0; ///< the dots of the weights rendering's difference
    std::array<QRgb, 256> diverging = {}; ///< from -limit to +limit
    QColor line; ///< grids and rulers
    QColor headLine; ///< boundaries of attention heads
    QColor cross; ///< the current cell
    QColor text;

    [[nodiscard]] static MaskPalette light(); ///< also the paper theme
    [[nodiscard]] static MaskPalette dark();
    /// By the luminance of the window's colour.
    [[nodiscard]] static MaskPalette forPalette(const QPalette &palette);

    friend bool operator==(const MaskPalette &, const MaskPalette &) = default;
};

/// The difference as dots of one colour on blank, whichever mask keeps the cell: the look of the weights rendering.
[[nodiscard]] MaskPalette withDots(MaskPalette palette);

} // namespace secateur::widgets
