// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/tokenizer/mergetable.h"
#include "core/tokenizer/vocabulary.h"

namespace secateur::tokenizer {

/// The ids of words already met in one encode(), so that each distinct word is merged once. Keys point into the text.
class WordCache
{
public:
    /// The ids of a word; null when it is new.
    [[nodiscard]] const std::span<const TokenId> *find(std::string_view word, std::uint64_t hash);
    void add(std::string_view word, std::uint64_t hash, std::span<const TokenId> ids);

private:
    struct Entry {
        std::uint64_t hash = 0;
        std::string_view word; ///< null data: free
        std::size_t begin = 0;
        std::size_t count = 0;
    };
    void grow();
    std::vector<Entry> m_entries;
    std::vector<TokenId> m_ids;
    std::size_t m_used = 0;
    std::span<const TokenId> m_found;
};

/// Byte-pair encoding of single words, exactly as tokenizers' models::bpe does it. Immutable.
class BpeModel
{
public:
    BpeModel() = default;
    /// Takes the vocabulary and the merges out of `spec`. With `byteLevel`, words are bytes that the vocabulary spells
    /// in GPT-2's characters. BadInput for merges of unknown tokens, Unsupported never.
    [[nodiscard]] static Result<BpeModel> create(TokenizerSpec &spec, bool byteLevel);

    [[nodiscard]] const Vocabulary &vocabulary() const { return m_vocabulary; }

    /// Appends the ids of a word.
    void encode(std::string_view word, WordCache &cache, std::vector<TokenId> &out) const;

private:
    void prepareBytes();
    void prepareSpaceBoundary(const TokenizerSpec &spec);
    void encodeCached(std::string_view word, WordCache &cache, std::vector<TokenId> &out) const;
    [[nodiscard]] std::vector<TokenId> encodeWord(std::string_view word) const;
    [[nodiscard]] std::vector<TokenId> byteSymbols(std::string_view word) const;
    [[nodiscard]] std::vector<TokenId> characterSymbols(std::string_view word) const;
    [[nodiscard]] bool appendByteTokens(std::string_view character, std::vector<TokenId> &symbols) const;

    Vocabulary m_vocabulary;
    MergeTable m_merges;
    std::array<TokenId, 256> m_byteLevelIds{}; ///< the token of each byte, -1: none
    std::array<TokenId, 256> m_fallbackIds{}; ///< <0x00> to <0xFF>, -1: none
    TokenId m_unknownId = -1;
    bool m_byteLevel = false;
    bool m_byteFallback = false;
    bool m_ignoreMerges = false;
    bool m_fuseUnknown = false;
    /// No token reaches from another character into a U+2581, so a text may be cut there before merging.
    bool m_cutsAtSpaces = false;
};

} // namespace secateur::tokenizer
