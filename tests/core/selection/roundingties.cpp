// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/selection/roundingties.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "core/base/sha256.h"
#include "core/selection/rowsum.h"

namespace secateur::test {

namespace {

struct RankedRow {
    std::vector<float> scores;
    std::vector<std::size_t> order; ///< columns by score, equal ones in column order
};

RankedRow rank(const selection::WeightView &weights, std::span<const float> norms, std::size_t row)
{
    RankedRow ranked{std::vector<float>(weights.cols), std::vector<std::size_t>(weights.cols)};
    for (std::size_t col = 0; col < weights.cols; ++col)
        ranked.scores[col] = std::fabs(weights.values[row * weights.cols + col]) * std::sqrt(norms[col]);
    std::iota(ranked.order.begin(), ranked.order.end(), std::size_t(0));
    std::stable_sort(ranked.order.begin(), ranked.order.end(),
                     [&](std::size_t a, std::size_t b) { return ranked.scores[a] < ranked.scores[b]; });
    return ranked;
}

/// At most 4 units in the last place apart; for scores, which are not negative.
bool nearlyEqual(float a, float b)
{
    return std::abs(std::bit_cast<std::int32_t>(a) - std::bit_cast<std::int32_t>(b)) <= 4;
}

void toggle(std::vector<std::uint8_t> &packed, const Flip &flip)
{
    for (const std::size_t cell : flip)
        packed[cell / 8] = std::uint8_t(packed[cell / 8] ^ (1U << (cell % 8)));
}

} // namespace

std::vector<Flip> cutTies(const selection::WeightView &weights, std::span<const float> norms,
                          const mask::BitMatrix &kept)
{
    std::vector<Flip> flips;
    for (std::size_t row = 0; row < weights.rows; ++row) {
        const RankedRow ranked = rank(weights, norms, row);
        const std::size_t pruned = weights.cols - kept.countRow(row);
        if (pruned == 0 || pruned == weights.cols)
            continue;
        const std::size_t below = ranked.order[pruned - 1];
        const std::size_t above = ranked.order[pruned];
        if (nearlyEqual(ranked.scores[below], ranked.scores[above]))
            flips.push_back({row * weights.cols + below, row * weights.cols + above});
    }
    return flips;
}

std::vector<Flip> variantCutTies(const selection::WeightView &weights, std::span<const float> norms,
                                 const mask::BitMatrix &kept, double alpha)
{
    std::vector<Flip> flips;
    for (std::size_t row = 0; row < weights.rows; ++row) {
        const RankedRow ranked = rank(weights, norms, row);
        const std::size_t pruned = weights.cols - kept.countRow(row);
        if (pruned == 0)
            continue;
        const double share = double(selection::rowSum(ranked.scores)) * alpha;
        const float threshold = ranked.scores[ranked.order[pruned - 1]];
        const auto tied = std::count_if(ranked.scores.begin(), ranked.scores.end(),
                                        [&](float score) { return nearlyEqual(score, threshold); });
        double sum = 0.0;
        for (std::size_t i = 0; i < weights.cols; ++i) {
            const float score = ranked.scores[ranked.order[i]];
            sum += double(score);
            const bool atCut = i + 1 == pruned || i == pruned;
            if ((tied > 1 && nearlyEqual(score, threshold)) || (atCut && std::fabs(sum - share) <= 2e-6 * share))
                flips.push_back({row * weights.cols + ranked.order[i]});
        }
    }
    return flips;
}

std::optional<std::size_t> flipsToDigest(std::vector<std::uint8_t> packed, const std::vector<Flip> &flips,
                                         const std::string &sha256)
{
    if (flips.size() > 10)
        return std::nullopt; // not a handful of near-ties any more
    for (std::uint32_t choice = 0; choice < (1U << flips.size()); ++choice) {
        std::vector<std::uint8_t> candidate = packed;
        for (std::size_t i = 0; i < flips.size(); ++i)
            if ((choice >> i) & 1U)
                toggle(candidate, flips[i]);
        if (sha256Hex(std::as_bytes(std::span(candidate))) == sha256)
            return std::size_t(std::popcount(choice));
    }
    return std::nullopt;
}

} // namespace secateur::test
