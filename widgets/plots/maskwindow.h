// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <QRectF>
#include <QSize>

namespace secateur::widgets {

/// The part of a matrix that an image shows. Cell (row, column) covers [column, column + 1) x [row, row + 1).
struct CellWindow {
    double left = 0.0; ///< the cell coordinate of the image's left edge
    double top = 0.0;
    double pixelsPerCell = 1.0; ///< device pixels
    QSize pixels; ///< of the image, device pixels

    [[nodiscard]] bool cellsAreVisible() const { return pixelsPerCell >= 1.0; }
    [[nodiscard]] QRectF cells() const
    {
        return {left, top, pixels.width() / pixelsPerCell, pixels.height() / pixelsPerCell};
    }
    friend bool operator==(const CellWindow &, const CellWindow &) = default;
};

/// The cells [begin, end) that one row or column of pixels stands for; none outside of the matrix.
struct CellSpan {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    [[nodiscard]] bool empty() const { return begin >= end; }
    [[nodiscard]] std::uint32_t size() const { return empty() ? 0 : end - begin; }
    friend bool operator==(const CellSpan &, const CellSpan &) = default;
};

/// One span per pixel along an axis of `cells` cells. At a pixel per cell or more: the cell under the pixel's centre.
/// Below: the cells whose centres lie in the pixel, so that every cell belongs to exactly one pixel.
[[nodiscard]] std::vector<CellSpan> cellsOfPixels(double origin, double pixelsPerCell, int pixels, std::size_t cells);

} // namespace secateur::widgets
