// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/selection/checks.h"
#include "core/selection/rowblocks.h"
#include "core/selection/rowkernels.h"
#include "core/selection/rowsum.h"
#include "core/selection/selection.h"

namespace secateur::selection {

namespace {

/// Sorts keys by 11 bits at a time, least significant first.
void radixSort(std::span<ScoreKey> keys, std::vector<ScoreKey> &scratch)
{
    constexpr ScoreKey digitMask = 2047;
    scratch.resize(keys.size());
    for (const int shift : {0, 11, 22}) {
        std::array<std::uint32_t, 2048> starts{};
        for (const ScoreKey key : keys)
            ++starts[std::size_t((key >> shift) & digitMask)];
        std::exclusive_scan(starts.begin(), starts.end(), starts.begin(), std::uint32_t(0));
        for (const ScoreKey key : keys)
            scratch[starts[std::size_t((key >> shift) & digitMask)]++] = key;
        std::copy(scratch.begin(), scratch.end(), keys.begin());
    }
}

/// What one value of alpha prunes in one row: every score up to `threshold`.
struct RowCut {
    ScoreKey threshold = -1; ///< below every key: nothing
    std::size_t pruned = 0;
};

/// The sorted scores of a matrix and the sums of its rows, prepared once and cut for each alpha of the bisection.
/// Memory: as much as the matrix in float32.
class SortedScores
{
public:
    SortedScores(const WeightView &weights, std::span<const float> roots, int threads)
        : m_rows(weights.rows), m_cols(weights.cols), m_threads(threads), m_keys(weights.values.size()), m_sums(m_rows)
    {
        forEachRow(m_rows, m_cols, threads, [&](std::size_t row, RowScratch &scratch) {
            const std::span<ScoreKey> keys(m_keys.data() + row * m_cols, m_cols);
            scoreKeys(weights.values.subspan(row * m_cols, m_cols), roots, keys);
            std::vector<float> scores(m_cols);
            std::transform(keys.begin(), keys.end(), scores.begin(), keyScore);
            m_sums[row] = rowSum(scores);
            radixSort(keys, scratch.keys);
        });
    }

    /// Prunes while the cumulative sum is at most alpha times the row's sum, then everything that ties with the last
    /// one. Sums as the reference has them: accumulated in double, compared as float32. A row whose smallest score is
    /// above its share ends the reference with an index error; here it loses nothing.
    [[nodiscard]] RowCut cut(std::size_t row, double alpha) const
    {
        const std::span<const ScoreKey> keys(m_keys.data() + row * m_cols, m_cols);
        const float share = m_sums[row] * float(alpha);
        double sum = 0.0;
        std::size_t count = 0;
        for (; count < keys.size(); ++count) {
            sum += double(keyScore(keys[count]));
            if (!(float(sum) <= share))
                break;
        }
        if (count == 0)
            return {};
        const ScoreKey threshold = keys[count - 1];
        while (count < keys.size() && keys[count] == threshold)
            ++count;
        return {threshold, count};
    }

    /// Share of the matrix that alpha prunes, in float32 as the reference computes it.
    [[nodiscard]] float sparsity(double alpha) const
    {
        std::vector<std::size_t> pruned(m_rows);
        const std::size_t height = rowsPerBlock(m_cols);
        parallelFor((m_rows + height - 1) / height, m_threads, [&](std::size_t block) {
            for (std::size_t row = block * height; row < std::min(m_rows, (block + 1) * height); ++row)
                pruned[row] = cut(row, alpha).pruned;
        });
        return float(std::accumulate(pruned.begin(), pruned.end(), std::size_t(0))) / float(m_keys.size());
    }

private:
    std::size_t m_rows;
    std::size_t m_cols;
    int m_threads;
    std::vector<ScoreKey> m_keys;
    std::vector<float> m_sums;
};

/// The reference's bisection (wanda lib/prune.py, prune_wanda with use_variant).
double findAlpha(const SortedScores &scores, Sparsity wanted)
{
    constexpr double tolerance = 0.001;
    const auto target = float(wanted.ratio());
    double alpha = 0.4;
    double low = 0.0;
    double high = 0.8;
    float achieved = scores.sparsity(alpha);
    while (std::fabs(achieved - target) > float(tolerance) && high - low >= tolerance) {
        if (achieved > target) {
            high = alpha;
            alpha = (alpha + low) / 2.0;
        } else {
            low = alpha;
            alpha = (alpha + high) / 2.0;
        }
        achieved = scores.sparsity(alpha);
    }
    return alpha;
}

} // namespace

Result<VariantResult> selectWandaVariant(const WeightView &weights, std::span<const float> scalerRow, Sparsity sparsity,
                                         int threads)
{
    SECATEUR_CHECK(checkWeights(weights));
    SECATEUR_TRY(roots, selectionRoots(weights, scalerRow));
    VariantResult result{mask::BitMatrix(weights.rows, weights.cols), 0.0};
    if (weights.values.empty())
        return result;
    const SortedScores scores(weights, roots, threads);
    result.alpha = findAlpha(scores, sparsity);
    forEachRow(weights.rows, weights.cols, threads, [&](std::size_t row, RowScratch &scratch) {
        scoreKeys(weights.values.subspan(row * weights.cols, weights.cols), roots, scratch.keys);
        keepAbove(scratch.keys, scores.cut(row, result.alpha).threshold, scratch.flags, result.kept.row(row));
    });
    return result;
}

} // namespace secateur::selection
