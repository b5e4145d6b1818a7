// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace secateur::tokenizer {

/// SentencePiece's compiled table of replacements ("Precompiled", nmt_nfkc mostly): a double-array trie over the bytes
/// of what is replaced, and the replacements behind each other, each ended by a NUL. Immutable.
class Charsmap
{
public:
    /// From base64. BadInput when it is damaged; every unit and offset is checked where it is used.
    [[nodiscard]] static Result<Charsmap> fromBase64(std::string_view text);

    /// As tokenizers applies it: grapheme cluster by grapheme cluster, short ones as a whole first, then character by
    /// character. BadInput when the result would have more than `limit` bytes.
    [[nodiscard]] Result<std::string> apply(std::string_view text, std::size_t limit) const;

private:
    /// What the shortest beginning of `text` that is in the table becomes.
    [[nodiscard]] std::optional<std::string_view> replacement(std::string_view text) const;

    std::vector<std::uint32_t> m_units;
    std::string m_texts;
};

} // namespace secateur::tokenizer
