// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/unigrammodel.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>

#include "core/tokenizer/unicode.h"

namespace secateur::tokenizer {

namespace {

constexpr std::size_t MaxPieceBytes = 512;
/// How much less than the least likely piece an unknown character scores, as in SentencePiece.
constexpr double UnknownPenalty = 10.0;

} // namespace

Result<UnigramModel> UnigramModel::create(TokenizerSpec &spec)
{
    UnigramModel model;
    model.m_scores = std::move(spec.scores);
    for (std::size_t id = 0; id < spec.tokens.size(); ++id)
        if (spec.tokens[id].size() > MaxPieceBytes)
            return failure(ErrorCode::BadInput,
                           "piece " + std::to_string(id) + " has more than " + std::to_string(MaxPieceBytes)
                               + " bytes");
    SECATEUR_TRY(vocabulary, Vocabulary::create(std::move(spec.tokens), spec.ids));
    model.m_vocabulary = std::move(vocabulary);
    if (model.m_scores.empty() || model.m_scores.size() != model.m_vocabulary.idEnd())
        return failure(ErrorCode::BadInput, "\"vocab\" is not a list of pieces with scores");
    double least = std::numeric_limits<double>::infinity();
    for (const double score : model.m_scores) {
        if (!std::isfinite(score))
            return failure(ErrorCode::BadInput, "a score is not a number");
        least = std::min(least, score);
    }
    model.m_unknownScore = least - UnknownPenalty;
    if (spec.unknownId && (*spec.unknownId < 0 || std::size_t(*spec.unknownId) >= model.m_scores.size()))
        return failure(ErrorCode::BadInput, "unk_id is outside the vocabulary");
    model.m_unknownId = spec.unknownId.value_or(-1);
    model.m_byteFallback = spec.byteFallback;
    model.m_sorted.resize(model.m_scores.size());
    std::iota(model.m_sorted.begin(), model.m_sorted.end(), TokenId(0));
    const auto &pieces = model.m_vocabulary;
    std::sort(model.m_sorted.begin(), model.m_sorted.end(),
              [&](TokenId a, TokenId b) { return pieces.textOf(a) < pieces.textOf(b); });
    for (std::size_t byte = 0; byte < model.m_byteIds.size(); ++byte) {
        std::array<char, 8> code{};
        std::snprintf(code.data(), code.size(), "<0x%02X>", unsigned(byte));
        model.m_byteIds[byte] = pieces.idOf(code.data());
    }
    return model;
}

/// Every piece that begins at `begin` may end a better way to where it ends.
void UnigramModel::extendBy(std::string_view text, std::size_t begin, std::vector<Node> &nodes) const
{
    const double soFar = nodes[begin].score;
    std::size_t behind = begin;
    static_cast<void>(decodeUtf8(text, behind));
    const auto reach = [&](std::size_t end, double score, bool unknown) {
        Node &node = nodes[end];
        if (!node.reached || soFar + score > node.score)
            node = {soFar + score, begin, true, unknown};
    };
    bool single = false;
    auto low = m_sorted.begin();
    auto high = m_sorted.end();
    for (std::size_t size = 1; begin + size <= text.size() && low != high; ++size) {
        // Of the pieces that begin with these bytes, those that go on with the next one.
        const auto byteAt = [&](TokenId id) {
            const std::string_view piece = m_vocabulary.textOf(id);
            return piece.size() < size ? -1 : int(static_cast<unsigned char>(piece[size - 1]));
        };
        const int byte = static_cast<unsigned char>(text[begin + size - 1]);
        low = std::lower_bound(low, high, byte, [&](TokenId id, int wanted) { return byteAt(id) < wanted; });
        high = std::upper_bound(low, high, byte, [&](int wanted, TokenId id) { return wanted < byteAt(id); });
        if (low == high || m_vocabulary.textOf(*low).size() != size)
            continue;
        reach(begin + size, m_scores[std::size_t(*low)], *low == m_unknownId);
        single = single || begin + size == behind;
    }
    if (!single)
        reach(behind, m_unknownScore, true);
}

std::vector<UnigramModel::Node> UnigramModel::bestPath(std::string_view text) const
{
    std::vector<Node> nodes(text.size() + 1);
    nodes[0].reached = true;
    for (std::size_t at = 0; at < text.size();) {
        extendBy(text, at, nodes);
        static_cast<void>(decodeUtf8(text, at));
    }
    return nodes;
}

Result<void> UnigramModel::append(std::string_view piece, std::vector<TokenId> &out) const
{
    if (const TokenId id = m_vocabulary.idOf(piece); id >= 0) {
        out.push_back(id);
        return {};
    }
    const auto byteId = [&](char c) { return m_byteIds[static_cast<unsigned char>(c)]; };
    if (m_byteFallback && std::all_of(piece.begin(), piece.end(), [&](char c) { return byteId(c) >= 0; })) {
        for (const char c : piece)
            out.push_back(byteId(c));
        return {};
    }
    if (m_unknownId < 0)
        return failure(ErrorCode::BadInput,
                       "the vocabulary has no piece for \"" + std::string(piece.substr(0, 40))
                           + "\", and neither unk_id nor byte_fallback");
    out.push_back(m_unknownId);
    return {};
}

Result<void> UnigramModel::encode(std::string_view text, std::vector<TokenId> &out) const
{
    const std::vector<Node> nodes = bestPath(text);
    std::vector<std::string_view> pieces; // from the last to the first
    bool fusing = false;
    for (std::size_t end = text.size(); end > 0;) {
        const Node &node = nodes[end];
        const std::string_view piece = text.substr(node.begin, end - node.begin);
        // Unknown characters beside each other are one unknown piece.
        const bool fuses = node.unknown && m_unknownId >= 0;
        if (fuses && fusing)
            pieces.back() = text.substr(node.begin, piece.size() + pieces.back().size());
        else
            pieces.push_back(piece);
        fusing = fuses;
        end = node.begin;
    }
    for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece)
        SECATEUR_CHECK(append(*piece, out));
    return {};
}

} // namespace secateur::tokenizer
