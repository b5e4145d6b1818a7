// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/demo/text.h"

#include <cctype>

namespace secateur::demo {

std::string fill(std::string_view text, const Slots &slots)
{
    std::string out;
    while (!text.empty()) {
        const auto open = text.find('{');
        out += text.substr(0, open);
        if (open == std::string_view::npos)
            break;
        text.remove_prefix(open);
        const auto close = text.find('}');
        const auto slot =
            close == std::string_view::npos ? slots.end() : slots.find(std::string(text.substr(1, close - 1)));
        if (slot == slots.end()) {
            out += '{';
            text.remove_prefix(1);
        } else {
            out += slot->second;
            text.remove_prefix(close + 1);
        }
    }
    return out;
}

std::string capitalized(std::string text)
{
    if (text.empty())
        return text;
    // U+00E0 to U+00FE, "à" to "þ", have their capitals 32 below.
    if (text.size() > 1 && text[0] == '\xc3' && static_cast<unsigned char>(text[1]) >= 0xa0)
        text[1] = char(text[1] - 32);
    else
        text[0] = char(std::toupper(static_cast<unsigned char>(text[0])));
    return text;
}

std::string withArticle(const std::string &noun)
{
    return (std::string_view("aeiou").find(noun.empty() ? 'x' : noun[0]) == std::string_view::npos ? "a " : "an ")
        + noun;
}

} // namespace secateur::demo
