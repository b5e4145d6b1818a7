// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/selection/rowkernels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace secateur::selection {

namespace {

SECATEUR_FORCE_INLINE ScoreKey toKey(float score)
{
    return std::min(std::bit_cast<ScoreKey>(score) & 0x7fffffff, nanKey);
}

SECATEUR_FORCE_INLINE void scoreKeysBody(const float *weights, const float *roots, ScoreKey *keys, std::size_t count)
{
    for (std::size_t j = 0; j < count; ++j)
        keys[j] = toKey(__builtin_fabsf(weights[j]) * roots[j]);
}

SECATEUR_FORCE_INLINE std::size_t countBelow(const ScoreKey *keys, std::size_t count, ScoreKey bound)
{
    std::int32_t below = 0;
    for (std::size_t j = 0; j < count; ++j)
        below += keys[j] < bound ? 1 : 0;
    return std::size_t(below);
}

/// Bit j of `words` = flags[j], each 0 or 1.
SECATEUR_FORCE_INLINE void packFlags(const std::uint8_t *flags, std::uint64_t *words, std::size_t wordCount)
{
    static_assert(std::endian::native == std::endian::little, "byte b of eight flags becomes bit b");
    for (std::size_t word = 0; word < wordCount; ++word) {
        std::uint64_t bits = 0;
        for (std::size_t byte = 0; byte < 8; ++byte) {
            std::uint64_t eight;
            std::memcpy(&eight, flags + 64 * word + 8 * byte, sizeof eight);
            bits |= ((eight * 0x0102040810204080ULL) >> 56) << (8 * byte);
        }
        words[word] = bits;
    }
}

SECATEUR_FORCE_INLINE void keepAboveBody(const ScoreKey *keys, std::size_t count, ScoreKey threshold,
                                         std::uint8_t *flags, std::uint64_t *kept, std::size_t wordCount)
{
    for (std::size_t j = 0; j < count; ++j)
        flags[j] = keys[j] > threshold ? 1 : 0;
    std::fill(flags + count, flags + 64 * wordCount, std::uint8_t(0));
    packFlags(flags, kept, wordCount);
}

/// Where a row is cut: keys below `key` are pruned and, of those that equal it, the first `ties`.
struct Cut {
    ScoreKey key = 0;
    std::size_t ties = 0;
};

/// 0 < pruned < count. Bits that all keys share are skipped, and the search ends as soon as a bound has as many keys
/// below it as are to be pruned, which is long before the last bit unless keys are equal.
SECATEUR_FORCE_INLINE Cut findCut(const ScoreKey *keys, std::size_t count, std::size_t pruned)
{
    ScoreKey inAll = keys[0];
    ScoreKey inAny = keys[0];
    for (std::size_t j = 1; j < count; ++j) {
        inAll &= keys[j];
        inAny |= keys[j];
    }
    const auto differing = std::bit_floor(std::uint32_t(inAll ^ inAny)); // the highest bit in which keys differ
    Cut cut{differing == 0 ? inAll : inAll & ~ScoreKey(2 * differing - 1), 0};
    std::size_t below = 0;
    for (auto bit = ScoreKey(differing); bit != 0; bit >>= 1) {
        const std::size_t found = countBelow(keys, count, cut.key | bit);
        if (found <= pruned) {
            cut.key |= bit;
            below = found;
        }
        if (found == pruned)
            break;
    }
    cut.ties = pruned - below;
    return cut;
}

SECATEUR_FORCE_INLINE void keepLargestBody(const ScoreKey *keys, std::size_t count, std::size_t pruned,
                                           std::uint8_t *flags, std::uint64_t *kept, std::size_t wordCount)
{
    if (pruned == 0 || pruned >= count)
        return keepAboveBody(keys, count, pruned == 0 ? ScoreKey(-1) : nanKey, flags, kept, wordCount);
    Cut cut = findCut(keys, count, pruned);
    keepAboveBody(keys, count, cut.key - 1, flags, kept, wordCount);
    for (std::size_t j = 0; cut.ties > 0; ++j)
        if (keys[j] == cut.key) {
            kept[j / 64] &= ~(std::uint64_t(1) << (j % 64));
            --cut.ties;
        }
}

SECATEUR_FORCE_INLINE void magnitudeKeysBody(const float *weights, ScoreKey *keys, std::size_t count)
{
    for (std::size_t j = 0; j < count; ++j)
        keys[j] = toKey(weights[j]);
}

/// Few keys are in the band, so 64 of them are compared at once and the bits walked.
SECATEUR_FORCE_INLINE BandCounts collectBetweenBody(const ScoreKey *keys, std::size_t count, ScoreKey low,
                                                    ScoreKey high, ScoreKey *inside)
{
    BandCounts counts{countBelow(keys, count, low), 0};
    std::array<std::uint8_t, 64> flags{};
    for (std::size_t first = 0; first < count; first += 64) {
        const std::size_t here = std::min<std::size_t>(64, count - first);
        if (here < 64)
            flags.fill(0);
        for (std::size_t j = 0; j < here; ++j)
            flags[j] = keys[first + j] >= low && keys[first + j] <= high ? 1 : 0;
        std::uint64_t bits = 0;
        packFlags(flags.data(), &bits, 1);
        for (; bits != 0; bits &= bits - 1)
            inside[counts.between++] = keys[first + std::size_t(std::countr_zero(bits))];
    }
    return counts;
}

#ifdef SECATEUR_HAS_CPU_LEVELS
SECATEUR_TARGET_AVX2 void magnitudeKeysAvx2(const float *weights, ScoreKey *keys, std::size_t count)
{
    magnitudeKeysBody(weights, keys, count);
}

SECATEUR_TARGET_AVX512 void magnitudeKeysAvx512(const float *weights, ScoreKey *keys, std::size_t count)
{
    magnitudeKeysBody(weights, keys, count);
}

SECATEUR_TARGET_AVX2 BandCounts collectBetweenAvx2(const ScoreKey *keys, std::size_t count, ScoreKey low, ScoreKey high,
                                                   ScoreKey *inside)
{
    return collectBetweenBody(keys, count, low, high, inside);
}

SECATEUR_TARGET_AVX512 BandCounts collectBetweenAvx512(const ScoreKey *keys, std::size_t count, ScoreKey low,
                                                       ScoreKey high, ScoreKey *inside)
{
    return collectBetweenBody(keys, count, low, high, inside);
}

SECATEUR_TARGET_AVX2 void scoreKeysAvx2(const float *weights, const float *roots, ScoreKey *keys, std::size_t count)
{
    scoreKeysBody(weights, roots, keys, count);
}

SECATEUR_TARGET_AVX512 void scoreKeysAvx512(const float *weights, const float *roots, ScoreKey *keys, std::size_t count)
{
    scoreKeysBody(weights, roots, keys, count);
}

SECATEUR_TARGET_AVX2 void keepAboveAvx2(const ScoreKey *keys, std::size_t count, ScoreKey threshold,
                                        std::uint8_t *flags, std::uint64_t *kept, std::size_t wordCount)
{
    keepAboveBody(keys, count, threshold, flags, kept, wordCount);
}

SECATEUR_TARGET_AVX512 void keepAboveAvx512(const ScoreKey *keys, std::size_t count, ScoreKey threshold,
                                            std::uint8_t *flags, std::uint64_t *kept, std::size_t wordCount)
{
    keepAboveBody(keys, count, threshold, flags, kept, wordCount);
}

SECATEUR_TARGET_AVX2 void keepLargestAvx2(const ScoreKey *keys, std::size_t count, std::size_t pruned,
                                          std::uint8_t *flags, std::uint64_t *kept, std::size_t wordCount)
{
    keepLargestBody(keys, count, pruned, flags, kept, wordCount);
}

SECATEUR_TARGET_AVX512 void keepLargestAvx512(const ScoreKey *keys, std::size_t count, std::size_t pruned,
                                              std::uint8_t *flags, std::uint64_t *kept, std::size_t wordCount)
{
    keepLargestBody(keys, count, pruned, flags, kept, wordCount);
}
#endif

/// flags of one group: a key is pruned when fewer than n keys go before it. Of two equal keys the left one goes first,
/// so one comparison places each pair.
template <std::size_t M>
void keepInSmallGroup(const ScoreKey *keys, std::uint32_t n, std::uint8_t *flags)
{
    std::array<std::uint32_t, M> before{};
    for (std::size_t right = 1; right < M; ++right)
        for (std::size_t left = 0; left < right; ++left) {
            const std::uint32_t leftFirst = keys[left] <= keys[right] ? 1 : 0;
            before[right] += leftFirst;
            before[left] += 1 - leftFirst;
        }
    for (std::size_t j = 0; j < M; ++j)
        flags[j] = before[j] >= n ? 1 : 0;
}

void keepInGroup(const ScoreKey *keys, std::size_t n, std::size_t m, std::uint8_t *flags)
{
    // The column below the key makes all values different, and equal keys order by column.
    std::array<std::uint64_t, 256> ordered;
    for (std::size_t j = 0; j < m; ++j)
        ordered[j] = (std::uint64_t(keys[j]) << 8) | j;
    std::nth_element(ordered.begin(), ordered.begin() + std::ptrdiff_t(n), ordered.begin() + std::ptrdiff_t(m));
    std::fill_n(flags, m, std::uint8_t(1));
    for (std::size_t i = 0; i < n; ++i)
        flags[ordered[i] & 0xffU] = 0;
}

} // namespace

