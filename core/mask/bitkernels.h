// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/mask/bitmatrix.h"
#include "core/mask/cpulevel.h"

/// Loops over packed words. Results do not depend on the level, which is a parameter so that tests can compare them.
namespace secateur::mask::kernels {

[[nodiscard]] std::uint64_t countOnes(std::span<const std::uint64_t> words, CpuLevel level = cpuLevel());

/// inA, inB and inBoth of two equally long spans; `total` is left 0, for only the caller knows the padding.
[[nodiscard]] OverlapCounts overlap(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b,
                                    CpuLevel level = cpuLevel());

/// Adds bit b of `word` to `sums[b]`, for 64 sums that hold at most 254 so far.
void addBits(std::uint64_t word, std::uint8_t *sums);

/// The population count of each byte of a word, as eight bytes.
[[nodiscard]] inline std::uint64_t bytePopcounts(std::uint64_t word)
{
    word -= (word >> 1) & 0x5555555555555555ULL;
    word = (word & 0x3333333333333333ULL) + ((word >> 2) & 0x3333333333333333ULL);
    return (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
}

} // namespace secateur::mask::kernels
