// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mask/bitmatrix.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "core/mask/bitkernels.h"

namespace secateur::mask {

namespace {

/// The valid bits of the last word of a row of `cols` columns.
std::uint64_t lastWordBits(std::size_t cols)
{
    return cols % 64 == 0 ? ~std::uint64_t(0) : (std::uint64_t(1) << (cols % 64)) - 1;
}

std::string shapeText(const BitMatrix &matrix)
{
    return std::string("[") + std::to_string(matrix.rows()) + ", " + std::to_string(matrix.cols()) + "]";
}

Result<void> checkSameShape(const BitMatrix &a, const BitMatrix &b)
{
    if (a.rows() != b.rows() || a.cols() != b.cols())
        return failure(ErrorCode::Internal,
                       "bit matrices of different shapes were combined: " + shapeText(a) + " and " + shapeText(b));
    return {};
}

template <typename Operation>
Result<BitMatrix> combine(const BitMatrix &a, const BitMatrix &b, Operation operation)
{
    SECATEUR_CHECK(checkSameShape(a, b));
    BitMatrix out(a.rows(), a.cols());
    for (std::size_t row = 0; row < a.rows(); ++row)
        std::transform(a.row(row).begin(), a.row(row).end(), b.row(row).begin(), out.row(row).begin(), operation);
    return out;
}

} // namespace

BitMatrix::BitMatrix(std::size_t rows, std::size_t cols, bool value)
    : m_rows(rows), m_cols(cols), m_wordsPerRow((cols + 63) / 64),
      m_words(rows * m_wordsPerRow, value ? ~std::uint64_t(0) : 0)
{
    if (value && cols % 64 != 0)
        for (std::size_t index = 0; index < rows; ++index)
            row(index).back() = lastWordBits(cols);
}

void BitMatrix::set(std::size_t row, std::size_t col, bool value)
{
    std::uint64_t &word = m_words[row * m_wordsPerRow + col / 64];
    const std::uint64_t bit = std::uint64_t(1) << (col % 64);
    word = value ? word | bit : word & ~bit;
}

std::uint64_t BitMatrix::count() const
{
    return kernels::countOnes(m_words);
}

std::uint64_t BitMatrix::countRow(std::size_t index) const
{
    return kernels::countOnes(row(index));
}

std::vector<std::uint64_t> BitMatrix::columnCounts() const
{
    constexpr std::size_t rowsPerBand = 255; // as many as a byte can count
    std::vector<std::uint64_t> counts(m_wordsPerRow * 64);
    std::vector<std::uint8_t> sums(counts.size());
    for (std::size_t first = 0; first < m_rows; first += rowsPerBand) {
        std::fill(sums.begin(), sums.end(), std::uint8_t(0));
        for (std::size_t index = first; index < std::min(m_rows, first + rowsPerBand); ++index)
            for (std::size_t word = 0; word < m_wordsPerRow; ++word)
                kernels::addBits(row(index)[word], sums.data() + 64 * word);
        for (std::size_t col = 0; col < counts.size(); ++col)
            counts[col] += sums[col];
    }
    counts.resize(m_cols);
    return counts;
}

BitMatrix BitMatrix::inverted() const
{
    BitMatrix out(m_rows, m_cols);
    for (std::size_t i = 0; i < m_words.size(); ++i)
        out.m_words[i] = ~m_words[i];
    if (m_cols % 64 != 0)
        for (std::size_t index = 0; index < m_rows; ++index)
            out.row(index).back() &= lastWordBits(m_cols);
    return out;
}

std::vector<std::uint8_t> BitMatrix::toPackedRows() const
{
    const std::size_t bytesPerRow = bytesPerPackedRow();
    std::vector<std::uint8_t> bytes(m_rows * bytesPerRow);
    for (std::size_t index = 0; index < m_rows; ++index)
        for (std::size_t byte = 0; byte < bytesPerRow; ++byte)
            bytes[index * bytesPerRow + byte] = std::uint8_t(row(index)[byte / 8] >> (8 * (byte % 8)));
    return bytes;
}

Result<BitMatrix> BitMatrix::fromPackedRows(std::size_t rows, std::size_t cols, std::span<const std::uint8_t> bytes)
{
    const std::size_t bytesPerRow = cols / 8 + (cols % 8 != 0);
    const bool fits = bytesPerRow == 0 || rows <= std::numeric_limits<std::size_t>::max() / bytesPerRow;
    if (!fits || bytes.size() != rows * bytesPerRow)
        return failure(ErrorCode::BadInput,
                       "a packed mask of shape [" + std::to_string(rows) + ", " + std::to_string(cols) + "] has "
                           + std::to_string(bytes.size()) + " bytes; expected rows * ceil(cols / 8)");
    BitMatrix out(rows, cols);
    for (std::size_t index = 0; index < rows; ++index) {
        const auto words = out.row(index);
        for (std::size_t byte = 0; byte < bytesPerRow; ++byte)
            words[byte / 8] |= std::uint64_t(bytes[index * bytesPerRow + byte]) << (8 * (byte % 8));
        if (!words.empty() && (words.back() & ~lastWordBits(cols)) != 0)
            return failure(ErrorCode::BadInput,
                           "a packed mask of " + std::to_string(cols) + " columns has a padding bit set in row "
                               + std::to_string(index));
    }
    return out;
}

Result<BitMatrix> bitAnd(const BitMatrix &a, const BitMatrix &b)
{
    return combine(a, b, [](std::uint64_t x, std::uint64_t y) { return x & y; });
}

Result<BitMatrix> bitOr(const BitMatrix &a, const BitMatrix &b)
{
    return combine(a, b, [](std::uint64_t x, std::uint64_t y) { return x | y; });
}

Result<BitMatrix> bitXor(const BitMatrix &a, const BitMatrix &b)
{
    return combine(a, b, [](std::uint64_t x, std::uint64_t y) { return x ^ y; });
}

Result<BitMatrix> bitAndNot(const BitMatrix &a, const BitMatrix &b)
{
    return combine(a, b, [](std::uint64_t x, std::uint64_t y) { return x & ~y; });
}

OverlapCounts &OverlapCounts::operator+=(const OverlapCounts &other)
{
    total += other.total;
    inA += other.inA;
    inB += other.inB;
    inBoth += other.inBoth;
    return *this;
}

OverlapCounts OverlapCounts::complement() const
{
    return {total, total - inA, total - inB, total - inA - inB + inBoth};
}

Result<OverlapCounts> overlap(const BitMatrix &a, const BitMatrix &b)
{
    return overlapRows(a, b, 0, a.rows());
}

Result<OverlapCounts> overlapRows(const BitMatrix &a, const BitMatrix &b, std::size_t firstRow, std::size_t endRow)
{
    SECATEUR_CHECK(checkSameShape(a, b));
    if (firstRow > endRow || endRow > a.rows())
        return failure(ErrorCode::Internal,
                       "rows " + std::to_string(firstRow) + " to " + std::to_string(endRow)
                           + " are outside of a bit matrix " + shapeText(a));
    const std::size_t first = firstRow * a.wordsPerRow();
    const std::size_t count = (endRow - firstRow) * a.wordsPerRow();
    OverlapCounts counts = kernels::overlap(a.words().subspan(first, count), b.words().subspan(first, count));
    counts.total = std::uint64_t(endRow - firstRow) * a.cols();
    return counts;
}

} // namespace secateur::mask
