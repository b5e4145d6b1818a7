// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/metrics/words.h"

#include "core/tokenizer/unicode.h"

namespace secateur::eval {

namespace {

using tokenizer::CharClass;

bool isLetter(const std::u32string &text, std::size_t position)
{
    return position < text.size() && tokenizer::charClass(text[position]) == CharClass::Letter;
}

bool isInWord(char32_t character)
{
    const CharClass kind = tokenizer::charClass(character);
    return kind == CharClass::Letter || kind == CharClass::Number || character == U'_';
}

} // namespace

std::u32string codePoints(std::string_view text)
{
    std::u32string characters;
    characters.reserve(text.size());
    for (std::size_t position = 0; position < text.size();)
        characters.push_back(tokenizer::decodeUtf8(text, position));
    return characters;
}

bool isPythonSpace(char32_t character)
{
    return (character >= 0x1C && character <= 0x1F) || tokenizer::charClass(character) == CharClass::Space;
}

std::vector<std::string_view> splitAtSpace(std::string_view text)
{
    std::vector<std::string_view> words;
    std::size_t begin = 0;
    for (std::size_t position = 0; position < text.size();) {
        const std::size_t at = position;
        if (!isPythonSpace(tokenizer::decodeUtf8(text, position)))
            continue;
        if (at > begin)
            words.push_back(text.substr(begin, at - begin));
        begin = position;
    }
    if (begin < text.size())
        words.push_back(text.substr(begin));
    return words;
}

std::string lowerCase(std::string_view text)
{
    constexpr char32_t sigma = 0x3A3;
    constexpr char32_t finalSigma = 0x3C2;
    const std::u32string characters = codePoints(text);
    std::string lower;
    lower.reserve(text.size());
    for (std::size_t i = 0; i < characters.size(); ++i) {
        if (characters[i] == 0x130)
            lower += "i\xCC\x87"; // with U+0307, the dot above
        else if (characters[i] == sigma && i > 0 && isLetter(characters, i - 1) && !isLetter(characters, i + 1))
            tokenizer::appendUtf8(lower, finalSigma);
        else
            tokenizer::appendUtf8(lower, tokenizer::toLower(characters[i]));
    }
    return lower;
}

std::vector<std::string> wordTokens(std::string_view text)
{
    enum class Run { None, Word, Other };
    std::vector<std::string> tokens;
    Run run = Run::None;
    for (std::size_t position = 0; position < text.size();) {
        const std::size_t at = position;
        const char32_t character = tokenizer::decodeUtf8(text, position);
        const Run kind = isPythonSpace(character) ? Run::None : isInWord(character) ? Run::Word : Run::Other;
        if (kind != Run::None && kind != run)
            tokens.emplace_back();
        if (kind != Run::None)
            tokens.back().append(text.substr(at, position - at));
        run = kind;
    }
    return tokens;
}

} // namespace secateur::eval
