// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/base/result.h"
#include "core/mask/bitmatrix.h"
#include "core/mask/maskset.h"

/// What the mask pictures are drawn from: immutable once made, so that any thread may draw it. Making one reads every
/// bit (a few milliseconds for 4096 x 11008) and belongs on a worker thread.
namespace secateur::widgets {

/// Shares of ones per row and per column, in [0, 1]: the margins of a picture.
struct MaskMargins {
    std::vector<float> rows;
    std::vector<float> cols;
};

/// One mask (1 = kept). Beyond the packed bits it holds about 1/48 byte per cell.
class MaskData
{
public:
    explicit MaskData(mask::BitMatrix kept);

    [[nodiscard]] const mask::BitMatrix &bits() const { return m_bits; }
    [[nodiscard]] std::size_t rows() const { return m_bits.rows(); }
    [[nodiscard]] std::size_t cols() const { return m_bits.cols(); }
    [[nodiscard]] const mask::DensityPyramid &density() const { return m_density; }
    [[nodiscard]] const MaskMargins &margins() const { return m_margins; }
    [[nodiscard]] std::size_t kept() const { return m_kept; }

private:
    mask::BitMatrix m_bits;
    mask::DensityPyramid m_density;
    MaskMargins m_margins;
    std::size_t m_kept = 0;
};

/// Two masks of one shape and where they differ. The masks are shared, not copied.
class MaskDifference
{
public:
    using Mask = std::shared_ptr<const MaskData>;

    /// Internal when a mask is missing or the shapes differ.
    [[nodiscard]] static Result<std::shared_ptr<const MaskDifference>> make(Mask a, Mask b, int threads = 1);

    [[nodiscard]] const MaskData &a() const { return *m_a; }
    [[nodiscard]] const MaskData &b() const { return *m_b; }
    [[nodiscard]] std::size_t rows() const { return m_a->rows(); }
    [[nodiscard]] std::size_t cols() const { return m_a->cols(); }
    [[nodiscard]] const mask::DensityPyramid &onlyA() const { return m_onlyA; }
    [[nodiscard]] const mask::DensityPyramid &onlyB() const { return m_onlyB; }
    [[nodiscard]] const mask::DensityPyramid &both() const { return m_both; }
    [[nodiscard]] const MaskMargins &margins() const { return m_margins; } ///< of the cells that differ
    [[nodiscard]] const mask::OverlapCounts &counts() const { return m_counts; } ///< of kept cells

private:
    MaskDifference() = default;

    Mask m_a;
    Mask m_b;
    mask::DensityPyramid m_onlyA;
    mask::DensityPyramid m_onlyB;
    mask::DensityPyramid m_both;
    MaskMargins m_margins;
    mask::OverlapCounts m_counts;
};

/// The weights of one matrix [rows, cols], row-major.
struct WeightMatrix {
    std::size_t rows = 0;
    std::size_t cols = 0;
    std::vector<float> values;
    float limit = 0.0F; ///< |w| that gets the full colour: 99.5 of 100 weights are smaller
};

/// Measures `limit` from a regular sample of the values. Internal on a wrong number of values.
[[nodiscard]] Result<std::shared_ptr<const WeightMatrix>> makeWeightMatrix(std::size_t rows, std::size_t cols,
                                                                           std::vector<float> values);

/// The weights that a mask keeps, and their sums over blocks of 8 x 8, 16 x 16, … cells for the zoomed-out picture.
class KeptWeights
{
public:
    struct Level {
        std::size_t rows = 0;
        std::size_t cols = 0;
        std::size_t cellsPerSide = 8;
        std::vector<float> sums;
    };

    /// Internal when one is missing or the shapes differ.
    [[nodiscard]] static Result<std::shared_ptr<const KeptWeights>> make(std::shared_ptr<const WeightMatrix> weights,
                                                                         std::shared_ptr<const MaskData> kept);

    [[nodiscard]] const WeightMatrix &weights() const { return *m_weights; }
    [[nodiscard]] const MaskData &mask() const { return *m_mask; }
    [[nodiscard]] const std::vector<Level> &levels() const { return m_levels; }

private:
    KeptWeights() = default;

    std::shared_ptr<const WeightMatrix> m_weights;
    std::shared_ptr<const MaskData> m_mask;
    std::vector<Level> m_levels;
};

} // namespace secateur::widgets
