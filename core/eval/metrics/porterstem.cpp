// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/metrics/porterstem.h"

#include <algorithm>
#include <array>
#include <span>

#include "core/eval/metrics/words.h"
#include "core/tokenizer/unicode.h"

namespace secateur::eval {

namespace {

/// A word that loses and gains endings. What its letters are depends on those in front only, so each is told once.
class Word
{
public:
    explicit Word(std::u32string letters) : m_letters(std::move(letters)) { classifyFrom(0); }

    [[nodiscard]] const std::u32string &letters() const { return m_letters; }
    [[nodiscard]] std::size_t size() const { return m_letters.size(); }
    [[nodiscard]] char32_t letter(std::size_t i) const { return m_letters[i]; }
    [[nodiscard]] bool isConsonant(std::size_t i) const { return m_consonant[i]; }
    [[nodiscard]] bool endsWith(std::u32string_view suffix) const
    {
        return std::u32string_view(m_letters).ends_with(suffix);
    }

    /// How often a vowel is followed by a consonant among the first `length` letters: Porter's m.
    [[nodiscard]] std::size_t measure(std::size_t length) const
    {
        std::size_t count = 0;
        for (std::size_t i = 1; i < length; ++i)
            count += !m_consonant[i - 1] && m_consonant[i] ? 1 : 0;
        return count;
    }
    [[nodiscard]] bool hasVowel(std::size_t length) const
    {
        return std::find(m_consonant.begin(), m_consonant.begin() + std::ptrdiff_t(length), false)
            != m_consonant.begin() + std::ptrdiff_t(length);
    }
    [[nodiscard]] bool endsInDoubleConsonant() const
    {
        const std::size_t n = size();
        return n >= 2 && m_letters[n - 1] == m_letters[n - 2] && m_consonant[n - 1];
    }
    /// The first `length` letters end in consonant, vowel, consonant other than w, x, y; or are vowel and consonant.
    [[nodiscard]] bool endsInCvc(std::size_t length) const
    {
        if (length == 2)
            return !m_consonant[0] && m_consonant[1];
        if (length < 3)
            return false;
        const char32_t last = m_letters[length - 1];
        return m_consonant[length - 3] && !m_consonant[length - 2] && m_consonant[length - 1] && last != U'w'
            && last != U'x' && last != U'y';
    }

    void cut(std::size_t length)
    {
        m_letters.resize(length);
        m_consonant.resize(length);
    }
    void replaceEnd(std::size_t stem, std::u32string_view ending)
    {
        cut(stem);
        m_letters += ending;
        classifyFrom(stem);
    }

private:
    void classifyFrom(std::size_t first)
    {
        m_consonant.resize(size());
        for (std::size_t i = first; i < size(); ++i) {
            const char32_t letter = m_letters[i];
            const bool vowel = letter == U'a' || letter == U'e' || letter == U'i' || letter == U'o' || letter == U'u';
            m_consonant[i] = letter == U'y' ? i == 0 || !m_consonant[i - 1] : !vowel;
        }
    }

