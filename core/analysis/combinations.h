// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/analysis/distance.h"
#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/mask/bitmatrix.h"

namespace secateur::analysis {

/// More runs than this have too many combinations to count or to read.
inline constexpr std::size_t maxCombinationRuns = 12;

/// How many weights are kept by exactly which of n runs: cell for cell, each weight counts once.
struct CombinationCounts {
    std::size_t runs = 0;
    /// 2^runs counts. Bit r of an index says that run r keeps the weight: [0] is kept by none, the last by all.
    std::vector<std::uint64_t> exactly;

    [[nodiscard]] std::uint64_t total() const;
    [[nodiscard]] std::uint64_t inAll() const { return exactly.empty() ? 0 : exactly.back(); }
    [[nodiscard]] std::uint64_t inNone() const { return exactly.empty() ? 0 : exactly.front(); }
    [[nodiscard]] std::uint64_t inExactly(std::size_t count) const; ///< weights that `count` of the runs keep
    [[nodiscard]] std::uint64_t ofRun(std::size_t run) const; ///< weights this run keeps
    /// The same counts for the pruned weights.
    [[nodiscard]] CombinationCounts complement() const;
    /// Sums; an empty left side takes over the right.
    CombinationCounts &operator+=(const CombinationCounts &other);
};

/// Share of weights that independent random masks with these shares would hold in exactly the combination `index`.
[[nodiscard]] double chanceOf(std::size_t index, const std::vector<double> &shares);

/// Counts one matrix. Internal when shapes differ; InvalidArgument for no mask or more than maxCombinationRuns.
[[nodiscard]] Result<CombinationCounts> countCombinations(const std::vector<const mask::BitMatrix *> &kept);

/// Counts of all matrices: sublayer name -> one entry per layer.
using CombinationTable = std::map<std::string, std::vector<CombinationCounts>>;

/// Streams matrix by matrix (memory: the masks of one matrix). Cancelled. Reports stage "combine".
[[nodiscard]] Result<CombinationTable> combineRuns(std::size_t runs, std::size_t layers,
                                                   const std::vector<std::string> &sublayers, const MaskLoader &load,
                                                   const RunContext &context);

} // namespace secateur::analysis
