// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <cmath>

#include "widgets/plots/maskraster.h"
#include "widgets/plots/maskrenderer.h"

namespace secateur::widgets {

namespace {

/// A value in units of the limit as an index of the diverging table. Not a number is drawn as zero.
std::size_t colourIndex(float value)
{
    const float at = 127.5F + 127.5F * value;
    return at >= 255.0F ? 255 : at > 0.0F ? std::size_t(at + 0.5F) : at == at ? 0 : 127;
}

float inverse(float limit)
{
    return limit > 0.0F ? 1.0F / limit : 0.0F;
}

/// What a pixel's cells add up to.
struct CellSum {
    float sum = 0.0F;
    std::uint32_t cells = 0;
    std::uint32_t kept = 0;
};

CellSum sumCells(const KeptWeights &weights, const CellSpan &rows, const CellSpan &cols, bool all)
{
    CellSum total;
    const auto &bits = weights.mask().bits();
    for (std::uint32_t row = rows.begin; row < rows.end; row += rowStep(rows, all))
        for (std::uint32_t col = cols.begin; col < cols.end; col += rowStep(cols, all)) {
            ++total.cells;
            if (!bits.test(row, col))
                continue;
            ++total.kept;
            total.sum += weights.weights().values[row * weights.weights().cols + col];
        }
    return total;
}

QImage weightsFromLevel(const KeptWeights::Level &level, const KeptWeights &weights, const CellWindow &window,
                        const MaskPalette &palette)
{
    const MaskRaster raster(window, weights.mask().rows(), weights.mask().cols(), level.cellsPerSide);
    const float scale = inverse(weights.weights().limit) / float(level.cellsPerSide);
    constexpr std::array<float, 5> roots = {1.0F, 1.0F, 0.70710678F, 0.57735027F, 0.5F};
    return paintRaster(raster, window, palette.outside, [&](const CellSpan &rows, QRgb *line) {
        for (int x = raster.first; x < raster.last; ++x) {
            const CellSpan cols = raster.cols[std::size_t(x)];
            float sum = 0.0F;
            for (std::uint32_t row = rows.begin; row < rows.end; ++row)
                for (std::uint32_t col = cols.begin; col < cols.end; ++col)
                    sum += level.sums[row * level.cols + col];
            const std::size_t blocks = std::size_t(rows.size()) * cols.size();
            const float root = blocks < roots.size() ? roots[blocks] : 1.0F / std::sqrt(float(blocks));
            line[x] = palette.diverging[colourIndex(sum * root * scale)];
        }
    });
}

QImage weightsFromCells(const KeptWeights &weights, const CellWindow &window, const MaskPalette &palette, bool all)
{
    const MaskRaster raster(window, weights.mask().rows(), weights.mask().cols());
    const float scale = inverse(weights.weights().limit);
    return paintRaster(raster, window, palette.outside, [&](const CellSpan &rows, QRgb *line) {
        for (int x = raster.first; x < raster.last; ++x) {
            const CellSum total = sumCells(weights, rows, raster.cols[std::size_t(x)], all);
            const float root = total.cells > 1 ? 1.0F / std::sqrt(float(total.cells)) : 1.0F;
            line[x] = total.kept == 0 ? palette.blank : palette.diverging[colourIndex(total.sum * root * scale)];
        }
    });
}

} // namespace

QImage drawWeights(const KeptWeights &weights, const CellWindow &window, const MaskPalette &palette,
                   MaskQuality quality)
{
    const auto *const level = levelFor(weights.levels(), window.pixelsPerCell);
    if (quality == MaskQuality::Moving && level && !window.cellsAreVisible())
        return weightsFromLevel(*level, weights, window, palette);
    return weightsFromCells(weights, window, palette, quality == MaskQuality::Settled);
}

} // namespace secateur::widgets
