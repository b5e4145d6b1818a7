// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/metrics/meteor.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <string_view>
#include <unordered_map>

#include "core/eval/metrics/porterstem.h"
#include "core/eval/metrics/words.h"

namespace secateur::eval {

namespace {

/// A word that is not matched yet, in the form in which the stage sees it.
struct OpenWord {
    std::size_t number = 0;
    std::string text;
};
using OpenWords = std::vector<OpenWord>;
using Matches = std::vector<std::pair<std::size_t, std::size_t>>;
/// Which words of the reference a word of the hypothesis may be matched with.
using Forms = std::function<std::vector<std::string_view>(const std::string &)>;

OpenWords lowerCased(std::span<const std::string> words)
{
    OpenWords open;
    for (std::size_t i = 0; i < words.size(); ++i)
        open.push_back({i, lowerCase(words[i])});
    return open;
}

void stem(OpenWords &words)
{
    for (OpenWord &word : words)
        word.text = porterStem(word.text);
}

/// Matches what can be, and takes it out of both lists.
void matchStage(OpenWords &hypothesis, OpenWords &reference, const Forms &formsOf, Matches &matches)
{
    std::unordered_map<std::string_view, std::vector<std::size_t>> places; // in `reference`, the last one last
    for (std::size_t j = 0; j < reference.size(); ++j)
        places[reference[j].text].push_back(j);
    std::vector<bool> taken(reference.size());
    OpenWords left;
    for (std::size_t i = hypothesis.size(); i-- > 0;) {
        std::vector<std::size_t> *best = nullptr;
        for (const std::string_view form : formsOf(hypothesis[i].text)) {
            const auto found = places.find(form);
            if (found != places.end() && !found->second.empty() && (!best || found->second.back() > best->back()))
                best = &found->second;
        }
        if (best) {
            matches.emplace_back(hypothesis[i].number, reference[best->back()].number);
            taken[best->back()] = true;
            best->pop_back();
        } else {
            left.push_back(std::move(hypothesis[i]));
        }
    }
    std::reverse(left.begin(), left.end());
    hypothesis = std::move(left);
    OpenWords rest;
    for (std::size_t j = 0; j < reference.size(); ++j)
        if (!taken[j])
            rest.push_back(std::move(reference[j]));
    reference = std::move(rest);
}

std::size_t chunksOf(const Matches &matches)
{
    std::size_t chunks = matches.empty() ? 0 : 1;
    for (std::size_t i = 1; i < matches.size(); ++i)
        if (matches[i].first != matches[i - 1].first + 1 || matches[i].second != matches[i - 1].second + 1)
            ++chunks;
    return chunks;
}

std::string shortest(double value)
{
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    return {buffer.data(), end};
}

} // namespace

MeteorAlignment meteorAlignment(std::span<const std::string> hypothesis, std::span<const std::string> reference,
                                const MeteorOptions &options)
{
    OpenWords ours = lowerCased(hypothesis);
    OpenWords theirs = lowerCased(reference);
    const Forms itself = [](const std::string &word) { return std::vector<std::string_view>{word}; };
    MeteorAlignment alignment;
    matchStage(ours, theirs, itself, alignment.matches);
    if (options.stems) {
        stem(ours);
        stem(theirs);
        matchStage(ours, theirs, itself, alignment.matches);
    }
    if (options.synonyms) {
        const Forms synonyms = [&options](const std::string &word) {
            auto forms = options.synonyms->synonyms(word);
            forms.emplace_back(word);
            return forms;
        };
        matchStage(ours, theirs, synonyms, alignment.matches);
    }
    if (alignment.matches.empty())
        return alignment;
    std::sort(alignment.matches.begin(), alignment.matches.end());
    alignment.chunks = chunksOf(alignment.matches);
    const auto count = double(alignment.matches.size());
    const double precision = count / double(hypothesis.size());
    const double recall = count / double(reference.size());
    const double mean = precision * recall / (options.alpha * precision + (1.0 - options.alpha) * recall);
    const double penalty = options.gamma * std::pow(double(alignment.chunks) / count, options.beta);
    alignment.score = (1.0 - penalty) * mean;
    return alignment;
}

double meteorScore(std::span<const std::string> hypothesis, std::span<const std::vector<std::string>> references,
                   const MeteorOptions &options)
{
    double best = 0.0;
    for (const auto &reference : references)
        best = std::max(best, meteorAlignment(hypothesis, reference, options).score);
    return best;
}

std::string meteorLabel(const MeteorOptions &options)
{
    std::string stages = "exact";
    if (options.stems)
        stages += "+stem";
    if (options.synonyms)
        stages += "+wordnet-" + (options.synonyms->version().empty() ? "unknown" : options.synonyms->version());
    return "METEOR|as:nltk|stages:" + stages + "|a:" + shortest(options.alpha) + "|b:" + shortest(options.beta)
        + "|g:" + shortest(options.gamma) + "|tok:wordpunct";
}

} // namespace secateur::eval
