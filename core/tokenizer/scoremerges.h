// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/tokenizer/tokenizerspec.h"

namespace secateur::tokenizer {

/// Writes SentencePiece's rule, "of all neighbours that together are a token, merge the pair of the best score, the
/// leftmost first", as a list of merges: for each mergeable token all the ways to put it together from two tokens, best
/// score first, one priority per distinct score. `scores` and `mergeable` are by position in spec.tokens.
/// BadInput when there are more than MaxMerges.
[[nodiscard]] Result<void> addMergesFromScores(const std::vector<double> &scores, const std::vector<bool> &mergeable,
                                               TokenizerSpec &spec);

} // namespace secateur::tokenizer
