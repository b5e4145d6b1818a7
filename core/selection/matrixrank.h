// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

#include "core/selection/rowkernels.h"

namespace secateur::selection {

/// The key at index `rank` of the sorted |values| of a whole matrix, which is too large for the passes over bits that
/// serve a row. A sample tells between which two keys it almost certainly lies; one pass counts what is below them and
/// collects what is between, among which it is then found (Floyd and Rivest, "Expected time bounds for selection",
/// 1975). Where the sample misled, or too many keys are between, `keyOfRankByDigits`. `rank` < values.size().
[[nodiscard]] ScoreKey magnitudeKeyOfRank(std::span<const float> values, std::size_t rank, int threads);

/// The same in three passes of a radix histogram (11, 10 and 10 bits), whatever the values are.
[[nodiscard]] ScoreKey keyOfRankByDigits(std::span<const float> values, std::size_t rank, int threads);

} // namespace secateur::selection
