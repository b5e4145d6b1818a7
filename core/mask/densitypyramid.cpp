// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <bit>

#include "core/mask/bitkernels.h"
#include "core/mask/maskset.h"

namespace secateur::mask {

namespace {

/// Ones per block of one level; kept beside the rounded shares, so that coarser levels are rounded only once.
struct BlockCounts {
    std::size_t rows = 0;
    std::size_t cols = 0;
    std::vector<std::uint64_t> ones;
};

BlockCounts countBlocksOf8(const BitMatrix &matrix)
{
    BlockCounts counts{(matrix.rows() + 7) / 8, (matrix.cols() + 7) / 8, {}};
    counts.ones.resize(counts.rows * counts.cols);
    for (std::size_t blockRow = 0; blockRow < counts.rows; ++blockRow) {
        const std::size_t endRow = std::min(matrix.rows(), 8 * blockRow + 8);
        for (std::size_t word = 0; word < matrix.wordsPerRow(); ++word) {
            std::uint64_t eightBlocks = 0; // a byte each, at most 64
            for (std::size_t row = 8 * blockRow; row < endRow; ++row)
                eightBlocks += kernels::bytePopcounts(matrix.row(row)[word]);
            const std::size_t endCol = std::min(counts.cols, 8 * word + 8);
            for (std::size_t col = 8 * word; col < endCol; ++col)
                counts.ones[blockRow * counts.cols + col] = (eightBlocks >> (8 * (col % 8))) & 0xffU;
        }
    }
    return counts;
}

BlockCounts halved(const BlockCounts &fine)
{
    BlockCounts coarse{(fine.rows + 1) / 2, (fine.cols + 1) / 2, {}};
    coarse.ones.resize(coarse.rows * coarse.cols);
    for (std::size_t row = 0; row < fine.rows; ++row)
        for (std::size_t col = 0; col < fine.cols; ++col)
            coarse.ones[row / 2 * coarse.cols + col / 2] += fine.ones[row * fine.cols + col];
    return coarse;
}

/// round(255 * ones / cells)
std::uint8_t share(std::uint64_t ones, std::uint64_t cells)
{
    return std::uint8_t((2 * 255 * ones + cells) / (2 * cells));
}

DensityPyramid::Level toLevel(const BlockCounts &counts, const BitMatrix &matrix, std::size_t cellsPerSide)
{
    DensityPyramid::Level level{counts.rows, counts.cols, cellsPerSide, {}};
    level.values.resize(counts.ones.size());
    // Whole blocks have a power of two of cells: a shift, which the compiler does for many at once, not a division.
    const std::uint64_t whole = std::uint64_t(cellsPerSide) * cellsPerSide;
    const int shift = std::bit_width(whole);
    for (std::size_t row = 0; row < counts.rows; ++row) {
        const std::uint64_t height = std::min(cellsPerSide, matrix.rows() - row * cellsPerSide);
        const std::uint64_t *const ones = counts.ones.data() + row * counts.cols;
        std::uint8_t *const values = level.values.data() + row * counts.cols;
        const std::size_t wholeCols = height == cellsPerSide ? matrix.cols() / cellsPerSide : 0;
        for (std::size_t col = 0; col < wholeCols; ++col)
            values[col] = std::uint8_t((2 * 255 * ones[col] + whole) >> shift);
        for (std::size_t col = wholeCols; col < counts.cols; ++col)
            values[col] = share(ones[col], height * std::min(cellsPerSide, matrix.cols() - col * cellsPerSide));
    }
    return level;
}

} // namespace

DensityPyramid DensityPyramid::build(const BitMatrix &matrix)
{
    DensityPyramid pyramid;
    if (matrix.size() == 0)
        return pyramid;
    BlockCounts counts = countBlocksOf8(matrix);
    std::size_t cellsPerSide = 8;
    pyramid.m_levels.push_back(toLevel(counts, matrix, cellsPerSide));
    while (counts.ones.size() > 1) {
        counts = halved(counts);
        cellsPerSide *= 2;
        pyramid.m_levels.push_back(toLevel(counts, matrix, cellsPerSide));
    }
    return pyramid;
}

} // namespace secateur::mask
