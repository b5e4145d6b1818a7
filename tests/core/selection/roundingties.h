// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/mask/bitmatrix.h"
#include "core/selection/selection.h"

/// The reference masks were made with a square root that is not rounded correctly: libtorch hands float32 sqrt to MKL,
/// which is up to 0.75 units in the last place off and differs from IEEE's in 17 % of all values. Ours is IEEE's. Where
/// two scores at the cut are equal but for that, either may be pruned; nowhere else may a mask differ.
namespace secateur::test {

/// Cells (indices into the row-major matrix) whose bits change together when a row's cut falls the other way.
using Flip = std::vector<std::size_t>;

/// Rows in which the largest pruned and the smallest kept score are at most 4 units in the last place apart.
[[nodiscard]] std::vector<Flip> cutTies(const selection::WeightView &weights, std::span<const float> norms,
                                        const mask::BitMatrix &kept);

/// Rows in which the cumulative sum meets alpha times the row's sum to within 2e-6 of it, or in which a score equals,
/// to within 4 units in the last place, the threshold up to which all are pruned.
[[nodiscard]] std::vector<Flip> variantCutTies(const selection::WeightView &weights, std::span<const float> norms,
                                               const mask::BitMatrix &kept, double alpha);

/// How many of `flips` must be applied to the packed mask to give this SHA-256; empty when no choice of them does.
[[nodiscard]] std::optional<std::size_t> flipsToDigest(std::vector<std::uint8_t> packed, const std::vector<Flip> &flips,
                                                       const std::string &sha256);

} // namespace secateur::test
