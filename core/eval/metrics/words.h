// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Text as the metrics see it. The rules are those of Python's str, in which the reference metrics are written. Texts
/// are UTF-8; what is not counts as some character, but is never read past.
namespace secateur::eval {

[[nodiscard]] std::u32string codePoints(std::string_view text);

/// str.isspace: White_Space of Unicode and the separators U+001C to U+001F.
[[nodiscard]] bool isPythonSpace(char32_t character);

/// str.split(): the words between white space.
[[nodiscard]] std::vector<std::string_view> splitAtSpace(std::string_view text);

/// str.lower(): character by character, but U+0130 becomes two characters, and a capital sigma behind a letter and not
/// in front of one a final sigma. (Python looks past apostrophes and the like around a sigma; this does not.)
[[nodiscard]] std::string lowerCase(std::string_view text);

/// The words that METEOR compares, by the rule of NLTK's wordpunct_tokenize, the pattern \w+|[^\w\s]+ : runs of letters
/// (\p{L}), numbers (\p{N}) and "_", and runs of everything else that is not white space. "don't..." is "don", "'",
/// "t",
/// "...". No case is changed. Combining marks are not in \w, so they split a word that is not in normal form C.
[[nodiscard]] std::vector<std::string> wordTokens(std::string_view text);

} // namespace secateur::eval
