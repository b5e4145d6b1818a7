// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mask/bitkernels.h"

#include <bit>
#include <cstring>

namespace secateur::mask {

CpuLevel cpuLevel()
{
#ifdef SECATEUR_HAS_CPU_LEVELS
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vpopcntdq"))
        return CpuLevel::Avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"))
        return CpuLevel::Avx2;
#endif
    return CpuLevel::Baseline;
}

namespace kernels {
namespace {

SECATEUR_FORCE_INLINE std::uint64_t countOnesBody(const std::uint64_t *words, std::size_t count)
{
    std::uint64_t ones = 0;
    for (std::size_t i = 0; i < count; ++i)
        ones += std::uint64_t(std::popcount(words[i]));
    return ones;
}

SECATEUR_FORCE_INLINE OverlapCounts overlapBody(const std::uint64_t *a, const std::uint64_t *b, std::size_t count)
{
    std::uint64_t inA = 0;
    std::uint64_t inB = 0;
    std::uint64_t inBoth = 0;
    for (std::size_t i = 0; i < count; ++i) {
        inA += std::uint64_t(std::popcount(a[i]));
        inB += std::uint64_t(std::popcount(b[i]));
        inBoth += std::uint64_t(std::popcount(a[i] & b[i]));
    }
    return {0, inA, inB, inBoth};
}

#ifdef SECATEUR_HAS_CPU_LEVELS
SECATEUR_TARGET_AVX2 std::uint64_t countOnesAvx2(const std::uint64_t *words, std::size_t count)
{
    return countOnesBody(words, count);
}

SECATEUR_TARGET_AVX512 std::uint64_t countOnesAvx512(const std::uint64_t *words, std::size_t count)
{
    return countOnesBody(words, count);
}

SECATEUR_TARGET_AVX2 OverlapCounts overlapAvx2(const std::uint64_t *a, const std::uint64_t *b, std::size_t count)
{
    return overlapBody(a, b, count);
}

SECATEUR_TARGET_AVX512 OverlapCounts overlapAvx512(const std::uint64_t *a, const std::uint64_t *b, std::size_t count)
{
    return overlapBody(a, b, count);
}
#endif

} // namespace

std::uint64_t countOnes(std::span<const std::uint64_t> words, [[maybe_unused]] CpuLevel level)
{
#ifdef SECATEUR_HAS_CPU_LEVELS
    if (level == CpuLevel::Avx512)
        return countOnesAvx512(words.data(), words.size());
    if (level == CpuLevel::Avx2)
        return countOnesAvx2(words.data(), words.size());
#endif
    return countOnesBody(words.data(), words.size());
}

OverlapCounts overlap(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b,
                      [[maybe_unused]] CpuLevel level)
{
#ifdef SECATEUR_HAS_CPU_LEVELS
    if (level == CpuLevel::Avx512)
        return overlapAvx512(a.data(), b.data(), a.size());
    if (level == CpuLevel::Avx2)
        return overlapAvx2(a.data(), b.data(), a.size());
#endif
    return overlapBody(a.data(), b.data(), a.size());
}

void addBits(std::uint64_t word, std::uint8_t *sums)
{
    static_assert(std::endian::native == std::endian::little, "byte b of a word stands for column b");
    for (std::size_t byte = 0; byte < 8; ++byte) {
        // Bit b of the byte alone in byte b; adding 0x7f carries every non-zero byte into its top bit.
        const std::uint64_t spread = (((word >> (8 * byte)) & 0xffU) * 0x0101010101010101ULL) & 0x8040201008040201ULL;
        const std::uint64_t ones = ((spread + 0x7f7f7f7f7f7f7f7fULL) >> 7) & 0x0101010101010101ULL;
        std::uint64_t eight;
        std::memcpy(&eight, sums + 8 * byte, sizeof eight);
        eight += ones;
        std::memcpy(sums + 8 * byte, &eight, sizeof eight);
    }
}

} // namespace kernels
} // namespace secateur::mask
