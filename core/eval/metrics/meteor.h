// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/eval/metrics/wordnet.h"

namespace secateur::eval {

/// Which stages match words, after lower case and exact equality, and the weights of Lavie and Agarwal (2007).
struct MeteorOptions {
    bool stems = true; ///< porterStem(); for English
    std::shared_ptr<const WordNet> synonyms; ///< null: no such stage; for English
    double alpha = 0.9;
    double beta = 3.0;
    double gamma = 0.5;
};

/// How one hypothesis agrees with one reference.
struct MeteorAlignment {
    std::vector<std::pair<std::size_t, std::size_t>> matches; ///< numbers of words in both, by the hypothesis
    std::size_t chunks = 0; ///< runs of matches that are neighbours in both; 0 for no match
    double score = 0.0;
};

/// METEOR as NLTK computes it, which is not the Java program METEOR 1.5 and gives other numbers. With m matches of h
/// and r words: P = m/h, R = m/r, F = PR / (alpha P + (1 - alpha) R), score = (1 - gamma (chunks/m)^beta) F; 0 for no
/// match. Each stage takes the words that are left, from the end of the hypothesis, and gives each the last word of the
/// reference that equals it; there is no search for the fewest chunks. After the stage of stems the stems are what
/// synonyms are looked up for. Words come from wordTokens(), or another tokenizer that the label should then name.
/// O(n log n) in words.
[[nodiscard]] MeteorAlignment meteorAlignment(std::span<const std::string> hypothesis,
                                              std::span<const std::string> reference,
                                              const MeteorOptions &options = {});

/// The best score over the references; 0 for none.
[[nodiscard]] double meteorScore(std::span<const std::string> hypothesis,
                                 std::span<const std::vector<std::string>> references,
                                 const MeteorOptions &options = {});

/// What a number has to be called: "METEOR|as:nltk|stages:exact+stem+wordnet-3.0|a:0.9|b:3|g:0.5|tok:wordpunct".
/// Two scores compare only where this is the same.
[[nodiscard]] std::string meteorLabel(const MeteorOptions &options = {});

} // namespace secateur::eval
