// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace secateur::tokenizer {

/// The four kinds of characters that the pre-tokenisers tell apart: \p{L}, \p{N}, Unicode White_Space, the rest.
enum class CharClass : std::uint8_t { Other, Letter, Number, Space };

[[nodiscard]] CharClass charClass(char32_t character);
[[nodiscard]] bool isPunctuation(char32_t character); ///< ASCII punctuation and \p{P}
[[nodiscard]] bool isWordCharacter(char32_t character); ///< \w: Alphabetic, \p{M}, \p{Nd}, \p{Pc}, Join_Control
[[nodiscard]] bool isDecimalDigit(char32_t character); ///< \p{Nd}
[[nodiscard]] char32_t toLower(char32_t character); ///< the simple mapping: one character for one
[[nodiscard]] char32_t toUpper(char32_t character); ///< likewise
[[nodiscard]] char32_t toTitle(char32_t character); ///< likewise: "ǅ" of "ǆ"
[[nodiscard]] bool isCased(char32_t character); ///< \p{L} with an upper and a lower case: \p{Lu}, \p{Ll}, \p{Lt}
/// Whether Python's repr() shows it as it is: no control, format or unassigned character, and of the blanks only
/// U+0020.
[[nodiscard]] bool isPrintable(char32_t character);

[[nodiscard]] bool isValidUtf8(std::string_view bytes);

/// The character at `position`, which moves behind it. `text` must be valid UTF-8 and `position` < its size;
/// on anything else it gives U+FFFD and never reads outside.
[[nodiscard]] char32_t decodeUtf8(std::string_view text, std::size_t &position);

/// Where the extended grapheme cluster ends that begins at `position` (< size; Unicode annex 29).
[[nodiscard]] std::size_t graphemeEnd(std::string_view text, std::size_t position);

/// The position of the character before `position` (> 0).
[[nodiscard]] std::size_t previousCharacter(std::string_view text, std::size_t position);

void appendUtf8(std::string &text, char32_t character);

/// Decodes as Python's bytes.decode("utf-8", errors="replace") does: each maximal part of an ill-formed sequence
/// becomes one U+FFFD (Unicode 15, section 3.9, "Substitution of Maximal Subparts").
[[nodiscard]] std::string replaceInvalidUtf8(std::string_view bytes);

/// The characters by which byte-level BPE spells bytes (GPT-2's table): printable Latin-1 as itself, the other 68
/// bytes in order as U+0100 and up.
[[nodiscard]] const std::array<char32_t, 256> &byteLevelCharacters();
/// The byte a character spells, or -1.
[[nodiscard]] int byteLevelByte(char32_t character);
/// Each byte of `bytes` as its character.
[[nodiscard]] std::string byteLevelSpelling(std::string_view bytes);

enum class NormalForm { C, D, Kc, Kd };

/// Unicode normalisation in linear time, also for endless runs of combining marks. `text` must be valid UTF-8.
/// BadInput when the result would be longer than `limit` bytes.
[[nodiscard]] Result<std::string> normalizeUnicode(std::string_view text, NormalForm form, std::size_t limit);

} // namespace secateur::tokenizer
