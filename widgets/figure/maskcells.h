// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>

#include <QtCore/QRectF>
#include <QtGui/QImage>
#include <QtGui/QRgb>

#include "core/mask/bitmatrix.h"
#include "widgets/figure/colorscale.h"

namespace secateur::widgets {

/// What a panel of a mask figure shows of each cell: a class with a colour (0 pruned, 1 kept, 2 differs), or, where
/// there are weights, the colour of each weight that is kept.
struct MaskCells {
    const mask::BitMatrix *a = nullptr;
    const mask::BitMatrix *b = nullptr; ///< null: a alone
    std::array<QRgb, 3> colors{};
    const float *weights = nullptr; ///< null: classes alone
    ColorScale scale;

    [[nodiscard]] std::size_t rows() const { return a->rows(); }
    [[nodiscard]] std::size_t cols() const { return a->cols(); }
    [[nodiscard]] unsigned classAt(std::size_t row, std::size_t col) const
    {
        const bool kept = a->test(row, col);
        return b && b->test(row, col) != kept ? 2U : unsigned(kept);
    }
    [[nodiscard]] QRgb at(std::size_t row, std::size_t col) const
    {
        const unsigned shown = classAt(row, col);
        return weights && shown == 1 ? scale.at(weights[row * cols() + col]) : colors[shown];
    }
};

/// A pixel per cell, or per block of `side` x `side` cells. Colours of classes are mixed. A block of weights has the
/// colour of the sum of what is kept over the root of its number of cells, as on the Masks page: a mean would let
/// weights of both signs fade to nothing.
[[nodiscard]] QImage imageOf(const MaskCells &cells, std::size_t side);

/// Cells along one side of a pixel, such that pixels are no finer than `dpi` wants them.
[[nodiscard]] std::size_t blockSide(const QRectF &rect, const MaskCells &cells, int dpi);

} // namespace secateur::widgets
