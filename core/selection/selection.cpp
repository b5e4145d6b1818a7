// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/selection/selection.h"
#include "core/base/splitmix64.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "core/selection/checks.h"
#include "core/selection/matrixrank.h"
#include "core/selection/rowblocks.h"
#include "core/selection/rowkernels.h"

namespace secateur::selection {

namespace {

std::span<const float> rowOf(const WeightView &weights, std::size_t row)
{
    return weights.values.subspan(row * weights.cols, weights.cols);
}

Result<void> checkPattern(const WeightView &weights, const NmPattern &pattern)
{
    if (weights.cols % std::size_t(pattern.m()) != 0)
        return failure(ErrorCode::Unsupported,
                       "pattern " + targetText(pattern) + " does not fit a matrix of " + std::to_string(weights.cols)
                           + " columns; choose an M that divides them, or a sparsity");
    return {};
}

/// Masks row by row from keys that `makeKeys(row, keys)` writes.
template <typename MakeKeys>
mask::BitMatrix keepByRow(const WeightView &weights, const PruneTarget &target, int threads, const MakeKeys &makeKeys)
{
    mask::BitMatrix kept(weights.rows, weights.cols);
    const auto *const pattern = std::get_if<NmPattern>(&target);
    const std::size_t pruned = pattern ? 0 : prunedCount(weights.cols, targetRatio(target));
    forEachRow(weights.rows, weights.cols, threads, [&](std::size_t row, RowScratch &scratch) {
        makeKeys(row, std::span<ScoreKey>(scratch.keys));
        if (pattern)
            keepLargestOfGroups(scratch.keys, std::size_t(pattern->n()), std::size_t(pattern->m()), scratch.flags,
                                kept.row(row));
        else
            keepLargest(scratch.keys, pruned, scratch.flags, kept.row(row));
    });
    return kept;
}

/// Everything above the value at index int(size * ratio) of the sorted |w| is kept. As in the reference, nothing is
/// pruned when that value is not a number, for no comparison with it holds.
mask::BitMatrix keepAboveRank(const WeightView &weights, double ratio, int threads)
{
    mask::BitMatrix kept(weights.rows, weights.cols);
    if (weights.values.empty())
        return kept;
    const std::size_t rank = std::min(prunedCount(weights.values.size(), ratio), weights.values.size() - 1);
    const ScoreKey found = magnitudeKeyOfRank(weights.values, rank, threads);
    const ScoreKey threshold = found == nanKey ? ScoreKey(-1) : found;
    forEachRow(weights.rows, weights.cols, threads, [&](std::size_t row, RowScratch &scratch) {
        magnitudeKeys(rowOf(weights, row), scratch.keys);
        keepAbove(scratch.keys, threshold, scratch.flags, kept.row(row));
    });
    return kept;
}

} // namespace

Result<void> checkWeights(const WeightView &weights)
{
    const bool fits = weights.cols == 0
        ? weights.values.empty()
        : weights.values.size() % weights.cols == 0 && weights.values.size() / weights.cols == weights.rows;
    if (!fits)
        return failure(ErrorCode::Internal,
                       "a matrix of shape [" + std::to_string(weights.rows) + ", " + std::to_string(weights.cols)
                           + "] came with " + std::to_string(weights.values.size()) + " weights");
    return {};
}

Result<std::vector<float>> columnRoots(const WeightView &weights, std::span<const float> scalerRow)
{
    if (scalerRow.size() != weights.cols)
        return failure(ErrorCode::Internal,
                       "a matrix of " + std::to_string(weights.cols) + " columns came with "
                           + std::to_string(scalerRow.size()) + " activation norms");
    std::vector<float> roots(scalerRow.size());
    std::transform(scalerRow.begin(), scalerRow.end(), roots.begin(), [](float square) { return std::sqrt(square); });
    return roots;
}

Result<std::vector<float>> selectionRoots(const WeightView &weights, std::span<const float> scalerRow)
{
    auto roots = columnRoots(weights, scalerRow);
    if (roots && std::ranges::all_of(*roots, [](float root) { return root == 0.0F; }))
        std::ranges::fill(*roots, 1.0F);
    return roots;
}

std::size_t prunedCount(std::size_t count, double ratio)
{
    return std::min(count, std::size_t(double(count) * ratio));
}

Result<mask::BitMatrix> selectWanda(const WeightView &weights, std::span<const float> scalerRow,
                                    const PruneTarget &target, int threads)
{
    SECATEUR_CHECK(checkWeights(weights));
    if (const auto *const pattern = std::get_if<NmPattern>(&target))
        SECATEUR_CHECK(checkPattern(weights, *pattern));
    SECATEUR_TRY(roots, selectionRoots(weights, scalerRow));
    return keepByRow(weights, target, threads,
                     [&](std::size_t row, std::span<ScoreKey> keys) { scoreKeys(rowOf(weights, row), roots, keys); });
}

Result<mask::BitMatrix> selectMagnitude(const WeightView &weights, const PruneTarget &target, int threads)
{
    SECATEUR_CHECK(checkWeights(weights));
    if (const auto *const sparsity = std::get_if<Sparsity>(&target))
        return keepAboveRank(weights, sparsity->ratio(), threads);
    SECATEUR_CHECK(checkPattern(weights, std::get<NmPattern>(target)));
    return keepByRow(weights, target, threads,
                     [&](std::size_t row, std::span<ScoreKey> keys) { magnitudeKeys(rowOf(weights, row), keys); });
}

Result<mask::BitMatrix> selectRandom(const WeightView &weights, std::uint64_t seed, const PruneTarget &target,
                                     int threads)
{
    SECATEUR_CHECK(checkWeights(weights));
    if (const auto *const pattern = std::get_if<NmPattern>(&target))
        SECATEUR_CHECK(checkPattern(weights, *pattern));
    return keepByRow(weights, target, threads, [&](std::size_t row, std::span<ScoreKey> keys) {
        SplitMix64 chance(SplitMix64(seed ^ row).next());
        for (auto &key : keys)
            key = ScoreKey(chance.below(std::uint64_t(nanKey)));
    });
}

std::uint64_t matrixSeed(std::uint64_t runSeed, const MatrixId &id)
{
    // Of the name, so that the matrices' seeds do not depend on their order.
    return SplitMix64(SplitMix64(runSeed).next() ^ fnv1a(tensorName(id))).next();
}

Result<Selection> select(PruneMethod method, const PruneTarget &target, const MatrixId &id, const WeightView &weights,
                         std::span<const float> scalerRow, std::uint64_t seed, int threads)
{
    const auto masked = [](Result<mask::BitMatrix> kept) {
        return std::move(kept).map([](mask::BitMatrix &&bits) { return Selection{std::move(bits), {}}; });
    };
    switch (method) {
    case PruneMethod::Wanda: return masked(selectWanda(weights, scalerRow, target, threads));
    case PruneMethod::Magnitude: return masked(selectMagnitude(weights, target, threads));
    case PruneMethod::Random: return masked(selectRandom(weights, matrixSeed(seed, id), target, threads));
    case PruneMethod::WandaVariant: break;
    }
    const auto *const sparsity = std::get_if<Sparsity>(&target);
    if (sparsity == nullptr)
        return failure(ErrorCode::InvalidArgument, "the variant takes a sparsity, not an N:M pattern");
    SECATEUR_TRY(found, selectWandaVariant(weights, scalerRow, *sparsity, threads));
    return Selection{std::move(found.kept), found.alpha};
}

Result<void> applyMask(const mask::BitMatrix &kept, std::span<float> weights, int threads)
{
    SECATEUR_CHECK(checkWeights({kept.rows(), kept.cols(), weights}));
    const std::size_t height = rowsPerBlock(kept.cols());
    parallelFor((kept.rows() + height - 1) / height, threads, [&](std::size_t block) {
        for (std::size_t row = block * height; row < std::min(kept.rows(), (block + 1) * height); ++row)
            for (std::size_t word = 0; word < kept.wordsPerRow(); ++word) {
                float *const first = weights.data() + row * kept.cols() + 64 * word;
                const std::size_t columns = std::min<std::size_t>(64, kept.cols() - 64 * word);
                std::uint64_t pruned = ~kept.row(row)[word] & (~std::uint64_t(0) >> (64 - columns));
                for (; pruned != 0; pruned &= pruned - 1)
                    first[std::countr_zero(pruned)] = 0.0F;
            }
    });
    return {};
}

} // namespace secateur::selection
