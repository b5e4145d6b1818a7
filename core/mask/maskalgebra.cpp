// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mask/maskalgebra.h"

#include <algorithm>
#include <bit>
#include <span>

namespace secateur::mask {

namespace {

using Masks = std::vector<const BitMatrix *>;

/// Bit by bit: 1 where more than half of the masks have a 1. Counts of the 64 columns of a word are kept as binary
/// numbers that lie across words (bit b of `digits[k]` is digit k of column b's count), so that a mask is added with a
/// few operations for all columns at once.
class MajorityWord
{
public:
    explicit MajorityWord(std::size_t masks) : m_least(masks / 2 + 1), m_digits(std::size_t(std::bit_width(masks)), 0)
    {
    }

    [[nodiscard]] std::uint64_t of(const Masks &masks, std::size_t word)
    {
        std::ranges::fill(m_digits, std::uint64_t(0));
        for (const BitMatrix *const mask : masks) {
            std::uint64_t carry = mask->words()[word];
            for (std::uint64_t &digit : m_digits) {
                const std::uint64_t both = digit & carry;
                digit ^= carry;
                carry = both;
            }
        }
        return atLeast();
    }

private:
    /// Compares with m_least from the highest digit down.
    [[nodiscard]] std::uint64_t atLeast() const
    {
        std::uint64_t above = 0;
        std::uint64_t equal = ~std::uint64_t(0);
        for (std::size_t k = m_digits.size(); k-- > 0;) {
            const std::uint64_t wanted = (m_least >> k & 1U) != 0 ? ~std::uint64_t(0) : 0;
            above |= equal & m_digits[k] & ~wanted;
            equal &= ~(m_digits[k] ^ wanted);
        }
        return above | equal;
    }

    std::size_t m_least;
    std::vector<std::uint64_t> m_digits;
};

BitMatrix majority(const Masks &masks)
{
    BitMatrix result(masks.front()->rows(), masks.front()->cols());
    MajorityWord vote(masks.size());
    for (std::size_t row = 0; row < result.rows(); ++row) {
        const auto words = result.row(row);
        for (std::size_t word = 0; word < words.size(); ++word)
            words[word] = vote.of(masks, row * result.wordsPerRow() + word);
    }
    return result;
}

using Operation = Result<BitMatrix> (*)(const BitMatrix &, const BitMatrix &);

/// The first, and then each of the others upon what there is.
Result<BitMatrix> fold(const Masks &masks, Operation operation)
{
    BitMatrix result = *masks.front();
    for (std::size_t i = 1; i < masks.size(); ++i) {
        SECATEUR_TRY(next, operation(result, *masks[i]));
        result = std::move(next);
    }
    return result;
}

} // namespace

std::string ruleName(CombineRule rule)
{
    switch (rule) {
    case CombineRule::Union: return "union";
    case CombineRule::Intersection: return "intersection";
    case CombineRule::Majority: return "majority";
    case CombineRule::Difference: return "difference";
    case CombineRule::Scores: return "scores";
    }
    return "union";
}

Result<CombineRule> ruleFromName(const std::string &name)
{
    for (const CombineRule rule : allCombineRules)
        if (ruleName(rule) == name)
            return rule;
    return failure(ErrorCode::InvalidArgument,
                   "rule \"" + name + "\" is not known; choose union, intersection, majority, difference or scores");
}

std::vector<const BitMatrix *> pointersTo(const std::vector<BitMatrix> &masks)
{
    std::vector<const BitMatrix *> pointers;
    for (const BitMatrix &mask : masks)
        pointers.push_back(&mask);
    return pointers;
}

Result<BitMatrix> combineMasks(CombineRule rule, const Masks &masks)
{
    if (masks.empty())
        return failure(ErrorCode::Internal, "there are no masks to combine");
    for (const BitMatrix *const mask : masks)
        if (mask->rows() != masks.front()->rows() || mask->cols() != masks.front()->cols())
            return failure(ErrorCode::Internal, "masks of different shapes cannot be combined");
    switch (rule) {
    case CombineRule::Union: return fold(masks, bitOr);
    case CombineRule::Intersection: return fold(masks, bitAnd);
    case CombineRule::Difference: return fold(masks, bitAndNot);
    case CombineRule::Majority: return majority(masks);
    case CombineRule::Scores: break;
    }
    return failure(ErrorCode::Internal, "scores are not made of masks");
}

} // namespace secateur::mask
