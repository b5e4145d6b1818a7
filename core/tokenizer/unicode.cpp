// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/unicode.h"

#include <cstring>

#include <utf8proc.h>

namespace secateur::tokenizer {

namespace {

constexpr char32_t ReplacementCharacter = 0xFFFD;

CharClass classify(char32_t character)
{
    // White_Space of Unicode is exactly \p{Z} and these six controls.
    if ((character >= 0x09 && character <= 0x0D) || character == 0x85)
        return CharClass::Space;
    switch (utf8proc_category(utf8proc_int32_t(character))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO: return CharClass::Letter;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO: return CharClass::Number;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return CharClass::Space;
    default: return CharClass::Other;
    }
}

constexpr CharClass asciiClass(unsigned char byte)
{
    if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z'))
        return CharClass::Letter;
    if (byte >= '0' && byte <= '9')
        return CharClass::Number;
    return byte == ' ' || (byte >= 0x09 && byte <= 0x0D) ? CharClass::Space : CharClass::Other;
}

constexpr std::array<CharClass, 128> AsciiClasses = [] {
    std::array<CharClass, 128> classes{};
    for (std::size_t byte = 0; byte < classes.size(); ++byte)
        classes[byte] = asciiClass(static_cast<unsigned char>(byte));
    return classes;
}();

/// What the bytes at the start of `bytes` are: `valid` with the length of a character, or the length of the maximal
/// part of an ill-formed sequence.
struct Sequence {
    bool valid;
    std::size_t length;
};

Sequence nextSequence(std::string_view bytes)
{
    const auto byteAt = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned char lead = byteAt(0);
    if (lead < 0x80)
        return {true, 1};
    if (lead < 0xC2 || lead > 0xF4)
        return {false, 1};
    const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    // The second byte also excludes overlong forms, surrogates and what lies above U+10FFFF.
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (lead == 0xE0)
        low = 0xA0;
    else if (lead == 0xED)
        high = 0x9F;
    else if (lead == 0xF0)
        low = 0x90;
    else if (lead == 0xF4)
        high = 0x8F;
    for (std::size_t i = 1; i < length; ++i) {
        if (i >= bytes.size() || byteAt(i) < low || byteAt(i) > high)
            return {false, i};
        low = 0x80;
        high = 0xBF;
    }
    return {true, length};
}

/// How many bytes at the start of `bytes` are ASCII, in steps of eight.
std::size_t asciiRun(std::string_view bytes)
{
    std::size_t run = 0;
    while (bytes.size() - run >= 8) {
        std::uint64_t block = 0;
        std::memcpy(&block, bytes.data() + run, 8);
        if (block & 0x8080808080808080U)
            break;
        run += 8;
    }
    return run;
}

} // namespace

CharClass charClass(char32_t character)
{
    return character < 128 ? AsciiClasses[character] : classify(character);
}

bool isPunctuation(char32_t character)
{
    if (character < 128)
        return character > 0x20 && character < 0x7F && AsciiClasses[character] == CharClass::Other;
    const auto category = utf8proc_category(utf8proc_int32_t(character));
    return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

bool isWordCharacter(char32_t character)
{
    const auto category = utf8proc_category(utf8proc_int32_t(character));
    if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NL)
        return true; // letters, marks, decimal and letter numbers lie side by side in the enumeration
    const auto within = [&](char32_t first, char32_t last) { return character >= first && character <= last; };
    // The symbols that are Alphabetic, and the joiners.
    return category == UTF8PROC_CATEGORY_PC || within(0x24B6, 0x24E9) || within(0x1F130, 0x1F149)
        || within(0x1F150, 0x1F169) || within(0x1F170, 0x1F189) || within(0x200C, 0x200D);
}

bool isDecimalDigit(char32_t character)
{
    return character < 128 ? AsciiClasses[character] == CharClass::Number
                           : utf8proc_category(utf8proc_int32_t(character)) == UTF8PROC_CATEGORY_ND;
}

char32_t toLower(char32_t character)
{
    return char32_t(utf8proc_tolower(utf8proc_int32_t(character)));
}

char32_t toUpper(char32_t character)
{
    return char32_t(utf8proc_toupper(utf8proc_int32_t(character)));
}

char32_t toTitle(char32_t character)
{
    return char32_t(utf8proc_totitle(utf8proc_int32_t(character)));
}

bool isCased(char32_t character)
{
    const auto category = utf8proc_category(utf8proc_int32_t(character));
    return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL || category == UTF8PROC_CATEGORY_LT;
}

bool isPrintable(char32_t character)
{
    switch (utf8proc_category(utf8proc_int32_t(character))) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return false;
    case UTF8PROC_CATEGORY_ZS: return character == U' ';
    default: return true;
    }
}

std::size_t graphemeEnd(std::string_view text, std::size_t position)
{
    utf8proc_int32_t state = 0;
    char32_t before = decodeUtf8(text, position);
    while (position < text.size()) {
        std::size_t behind = position;
        const char32_t next = decodeUtf8(text, behind);
        if (utf8proc_grapheme_break_stateful(utf8proc_int32_t(before), utf8proc_int32_t(next), &state))
            break;
        before = next;
        position = behind;
    }
    return position;
}

bool isValidUtf8(std::string_view bytes)
{
    while (!bytes.empty()) {
        bytes.remove_prefix(asciiRun(bytes));
        if (bytes.empty())
            break;
        const Sequence sequence = nextSequence(bytes);
        if (!sequence.valid)
            return false;
        bytes.remove_prefix(sequence.length);
    }
    return true;
}

char32_t decodeUtf8(std::string_view text, std::size_t &position)
{
    const auto byteAt = [&](std::size_t i) { return char32_t(static_cast<unsigned char>(text[i])); };
    const char32_t lead = byteAt(position);
    if (lead < 0x80) {
        ++position;
        return lead;
    }
    const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (position + length > text.size()) {
        position = text.size();
        return ReplacementCharacter;
    }
    char32_t character = lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i)
        character = (character << 6) | (byteAt(position + i) & 0x3F);
    position += length;
    return character;
}

std::size_t previousCharacter(std::string_view text, std::size_t position)
{
    do
        --position;
    while (position > 0 && (static_cast<unsigned char>(text[position]) & 0xC0) == 0x80);
    return position;
}

void appendUtf8(std::string &text, char32_t character)
{
    const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (character < 0x80) {
        put(character);
    } else if (character < 0x800) {
        put(0xC0 | (character >> 6));
        put(0x80 | (character & 0x3F));
    } else if (character < 0x10000) {
        put(0xE0 | (character >> 12));
        put(0x80 | ((character >> 6) & 0x3F));
        put(0x80 | (character & 0x3F));
    } else {
        put(0xF0 | (character >> 18));
        put(0x80 | ((character >> 12) & 0x3F));
        put(0x80 | ((character >> 6) & 0x3F));
        put(0x80 | (character & 0x3F));
    }
}

std::string replaceInvalidUtf8(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const std::size_t ascii = asciiRun(bytes);
        text.append(bytes.substr(0, ascii));
        bytes.remove_prefix(ascii);
        if (bytes.empty())
            break;
        const Sequence sequence = nextSequence(bytes);
        if (sequence.valid)
            text.append(bytes.substr(0, sequence.length));
        else
            appendUtf8(text, ReplacementCharacter);
        bytes.remove_prefix(sequence.length);
    }
    return text;
}

} // namespace secateur::tokenizer
