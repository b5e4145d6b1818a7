// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <vector>

#include <utf8proc.h>

#include "core/tokenizer/unicode.h"

namespace secateur::tokenizer {

namespace {

/// Appends the full decomposition of one character.
void appendDecomposition(std::vector<utf8proc_int32_t> &out, char32_t character, utf8proc_option_t options)
{
    // The longest decomposition has 18 characters (U+FDFA).
    std::array<utf8proc_int32_t, 32> parts{};
    int boundary = 0;
    const auto count =
        utf8proc_decompose_char(utf8proc_int32_t(character), parts.data(), parts.size(), options, &boundary);
    if (count < 0 || std::size_t(count) > parts.size())
        out.push_back(utf8proc_int32_t(character));
    else
        out.insert(out.end(), parts.begin(), parts.begin() + count);
}

/// Canonical ordering: every run of combining marks sorted by class, stably. utf8proc's own reordering takes
/// quadratic time on a long run.
void orderMarks(std::vector<utf8proc_int32_t> &characters)
{
    const auto combiningClass = [](utf8proc_int32_t c) { return utf8proc_get_property(c)->combining_class; };
    auto run = characters.begin();
    while (run != characters.end()) {
        run = std::find_if(run, characters.end(), [&](auto c) { return combiningClass(c) != 0; });
        const auto end = std::find_if(run, characters.end(), [&](auto c) { return combiningClass(c) == 0; });
        std::stable_sort(run, end, [&](auto a, auto b) { return combiningClass(a) < combiningClass(b); });
        run = end;
    }
}

} // namespace

Result<std::string> normalizeUnicode(std::string_view text, NormalForm form, std::size_t limit)
{
    if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
        return std::string(text);
    const bool compose = form == NormalForm::C || form == NormalForm::Kc;
    const bool compatible = form == NormalForm::Kc || form == NormalForm::Kd;
    const auto options = utf8proc_option_t(UTF8PROC_STABLE | (compose ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE)
                                           | (compatible ? UTF8PROC_COMPAT : 0));
    std::vector<utf8proc_int32_t> characters;
    characters.reserve(text.size());
    for (std::size_t position = 0; position < text.size();) {
        appendDecomposition(characters, decodeUtf8(text, position), options);
        if (characters.size() > limit)
            return failure(ErrorCode::BadInput, "the normaliser makes the text too long");
    }
    orderMarks(characters);
    auto count = utf8proc_ssize_t(characters.size());
    if (compose)
        count = utf8proc_normalize_utf32(characters.data(), count, options);
    if (count < 0)
        return failure(ErrorCode::Internal, "Unicode normalisation failed: " + std::string(utf8proc_errmsg(count)));
    std::string normalized;
    normalized.reserve(text.size());
    for (utf8proc_ssize_t i = 0; i < count; ++i)
        appendUtf8(normalized, char32_t(characters[std::size_t(i)]));
    return normalized;
}

} // namespace secateur::tokenizer
