// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"

namespace secateur::training {

/// How the tokenizer cuts text before merging: words of letters and underscores, single digits, punctuation, each with
/// a blank in front; line ends apart, so that a prompt that ends with a line or a brace is cut like the text it began.
[[nodiscard]] std::string wordPattern();

/// The token that stands in front of every text and at its end.
inline constexpr const char *endOfText = "<|endoftext|>";

/// Trains byte-level BPE (Sennrich et al. 2016 on bytes, as GPT-2 does) to `vocabulary` tokens: the bytes, merges by
/// frequency (equal ones by the smaller ids), and endOfText as the last one. Gives tokenizer.json as pip's tokenizers
/// and core/tokenizer read it. InvalidArgument below 257 tokens or when the texts have too few pairs.
[[nodiscard]] Result<std::string> trainTokenizer(const std::vector<std::string> &texts, std::size_t vocabulary);

/// tokenizer_config.json for it.
[[nodiscard]] std::string tokenizerConfig(std::size_t longestText);

} // namespace secateur::training
