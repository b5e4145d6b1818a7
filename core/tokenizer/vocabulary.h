// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/tokenizer/tokenizerspec.h"

namespace secateur::tokenizer {

/// A quick 64-bit hash of a short text (not for untrusted keys in a table that only degrades: the tables here are
/// bounded by the input they come from).
[[nodiscard]] std::uint64_t hashText(std::string_view text);

/// Tokens by id and ids by token. Ids may have gaps. Immutable after create().
class Vocabulary
{
public:
    /// BadInput for a token or an id that is there twice and for overlong tokens.
    [[nodiscard]] static Result<Vocabulary> create(TextTable tokens, const std::vector<TokenId> &ids);

    [[nodiscard]] TokenId idOf(std::string_view token) const; ///< -1: not there
    [[nodiscard]] bool has(TokenId id) const;
    [[nodiscard]] std::string_view textOf(TokenId id) const; ///< empty: not there
    [[nodiscard]] std::size_t idEnd() const { return m_entryOfId.size(); } ///< one more than the largest id
    [[nodiscard]] std::size_t size() const { return m_tokens.size(); }

private:
    TextTable m_tokens;
    std::vector<std::int32_t> m_entryOfId; ///< index into m_tokens, -1: a gap
    struct Slot {
        std::uint32_t hash = 0;
        TokenId id = -1;
    };
    std::vector<Slot> m_slots; ///< open addressing, a power of two
};

} // namespace secateur::tokenizer
