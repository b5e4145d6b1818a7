// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/base/types.h"
#include "core/mask/bitmatrix.h"

namespace secateur::analysis {

/// Which of the two complementary sets of a mask is compared. The paper's Figure 4 compares pruned sets.
enum class SetKind { Pruned, Kept };

/// 1 - |A and B| / |A or B| (paper section 4, Figure 4). Two empty sets have distance 0. `counts` are of kept weights.
[[nodiscard]] double jaccardDistance(const mask::OverlapCounts &kept, SetKind set);
/// Share of cells that differ, in [0, 1].
[[nodiscard]] double hammingDistance(const mask::OverlapCounts &kept);

/// Expected Jaccard distance of two independent random sets that hold shares p and q of the cells, in closed form for
/// large matrices: 1 - pq / (p + q - pq). For p = q = 0.5: 2/3.
[[nodiscard]] double randomBaseline(double p, double q);

/// All distances of one pair of runs.
struct PairDistance {
    std::size_t a = 0; ///< indices into the list of runs
    std::size_t b = 0;
    double whole = 0.0; ///< Jaccard over all matrices at once
    std::vector<double> perLayer; ///< Jaccard over the matrices of a layer
    std::map<std::string, std::vector<double>> perSublayer; ///< sublayer name -> one value per layer
    double hamming = 0.0; ///< over the whole model
    double random = 0.0; ///< randomBaseline for the two runs' shares of the chosen set
    /// What all of the above is made from: sublayer name -> one count of kept weights per layer. Any other distance, of
    /// either set and over any matrices, follows without reading the masks again.
    std::map<std::string, std::vector<mask::OverlapCounts>> counts = {};
};

/// Where masks come from: reads the mask of one matrix of one run.
using MaskLoader = std::function<Result<mask::BitMatrix>(std::size_t run, const MatrixId &id)>;

/// All pairs a < b of `runs` runs. Streams matrix by matrix (memory: the masks of one matrix, `maxResident` runs at a
/// time; pairs beyond that are read in blocks). Internal when shapes differ; Cancelled. Reports stage "compare".
[[nodiscard]] Result<std::vector<PairDistance>> comparePairs(std::size_t runs, std::size_t layers,
                                                             const std::vector<std::string> &sublayers, SetKind set,
                                                             const MaskLoader &load, int threads,
                                                             const RunContext &context, std::size_t maxResident = 16);

} // namespace secateur::analysis
