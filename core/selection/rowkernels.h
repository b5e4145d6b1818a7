// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/mask/cpulevel.h"

/// The work on one row. Scores are handled as integer keys that order as the reference's sort orders floats.
namespace secateur::selection {

using mask::CpuLevel;

/// A score as an integer: the bits of a float that is not negative, -0 as 0, any NaN as `nanKey`, above infinity.
using ScoreKey = std::int32_t;
inline constexpr ScoreKey nanKey = 0x7f800001;

/// keys[j] = key of |weights[j]| * roots[j], rounded to float32 once. All spans have the length of `weights`.
void scoreKeys(std::span<const float> weights, std::span<const float> roots, std::span<ScoreKey> keys,
               CpuLevel level = mask::cpuLevel());

/// keys[j] = key of |weights[j]|.
void magnitudeKeys(std::span<const float> weights, std::span<ScoreKey> keys, CpuLevel level = mask::cpuLevel());

[[nodiscard]] float keyScore(ScoreKey key);

/// Writes the mask of a row: bit j of `kept` is 0 for the `pruned` smallest keys, equal ones in column order, and 1 for
/// the others; bits beyond the row are 0. `flags` is scratch of 64 * kept.size() bytes.
///
/// A radix select, one bit at a time from the top: counting the keys below a candidate is a loop of vector compares
/// over a row that lies in the first-level cache, and beats a histogram, whose increments are scalar.
void keepLargest(std::span<const ScoreKey> keys, std::size_t pruned, std::span<std::uint8_t> flags,
                 std::span<std::uint64_t> kept, CpuLevel level = mask::cpuLevel());

/// The same in each group of m columns (keys.size() is a multiple of m, m <= 256): the n smallest are pruned.
void keepLargestOfGroups(std::span<const ScoreKey> keys, std::size_t n, std::size_t m, std::span<std::uint8_t> flags,
                         std::span<std::uint64_t> kept);

/// Bit j of `kept` = keys[j] > threshold.
void keepAbove(std::span<const ScoreKey> keys, ScoreKey threshold, std::span<std::uint8_t> flags,
               std::span<std::uint64_t> kept, CpuLevel level = mask::cpuLevel());

struct BandCounts {
    std::size_t below = 0;
    std::size_t between = 0;
};

/// How many keys are below `low`, and those from `low` to `high` (both included) copied to the front of `inside`, which
/// is as long as `keys` or longer.
BandCounts collectBetween(std::span<const ScoreKey> keys, ScoreKey low, ScoreKey high, std::span<ScoreKey> inside,
                          CpuLevel level = mask::cpuLevel());

} // namespace secateur::selection
