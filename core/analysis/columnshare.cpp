// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/columnshare.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace secateur::analysis {

Result<void> ColumnDifferences::add(const mask::BitMatrix &a, const mask::BitMatrix &b)
{
    SECATEUR_TRY(different, mask::bitXor(a, b));
    const auto counts = different.columnCounts();
    m_counts.insert(m_counts.end(), counts.begin(), counts.end());
    m_sums.clear();
    return {};
}

void ColumnDifferences::add(const ColumnDifferences &other)
{
    m_counts.insert(m_counts.end(), other.m_counts.begin(), other.m_counts.end());
    m_sums.clear();
}

std::uint64_t ColumnDifferences::differences() const
{
    return std::accumulate(m_counts.begin(), m_counts.end(), std::uint64_t(0));
}

const std::vector<std::uint64_t> &ColumnDifferences::sums() const
{
    if (m_sums.empty()) {
        auto sorted = m_counts;
        std::ranges::sort(sorted, std::greater());
        m_sums.resize(sorted.size() + 1, 0);
        std::partial_sum(sorted.begin(), sorted.end(), m_sums.begin() + 1);
    }
    return m_sums;
}

double ColumnDifferences::shareIn(double columns) const
{
    const auto &held = sums();
    if (held.back() == 0)
        return 0.0;
    const double wanted = std::clamp(columns, 0.0, 1.0) * double(m_counts.size());
    const auto whole = std::min(std::size_t(std::floor(wanted)), m_counts.size());
    double sum = double(held[whole]);
    if (whole < m_counts.size())
        sum += (wanted - double(whole)) * double(held[whole + 1] - held[whole]);
    return sum / double(held.back());
}

double ColumnDifferences::columnsFor(double share) const
{
    const auto &held = sums();
    if (held.back() == 0)
        return 0.0;
    const double wanted = std::clamp(share, 0.0, 1.0) * double(held.back());
    const auto enough = std::ranges::lower_bound(held, wanted, {}, [](std::uint64_t sum) { return double(sum); });
    if (enough == held.begin() || enough == held.end())
        return enough == held.begin() ? 0.0 : 1.0;
    const double before = double(*(enough - 1));
    const double part = (wanted - before) / (double(*enough) - before);
    return (double(enough - held.begin() - 1) + part) / double(m_counts.size());
}

} // namespace secateur::analysis
