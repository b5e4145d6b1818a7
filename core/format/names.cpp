// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/format/names.h"

#include <algorithm>
#include <cstdint>

namespace secateur::format {

namespace {

constexpr std::size_t kMaxNameBytes = 4096;

/// Bytes of the UTF-8 character that starts the text, 0 when none does.
std::size_t characterBytes(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return std::uint8_t(text[i]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80)
        return 1;
    const std::size_t length = first >= 0xc2 && first <= 0xdf ? 2
        : first >= 0xe0 && first <= 0xef                      ? 3
        : first >= 0xf0 && first <= 0xf4                      ? 4
                                                              : 0;
    if (length == 0 || text.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80)
            return 0;
    }
    // The second byte has a smaller range after four first bytes: no overlong forms, surrogates, or beyond U+10FFFF.
    const std::uint8_t second = byte(1);
    const bool valid = !(first == 0xe0 && second < 0xa0) && !(first == 0xed && second > 0x9f)
        && !(first == 0xf0 && second < 0x90) && !(first == 0xf4 && second > 0x8f);
    return valid ? length : 0;
}

bool leavesItsFolder(std::string_view name)
{
    if (name.front() == '/')
        return true;
    while (true) {
        const auto slash = name.find('/');
        if (name.substr(0, slash) == "..")
            return true;
        if (slash == std::string_view::npos)
            return false;
        name.remove_prefix(slash + 1);
    }
}

} // namespace

bool isUtf8(std::string_view text)
{
    while (!text.empty()) {
        const std::size_t length = characterBytes(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string_view nameProblem(std::string_view name)
{
    const auto isControl = [](char c) { return std::uint8_t(c) < 0x20 || c == 0x7f; };
    if (name.empty())
        return "is empty";
    if (name.size() > kMaxNameBytes)
        return "is longer than 4096 bytes";
    if (std::any_of(name.begin(), name.end(), isControl))
        return "contains control characters";
    if (!isUtf8(name))
        return "is not valid UTF-8";
    if (leavesItsFolder(name))
        return "is absolute or contains \"..\"";
    return {};
}

std::string inQuotes(std::string_view name)
{
    constexpr std::size_t shown = 120;
    if (name.size() <= shown)
        return '"' + std::string(name) + '"';
    std::size_t end = shown;
    while ((std::uint8_t(name[end]) & 0xc0) == 0x80)
        --end;
    return '"' + std::string(name.substr(0, end)) + "…\"";
}

} // namespace secateur::format
