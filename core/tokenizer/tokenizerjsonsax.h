// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/tokenizer/tokenizerspec.h"

namespace secateur::tokenizer {

/// A tokenizer.json with its two large lists taken out: model.vocab and model.merges go into tables at once, since as a
/// document they cost more time and memory than all the rest of opening a model.
struct TokenizerDocument {
    nlohmann::json rest; ///< everything else; model.vocab and model.merges are null in it
    TextTable tokens;
    std::vector<TokenId> ids;
    TextTable mergeParts;
    std::vector<double> scores; ///< of model.vocab as a list of [piece, score], by id: Unigram
    bool hasVocabulary = false; ///< model.vocab was there
};

/// Parses strictly: one document, no repeated key, at most 64 levels, MaxTokens tokens and MaxMerges merges.
/// BadInput with the byte offset.
[[nodiscard]] Result<TokenizerDocument> parseTokenizerDocument(std::string_view text, const std::string &origin);

} // namespace secateur::tokenizer
