// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/chat/value.h"

/// Texts as Python makes them: what templates print was written for Python's str, repr and json. Texts are UTF-8 and
/// counted in characters. Exact for all of Unicode but for case mappings of one character to several.
namespace secateur::chat {

[[nodiscard]] bool isPythonSpace(char32_t character); ///< str.isspace()

enum class Sides { Left, Right, Both };
/// Without the white space, or the characters in `characters`, at its sides.
[[nodiscard]] std::string_view trimmed(std::string_view text, Sides sides,
                                       std::optional<std::string_view> characters = std::nullopt);

[[nodiscard]] std::size_t characterCount(std::string_view text);
/// The byte at which character `index` starts; the size of the text when there are fewer.
[[nodiscard]] std::size_t byteOfCharacter(std::string_view text, std::size_t index);

[[nodiscard]] std::string upperCase(std::string_view text);
[[nodiscard]] std::string lowerCase(std::string_view text);
[[nodiscard]] std::string titleCase(std::string_view text);
[[nodiscard]] std::string capitalized(std::string_view text);

/// A text between quotes in a template, its escapes (\n, \x41, \u00e4, \101) resolved. BadInput.
[[nodiscard]] Result<std::string> unescaped(std::string_view text);

/// str(value): what `{{ value }}` prints. BadInput for functions and namespaces.
[[nodiscard]] Result<std::string> textOf(const Value &value, Budget &budget);
/// repr(value)
[[nodiscard]] Result<std::string> reprOf(const Value &value, Budget &budget);

struct JsonStyle {
    std::optional<std::string> indent; ///< of one level
    std::string itemSeparator = ", ";
    std::string keySeparator = ": ";
    bool asciiOnly = false;
    bool sortKeys = false;
};
/// json.dumps(value). BadInput for what JSON does not know.
[[nodiscard]] Result<std::string> jsonOf(const Value &value, const JsonStyle &style, Budget &budget);

} // namespace secateur::chat
