// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include <QImage>

#include "widgets/plots/maskwindow.h"

/// What the three pictures of maskrenderer.h have in common.
namespace secateur::widgets {

/// A window laid over a matrix, in its cells or in the blocks of one level of a pyramid of it.
struct MaskRaster {
    std::vector<CellSpan> rows; ///< per pixel row
    std::vector<CellSpan> cols; ///< per pixel column
    int first = 0; ///< pixel columns [first, last) have cells
    int last = 0;

    MaskRaster(const CellWindow &window, std::size_t matrixRows, std::size_t matrixCols, std::size_t cellsPerSide = 1)
        : rows(cellsOfPixels(window.top, window.pixelsPerCell, window.pixels.height(), matrixRows)),
          cols(cellsOfPixels(window.left, window.pixelsPerCell, window.pixels.width(), matrixCols))
    {
        const auto filled = [](const CellSpan &span) { return !span.empty(); };
        first = int(std::find_if(cols.begin(), cols.end(), filled) - cols.begin());
        last = int(std::find_if_not(cols.begin() + first, cols.end(), filled) - cols.begin());
        if (cellsPerSide > 1) {
            toBlocks(rows, matrixRows, std::uint32_t(cellsPerSide));
            toBlocks(cols, matrixCols, std::uint32_t(cellsPerSide));
        }
    }

private:
    /// The blocks whose middle is among a pixel's cells, or the one nearest to that.
    static void toBlocks(std::vector<CellSpan> &spans, std::size_t cells, std::uint32_t side)
    {
        const auto blocks = std::uint32_t((cells + side - 1) / side);
        for (CellSpan &span : spans) {
            if (span.empty())
                continue;
            const std::uint32_t begin = std::min((span.begin + side / 2) / side, blocks - 1);
            span = {begin, std::clamp((span.end + side / 2) / side, begin + 1, blocks)};
        }
    }
};

/// An image in `outside`, whose pixel rows with cells are filled by `fill(rowSpan, line)`; equal neighbours are copied.
template <typename Fill>
QImage paintRaster(const MaskRaster &raster, const CellWindow &window, QRgb outside, const Fill &fill)
{
    QImage image(window.pixels, QImage::Format_RGB32);
    if (image.isNull())
        return image;
    const std::size_t bytes = std::size_t(image.width()) * sizeof(QRgb);
    for (int y = 0; y < image.height(); ++y) {
        auto *const line = reinterpret_cast<QRgb *>(image.scanLine(y));
        const CellSpan span = raster.rows[std::size_t(y)];
        if (y > 0 && span == raster.rows[std::size_t(y - 1)]) {
            std::memcpy(line, image.constScanLine(y - 1), bytes);
            continue;
        }
        if (span.empty()) {
            std::fill(line, line + image.width(), outside);
            continue;
        }
        std::fill(line, line + raster.first, outside);
        std::fill(line + raster.last, line + image.width(), outside);
        fill(span, line);
    }
    return image;
}

/// Turns counts into shares 0..255 without dividing per pixel: 255 * 65536 / cells of each pixel column, for a given
/// number of rows. There are only two or three such numbers in a picture.
class ShareScales
{
public:
    explicit ShareScales(std::span<const CellSpan> cols) : m_cols(cols) { }

    [[nodiscard]] const std::vector<std::uint32_t> &forRows(std::uint32_t rows)
    {
        auto &scales = m_byRows[rows];
        if (scales.empty())
            for (const CellSpan &span : m_cols)
                scales.push_back(span.empty() ? 0
                                              : std::uint32_t(255.0 * 65536.0 / (double(rows) * double(span.size()))));
        return scales;
    }
    [[nodiscard]] static std::uint32_t share(std::uint32_t count, std::uint32_t scale)
    {
        return std::uint32_t((std::uint64_t(count) * scale + 32768) >> 16);
    }

private:
    std::span<const CellSpan> m_cols;
    std::map<std::uint32_t, std::vector<std::uint32_t>> m_byRows;
};

/// The finest level whose blocks are no larger than a pixel; none when even the finest is, or there is no level.
template <typename Level>
const Level *levelFor(const std::vector<Level> &levels, double pixelsPerCell)
{
    const Level *found = nullptr;
    for (const Level &level : levels)
        if (double(level.cellsPerSide) * pixelsPerCell <= 1.0)
            found = &level;
    return found;
}

/// Of a pixel's rows, how far apart are those that a picture of this quality looks at: all, or the first alone.
[[nodiscard]] inline std::uint32_t rowStep(const CellSpan &rows, bool all)
{
    return all ? 1 : std::max(1U, rows.size());
}

} // namespace secateur::widgets
