// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/mask/bitmatrix.h"

namespace secateur::analysis {

/// How the differences of two masks are spread over the input columns of their matrices. A column is one input of one
/// matrix: what a domain does to it shows in all rows at once, because Wanda's score has one norm per column.
class ColumnDifferences
{
public:
    /// Adds a matrix of two runs. Internal when the shapes differ.
    [[nodiscard]] Result<void> add(const mask::BitMatrix &a, const mask::BitMatrix &b);
    void add(const ColumnDifferences &other);

    [[nodiscard]] std::uint64_t columns() const { return std::uint64_t(m_counts.size()); }
    [[nodiscard]] std::uint64_t differences() const; ///< weights that only one of the two keeps

    /// Share of the differences that the columns with the most of them hold, for a share of all columns, both in
    /// [0, 1]: the first floor(share * columns) columns, and of the next the part that is missing. 0 for no difference.
    [[nodiscard]] double shareIn(double columns) const;
    /// The smallest share of columns that holds this share of the differences. 0 for no difference.
    [[nodiscard]] double columnsFor(double share) const;

private:
    /// Sums of the columns, those with the most differences first: [k] is what k columns hold.
    [[nodiscard]] const std::vector<std::uint64_t> &sums() const;

    std::vector<std::uint64_t> m_counts; ///< differences per column
    mutable std::vector<std::uint64_t> m_sums; ///< empty: not made yet
};

} // namespace secateur::analysis
