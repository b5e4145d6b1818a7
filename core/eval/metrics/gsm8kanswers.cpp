// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/metrics/gsm8kanswers.h"

#include <algorithm>
#include <optional>

#include "core/eval/metrics/words.h"
#include "core/tokenizer/unicode.h"

namespace secateur::eval {

namespace {

constexpr std::string_view PaperTrigger = "the answer is";

bool isDigit(char character)
{
    return character >= '0' && character <= '9';
}

/// Of [0-9.,].
bool isNumeral(char character)
{
    return isDigit(character) || character == '.' || character == ',';
}

/// How many characters from `at` on are of a kind.
template <typename Kind>
std::size_t runOf(std::string_view text, std::size_t at, Kind kind)
{
    const auto begin = text.begin() + std::ptrdiff_t(std::min(at, text.size()));
    return std::size_t(std::find_if_not(begin, text.end(), kind) - begin);
}

/// -?[0-9.,]+ at `at`; empty where it does not match.
std::string_view numeralAt(std::string_view text, std::size_t at)
{
    const std::size_t sign = at < text.size() && text[at] == '-' ? 1 : 0;
    const std::size_t run = runOf(text, at + sign, isNumeral);
    return run == 0 ? std::string_view() : text.substr(at, sign + run);
}

std::string chainStrict(std::string_view text)
{
    constexpr std::string_view trigger = "The answer is ";
    for (auto at = text.find(trigger); at != std::string_view::npos; at = text.find(trigger, at + 1)) {
        std::string_view numeral = numeralAt(text, at + trigger.size());
        const std::size_t end = at + trigger.size() + numeral.size();
        // The pattern wants one more character. Where there is none, the number gives up its last one.
        if (end >= text.size() || text[end] == '\n')
            numeral = numeral.substr(0, numeral.empty() ? 0 : numeral.size() - 1);
        if (!numeral.empty() && numeral != "-")
            return std::string(numeral);
    }
    return std::string(InvalidAnswer);
}

std::string hashStrict(std::string_view text)
{
    constexpr std::string_view trigger = "#### ";
    for (auto at = text.find(trigger); at != std::string_view::npos; at = text.find(trigger, at + 1))
        if (const auto numeral = numeralAt(text, at + trigger.size()); !numeral.empty())
            return std::string(numeral);
    return std::string(InvalidAnswer);
}

std::string flexible(std::string_view text)
{
    std::string_view last = InvalidAnswer;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t sign = text[at] == '-' ? 1 : 0;
        const std::size_t run = runOf(text, at + sign, [](char c) { return isNumeral(c) || c == '$'; });
        const bool matches = run >= 2 || (run == 1 && isDigit(text[at + sign]));
        if (matches)
            last = text.substr(at, sign + run);
        at += std::max<std::size_t>(1, sign + run);
    }
    return std::string(last);
}

/// Where the words begin in any case, at or behind `from`. Upper case is folded for ASCII alone, which is all there is:
/// no other character becomes one of these letters in lower case.
std::size_t findTrigger(std::string_view text, std::size_t from)
{
    const auto found = std::search(text.begin() + std::ptrdiff_t(from), text.end(), PaperTrigger.begin(),
                                   PaperTrigger.end(), [](char ours, char wanted) {
                                       return (ours >= 'A' && ours <= 'Z' ? char(ours + ('a' - 'A')) : ours) == wanted;
                                   });
    return found == text.end() ? std::string_view::npos : std::size_t(found - text.begin());
}

/// The first or the last -?\d+\.?\d* of a text.
std::optional<std::string> paperNumber(const std::u32string &text, bool first)
{
    const auto digits = [&text](std::size_t at) {
        std::size_t end = at;
        while (end < text.size() && tokenizer::isDecimalDigit(text[end]))
            ++end;
        return end;
    };
    std::optional<std::string> number;
    for (std::size_t at = 0; at < text.size() && !(first && number);) {
        std::size_t end = digits(at);
        if (end == at) {
            ++at;
            continue;
        }
        const std::size_t begin = at > 0 && text[at - 1] == U'-' ? at - 1 : at;
        if (end < text.size() && text[end] == U'.')
            end = digits(end + 1);
        number.emplace();
        for (std::size_t i = begin; i < end && !(i + 1 == end && text[i] == U'.'); ++i)
            tokenizer::appendUtf8(*number, text[i]);
        at = end;
    }
    return number;
}

std::string paper(std::string_view text)
{
    const std::size_t trigger = findTrigger(text, 0);
    const bool marked = trigger != std::string_view::npos;
    if (marked) {
        text.remove_prefix(trigger + PaperTrigger.size());
        text = text.substr(0, findTrigger(text, 0));
    }
    std::u32string characters = codePoints(text);
    std::erase(characters, U',');
    return paperNumber(characters, marked).value_or(std::string(InvalidAnswer));
}

/// What lm-eval's exact_match removes, in its order.
std::string normalised(std::string_view text)
{
    constexpr std::string_view hashes = "#### ";
    std::string kept(text);
    std::erase(kept, ',');
    std::erase(kept, '$');
    if (const auto at = kept.rfind(hashes); at != std::string::npos)
        kept.erase(0, at + hashes.size());
    // Python's $ stands at the end and in front of a last line end.
    const std::size_t end = kept.ends_with('\n') ? kept.size() - 1 : kept.size();
    if (end > 0 && kept[end - 1] == '.')
        kept.erase(end - 1, 1);
    return lowerCase(kept);
}

} // namespace

std::string extractAnswer(std::string_view output, AnswerFilter filter)
{
    switch (filter) {
    case AnswerFilter::ChainStrict: return chainStrict(output);
    case AnswerFilter::HashStrict: return hashStrict(output);
    case AnswerFilter::Flexible: return flexible(output);
    case AnswerFilter::Paper: return paper(output);
    }
    return std::string(InvalidAnswer);
}

std::string goldAnswer(std::string_view answer)
{
    constexpr std::string_view hashes = "####";
    // Not rfind(): as in Python's split(), of "#####" the first four are taken.
    for (auto at = answer.find(hashes); at != std::string_view::npos; at = answer.find(hashes))
        answer.remove_prefix(at + hashes.size());
    const auto words = splitAtSpace(answer);
    if (words.empty())
        return {};
    const char *end = words.back().data() + words.back().size();
    return {words.front().data(), end};
}

bool answersMatch(std::string_view extracted, std::string_view gold)
{
    return normalised(extracted) == normalised(gold);
}

bool paperAnswersMatch(std::string_view extracted, std::string_view answer)
{
    std::string gold = hashStrict(answer);
    std::erase(gold, ',');
    return extracted == gold && gold != InvalidAnswer;
}

} // namespace secateur::eval
