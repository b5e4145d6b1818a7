// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/parallel.h"
#include "core/selection/rowkernels.h"

namespace secateur::selection {

/// What the work on one row needs; one per block of rows.
struct RowScratch {
    explicit RowScratch(std::size_t cols) : keys(cols), flags((cols + 63) / 64 * 64) { }
    std::vector<ScoreKey> keys;
    std::vector<std::uint8_t> flags;
};

/// Rows per unit of work: about 64 Ki weights, which take some 50 microseconds.
[[nodiscard]] inline std::size_t rowsPerBlock(std::size_t cols)
{
    return std::max<std::size_t>(1, 65536 / std::max<std::size_t>(1, cols));
}

/// Calls body(row, scratch) for all rows. Blocks are fixed by the shape alone; rows must not depend on each other.
template <typename Body>
void forEachRow(std::size_t rows, std::size_t cols, int threads, const Body &body)
{
    const std::size_t height = rowsPerBlock(cols);
    parallelFor((rows + height - 1) / height, threads, [&](std::size_t block) {
        RowScratch scratch(cols);
        for (std::size_t row = block * height; row < std::min(rows, (block + 1) * height); ++row)
            body(row, scratch);
    });
}

} // namespace secateur::selection
