// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.h"

namespace secateur::mask {

/// A matrix of bits, each row packed into 64-bit words; column 64w + b is bit b of word w. Bits beyond `cols` are 0.
/// As a mask, 1 = kept. Rows of words are disjoint memory, so different rows may be written by different threads.
class BitMatrix
{
public:
    BitMatrix() = default;
    BitMatrix(std::size_t rows, std::size_t cols, bool value = false);

    [[nodiscard]] std::size_t rows() const { return m_rows; }
    [[nodiscard]] std::size_t cols() const { return m_cols; }
    [[nodiscard]] std::size_t size() const { return m_rows * m_cols; }
    [[nodiscard]] std::size_t wordsPerRow() const { return m_wordsPerRow; }
    [[nodiscard]] std::size_t bytesPerPackedRow() const { return (m_cols + 7) / 8; }

    [[nodiscard]] bool test(std::size_t row, std::size_t col) const
    {
        return (m_words[row * m_wordsPerRow + col / 64] >> (col % 64)) & 1U;
    }
    void set(std::size_t row, std::size_t col, bool value);

    [[nodiscard]] std::span<std::uint64_t> row(std::size_t row)
    {
        return {m_words.data() + row * m_wordsPerRow, m_wordsPerRow};
    }
    [[nodiscard]] std::span<const std::uint64_t> row(std::size_t row) const
    {
        return {m_words.data() + row * m_wordsPerRow, m_wordsPerRow};
    }
    [[nodiscard]] std::span<const std::uint64_t> words() const { return m_words; }

    [[nodiscard]] std::uint64_t count() const; ///< of ones
    [[nodiscard]] std::uint64_t countRow(std::size_t row) const;
    [[nodiscard]] std::vector<std::uint64_t> columnCounts() const; ///< ones per column

    [[nodiscard]] BitMatrix inverted() const;

    /// The archive's form: U8 [rows, ceil(cols/8)], column 8j + k is bit k of byte j (numpy packbits, bitorder little).
    [[nodiscard]] std::vector<std::uint8_t> toPackedRows() const;
    /// BadInput when the size is wrong or a padding bit is set.
    [[nodiscard]] static Result<BitMatrix> fromPackedRows(std::size_t rows, std::size_t cols,
                                                          std::span<const std::uint8_t> bytes);

    friend bool operator==(const BitMatrix &, const BitMatrix &) = default;

private:
    std::size_t m_rows = 0;
    std::size_t m_cols = 0;
    std::size_t m_wordsPerRow = 0;
    std::vector<std::uint64_t> m_words;
};

/// Element by element; the shapes must be equal (Internal otherwise).
[[nodiscard]] Result<BitMatrix> bitAnd(const BitMatrix &a, const BitMatrix &b);
[[nodiscard]] Result<BitMatrix> bitOr(const BitMatrix &a, const BitMatrix &b);
[[nodiscard]] Result<BitMatrix> bitXor(const BitMatrix &a, const BitMatrix &b);
[[nodiscard]] Result<BitMatrix> bitAndNot(const BitMatrix &a, const BitMatrix &b); ///< a and not b

/// Counts for set distances, in one pass, allocating nothing.
struct OverlapCounts {
    std::uint64_t total = 0; ///< cells
    std::uint64_t inA = 0; ///< ones of a
    std::uint64_t inB = 0;
    std::uint64_t inBoth = 0;

    OverlapCounts &operator+=(const OverlapCounts &other);
    /// The same counts for the complements (pruned instead of kept).
    [[nodiscard]] OverlapCounts complement() const;
    friend bool operator==(const OverlapCounts &, const OverlapCounts &) = default;
};

[[nodiscard]] Result<OverlapCounts> overlap(const BitMatrix &a, const BitMatrix &b);
/// The same over rows [firstRow, endRow) alone, so that several threads can share one pair.
[[nodiscard]] Result<OverlapCounts> overlapRows(const BitMatrix &a, const BitMatrix &b, std::size_t firstRow,
                                                std::size_t endRow);

} // namespace secateur::mask
