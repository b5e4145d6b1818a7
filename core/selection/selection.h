// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/base/result.h"
#include "core/base/types.h"
#include "core/mask/bitmatrix.h"

/// From weights and activation norms to a mask. Torch-free, so that the window's sparsity slider uses the very code
/// of the pruner. All results are bit-exact against the reference (wanda lib/prune.py) given the same inputs.
namespace secateur::selection {

/// A weight matrix [rows, cols], row-major float32.
struct WeightView {
    std::size_t rows = 0;
    std::size_t cols = 0;
    std::span<const float> values;
};

/// Wanda: score = |w| * sqrt(scalerRow[col]) in float32; in each row the int(cols * ratio) smallest are pruned, ties
/// in column order (a stable sort's). N:M: in each group of m columns the n smallest, ties in column order.
/// `scalerRow` [cols]: running mean over sequences of the squared L2 norm of the input column (see core/prune). Where
/// all of it is 0, nothing is known of the input (an expert that no token was sent to), and |w| alone is the score; the
/// reference would prune the first columns of every row.
/// Deterministic for any number of threads. Internal on wrong sizes; Unsupported when cols % m != 0.
[[nodiscard]] Result<mask::BitMatrix> selectWanda(const WeightView &weights, std::span<const float> scalerRow,
                                                  const PruneTarget &target, int threads);

struct VariantResult {
    mask::BitMatrix kept;
    double alpha = 0.0; ///< found by bisection in [0, 0.8], |achieved - asked| <= 0.001 or interval below 0.001
};

/// The variant (use_variant): per row, prune while the cumulative sum of sorted scores <= alpha * row sum of scores.
/// Needs as much memory again as the weights, for the sorted scores.
[[nodiscard]] Result<VariantResult> selectWandaVariant(const WeightView &weights, std::span<const float> scalerRow,
                                                       Sparsity sparsity, int threads);

/// Magnitude: everything <= the value at index int(size * ratio) of the sorted |w| of the whole matrix (so ties prune
/// more than asked); N:M as in selectWanda with |w| as score.
[[nodiscard]] Result<mask::BitMatrix> selectMagnitude(const WeightView &weights, const PruneTarget &target,
                                                      int threads);

/// By chance: in each row int(cols * ratio) weights, or n of each group of m, whatever they are. `seed` is of the
/// matrix (matrixSeed()); the same seed gives the same mask for any number of threads, on every machine.
[[nodiscard]] Result<mask::BitMatrix> selectRandom(const WeightView &weights, std::uint64_t seed,
                                                   const PruneTarget &target, int threads);

/// The seed of one matrix of a run, so that no two are alike.
[[nodiscard]] std::uint64_t matrixSeed(std::uint64_t runSeed, const MatrixId &id);

struct Selection {
    mask::BitMatrix kept;
    std::optional<double> alpha; ///< of the variant
};

/// By the method asked for: what pruner, resparsify and slider share. `scalerRow` is for the methods that use
/// activations and `seed`, of the run, for the random one. InvalidArgument for the variant with an N:M pattern.
[[nodiscard]] Result<Selection> select(PruneMethod method, const PruneTarget &target, const MatrixId &id,
                                       const WeightView &weights, std::span<const float> scalerRow, std::uint64_t seed,
                                       int threads);

/// Sets pruned weights (mask 0) to +0. Internal on wrong sizes.
[[nodiscard]] Result<void> applyMask(const mask::BitMatrix &kept, std::span<float> weights, int threads);

} // namespace secateur::selection
