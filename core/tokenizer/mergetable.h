// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/tokenizer/vocabulary.h"

namespace secateur::tokenizer {

/// The merges of a BPE model: which two neighbouring tokens become which token, and in what order. Immutable.
class MergeTable
{
public:
    /// BadInput when a part or a result of a merge is not in the vocabulary.
    [[nodiscard]] static Result<MergeTable> create(const TokenizerSpec &spec, const Vocabulary &vocabulary);

    /// Replaces neighbours by their merge, the lowest priority first and from left to right, until none applies.
    /// O(n log n) for long words; a simple scan, which is faster, for short ones.
    void apply(std::vector<TokenId> &symbols) const;

private:
    struct Merge {
        std::uint64_t pair = ~std::uint64_t(0); ///< all ones: a free slot
        std::uint32_t priority = NoMerge;
        TokenId result = -1;
    };
    static constexpr std::uint32_t NoMerge = ~std::uint32_t(0);
    [[nodiscard]] Merge find(TokenId left, TokenId right) const;
    void insert(const Merge &merge);
    void applyByScan(std::vector<TokenId> &symbols) const;
    void applyByHeap(std::vector<TokenId> &symbols) const;
    std::vector<Merge> m_slots;
};

} // namespace secateur::tokenizer
