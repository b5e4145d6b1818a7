// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "core/base/types.h"
#include "core/mask/bitmatrix.h"

namespace secateur::mask {

/// Masks of several matrices of one model, 1 = kept.
class MaskSet
{
public:
    void insert(const MatrixId &id, BitMatrix mask) { m_masks.insert_or_assign(id, std::move(mask)); }
    [[nodiscard]] const BitMatrix *find(const MatrixId &id) const;
    [[nodiscard]] std::size_t size() const { return m_masks.size(); }
    [[nodiscard]] std::uint64_t keptCount() const;
    [[nodiscard]] std::uint64_t totalCount() const;
    [[nodiscard]] auto begin() const { return m_masks.begin(); }
    [[nodiscard]] auto end() const { return m_masks.end(); }

private:
    std::map<MatrixId, BitMatrix> m_masks;
};

/// How many masks of a list keep each cell of one matrix: set algebra over any number of domains.
/// All shapes equal (Internal otherwise); at most 255 masks.
[[nodiscard]] Result<std::vector<std::uint8_t>> keepCounts(const std::vector<const BitMatrix *> &masks);

/// Share of ones per block of 8 x 8 cells, then halved until one block is left: what a zoomed-out picture draws.
/// Level 0 is [ceil(rows/8), ceil(cols/8)], values 0..255 = round(255 * ones / cells of the block, edges included).
class DensityPyramid
{
public:
    struct Level {
        std::size_t rows = 0;
        std::size_t cols = 0;
        std::size_t cellsPerSide = 8; ///< cells of the matrix along one side of a block: 8, 16, 32, …
        std::vector<std::uint8_t> values; ///< row-major
    };
    [[nodiscard]] static DensityPyramid build(const BitMatrix &matrix);
    [[nodiscard]] const std::vector<Level> &levels() const { return m_levels; }

private:
    std::vector<Level> m_levels;
};

} // namespace secateur::mask