    std::u32string m_letters;
    std::vector<bool> m_consonant;
};

struct Rule {
    std::u32string_view suffix;
    std::u32string_view ending;
};

/// The first rule whose suffix the word has decides; its stem must have a measure of more than `above`.
void applyFirst(Word &word, std::span<const Rule> rules, std::size_t above)
{
    for (const Rule &rule : rules) {
        if (!word.endsWith(rule.suffix))
            continue;
        const std::size_t stem = word.size() - rule.suffix.size();
        if (word.measure(stem) > above)
            word.replaceEnd(stem, rule.ending);
        return;
    }
}

/// Plurals.
void step1a(Word &word)
{
    const std::size_t n = word.size();
    if (word.endsWith(U"ies"))
        word.cut(n == 4 ? n - 1 : n - 2);
    else if (word.endsWith(U"sses"))
        word.cut(n - 2);
    else if (word.endsWith(U"s") && !word.endsWith(U"ss"))
        word.cut(n - 1);
}

/// Mends a stem that lost -ed or -ing.
void mend(Word &word)
{
    const std::size_t n = word.size();
    const char32_t last = word.letter(n - 1);
    if (word.endsWith(U"at") || word.endsWith(U"bl") || word.endsWith(U"iz")) {
        word.replaceEnd(n, U"e");
    } else if (word.endsInDoubleConsonant()) {
        if (last != U'l' && last != U's' && last != U'z')
            word.cut(n - 1);
    } else if (word.measure(n) == 1 && word.endsInCvc(n)) {
        word.replaceEnd(n, U"e");
    }
}

/// Past forms.
void step1b(Word &word)
{
    const std::size_t n = word.size();
    if (word.endsWith(U"ied")) {
        word.cut(n == 4 ? n - 1 : n - 2);
    } else if (word.endsWith(U"eed")) {
        if (word.measure(n - 3) > 0)
            word.cut(n - 1);
    } else {
        for (const std::u32string_view suffix : {U"ed", U"ing"}) {
            if (!word.endsWith(suffix) || !word.hasVowel(n - suffix.size()))
                continue;
            word.cut(n - suffix.size());
            return mend(word);
        }
    }
}

void step1c(Word &word)
{
    const std::size_t n = word.size();
    if (n > 2 && word.endsWith(U"y") && word.isConsonant(n - 2))
        word.replaceEnd(n - 1, U"i");
}

/// Double suffixes.
void step2(Word &word)
{
    static constexpr auto rules = std::to_array<Rule>(
        {{U"ational", U"ate"}, {U"tional", U"tion"}, {U"enci", U"ence"}, {U"anci", U"ance"}, {U"izer", U"ize"},
         {U"bli", U"ble"},     {U"alli", U"al"},     {U"entli", U"ent"}, {U"eli", U"e"},     {U"ousli", U"ous"},
         {U"ization", U"ize"}, {U"ation", U"ate"},   {U"ator", U"ate"},  {U"alism", U"al"},  {U"iveness", U"ive"},
         {U"fulness", U"ful"}, {U"ousness", U"ous"}, {U"aliti", U"al"},  {U"iviti", U"ive"}, {U"biliti", U"ble"},
         {U"fulli", U"ful"}});
    if (word.endsWith(U"alli") && word.measure(word.size() - 4) > 0)
        word.cut(word.size() - 2);
    // The l of -logi counts as part of the stem, so that short ones such as "geo" are enough.
    if (word.endsWith(U"logi")) {
        if (word.measure(word.size() - 3) > 0)
            word.cut(word.size() - 1);
        return;
    }
    applyFirst(word, rules, 0);
}

void step3(Word &word)
{
    static constexpr auto rules = std::to_array<Rule>({{U"icate", U"ic"},
                                                       {U"ative", U""},
                                                       {U"alize", U"al"},
                                                       {U"iciti", U"ic"},
                                                       {U"ical", U"ic"},
                                                       {U"ful", U""},
                                                       {U"ness", U""}});
    applyFirst(word, rules, 0);
}

void step4(Word &word)
{
    static constexpr std::array<std::u32string_view, 19> suffixes = {
        U"al",  U"ance", U"ence", U"er",  U"ic",  U"able", U"ible", U"ant", U"ement", U"ment",
        U"ent", U"ion",  U"ou",   U"ism", U"ate", U"iti",  U"ous",  U"ive", U"ize"};
    const auto suffix =
        std::find_if(suffixes.begin(), suffixes.end(), [&word](std::u32string_view end) { return word.endsWith(end); });
    if (suffix == suffixes.end())
        return;
    const std::size_t stem = word.size() - suffix->size();
    const bool fits =
        *suffix != U"ion" || (stem > 0 && (word.letter(stem - 1) == U's' || word.letter(stem - 1) == U't'));
    if (fits && word.measure(stem) > 1)
        word.cut(stem);
}

/// A final e, and of two final l the second.
void step5(Word &word)
{
    if (word.endsWith(U"e")) {
        const std::size_t stem = word.size() - 1;
        const std::size_t measure = word.measure(stem);
        if (measure > 1 || (measure == 1 && !word.endsInCvc(stem)))
            word.cut(stem);
    }
    if (word.endsWith(U"ll") && word.measure(word.size() - 1) > 1)
        word.cut(word.size() - 1);
}

/// The stem of a word for which the rules fail; empty for the others.
std::string_view irregularStem(std::string_view word)
{
    static constexpr std::array<std::array<std::string_view, 2>, 14> stems = {{{"sky", "sky"},
                                                                               {"skies", "sky"},
                                                                               {"dying", "die"},
                                                                               {"lying", "lie"},
                                                                               {"tying", "tie"},
                                                                               {"news", "news"},
                                                                               {"inning", "inning"},
                                                                               {"innings", "inning"},
                                                                               {"outing", "outing"},
                                                                               {"outings", "outing"},
                                                                               {"canning", "canning"},
                                                                               {"cannings", "canning"},
                                                                               {"howe", "howe"},
                                                                               {"proceed", "proceed"}}};
    for (const auto &[form, stem] : stems)
        if (form == word)
            return stem;
    return word == "exceed" || word == "succeed" ? word : std::string_view();
}

} // namespace

std::string porterStem(std::string_view text)
{
    if (const auto stem = irregularStem(text); !stem.empty())
        return std::string(stem);
    Word word(codePoints(text));
    if (word.size() <= 2)
        return std::string(text);
    for (const auto step : {step1a, step1b, step1c, step2, step3, step4, step5})
        step(word);
    std::string stem;
    for (const char32_t letter : word.letters())
        tokenizer::appendUtf8(stem, letter);
    return stem;
}

} // namespace secateur::eval
