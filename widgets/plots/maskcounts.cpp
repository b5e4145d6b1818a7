// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/maskcounts.h"

#include <algorithm>
#include <bit>

namespace secateur::widgets {

namespace {

using Words = std::span<const std::uint64_t>;

/// `count` (1 to 64) bits of a row from bit `shift` of `word` on; the next word is touched only where they reach it.
SECATEUR_FORCE_INLINE std::uint64_t bitsAt(const std::uint64_t *row, std::uint32_t word, std::uint32_t shift,
                                           std::uint32_t count)
{
    std::uint64_t bits = row[word] >> shift;
    if (shift + count > 64)
        bits |= row[word + 1] << (64 - shift);
    return bits & (~std::uint64_t(0) >> (64 - count));
}

/// Calls `visit(bits…)` for each piece of at most 64 bits of a pixel.
template <typename Visit>
SECATEUR_FORCE_INLINE void forEachPiece(const PixelBits &pixel, const Visit &visit)
{
    std::uint32_t word = pixel.word;
    std::uint32_t left = pixel.bits;
    for (; left > 64; left -= 64, ++word)
        visit(word, pixel.shift, 64U);
    if (left != 0)
        visit(word, pixel.shift, left);
}

SECATEUR_FORCE_INLINE void addCountsBody(const std::uint64_t *row, std::span<const PixelBits> pixels,
                                         std::uint32_t *counts)
{
    for (std::size_t i = 0; i < pixels.size(); ++i)
        forEachPiece(
            pixels[i],
            [&](std::uint32_t word, std::uint32_t shift, std::uint32_t count) __attribute__((always_inline)) {
                counts[i] += std::uint32_t(std::popcount(bitsAt(row, word, shift, count)));
            });
}

SECATEUR_FORCE_INLINE void addPairCountsBody(const std::uint64_t *a, const std::uint64_t *b,
                                             std::span<const PixelBits> pixels, PairCounts &counts)
{
    for (std::size_t i = 0; i < pixels.size(); ++i)
        forEachPiece(
            pixels[i],
            [&](std::uint32_t word, std::uint32_t shift, std::uint32_t count) __attribute__((always_inline)) {
                const std::uint64_t inA = bitsAt(a, word, shift, count);
                const std::uint64_t inB = bitsAt(b, word, shift, count);
                counts.a[i] += std::uint32_t(std::popcount(inA));
                counts.b[i] += std::uint32_t(std::popcount(inB));
                counts.both[i] += std::uint32_t(std::popcount(inA & inB));
            });
}

#ifdef SECATEUR_HAS_CPU_LEVELS
SECATEUR_TARGET_AVX2 void addCountsAvx2(const std::uint64_t *row, std::span<const PixelBits> pixels,
                                        std::uint32_t *counts)
{
    addCountsBody(row, pixels, counts);
}

SECATEUR_TARGET_AVX2 void addPairCountsAvx2(const std::uint64_t *a, const std::uint64_t *b,
                                            std::span<const PixelBits> pixels, PairCounts &counts)
{
    addPairCountsBody(a, b, pixels, counts);
}
#endif

} // namespace

void PairCounts::clear()
{
    for (auto *const values : {&a, &b, &both})
        std::fill(values->begin(), values->end(), 0U);
}

std::vector<PixelBits> pixelBits(std::span<const CellSpan> columns)
{
    std::vector<PixelBits> pixels(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i)
        pixels[i] = {columns[i].begin / 64, columns[i].begin % 64, columns[i].size()};
    return pixels;
}

void addCounts(Words row, std::span<const PixelBits> pixels, std::span<std::uint32_t> counts,
               [[maybe_unused]] mask::CpuLevel level)
{
#ifdef SECATEUR_HAS_CPU_LEVELS
    if (level != mask::CpuLevel::Baseline)
        return addCountsAvx2(row.data(), pixels, counts.data());
#endif
    addCountsBody(row.data(), pixels, counts.data());
}

void addPairCounts(Words a, Words b, std::span<const PixelBits> pixels, PairCounts &counts,
                   [[maybe_unused]] mask::CpuLevel level)
{
#ifdef SECATEUR_HAS_CPU_LEVELS
    if (level != mask::CpuLevel::Baseline)
        return addPairCountsAvx2(a.data(), b.data(), pixels, counts);
#endif
    addPairCountsBody(a.data(), b.data(), pixels, counts);
}

std::vector<std::uint32_t> countCells(const mask::BitMatrix &bits, const CellWindow &window)
{
    const auto rows = cellsOfPixels(window.top, window.pixelsPerCell, window.pixels.height(), bits.rows());
    const auto cols = cellsOfPixels(window.left, window.pixelsPerCell, window.pixels.width(), bits.cols());
    const auto pixels = pixelBits(cols);
    std::vector<std::uint32_t> counts(rows.size() * cols.size());
    for (std::size_t y = 0; y < rows.size(); ++y)
        for (std::uint32_t row = rows[y].begin; row < rows[y].end; ++row)
            addCounts(bits.row(row), pixels, std::span(counts).subspan(y * cols.size(), cols.size()));
    return counts;
}

} // namespace secateur::widgets
