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

struct ChrfOptions {
    bool lowercase = false;
    bool words = false; ///< chrF++: word n-grams of one and two words besides the six of characters
};

/// N-grams of one order.
struct ChrfCounts {
    std::uint64_t hypothesis = 0; ///< 0 where the reference has none
    std::uint64_t reference = 0;
    std::uint64_t matches = 0;
    friend bool operator==(const ChrfCounts &, const ChrfCounts &) = default;
};

/// The sums from which chrF is made: characters for n = 1 to 6, then words for n = 1 and 2 (all zero without them).
/// Those of a corpus are the sums of its segments'.
struct ChrfStatistics {
    std::array<ChrfCounts, 8> orders{};

    ChrfStatistics &operator+=(const ChrfStatistics &other);
    friend bool operator==(const ChrfStatistics &, const ChrfStatistics &) = default;
};

/// Of one segment, with the reference that gives it the best score, of equals the first. White space is left out of
/// characters; words are parted at white space, and a word's last, else its first character from it where that is ASCII
/// punctuation. Characters are code points. All zero for no reference.
[[nodiscard]] ChrfStatistics chrfStatistics(std::string_view hypothesis, std::span<const std::string> references,
                                            const ChrfOptions &options = {});

/// The statistics as 24 numbers (hypothesis, reference, matches of each order), to be kept and added up elsewhere; and
/// back, all zero from any other count of numbers.
[[nodiscard]] std::vector<std::uint64_t> sumsOf(const ChrfStatistics &statistics);
[[nodiscard]] ChrfStatistics chrfFromSums(std::span<const std::uint64_t> sums);

/// From 0 to 100: the F score with recall weighing as much as beta = 2 says, of precision and recall averaged over the
/// orders that both sides have; as sacreBLEU 2.6 computes it (Popovic 2015 and 2017).
[[nodiscard]] double chrfScore(const ChrfStatistics &statistics);

/// sacreBLEU's name and signature: "chrF2|nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0"; "chrF2++" and
/// nw:2 with words. `references`: how many each segment has.
[[nodiscard]] std::string chrfLabel(std::size_t references, const ChrfOptions &options = {});

} // namespace secateur::eval
