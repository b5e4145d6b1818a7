// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/maskdata.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <utility>

#include "core/base/parallel.h"

namespace secateur::widgets {

namespace {

MaskMargins marginsOf(const mask::BitMatrix &bits)
{
    MaskMargins margins{std::vector<float>(bits.rows()), std::vector<float>(bits.cols())};
    for (std::size_t row = 0; row < bits.rows() && bits.cols() != 0; ++row)
        margins.rows[row] = float(double(bits.countRow(row)) / double(bits.cols()));
    const auto counts = bits.columnCounts();
    for (std::size_t col = 0; col < counts.size() && bits.rows() != 0; ++col)
        margins.cols[col] = float(double(counts[col]) / double(bits.rows()));
    return margins;
}

bool sameShape(const MaskData &a, const MaskData &b)
{
    return a.rows() == b.rows() && a.cols() == b.cols();
}

/// The sum of the kept weights among up to 64 columns of one row, per block of 8 columns.
void addKeptSums(std::uint64_t kept, const float *weights, float *blocks)
{
    for (; kept != 0; kept &= kept - 1) {
        const int bit = std::countr_zero(kept);
        blocks[bit / 8] += weights[bit];
    }
}

KeptWeights::Level blocksOf8(const WeightMatrix &weights, const mask::BitMatrix &kept)
{
    KeptWeights::Level level{(kept.rows() + 7) / 8, (kept.cols() + 7) / 8, 8, {}};
    level.sums.resize(level.rows * level.cols);
    for (std::size_t row = 0; row < kept.rows(); ++row)
        for (std::size_t word = 0; word < kept.wordsPerRow(); ++word)
            addKeptSums(kept.row(row)[word], weights.values.data() + row * weights.cols + 64 * word,
                        level.sums.data() + row / 8 * level.cols + 8 * word);
    return level;
}

KeptWeights::Level halved(const KeptWeights::Level &fine)
{
    KeptWeights::Level coarse{(fine.rows + 1) / 2, (fine.cols + 1) / 2, fine.cellsPerSide * 2, {}};
    coarse.sums.resize(coarse.rows * coarse.cols);
    for (std::size_t row = 0; row < fine.rows; ++row)
        for (std::size_t col = 0; col < fine.cols; ++col)
            coarse.sums[row / 2 * coarse.cols + col / 2] += fine.sums[row * fine.cols + col];
    return coarse;
}

/// Of at most about 64 thousand values: finding the exact quantile of 45 million would take longer than drawing them.
float colourLimit(const std::vector<float> &values)
{
    const std::size_t step = std::max<std::size_t>(1, values.size() / 65536);
    std::vector<float> sample;
    for (std::size_t i = 0; i < values.size(); i += step)
        if (std::isfinite(values[i]))
            sample.push_back(std::abs(values[i]));
    if (sample.empty())
        return 0.0F;
    const auto at = sample.begin() + std::ptrdiff_t(double(sample.size() - 1) * 0.995);
    std::nth_element(sample.begin(), at, sample.end());
    return *at;
}

} // namespace

MaskData::MaskData(mask::BitMatrix kept)
    : m_bits(std::move(kept)), m_density(mask::DensityPyramid::build(m_bits)), m_margins(marginsOf(m_bits)),
      m_kept(m_bits.count())
{
}

Result<std::shared_ptr<const MaskDifference>> MaskDifference::make(Mask a, Mask b, int threads)
{
    if (!a || !b || !sameShape(*a, *b))
        return failure(ErrorCode::Internal, "the difference of two masks needs two masks of one shape");
    SECATEUR_TRY(counts, mask::overlap(a->bits(), b->bits()));
    const std::shared_ptr<MaskDifference> made(new MaskDifference);
    made->m_counts = counts;
    // Each set is as large as a mask, and only its summary is kept.
    const auto density = [](const Result<mask::BitMatrix> &set) { return mask::DensityPyramid::build(*set); };
    const std::array<std::function<void()>, 4> parts = {
        [&] { made->m_onlyA = density(mask::bitAndNot(a->bits(), b->bits())); },
        [&] { made->m_onlyB = density(mask::bitAndNot(b->bits(), a->bits())); },
        [&] { made->m_both = density(mask::bitAnd(a->bits(), b->bits())); },
        [&] { made->m_margins = marginsOf(*mask::bitXor(a->bits(), b->bits())); }};
    parallelFor(parts.size(), threads, [&](std::size_t part) { parts[part](); });
    made->m_a = std::move(a);
    made->m_b = std::move(b);
    return made;
}

Result<std::shared_ptr<const WeightMatrix>> makeWeightMatrix(std::size_t rows, std::size_t cols,
                                                             std::vector<float> values)
{
    if (cols == 0 ? !values.empty() : values.size() / cols != rows || values.size() % cols != 0)
        return failure(ErrorCode::Internal, "a weight matrix came with a wrong number of weights");
    const float limit = colourLimit(values);
    return std::make_shared<const WeightMatrix>(WeightMatrix{rows, cols, std::move(values), limit});
}

Result<std::shared_ptr<const KeptWeights>> KeptWeights::make(std::shared_ptr<const WeightMatrix> weights,
                                                             std::shared_ptr<const MaskData> kept)
{
    if (!weights || !kept || weights->rows != kept->rows() || weights->cols != kept->cols())
        return failure(ErrorCode::Internal, "a picture of weights needs weights and a mask of one shape");
    const std::shared_ptr<KeptWeights> made(new KeptWeights);
    if (kept->bits().size() != 0) {
        made->m_levels.push_back(blocksOf8(*weights, kept->bits()));
        while (made->m_levels.back().sums.size() > 1)
            made->m_levels.push_back(halved(made->m_levels.back()));
    }
    made->m_weights = std::move(weights);
    made->m_mask = std::move(kept);
    return made;
}

} // namespace secateur::widgets