void scoreKeys(std::span<const float> weights, std::span<const float> roots, std::span<ScoreKey> keys,
               [[maybe_unused]] CpuLevel level)
{
#ifdef SECATEUR_HAS_CPU_LEVELS
    if (level == CpuLevel::Avx512)
        return scoreKeysAvx512(weights.data(), roots.data(), keys.data(), weights.size());
    if (level == CpuLevel::Avx2)
        return scoreKeysAvx2(weights.data(), roots.data(), keys.data(), weights.size());
#endif
    scoreKeysBody(weights.data(), roots.data(), keys.data(), weights.size());
}

void magnitudeKeys(std::span<const float> weights, std::span<ScoreKey> keys, [[maybe_unused]] CpuLevel level)
{
#ifdef SECATEUR_HAS_CPU_LEVELS
    if (level == CpuLevel::Avx512)
        return magnitudeKeysAvx512(weights.data(), keys.data(), weights.size());
    if (level == CpuLevel::Avx2)
        return magnitudeKeysAvx2(weights.data(), keys.data(), weights.size());
#endif
    magnitudeKeysBody(weights.data(), keys.data(), weights.size());
}

BandCounts collectBetween(std::span<const ScoreKey> keys, ScoreKey low, ScoreKey high, std::span<ScoreKey> inside,
                          [[maybe_unused]] CpuLevel level)
{
#ifdef SECATEUR_HAS_CPU_LEVELS
    if (level == CpuLevel::Avx512)
        return collectBetweenAvx512(keys.data(), keys.size(), low, high, inside.data());
    if (level == CpuLevel::Avx2)
        return collectBetweenAvx2(keys.data(), keys.size(), low, high, inside.data());
#endif
    return collectBetweenBody(keys.data(), keys.size(), low, high, inside.data());
}

