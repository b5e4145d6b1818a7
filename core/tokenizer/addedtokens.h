// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/tokenizer/normalizer.h"
#include "core/tokenizer/regex.h"
#include "core/tokenizer/tokenizerspec.h"

namespace secateur::tokenizer {

/// A set of byte strings, of which the longest that begins at a position is found.
class PrefixTree
{
public:
    PrefixTree() : m_nodes(1) { m_starts.fill(false); }
    /// A text that is already there keeps its first value.
    void add(std::string_view text, std::size_t value);
    struct Found {
        std::size_t value;
        std::size_t end;
    };
    /// The longest text at the first position from `from` on where one begins (leftmost-longest); `begin` is set to it.
    [[nodiscard]] std::optional<Found> findFirst(std::string_view text, std::size_t from, std::size_t &begin) const;

private:
    struct Node {
        std::vector<std::pair<unsigned char, std::uint32_t>> children;
        std::optional<std::size_t> value;
    };
    [[nodiscard]] std::optional<Found> longestAt(std::string_view text, std::size_t position) const;
    std::vector<Node> m_nodes;
    std::array<bool, 256> m_starts;
};

/// A part of a text: an added token, or what lies between two of them.
struct Section {
    Span span;
    std::optional<TokenId> id;
};

/// The added tokens of a tokenizer and how they are found in a text (tokenizers' AddedVocabulary): those with
/// `normalized` false in the text as given, the others in the normalised text. Immutable.
class AddedTokens
{
public:
    AddedTokens() = default;
    /// BadInput for an empty or overlong content, and a content or id that is there twice.
    [[nodiscard]] static Result<AddedTokens> create(std::vector<AddedToken> tokens, const Normalizer &normalizer);

    [[nodiscard]] const std::vector<AddedToken> &all() const { return m_tokens; }
    [[nodiscard]] const AddedToken *find(TokenId id) const;
    [[nodiscard]] bool isSpecial(TokenId id) const;

    /// The sections of a text as given.
    [[nodiscard]] std::vector<Section> splitRaw(std::string_view text) const { return split(text, m_raw); }
    /// The sections of a normalised text.
    [[nodiscard]] std::vector<Section> splitNormalized(std::string_view text) const
    {
        return split(text, m_normalized);
    }

private:
    [[nodiscard]] std::vector<Section> split(std::string_view text, const PrefixTree &tree) const;
    std::vector<AddedToken> m_tokens;
    std::unordered_map<TokenId, std::size_t> m_byId;
    PrefixTree m_raw;
    PrefixTree m_normalized;
};

} // namespace secateur::tokenizer
