// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/mask/bitmatrix.h"
#include "core/mask/cpulevel.h"
#include "widgets/plots/maskwindow.h"

/// Counting the ones under each pixel: the exact box filter of zoomed-out mask pictures.
namespace secateur::widgets {

/// Where the bits of one pixel lie in a row of words. Pixels are at most 64 bits wide in one piece; wider ones are
/// counted word by word.
struct PixelBits {
    std::uint32_t word = 0;
    std::uint32_t shift = 0;
    std::uint32_t bits = 0;
};
[[nodiscard]] std::vector<PixelBits> pixelBits(std::span<const CellSpan> columns);

/// Adds the ones of `row` under each pixel to `counts`.
void addCounts(std::span<const std::uint64_t> row, std::span<const PixelBits> pixels, std::span<std::uint32_t> counts,
               mask::CpuLevel level = mask::cpuLevel());

/// Ones of two rows and of their intersection, under each pixel.
struct PairCounts {
    std::vector<std::uint32_t> a;
    std::vector<std::uint32_t> b;
    std::vector<std::uint32_t> both;

    explicit PairCounts(std::size_t pixels) : a(pixels), b(pixels), both(pixels) { }
    void clear();
};
void addPairCounts(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b,
                   std::span<const PixelBits> pixels, PairCounts &counts, mask::CpuLevel level = mask::cpuLevel());

/// Ones under every pixel of a window, row by row: what the settled picture of a mask is made of.
[[nodiscard]] std::vector<std::uint32_t> countCells(const mask::BitMatrix &bits, const CellWindow &window);

} // namespace secateur::widgets