float keyScore(ScoreKey key)
{
    return std::bit_cast<float>(key);
}

void keepLargest(std::span<const ScoreKey> keys, std::size_t pruned, std::span<std::uint8_t> flags,
                 std::span<std::uint64_t> kept, [[maybe_unused]] CpuLevel level)
{
#ifdef SECATEUR_HAS_CPU_LEVELS
    if (level == CpuLevel::Avx512)
        return keepLargestAvx512(keys.data(), keys.size(), pruned, flags.data(), kept.data(), kept.size());
    if (level == CpuLevel::Avx2)
        return keepLargestAvx2(keys.data(), keys.size(), pruned, flags.data(), kept.data(), kept.size());
#endif
    keepLargestBody(keys.data(), keys.size(), pruned, flags.data(), kept.data(), kept.size());
}

void keepAbove(std::span<const ScoreKey> keys, ScoreKey threshold, std::span<std::uint8_t> flags,
               std::span<std::uint64_t> kept, [[maybe_unused]] CpuLevel level)
{
#ifdef SECATEUR_HAS_CPU_LEVELS
    if (level == CpuLevel::Avx512)
        return keepAboveAvx512(keys.data(), keys.size(), threshold, flags.data(), kept.data(), kept.size());
    if (level == CpuLevel::Avx2)
        return keepAboveAvx2(keys.data(), keys.size(), threshold, flags.data(), kept.data(), kept.size());
#endif
    keepAboveBody(keys.data(), keys.size(), threshold, flags.data(), kept.data(), kept.size());
}

void keepLargestOfGroups(std::span<const ScoreKey> keys, std::size_t n, std::size_t m, std::span<std::uint8_t> flags,
                         std::span<std::uint64_t> kept)
{
    for (std::size_t first = 0; first + m <= keys.size(); first += m) {
        const ScoreKey *const group = keys.data() + first;
        std::uint8_t *const out = flags.data() + first;
        switch (m) {
        case 4: keepInSmallGroup<4>(group, std::uint32_t(n), out); break;
        case 8: keepInSmallGroup<8>(group, std::uint32_t(n), out); break;
        default: keepInGroup(group, n, m, out); break;
        }
    }
    std::fill(flags.begin() + std::ptrdiff_t(keys.size()), flags.end(), std::uint8_t(0));
    packFlags(flags.data(), kept.data(), kept.size());
}

} // namespace secateur::selection
