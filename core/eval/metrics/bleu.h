// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace secateur::eval {

inline constexpr std::size_t BleuOrder = 4;

struct BleuOptions {
    bool lowercase = false;
    bool exponentialSmoothing = true; ///< an order without a match counts as 1/2, 1/4, … of one (as mteval-v13a does)
    bool effectiveOrder = false; ///< leaves out orders longer than the hypothesis; for single sentences
};

/// The sums from which BLEU is made. Those of a corpus are the sums of its segments'.
struct BleuStatistics {
    std::uint64_t hypothesisLength = 0; ///< words
    std::uint64_t referenceLength = 0; ///< of the reference whose length is nearest, of two the shorter one
    std::array<std::uint64_t, BleuOrder> matches{}; ///< n-grams that are in a reference, for n = 1 to 4
    std::array<std::uint64_t, BleuOrder> totals{}; ///< n-grams of the hypothesis

    BleuStatistics &operator+=(const BleuStatistics &other);
    friend bool operator==(const BleuStatistics &, const BleuStatistics &) = default;
};

struct BleuScore {
    double score = 0.0; ///< from 0 to 100
    std::array<double, BleuOrder> precisions{}; ///< in percent
    double brevityPenalty = 0.0;
};

/// The words of a text by the 13a rules of NIST's mteval-v13a.pl, as sacreBLEU has them, with single blanks between
/// them: four entities are decoded, a hyphen at a line end joins, ASCII punctuation becomes words of its own, but a dot
/// or a comma between digits. Linear in the text.
[[nodiscard]] std::string tokenize13a(std::string_view text);

/// Of one segment, with all references at once (Papineni et al. 2002): an n-gram matches as often as the reference that
/// has it most often has it. All zero but the hypothesis' for no reference.
[[nodiscard]] BleuStatistics bleuStatistics(std::string_view hypothesis, std::span<const std::string> references,
                                            const BleuOptions &options = {});

/// The statistics as ten numbers, in the order of the members, to be kept and added up elsewhere; and back, all zero
/// from any other count of numbers.
[[nodiscard]] std::vector<std::uint64_t> sumsOf(const BleuStatistics &statistics);
[[nodiscard]] BleuStatistics bleuFromSums(std::span<const std::uint64_t> sums);

/// BLEU as sacreBLEU 2.6 computes it (Post 2018, "A Call for Clarity in Reporting BLEU Scores").
[[nodiscard]] BleuScore bleuScore(const BleuStatistics &statistics, const BleuOptions &options = {});

/// sacreBLEU's signature: "BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0". It says whose numbers
/// these are equal to. `references`: how many each segment has.
[[nodiscard]] std::string bleuLabel(std::size_t references, const BleuOptions &options = {});

} // namespace secateur::eval
