// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace secateur::analysis {

/// For each token of `text`, whether it belongs to a longest common subsequence with `reference`: what remains when
/// tokens that were put in, left out or exchanged are taken away. Common beginnings and ends are always part of it. Of
/// what lies between, at most 2048 tokens of each are compared; beyond that nothing counts as common.
[[nodiscard]] std::vector<bool> commonTokens(std::span<const std::int32_t> reference,
                                             std::span<const std::int32_t> text);

} // namespace secateur::analysis
