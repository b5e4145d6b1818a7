// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mask/maskset.h"

#include <algorithm>
#include <string>

#include "core/mask/bitkernels.h"

namespace secateur::mask {

const BitMatrix *MaskSet::find(const MatrixId &id) const
{
    const auto found = m_masks.find(id);
    return found == m_masks.end() ? nullptr : &found->second;
}

std::uint64_t MaskSet::keptCount() const
{
    std::uint64_t kept = 0;
    for (const auto &[id, mask] : m_masks)
        kept += mask.count();
    return kept;
}

std::uint64_t MaskSet::totalCount() const
{
    std::uint64_t total = 0;
    for (const auto &[id, mask] : m_masks)
        total += mask.size();
    return total;
}

Result<std::vector<std::uint8_t>> keepCounts(const std::vector<const BitMatrix *> &masks)
{
    if (masks.empty())
        return std::vector<std::uint8_t>();
    if (masks.size() > 255)
        return failure(ErrorCode::Internal,
                       std::to_string(masks.size()) + " masks were to be counted per cell; a count ends at 255");
    const std::size_t rows = masks.front()->rows();
    const std::size_t cols = masks.front()->cols();
    for (const BitMatrix *mask : masks)
        if (mask->rows() != rows || mask->cols() != cols)
            return failure(ErrorCode::Internal, "masks of different shapes were to be counted per cell");
    std::vector<std::uint8_t> counts(rows * cols);
    std::vector<std::uint8_t> sums(masks.front()->wordsPerRow() * 64);
    for (std::size_t row = 0; row < rows; ++row) {
        std::fill(sums.begin(), sums.end(), std::uint8_t(0));
        for (const BitMatrix *mask : masks)
            for (std::size_t word = 0; word < mask->wordsPerRow(); ++word)
                kernels::addBits(mask->row(row)[word], sums.data() + 64 * word);
        std::copy_n(sums.begin(), cols, counts.begin() + std::ptrdiff_t(row * cols));
    }
    return counts;
}

} // namespace secateur::mask
