// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figure/maskcells.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace secateur::widgets {
namespace {

/// What the cells of a pixel add up to.
struct Block {
    std::array<std::uint32_t, 3> counts{};
    double sum = 0.0; ///< of the weights that are kept
};

QRgb mixed(const std::array<std::uint32_t, 3> &counts, const std::array<QRgb, 3> &colors)
{
    const double total = double(counts[0]) + counts[1] + counts[2];
    double red = 0.0;
    double green = 0.0;
    double blue = 0.0;
    for (std::size_t i = 0; i < 3; ++i) {
        const double share = counts[i] / total;
        red += share * qRed(colors[i]);
        green += share * qGreen(colors[i]);
        blue += share * qBlue(colors[i]);
    }
    return qRgb(int(std::lround(red)), int(std::lround(green)), int(std::lround(blue)));
}

QRgb colorOf(const Block &block, const MaskCells &cells)
{
    if (!cells.weights)
        return mixed(block.counts, cells.colors);
    const double all = double(block.counts[0]) + block.counts[1];
    return block.counts[1] == 0 ? cells.colors[0] : cells.scale.at(block.sum / std::sqrt(all));
}

void addRow(const MaskCells &cells, std::size_t row, std::size_t side, std::vector<Block> &blocks)
{
    const float *const weights = cells.weights ? cells.weights + row * cells.cols() : nullptr;
    for (std::size_t col = 0; col < cells.cols(); ++col) {
        Block &block = blocks[col / side];
        const unsigned shown = cells.classAt(row, col);
        ++block.counts[shown];
        if (weights && shown == 1)
            block.sum += double(weights[col]);
    }
}

} // namespace

QImage imageOf(const MaskCells &cells, std::size_t side)
{
    const auto width = int((cells.cols() + side - 1) / side);
    const auto height = int((cells.rows() + side - 1) / side);
    QImage image(width, height, QImage::Format_RGB32);
    std::vector<Block> blocks;
    for (int y = 0; y < height; ++y) {
        blocks.assign(std::size_t(width), {});
        const std::size_t end = std::min(cells.rows(), (std::size_t(y) + 1) * side);
        for (std::size_t row = std::size_t(y) * side; row < end; ++row)
            addRow(cells, row, side, blocks);
        auto *const line = reinterpret_cast<QRgb *>(image.scanLine(y));
        for (int x = 0; x < width; ++x)
            line[x] = colorOf(blocks[std::size_t(x)], cells);
    }
    return image;
}

std::size_t blockSide(const QRectF &rect, const MaskCells &cells, int dpi)
{
    const double pixelsPerMm = dpi / 25.4;
    const double wanted = std::max(double(cells.cols()) / (rect.width() * pixelsPerMm),
                                   double(cells.rows()) / (rect.height() * pixelsPerMm));
    return std::size_t(std::max(1.0, std::ceil(wanted)));
}

} // namespace secateur::widgets
