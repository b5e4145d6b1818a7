// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/selection/matrixrank.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/parallel.h"

namespace secateur::selection {

namespace {

constexpr std::size_t pieceSize = std::size_t(1) << 20;
constexpr std::size_t cellsPerPiece = 4096;
constexpr std::size_t sampleSize = 65536;
constexpr std::size_t sampledFrom = 16 * sampleSize; ///< values; of fewer, a sample saves nothing
constexpr std::size_t mostCollected = 8; ///< a band with more than this part of the values is no help
using Histogram = std::vector<std::uint64_t>;

/// One digit of the radix: `bits` bits above `shift`.
struct Digit {
    int shift = 0;
    int bits = 0;
};

/// Counts the digit of the keys whose higher bits are `prefix`.
void countDigits(std::span<const float> values, ScoreKey prefix, Digit digit, Histogram &histogram)
{
    // Neighbours often share a digit; four histograms keep one increment from waiting for the one before.
    constexpr std::size_t ways = 4;
    const std::size_t size = std::size_t(1) << digit.bits;
    std::vector<std::uint32_t> counts(ways * size);
    std::array<ScoreKey, cellsPerPiece> keys;
    for (std::size_t first = 0; first < values.size(); first += cellsPerPiece) {
        const auto part = values.subspan(first, std::min(cellsPerPiece, values.size() - first));
        magnitudeKeys(part, keys);
        for (std::size_t i = 0; i < part.size(); ++i) {
            const ScoreKey upper = keys[i] >> digit.shift;
            if ((upper >> digit.bits) == prefix)
                ++counts[(i % ways) * size + std::size_t(upper & ScoreKey(size - 1))];
        }
    }
    for (std::size_t i = 0; i < counts.size(); ++i)
        histogram[i % size] += counts[i];
}

Histogram digitHistogram(std::span<const float> values, ScoreKey prefix, Digit digit, int threads)
{
    Histogram total(std::size_t(1) << digit.bits);
    std::mutex totalMutex;
    parallelFor((values.size() + pieceSize - 1) / pieceSize, threads, [&](std::size_t piece) {
        const std::size_t first = piece * pieceSize;
        Histogram own(total.size());
        countDigits(values.subspan(first, std::min(pieceSize, values.size() - first)), prefix, digit, own);
        const std::lock_guard lock(totalMutex);
        std::transform(own.begin(), own.end(), total.begin(), total.begin(), std::plus<>());
    });
    return total;
}

/// Keys from `low` to `high`, both included.
struct Band {
    ScoreKey low = 0;
    ScoreKey high = 0;
};

/// Where the rank lies but for one matrix in ten thousand, if the sample is as good as a random one: the number of its
/// values below the rank is binomial, and its deviation is taken four times.
Band likelyBand(std::span<const float> values, std::size_t rank)
{
    const std::size_t step = (values.size() / sampleSize) | 1U; // odd, so that it meets all columns of a matrix
    std::vector<float> sample;
    for (std::size_t i = 0; i < values.size(); i += step)
        sample.push_back(values[i]);
    std::vector<ScoreKey> keys(sample.size());
    magnitudeKeys(sample, keys);
    const double share = double(rank) / double(values.size());
    const auto size = double(keys.size());
    const double margin = 4.0 * std::sqrt(size * share * (1.0 - share)) + 8.0;
    const auto at = [&keys, size](double index) {
        const auto found = keys.begin() + std::ptrdiff_t(std::clamp(index, 0.0, size - 1.0));
        std::nth_element(keys.begin(), found, keys.end());
        return *found;
    };
    Band band{0, nanKey};
    if (size * share - margin > 0.0)
        band.low = at(size * share - margin);
    if (size * share + margin < size)
        band.high = at(size * share + margin);
    return band;
}

struct Collected {
    std::size_t below = 0; ///< how many keys are below the band
    std::vector<ScoreKey> inside; ///< in no order
};

/// All keys of the values against the band; nothing where so many are in it that digits are faster.
std::optional<Collected> collect(std::span<const float> values, Band band, int threads)
{
    Collected all;
    std::mutex allMutex;
    std::atomic<bool> tooMany = false;
    parallelFor((values.size() + pieceSize - 1) / pieceSize, threads, [&](std::size_t piece) {
        const auto own = values.subspan(piece * pieceSize, std::min(pieceSize, values.size() - piece * pieceSize));
        std::vector<ScoreKey> inside(pieceSize / mostCollected + cellsPerPiece);
        std::size_t count = 0;
        std::size_t below = 0;
        std::array<ScoreKey, cellsPerPiece> keys;
        for (std::size_t first = 0; first < own.size() && !tooMany; first += cellsPerPiece) {
            const auto part = own.subspan(first, std::min(cellsPerPiece, own.size() - first));
            magnitudeKeys(part, keys);
            const auto counted = collectBetween(std::span(keys).first(part.size()), band.low, band.high,
                                                std::span(inside).subspan(count));
            below += counted.below;
            count += counted.between;
            if (count > pieceSize / mostCollected)
                tooMany = true;
        }
        const std::lock_guard lock(allMutex);
        all.below += below;
        all.inside.insert(all.inside.end(), inside.begin(), inside.begin() + std::ptrdiff_t(count));
    });
    return tooMany ? std::nullopt : std::optional(std::move(all));
}

} // namespace

ScoreKey keyOfRankByDigits(std::span<const float> values, std::size_t rank, int threads)
{
    ScoreKey prefix = 0;
    std::uint64_t remaining = rank;
    for (const Digit digit : {Digit{20, 11}, Digit{10, 10}, Digit{0, 10}}) {
        const Histogram histogram = digitHistogram(values, prefix, digit, threads);
        std::size_t value = 0;
        for (; value + 1 < histogram.size() && remaining >= histogram[value]; ++value)
            remaining -= histogram[value];
        prefix = (prefix << digit.bits) | ScoreKey(value);
    }
    return prefix;
}

ScoreKey magnitudeKeyOfRank(std::span<const float> values, std::size_t rank, int threads)
{
    if (values.size() < sampledFrom)
        return keyOfRankByDigits(values, rank, threads);
    const Band band = likelyBand(values, rank);
    auto found = collect(values, band, threads);
    if (!found || rank < found->below || rank - found->below >= found->inside.size())
        return keyOfRankByDigits(values, rank, threads);
    const auto at = found->inside.begin() + std::ptrdiff_t(rank - found->below);
    std::nth_element(found->inside.begin(), at, found->inside.end());
    return *at;
}

} // namespace secateur::selection
