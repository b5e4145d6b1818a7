// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/utf8.h"

#include <array>

namespace secateur::data {

namespace {

unsigned char byteAt(std::string_view text, std::size_t index)
{
    return static_cast<unsigned char>(text[index]);
}

/// Bytes of the well-formed character at `start`, or 0.
std::size_t characterLength(std::string_view text, std::size_t start)
{
    const unsigned char lead = byteAt(text, start);
    if (lead < 0x80)
        return 1;
    const std::size_t length = lead >= 0xC2 && lead <= 0xDF ? 2
        : (lead & 0xF0) == 0xE0                             ? 3
        : lead >= 0xF0 && lead <= 0xF4                      ? 4
                                                            : 0;
    if (length == 0 || text.size() - start < length)
        return 0;
    // Only the second byte's range depends on the lead: it is what excludes overlong forms, surrogates and > U+10FFFF.
    const unsigned char second = byteAt(text, start + 1);
    const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < low || second > high)
        return 0;
    for (std::size_t i = 2; i < length; ++i)
        if ((byteAt(text, start + i) & 0xC0) != 0x80)
            return 0;
    return length;
}

} // namespace

std::optional<std::size_t> firstInvalidUtf8(std::string_view text)
{
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = characterLength(text, i);
        if (length == 0)
            return i;
        i += length;
    }
    return std::nullopt;
}

bool isBlank(std::string_view text)
{
    static constexpr std::array<std::string_view, 19> wideSpaces = {
        "\u0085", "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
        "\u2007", "\u2008", "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"};
    while (!text.empty()) {
        const unsigned char first = byteAt(text, 0);
        std::size_t length = first == ' ' || (first >= '\t' && first <= '\r') ? 1 : 0;
        for (const auto space : wideSpaces)
            if (text.starts_with(space))
                length = space.size();
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

} // namespace secateur::data
