// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/charsmap.h"

#include <array>

#include "core/tokenizer/unicode.h"

namespace secateur::tokenizer {

namespace {

constexpr std::size_t MaxTableBytes = 16 * 1024 * 1024;
/// Longer grapheme clusters are not looked up as a whole.
constexpr std::size_t ShortCluster = 6;

tl::unexpected<Error> damaged(const std::string &problem)
{
    return failure(ErrorCode::BadInput, "precompiled_charsmap " + problem);
}

int valueOfDigit(char c)
{
    static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto found = digits.find(c);
    return found == std::string_view::npos ? -1 : int(found);
}

Result<std::string> decodeBase64(std::string_view text)
{
    if (text.size() > MaxTableBytes / 3 * 4)
        return damaged("is longer than " + std::to_string(MaxTableBytes) + " bytes");
    if (text.size() % 4 != 0)
        return damaged("is not base64: its length is no multiple of 4");
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t at = 0; at < text.size(); at += 4) {
        const bool last = at + 4 == text.size();
        const int padding = !last || text[at + 3] != '=' ? 0 : text[at + 2] == '=' ? 2 : 1;
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const int value = i + std::size_t(padding) >= 4 ? 0 : valueOfDigit(text[at + i]);
            if (value < 0)
                return damaged("is not base64 at character " + std::to_string(at + i + 1));
            group = group << 6 | std::uint32_t(value);
        }
        for (int i = 0; i < 3 - padding; ++i)
            bytes += char(group >> (16 - 8 * i) & 0xff);
    }
    return bytes;
}

std::uint32_t unitAt(std::string_view bytes, std::size_t at)
{
    std::uint32_t unit = 0;
    for (std::size_t i = 0; i < 4; ++i)
        unit |= std::uint32_t(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    return unit;
}

// The bits of a unit of a double array (Yata's darts-clone).
bool hasLeaf(std::uint32_t unit)
{
    return (unit >> 8 & 1) != 0;
}
std::uint32_t labelOf(std::uint32_t unit)
{
    return unit & (0x80000000U | 0xffU);
}
std::uint32_t offsetOf(std::uint32_t unit)
{
    return unit >> 10 << ((unit & (1U << 9)) >> 6);
}

} // namespace

Result<Charsmap> Charsmap::fromBase64(std::string_view text)
{
    SECATEUR_TRY(bytes, decodeBase64(text));
    if (bytes.size() < 4)
        return damaged("has " + std::to_string(bytes.size())
                       + " bytes; its table begins with 4 bytes that tell its size");
    const std::size_t trieBytes = unitAt(bytes, 0);
    if (trieBytes == 0 || trieBytes % 4 != 0 || trieBytes > bytes.size() - 4)
        return damaged("tells a trie of " + std::to_string(trieBytes) + " bytes and has "
                       + std::to_string(bytes.size() - 4));
    Charsmap map;
    for (std::size_t at = 4; at < 4 + trieBytes; at += 4)
        map.m_units.push_back(unitAt(bytes, at));
    map.m_texts = bytes.substr(4 + trieBytes);
    if (!isValidUtf8(map.m_texts))
        return damaged("replaces by what is not UTF-8");
    return map;
}

std::optional<std::string_view> Charsmap::replacement(std::string_view text) const
{
    std::uint32_t at = offsetOf(m_units[0]);
    for (const char c : text) {
        const auto byte = std::uint32_t(static_cast<unsigned char>(c));
        at ^= byte;
        if (byte == 0 || at >= m_units.size() || labelOf(m_units[at]) != byte)
            return std::nullopt;
        const std::uint32_t unit = m_units[at];
        at ^= offsetOf(unit);
        if (!hasLeaf(unit))
            continue;
        const std::size_t begin = at < m_units.size() ? m_units[at] & 0x7fffffffU : m_texts.size();
        if (begin >= m_texts.size() || (m_texts[begin] & 0xc0) == 0x80)
            return std::nullopt;
        const std::size_t end = std::min(m_texts.find('\0', begin), m_texts.size());
        return std::string_view(m_texts).substr(begin, end - begin);
    }
    return std::nullopt;
}

Result<std::string> Charsmap::apply(std::string_view text, std::size_t limit) const
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = graphemeEnd(text, begin);
        const std::string_view cluster = text.substr(begin, end - begin);
        begin = end;
        if (const auto whole = cluster.size() < ShortCluster ? replacement(cluster) : std::nullopt) {
            out += *whole;
        } else {
            for (std::size_t at = 0; at < cluster.size();) {
                const std::size_t first = at;
                static_cast<void>(decodeUtf8(cluster, at));
                const std::string_view character = cluster.substr(first, at - first);
                out += replacement(character).value_or(character);
            }
        }
        if (out.size() > limit)
            return failure(ErrorCode::BadInput, "the normaliser makes the text more than 32 times as long");
    }
    return out;
}

} // namespace secateur::tokenizer
