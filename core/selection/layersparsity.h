// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/types.h"
#include "core/selection/selection.h"

/// Sparsity that differs from block to block.
namespace secateur::selection {

/// How the sparsity of a model is spread over its blocks, which are all of one size.
struct LayerRule {
    enum class Kind {
        Table, ///< as said for each block
        Owl, ///< blocks with more outliers among their scores are pruned less (OWL, arXiv 2310.05175)
    };
    Kind kind = Kind::Owl;
    std::vector<double> table; ///< Table: share to prune of each block, in [0, 1)
    double outlierFactor = 5.0; ///< Owl: M; an outlier's score is above M times the mean of its block
    double spread = 0.08; ///< Owl: lambda; no block is further than 2 lambda from another
    friend bool operator==(const LayerRule &, const LayerRule &) = default;
};

/// "owl", "owl:5:0.08" (M and lambda) or "0.4,0.5,0.6". InvalidArgument says which part is not understood.
[[nodiscard]] Result<LayerRule> layerRuleFromText(const std::string &text);
/// The reverse; shorter where M and lambda are the published ones.
[[nodiscard]] std::string layerRuleText(const LayerRule &rule);

/// What a run's target is called: "0.5" or "2:4" without a rule; with one "0.5-owl", "0.5-owl-7-0.1" or
/// "0.52-table-3fa2c1", where the share is the mean over the blocks, which a table brings along. Runs of one name were
/// asked for the same; the shares that OWL finds differ by what they were calibrated on.
/// InvalidArgument for a rule with an N:M pattern, whose sparsity is fixed.
[[nodiscard]] Result<std::string> targetText(const PruneTarget &target, const std::optional<LayerRule> &rule);

/// The shares of a table, after checking that it fits a model of `layers` blocks. InvalidArgument.
[[nodiscard]] Result<std::vector<Sparsity>> tableSparsities(const LayerRule &rule, std::size_t layers);

inline constexpr double mostPruned = 0.99; ///< of a block, when shares are edited by hand

/// `shares` after that of `block` was moved to `share`: the others give way alike, so that the mean stays. None leaves
/// [0, mostPruned]; where the others cannot give way so far, `block` moves only as far as they can.
[[nodiscard]] std::vector<double> moveShare(std::span<const double> shares, std::size_t block, double share);

/// A matrix and the norms of its input, scaler_row [cols].
struct ScoredMatrix {
    WeightView weights;
    std::span<const float> scalerRow;
};

/// The share of the scores of all `matrices`, which are those of one block, above `factor` times their mean.
/// Scores are |w| * sqrt(scalerRow[col]) in float32, their mean is taken in double: the same for any number of threads.
[[nodiscard]] Result<double> outlierShare(std::span<const ScoredMatrix> matrices, double factor, int threads);

/// OWL's shares to prune, one per block (OWL lib/prune_all.py, prune_wanda_outlier): outlier shares stretched to
/// [0, 2 lambda] and moved until the mean of what is kept is that of `total`. A block that would be pruned by 0 or
/// less is pruned by 0.01, as there. Blocks alike are pruned alike. InvalidArgument where one would come to 1 or more.
/// @param outlierShares one per block: scores above M times the block's mean, over all its scores
[[nodiscard]] Result<std::vector<Sparsity>> owlSparsities(std::span<const double> outlierShares, const Sparsity &total,
                                                          double spread);

} // namespace secateur::selection
