// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/metrics/bleu.h"

#include <algorithm>
#include <cmath>

#include "core/eval/metrics/ngrams.h"
#include "core/eval/metrics/words.h"

namespace secateur::eval {

namespace {

std::string replaced(std::string_view text, std::string_view from, std::string_view to)
{
    std::string result;
    for (auto at = text.find(from); at != std::string_view::npos; at = text.find(from)) {
        result.append(text.substr(0, at)).append(to);
        text.remove_prefix(at + from.size());
    }
    return result.append(text);
}

bool isDigit(char character)
{
    return character >= '0' && character <= '9';
}

bool isPoint(char character)
{
    return character == '.' || character == ',';
}

/// ASCII punctuation but the apostrophe, comma, hyphen and dot.
bool standsAlone(char character)
{
    return (character > ' ' && character <= '&') || (character >= '(' && character <= '+') || character == '/'
        || (character >= ':' && character <= '@') || (character >= '[' && character <= '`')
        || (character >= '{' && character <= '~');
}

/// Rewrites pairs of characters from left to right: where `matches`, `write` appends what the pair becomes and the text
/// goes on behind both. Bytes will do: whatever byte a character ends in is no digit and no point.
template <typename Matches, typename Write>
std::string rewritePairs(const std::string &text, Matches matches, Write write)
{
    std::string result;
    result.reserve(text.size() * 2);
    std::size_t i = 0;
    while (i < text.size()) {
        if (i + 1 < text.size() && matches(text[i], text[i + 1])) {
            write(result, text[i], text[i + 1]);
            i += 2;
        } else {
            result += text[i++];
        }
    }
    return result;
}

std::string separated(const std::string &line)
{
    std::string text;
    for (const char character : line)
        if (standsAlone(character))
            text.append(" ").append(1, character).append(" ");
        else
            text += character;
    const auto spaceBehind = [](std::string &result, char first, char second) {
        result.append(1, first).append(" ").append(1, second).append(" ");
    };
    text = rewritePairs(
        text, [](char first, char second) { return !isDigit(first) && isPoint(second); }, spaceBehind);
    text = rewritePairs(
        text, [](char first, char second) { return isPoint(first) && !isDigit(second); },
        [](std::string &result, char first, char second) {
            result.append(" ").append(1, first).append(" ").append(1, second);
        });
    return rewritePairs(
        text, [](char first, char second) { return isDigit(first) && second == '-'; }, spaceBehind);
}

std::string prepared(std::string_view text, const BleuOptions &options)
{
    return options.lowercase ? tokenize13a(lowerCase(text)) : tokenize13a(text);
}

/// Of two equally near lengths the shorter one.
std::uint64_t nearestLength(std::uint64_t length, const std::vector<std::uint64_t> &candidates)
{
    const auto key = [length](std::uint64_t candidate) {
        return std::pair(candidate > length ? candidate - length : length - candidate, candidate);
    };
    const auto nearest = std::min_element(candidates.begin(), candidates.end(),
                                          [&key](std::uint64_t a, std::uint64_t b) { return key(a) < key(b); });
    return nearest == candidates.end() ? 0 : *nearest;
}

} // namespace

BleuStatistics &BleuStatistics::operator+=(const BleuStatistics &other)
{
    hypothesisLength += other.hypothesisLength;
    referenceLength += other.referenceLength;
    for (std::size_t n = 0; n < BleuOrder; ++n) {
        matches[n] += other.matches[n];
        totals[n] += other.totals[n];
    }
    return *this;
}

std::string tokenize13a(std::string_view text)
{
    // White space at the end goes first, so that a hyphen before a last line end stays.
    const auto words = splitAtSpace(text);
    if (words.empty())
        return {};
    text = text.substr(0, std::size_t(words.back().data() + words.back().size() - text.data()));
    std::string line = replaced(text, "<skipped>", "");
    line = replaced(line, "-\n", "");
    line = replaced(line, "\n", " ");
    line = replaced(line, "&quot;", "\"");
    line = replaced(line, "&amp;", "&");
    line = replaced(line, "&lt;", "<");
    line = replaced(line, "&gt;", ">");
    line = separated(" " + line + " ");
    std::string tokens;
    for (const std::string_view word : splitAtSpace(line))
        tokens.append(tokens.empty() ? "" : " ").append(word);
    return tokens;
}

BleuStatistics bleuStatistics(std::string_view hypothesis, std::span<const std::string> references,
                              const BleuOptions &options)
{
    std::vector<std::string> texts = {prepared(hypothesis, options)};
    for (const std::string &reference : references)
        texts.push_back(prepared(reference, options));
    WordNumbers<std::string_view> numbers;
    std::vector<std::vector<std::uint32_t>> words;
    for (const std::string &text : texts)
        words.push_back(numbers.of(splitAtSpace(text)));

    BleuStatistics statistics;
    statistics.hypothesisLength = words[0].size();
    std::vector<std::uint64_t> lengths;
    for (std::size_t i = 1; i < words.size(); ++i)
        lengths.push_back(words[i].size());
    statistics.referenceLength = nearestLength(statistics.hypothesisLength, lengths);
    for (std::size_t n = 1; n <= BleuOrder; ++n) {
        NgramCounts most;
        for (std::size_t i = 1; i < words.size(); ++i)
            most.raiseTo(NgramCounts(words[i], n));
        const NgramCounts ours(words[0], n);
        statistics.totals[n - 1] = ours.total();
        statistics.matches[n - 1] = ours.common(most);
    }
    return statistics;
}

std::vector<std::uint64_t> sumsOf(const BleuStatistics &statistics)
{
    std::vector<std::uint64_t> sums = {statistics.hypothesisLength, statistics.referenceLength};
    sums.insert(sums.end(), statistics.matches.begin(), statistics.matches.end());
    sums.insert(sums.end(), statistics.totals.begin(), statistics.totals.end());
    return sums;
}

BleuStatistics bleuFromSums(std::span<const std::uint64_t> sums)
{
    BleuStatistics statistics;
    if (sums.size() != 2 + 2 * BleuOrder)
        return statistics;
    statistics.hypothesisLength = sums[0];
    statistics.referenceLength = sums[1];
    std::copy_n(sums.begin() + 2, BleuOrder, statistics.matches.begin());
    std::copy_n(sums.begin() + 2 + BleuOrder, BleuOrder, statistics.totals.begin());
    return statistics;
}

BleuScore bleuScore(const BleuStatistics &statistics, const BleuOptions &options)
{
    BleuScore bleu;
    const auto ours = double(statistics.hypothesisLength);
    const auto theirs = double(statistics.referenceLength);
    bleu.brevityPenalty = ours >= theirs ? 1.0 : ours > 0.0 ? std::exp(1.0 - theirs / ours) : 0.0;
    if (std::all_of(statistics.matches.begin(), statistics.matches.end(), [](auto count) { return count == 0; }))
        return bleu;
    std::size_t order = BleuOrder;
    double halved = 1.0;
    for (std::size_t n = 0; n < BleuOrder && statistics.totals[n] > 0; ++n) {
        if (options.effectiveOrder)
            order = n + 1;
        const auto total = double(statistics.totals[n]);
        if (statistics.matches[n] > 0)
            bleu.precisions[n] = 100.0 * double(statistics.matches[n]) / total;
        else if (options.exponentialSmoothing)
            bleu.precisions[n] = 100.0 / ((halved *= 2.0) * total);
    }
    double logarithms = 0.0;
    for (std::size_t n = 0; n < order; ++n) {
        if (bleu.precisions[n] == 0.0)
            return bleu; // the geometric mean with a zero
        logarithms += std::log(bleu.precisions[n]);
    }
    bleu.score = bleu.brevityPenalty * std::exp(logarithms / double(order));
    return bleu;
}

std::string bleuLabel(std::size_t references, const BleuOptions &options)
{
    return "BLEU|nrefs:" + std::to_string(references) + "|case:" + (options.lowercase ? "lc" : "mixed")
        + "|eff:" + (options.effectiveOrder ? "yes" : "no")
        + "|tok:13a|smooth:" + (options.exponentialSmoothing ? "exp" : "none") + "|version:2.6.0";
}

} // namespace secateur::eval
