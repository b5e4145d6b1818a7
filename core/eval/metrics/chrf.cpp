// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/metrics/chrf.h"

#include <algorithm>

#include "core/eval/metrics/ngrams.h"
#include "core/eval/metrics/words.h"
#include "core/tokenizer/unicode.h"

namespace secateur::eval {

namespace {

constexpr std::size_t CharacterOrders = 6;
constexpr std::size_t WordOrders = 2;

/// ASCII punctuation; that is what isPunctuation() means below 128.
bool isAsciiPunctuation(char32_t character)
{
    return character < 128 && tokenizer::isPunctuation(character);
}

using Words = std::vector<std::u32string_view>;

/// Appends a word, with its last, else its first punctuation mark apart.
void appendWord(Words &words, std::u32string_view word)
{
    const std::size_t last = word.size() - 1;
    if (last > 0 && isAsciiPunctuation(word[last])) {
        words.push_back(word.substr(0, last));
        words.push_back(word.substr(last));
    } else if (last > 0 && isAsciiPunctuation(word[0])) {
        words.push_back(word.substr(0, 1));
        words.push_back(word.substr(1));
    } else {
        words.push_back(word);
    }
}

/// A text as units of both kinds.
struct Units {
    std::vector<std::uint32_t> characters; ///< without white space
    std::vector<std::uint32_t> words;
};

Units unitsOf(const std::u32string &text, bool withWords, WordNumbers<std::u32string_view> &numbers)
{
    Units units;
    Words words;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && !isPythonSpace(text[i])) {
            units.characters.push_back(text[i]);
            continue;
        }
        if (i > begin)
            appendWord(words, std::u32string_view(text).substr(begin, i - begin));
        begin = i + 1;
    }
    if (withWords)
        units.words = numbers.of(words);
    return units;
}

using Ngrams = std::vector<NgramCounts>;

Ngrams ngramsOf(const Units &units, bool withWords)
{
    Ngrams ngrams;
    for (std::size_t n = 1; n <= CharacterOrders; ++n)
        ngrams.emplace_back(units.characters, n);
    for (std::size_t n = 1; withWords && n <= WordOrders; ++n)
        ngrams.emplace_back(units.words, n);
    return ngrams;
}

ChrfStatistics compare(const Ngrams &hypothesis, const Ngrams &reference)
{
    ChrfStatistics statistics;
    for (std::size_t i = 0; i < hypothesis.size(); ++i)
        statistics.orders[i] = {reference[i].total() > 0 ? hypothesis[i].total() : 0, reference[i].total(),
                                hypothesis[i].common(reference[i])};
    return statistics;
}

} // namespace

ChrfStatistics &ChrfStatistics::operator+=(const ChrfStatistics &other)
{
    for (std::size_t i = 0; i < orders.size(); ++i) {
        orders[i].hypothesis += other.orders[i].hypothesis;
        orders[i].reference += other.orders[i].reference;
        orders[i].matches += other.orders[i].matches;
    }
    return *this;
}

ChrfStatistics chrfStatistics(std::string_view hypothesis, std::span<const std::string> references,
                              const ChrfOptions &options)
{
    std::vector<std::u32string> texts; // whole before the views of words into them are made
    const auto add = [&](std::string_view text) {
        texts.push_back(options.lowercase ? codePoints(lowerCase(text)) : codePoints(text));
    };
    add(hypothesis);
    for (const std::string &reference : references)
        add(reference);
    WordNumbers<std::u32string_view> numbers;
    const auto ngrams = [&](const std::u32string &text) {
        return ngramsOf(unitsOf(text, options.words, numbers), options.words);
    };
    const Ngrams ours = ngrams(texts[0]);
    ChrfStatistics best;
    double bestScore = -1.0;
    for (std::size_t i = 1; i < texts.size(); ++i) {
        const ChrfStatistics statistics = compare(ours, ngrams(texts[i]));
        const double score = chrfScore(statistics);
        if (score > bestScore) {
            bestScore = score;
            best = statistics;
        }
    }
    return best;
}

std::vector<std::uint64_t> sumsOf(const ChrfStatistics &statistics)
{
    std::vector<std::uint64_t> sums;
    for (const ChrfCounts &counts : statistics.orders)
        sums.insert(sums.end(), {counts.hypothesis, counts.reference, counts.matches});
    return sums;
}

ChrfStatistics chrfFromSums(std::span<const std::uint64_t> sums)
{
    ChrfStatistics statistics;
    if (sums.size() == 3 * statistics.orders.size())
        for (std::size_t i = 0; i < statistics.orders.size(); ++i)
            statistics.orders[i] = {sums[3 * i], sums[3 * i + 1], sums[3 * i + 2]};
    return statistics;
}

double chrfScore(const ChrfStatistics &statistics)
{
    constexpr double factor = 4.0; // beta squared
    double precision = 0.0;
    double recall = 0.0;
    double orders = 0.0;
    for (const ChrfCounts &counts : statistics.orders) {
        if (counts.hypothesis == 0 || counts.reference == 0)
            continue;
        precision += double(counts.matches) / double(counts.hypothesis);
        recall += double(counts.matches) / double(counts.reference);
        orders += 1.0;
    }
    if (orders == 0.0 || precision + recall == 0.0)
        return 0.0;
    precision /= orders;
    recall /= orders;
    return 100.0 * (1.0 + factor) * precision * recall / (factor * precision + recall);
}

std::string chrfLabel(std::size_t references, const ChrfOptions &options)
{
    return std::string(options.words ? "chrF2++" : "chrF2") + "|nrefs:" + std::to_string(references)
        + "|case:" + (options.lowercase ? "lc" : "mixed") + "|eff:yes|nc:6|nw:" + (options.words ? "2" : "0")
        + "|space:no|version:2.6.0";
}

} // namespace secateur::eval
