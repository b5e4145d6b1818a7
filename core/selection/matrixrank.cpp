// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/selection/matrixrank.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>
#include <vector>

#include "core/base/parallel.h"

namespace secateur::selection {

namespace {

constexpr std::size_t pieceSize = std::size_t(1) << 20;
constexpr std::size_t cellsPerPiece = 4096;
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

} // namespace

ScoreKey magnitudeKeyOfRank(std::span<const float> values, std::size_t rank, int threads)
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

} // namespace secateur::selection
