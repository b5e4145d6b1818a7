// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/unicode.h"

namespace secateur::tokenizer {

namespace {

constexpr char32_t FirstSubstitute = 0x100;

constexpr bool spellsItself(unsigned byte)
{
    return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

constexpr std::array<char32_t, 256> Characters = [] {
    std::array<char32_t, 256> characters{};
    char32_t substitute = FirstSubstitute;
    for (unsigned byte = 0; byte < 256; ++byte)
        characters[byte] = spellsItself(byte) ? char32_t(byte) : substitute++;
    return characters;
}();

constexpr std::size_t SpelledEnd = FirstSubstitute + 68;

constexpr std::array<std::int16_t, SpelledEnd> Bytes = [] {
    std::array<std::int16_t, SpelledEnd> bytes{};
    for (auto &byte : bytes)
        byte = -1;
    for (std::size_t byte = 0; byte < 256; ++byte)
        bytes[Characters[byte]] = std::int16_t(byte);
    return bytes;
}();

} // namespace

const std::array<char32_t, 256> &byteLevelCharacters()
{
    return Characters;
}

int byteLevelByte(char32_t character)
{
    return character < SpelledEnd ? Bytes[character] : -1;
}

std::string byteLevelSpelling(std::string_view bytes)
{
    std::string spelling;
    spelling.reserve(bytes.size() + bytes.size() / 4);
    for (const char byte : bytes)
        appendUtf8(spelling, Characters[static_cast<unsigned char>(byte)]);
    return spelling;
}

} // namespace secateur::tokenizer
