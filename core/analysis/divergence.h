// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// How far apart two models are on what comes next: plain functions over one vocabulary.
namespace secateur::analysis {

/// p_i = exp(logit_i) / sum_j exp(logit_j), computed from the distance to the largest logit. Empty for no logits.
[[nodiscard]] std::vector<double> softmax(std::span<const float> logits);

/// The Jensen-Shannon divergence of two distributions over the same outcomes, in bits: with m = (p + q) / 2,
///     JS(p, q) = 1/2 sum_i p_i log2(p_i / m_i) + 1/2 sum_i q_i log2(q_i / m_i),
/// where outcomes of probability 0 add nothing. 0: the same distribution; 1: no outcome that both can have. Symmetric
/// (Lin, Divergence measures based on the Shannon entropy, IEEE Trans. Inf. Theory 37, 1991). Outcomes beyond the
/// shorter one are ignored.
[[nodiscard]] double jensenShannonBits(std::span<const double> p, std::span<const double> q);

/// Indices of the `count` largest logits, the largest first, the smaller index first among equals (as greedy decoding
/// chooses); all of them where there are fewer.
[[nodiscard]] std::vector<std::size_t> mostLikely(std::span<const float> logits, std::size_t count);

/// The place of an index in that order, from 1 on. `index` must be one of the logits.
[[nodiscard]] std::uint64_t rankOf(std::span<const float> logits, std::size_t index);

} // namespace secateur::analysis
