// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/analysis/distance.h"
#include "core/base/result.h"
#include "core/mask/bitmatrix.h"

/// What several domains have in common and what is each one's own, in parts of a matrix: heads, neurons.
namespace secateur::analysis {

/// Of the weights of a part: how many belong to all runs (the core of the domains), to exactly one, and to none.
struct PartCounts {
    std::uint64_t total = 0;
    std::uint64_t inAll = 0;
    std::uint64_t inNone = 0;
    std::vector<std::uint64_t> onlyIn; ///< by run: belongs to it and to no other

    [[nodiscard]] std::uint64_t inOne() const;
    PartCounts &operator+=(const PartCounts &other); ///< an empty left side takes over the right
    friend bool operator==(const PartCounts &, const PartCounts &) = default;
};

/// Rows [firstRow, endRow) and columns [firstCol, endCol) of a matrix.
struct PartRange {
    std::size_t firstRow = 0;
    std::size_t endRow = 0;
    std::size_t firstCol = 0;
    std::size_t endCol = 0;
};

/// Counts the kept or the pruned weights. Internal for no mask, different shapes and a range outside of them.
[[nodiscard]] Result<PartCounts> countPart(const std::vector<const mask::BitMatrix *> &kept, SetKind set,
                                           const PartRange &range);

/// A matrix cut into `count` parts of `cells` rows each (or columns), from the first on: one per head or neuron.
struct PartCut {
    enum class Along { Rows, Columns };
    Along along = Along::Rows;
    std::size_t cells = 1;
};
/// One count per part; the last may be smaller. As countPart(); Internal for parts without cells.
[[nodiscard]] Result<std::vector<PartCounts>> countParts(const std::vector<const mask::BitMatrix *> &kept, SetKind set,
                                                         const PartCut &cut);

} // namespace secateur::analysis
