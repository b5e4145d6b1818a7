// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/tokenizer/tokenizer.h"

namespace secateur::tokenizer {

/// Limits for vocabularies from files (design/safety.md B.4).
inline constexpr TokenId MaxTokens = 1 << 20;
inline constexpr std::size_t MaxMerges = 1 << 20;
inline constexpr std::size_t MaxTokenBytes = 16 * 1024;
inline constexpr std::size_t MaxAddedTokenBytes = 1024;

/// Many short texts in one allocation.
class TextTable
{
public:
    void add(std::string_view text)
    {
        m_bytes.append(text);
        m_ends.push_back(m_bytes.size());
    }
    [[nodiscard]] std::size_t size() const { return m_ends.size(); }
    [[nodiscard]] std::string_view operator[](std::size_t index) const
    {
        const std::size_t begin = index == 0 ? 0 : m_ends[index - 1];
        return std::string_view(m_bytes).substr(begin, m_ends[index] - begin);
    }

private:
    std::string m_bytes;
    std::vector<std::size_t> m_ends;
};

/// A token that is recognised in the text before any other processing, with the meaning of its flags in the reference
/// (tokenizers' AddedToken).
struct AddedToken {
    std::string content;
    TokenId id = 0;
    bool special = false; ///< left out by decode(…, skipSpecial)
    bool lstrip = false; ///< takes the white space before it along
    bool rstrip = false; ///< takes the white space behind it along
    bool singleWord = false; ///< not within a word
    bool normalized = false; ///< looked for in the normalised text
};

/// All that a source says about a tokenizer, in the terms of tokenizer.json. Both readers give this, so a tokenizer
/// from GGUF and one from JSON run through the same code.
struct TokenizerSpec {
    std::string origin; ///< the file, for messages

    TextTable tokens; ///< as the vocabulary spells them, in any order
    std::vector<TokenId> ids; ///< of `tokens`, in [0, MaxTokens)
    TextTable mergeParts; ///< left, right, left, right, …: two per merge
    /// Per merge, lower first; merges of one priority are done from left to right. Empty: in the order of the list.
    std::vector<std::uint32_t> mergePriorities;
    std::vector<double> scores; ///< of a Unigram model, by id; empty: BPE
    std::optional<TokenId> unknownId; ///< of a Unigram model
    bool byteFallback = false;
    bool ignoreMerges = false;
    bool fuseUnknown = false;
    std::optional<std::string> unknownToken;

    std::vector<AddedToken> addedTokens;
    nlohmann::json normalizer;
    nlohmann::json preTokenizer;
    nlohmann::json postProcessor;
    nlohmann::json decoder;

    std::optional<std::string> bosToken;
    std::optional<std::string> eosToken;
    std::optional<std::string> padToken;
    std::optional<std::string> chatTemplate;
    /// Overrides the post-processor as the classes of the reference do that rebuild it (LlamaTokenizer and others).
    std::optional<bool> addBos;
    bool addEos = false;
};

} // namespace secateur::tokenizer
