// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/wordscanner.h"

#include <limits>

#include "core/tokenizer/unicode.h"

namespace secateur::tokenizer {

namespace {

/// The class of the character at `position` and where the next one begins; Space at the end of the text, which no
/// word continues into.
struct Next {
    CharClass kind;
    std::size_t end;
};

Next next(std::string_view text, std::size_t position)
{
    if (position >= text.size())
        return {CharClass::Space, position};
    const char32_t character = decodeUtf8(text, position);
    return {charClass(character), position};
}

std::size_t runEnd(std::string_view text, std::size_t position, CharClass kind,
                   int most = std::numeric_limits<int>::max())
{
    for (int count = 0; count < most && position < text.size(); ++count) {
        const Next character = next(text, position);
        if (character.kind != kind)
            break;
        position = character.end;
    }
    return position;
}

bool isNewline(char c)
{
    return c == '\r' || c == '\n';
}

/// `\s+(?!\S)|\s+`: a run of white space without its last character, unless the run is that one or ends the text.
std::size_t spaceEnd(std::string_view text, std::size_t position, std::size_t run)
{
    if (run == text.size())
        return run;
    const std::size_t last = previousCharacter(text, run);
    return last > position ? last : run;
}

} // namespace

std::optional<WordScanner> WordScanner::forPattern(std::string_view pattern)
{
    if (pattern == patterns::Gpt2)
        return gpt2();
    if (pattern == patterns::Llama3)
        return WordScanner({false, Contractions::AnyCaseFolded, 3});
    if (pattern == patterns::Qwen2)
        return WordScanner({false, Contractions::AnyCaseFolded, 1});
    if (pattern == patterns::Llama3Spelled)
        return WordScanner({false, Contractions::AnyCase, 3});
    if (pattern == patterns::Qwen2Spelled)
        return WordScanner({false, Contractions::AnyCase, 1});
    return std::nullopt;
}

WordScanner WordScanner::gpt2()
{
    return WordScanner(Rules{});
}

std::size_t WordScanner::wordEnd(std::string_view text, std::size_t position) const
{
    if (text[position] == '\'') {
        const std::size_t end = contractionEnd(text, position);
        if (end > position)
            return end;
    }
    return m_rules.gpt2 ? gpt2End(text, position) : llamaEnd(text, position);
}

/// 's 't 're 've 'm 'll 'd; `position` itself when there is none.
std::size_t WordScanner::contractionEnd(std::string_view text, std::size_t position) const
{
    const std::string_view rest = text.substr(position + 1);
    const auto letter = [&](std::size_t i) {
        if (i >= rest.size())
            return '\0';
        const bool upper = rest[i] >= 'A' && rest[i] <= 'Z';
        return upper && m_rules.contractions != Contractions::LowerCase ? static_cast<char>(rest[i] + ('a' - 'A'))
                                                                        : rest[i];
    };
    const char first = letter(0);
    if (first == 's' || first == 't' || first == 'm' || first == 'd')
        return position + 2;
    const char second = letter(1);
    if (((first == 'r' || first == 'v') && second == 'e') || (first == 'l' && second == 'l'))
        return position + 3;
    // U+017F, the long s, folds to s.
    if (m_rules.contractions == Contractions::AnyCaseFolded && rest.starts_with("\u017F"))
        return position + 3;
    return position;
}

std::size_t WordScanner::gpt2End(std::string_view text, std::size_t position) const
{
    Next first = next(text, position);
    if (text[position] == ' ') {
        const Next second = next(text, first.end);
        if (second.kind != CharClass::Space)
            first = second;
    }
    const std::size_t end = runEnd(text, first.end, first.kind);
    return first.kind == CharClass::Space ? spaceEnd(text, position, end) : end;
}

std::size_t WordScanner::llamaEnd(std::string_view text, std::size_t position) const
{
    const Next first = next(text, position);
    if (first.kind == CharClass::Letter)
        return runEnd(text, first.end, CharClass::Letter);
    if (first.kind == CharClass::Number)
        return runEnd(text, position, CharClass::Number, m_rules.digitsPerWord);
    // Anything but a line break may lead a word.
    const Next second = next(text, first.end);
    if (!isNewline(text[position]) && second.kind == CharClass::Letter)
        return runEnd(text, second.end, CharClass::Letter);
    const bool spaceBeforeOther = text[position] == ' ' && second.kind == CharClass::Other;
    if (first.kind == CharClass::Other || spaceBeforeOther) {
        std::size_t end = runEnd(text, first.end, CharClass::Other);
        while (end < text.size() && isNewline(text[end]))
            ++end;
        return end;
    }
    const std::size_t run = runEnd(text, first.end, CharClass::Space);
    // `\s*[\r\n]+`: up to the last line break of the run.
    for (std::size_t end = run; end > position; --end) {
        if (isNewline(text[end - 1]))
            return end;
    }
    return spaceEnd(text, position, run);
}

} // namespace secateur::tokenizer
