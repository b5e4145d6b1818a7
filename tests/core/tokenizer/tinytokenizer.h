// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/tokenizer/tokenizer.h"

namespace secateur::test {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// A small tokenizer.json. Ids: `tokens` in order, then the merges' results, then added tokens that are new.
struct TinyTokenizer {
    std::vector<std::string> tokens;
    Pairs merges;
    nlohmann::json model = nlohmann::json::object(); ///< members that replace the defaults
    nlohmann::json added = nlohmann::json::array(); ///< without ids; absent flags are false
    nlohmann::json normalizer;
    nlohmann::json preTokenizer;
    nlohmann::json postProcessor;
    nlohmann::json decoder;

    [[nodiscard]] std::string json() const;
};

/// The 256 characters that spell bytes, in the order of the bytes.
[[nodiscard]] std::vector<std::string> byteTokens();
/// <0x00> to <0xFF>.
[[nodiscard]] std::vector<std::string> fallbackTokens();

/// The tokens of `ids` with '|' between them.
[[nodiscard]] std::string spelled(const tokenizer::Tokenizer &tokenizer, const std::vector<tokenizer::TokenId> &ids);

/// What the reference (tokenizers 0.22) gives for one text.
struct ReferenceCase {
    const char *pipeline;
    const char *text;
    const char *tokens; ///< without special tokens added
    const char *tokensWithSpecial; ///< null: the same
    const char *decoded; ///< of `tokens`; null: the text
    const char *decodedSkipping; ///< of `tokensWithSpecial`, special tokens left out; null: as `decoded`
};

/// Fails the running test where encode() or decode() differ from the case.
void checkReferenceCase(const tokenizer::Tokenizer &tokenizer, const ReferenceCase &expected);

} // namespace secateur::test
