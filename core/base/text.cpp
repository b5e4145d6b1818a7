// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"

namespace secateur {

std::string joined(const std::vector<std::string> &parts, std::string_view separator)
{
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i)
        text.append(i == 0 ? std::string_view() : separator).append(parts[i]);
    return text;
}

std::string stripped(std::string_view text)
{
    constexpr std::string_view blanks = " \t\n\r\v\f";
    const auto first = text.find_first_not_of(blanks);
    return first == std::string_view::npos ? std::string()
                                           : std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

} // namespace secateur
