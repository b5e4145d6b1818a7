// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/tokenizer/vocabulary.h"

namespace secateur::tokenizer {

/// SentencePiece's Unigram: of all ways to cut a text into pieces, the one whose scores have the greatest sum
/// (Viterbi), exactly as tokenizers' models::unigram finds it. Immutable.
class UnigramModel
{
public:
    /// Takes the vocabulary out of `spec`. BadInput for scores that are no numbers, an unk_id outside the vocabulary,
    /// and pieces of more than 512 bytes.
    [[nodiscard]] static Result<UnigramModel> create(TokenizerSpec &spec);

    [[nodiscard]] const Vocabulary &vocabulary() const { return m_vocabulary; }

    /// Appends the ids of a text. BadInput for a character of no piece when there is neither unk_id nor byte fallback.
    [[nodiscard]] Result<void> encode(std::string_view text, std::vector<TokenId> &out) const;

private:
    /// The best way to cut the text up to a byte.
    struct Node {
        double score = 0.0;
        std::size_t begin = 0; ///< of its last piece
        bool reached = false;
        bool unknown = false; ///< its last piece is the unknown one
    };
    [[nodiscard]] std::vector<Node> bestPath(std::string_view text) const;
    void extendBy(std::string_view text, std::size_t begin, std::vector<Node> &nodes) const;
    [[nodiscard]] Result<void> append(std::string_view piece, std::vector<TokenId> &out) const;

    Vocabulary m_vocabulary;
    std::vector<double> m_scores; ///< by id
    std::vector<TokenId> m_sorted; ///< ids by the bytes of their pieces: what begins alike stands together
    std::array<TokenId, 256> m_byteIds{}; ///< <0x00> to <0xFF>, -1: none
    double m_unknownScore = 0.0;
    TokenId m_unknownId = -1;
    bool m_byteFallback = false;
};

} // namespace secateur::tokenizer
