// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/parts.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace secateur::analysis {

namespace {

using mask::BitMatrix;
using Masks = std::vector<const BitMatrix *>;

/// The bits of word `word` of a row that are columns [first, end).
std::uint64_t columnsOfWord(std::size_t word, std::size_t first, std::size_t end)
{
    const std::size_t low = std::max(first, word * 64);
    const std::size_t high = std::min(end, word * 64 + 64);
    if (low >= high)
        return 0;
    const std::uint64_t upTo =
        high - word * 64 == 64 ? ~std::uint64_t(0) : (std::uint64_t(1) << (high - word * 64)) - 1;
    return upTo & ~((std::uint64_t(1) << (low - word * 64)) - 1);
}

std::uint64_t ones(std::uint64_t word)
{
    return std::uint64_t(std::popcount(word));
}

/// Adds the columns `cells` of one word of all runs.
void countWord(const std::vector<std::uint64_t> &words, std::uint64_t cells, PartCounts &counts)
{
    std::uint64_t all = cells;
    std::uint64_t once = 0;
    std::uint64_t twice = 0; // or more often
    for (const std::uint64_t word : words) {
        all &= word;
        twice |= once & word;
        once |= word;
    }
    const std::uint64_t exactlyOne = once & ~twice & cells;
    counts.inAll += ones(all);
    counts.inNone += ones(~once & cells);
    for (std::size_t run = 0; run < words.size(); ++run)
        counts.onlyIn[run] += ones(words[run] & exactlyOne);
}

} // namespace

std::uint64_t PartCounts::inOne() const
{
    return std::accumulate(onlyIn.begin(), onlyIn.end(), std::uint64_t(0));
}

PartCounts &PartCounts::operator+=(const PartCounts &other)
{
    if (onlyIn.empty())
        return *this = other;
    total += other.total;
    inAll += other.inAll;
    inNone += other.inNone;
    for (std::size_t run = 0; run < std::min(onlyIn.size(), other.onlyIn.size()); ++run)
        onlyIn[run] += other.onlyIn[run];
    return *this;
}

Result<PartCounts> countPart(const Masks &kept, SetKind set, const PartRange &range)
{
    if (kept.empty())
        return failure(ErrorCode::Internal, "there are no masks to count");
    for (const BitMatrix *const mask : kept)
        if (mask->rows() != kept.front()->rows() || mask->cols() != kept.front()->cols())
            return failure(ErrorCode::Internal, "masks of different shapes have no common parts");
    if (range.firstRow > range.endRow || range.endRow > kept.front()->rows() || range.firstCol > range.endCol
        || range.endCol > kept.front()->cols())
        return failure(ErrorCode::Internal, "a part lies outside of its matrix");
    PartCounts counts{(range.endRow - range.firstRow) * (range.endCol - range.firstCol), 0, 0,
                      std::vector<std::uint64_t>(kept.size(), 0)};
    const std::uint64_t flip = set == SetKind::Pruned ? ~std::uint64_t(0) : 0;
    std::vector<std::uint64_t> words(kept.size());
    for (std::size_t row = range.firstRow; row < range.endRow; ++row)
        for (std::size_t word = range.firstCol / 64; word * 64 < range.endCol; ++word) {
            for (std::size_t run = 0; run < kept.size(); ++run)
                words[run] = kept[run]->row(row)[word] ^ flip;
            countWord(words, columnsOfWord(word, range.firstCol, range.endCol), counts);
        }
    return counts;
}

Result<std::vector<PartCounts>> countParts(const Masks &kept, SetKind set, const PartCut &cut)
{
    if (cut.cells == 0 || kept.empty())
        return failure(ErrorCode::Internal, "there are no parts to count");
    const std::size_t rows = kept.front()->rows();
    const std::size_t cols = kept.front()->cols();
    const bool alongRows = cut.along == PartCut::Along::Rows;
    std::vector<PartCounts> parts;
    for (std::size_t first = 0; first < (alongRows ? rows : cols); first += cut.cells) {
        const std::size_t end = std::min(first + cut.cells, alongRows ? rows : cols);
        const PartRange range = alongRows ? PartRange{first, end, 0, cols} : PartRange{0, rows, first, end};
        SECATEUR_TRY(counts, countPart(kept, set, range));
        parts.push_back(std::move(counts));
    }
    return parts;
}

} // namespace secateur::analysis
