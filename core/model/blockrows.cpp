// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <utility>

#include "core/model/block.h"
#include "core/model/kernels.h"
#include "core/model/rowwise.h"

/// The block row by row, its products and attention shared out among a team.
namespace secateur::model {

namespace {

/// Rows of a weight matrix in one piece of work: enough of them on two threads even for small models.
constexpr std::int64_t weightRowsAtOnce = 96;
/// Queries of one sequence in one piece of attention.
constexpr std::int64_t queriesAtOnce = 16;

ConstMatrixView rowsOf(const std::vector<float> &buffer, std::int64_t first, std::int64_t rows, std::int64_t cols)
{
    return {buffer.data() + first * cols, rows, cols, cols};
}

void append(std::vector<float> &cached, const ConstMatrixView &fresh)
{
    cached.insert(cached.end(), fresh.data, fresh.data + fresh.rows * fresh.cols);
}

/// Some queries of one sequence: they are the last `rows` of the positions that the segments hold.
struct AttentionPiece {
    std::int64_t firstRow = 0; ///< in the group
    std::int64_t rows = 0;
    std::vector<KeyValues> segments;
};

std::vector<KeyValues> cachedSegments(const KvCache &last, std::int64_t width)
{
    std::vector<KeyValues> segments;
    for (const KvCache *cache = &last; cache; cache = cache->before)
        segments.push_back(
            {rowsOf(cache->keys, 0, cache->tokens, width), rowsOf(cache->values, 0, cache->tokens, width)});
    std::reverse(segments.begin(), segments.end());
    return segments;
}

/// What the rows of each sequence attend to, their own positions included.
std::vector<std::vector<KeyValues>> segmentsOf(const SequenceGroup &group, std::int64_t width,
                                               const BlockScratch &scratch)
{
    std::vector<std::vector<KeyValues>> segments;
    std::int64_t row = 0;
    for (std::size_t sequence = 0; sequence < group.lengths.size(); ++sequence) {
        const std::int64_t length = group.lengths[sequence];
        auto &mine = segments.emplace_back();
        if (!group.caches.empty()) {
            mine = cachedSegments(*group.caches[sequence], width);
        } else {
            if (!group.continues.empty() && group.continues[sequence] >= 0)
                mine = segments[std::size_t(group.continues[sequence])];
            mine.push_back({rowsOf(scratch.key, row, length, width), rowsOf(scratch.value, row, length, width)});
        }
        row += length;
    }
    return segments;
}

std::vector<AttentionPiece> piecesOf(const SequenceGroup &group, std::int64_t width, const BlockScratch &scratch)
{
    const auto all = segmentsOf(group, width, scratch);
    std::vector<AttentionPiece> pieces;
    std::int64_t row = 0;
    for (std::size_t sequence = 0; sequence < group.lengths.size(); ++sequence) {
        const std::int64_t length = group.lengths[sequence];
        for (std::int64_t first = 0; first < length; first += queriesAtOnce) {
            AttentionPiece piece{row + first, std::min(queriesAtOnce, length - first), all[sequence]};
            for (auto *const view : {&piece.segments.back().keys, &piece.segments.back().values})
                view->rows -= length - first - piece.rows;
            pieces.push_back(std::move(piece));
        }
        row += length;
    }
    return pieces;
}

} // namespace

std::uint64_t rowScratchFloats(const architecture::ModelConfig &config, std::int64_t tokens,
                               std::int64_t longestSequence, int threads, Precision precision)
{
    const std::int64_t rows = std::min(tokens, queriesAtOnce) * (config.heads / config.kvHeads);
    const std::int64_t attention = rows * (longestSequence + 2 * config.headDim);
    const std::int64_t rounded = precision == Precision::BFloat16
        ? tokens * std::max(config.widestMlp(), std::max(config.hiddenSize, config.queryWidth()))
        : 0;
    return scratchFloats(config, tokens, 0) + std::uint64_t(threads * attention + rounded);
}

void Block::linearsByRow(const ConstMatrixView &given, std::span<const Linear> all, BlockScratch &scratch) const
{
    struct Piece {
        const Linear *linear;
        std::int64_t first;
        std::int64_t rows;
    };
    std::vector<Piece> pieces;
    for (const auto &one : all)
        for (std::int64_t first = 0; first < one.out.cols; first += weightRowsAtOnce)
            pieces.push_back({&one, first, std::min(weightRowsAtOnce, one.out.cols - first)});
    ConstMatrixView x = given;
    if (m_precision == Precision::BFloat16) {
        const auto size = std::size_t(x.rows * x.cols);
        scratch.rounded.resize(std::max(scratch.rounded.size(), size));
        roundRowsToBFloat16(x.data, x.rows * x.cols, scratch.rounded.data());
        x.data = scratch.rounded.data();
    }
    m_team->each(pieces.size(), [&](std::size_t index, std::size_t) {
        if (m_stop.stop_requested())
            return;
        const auto &[linear, first, rows] = pieces[index];
        const MatrixView out{linear->out.data + first, x.rows, rows, linear->out.stride};
        const std::size_t at = linear->at;
        const auto w = m_weights.linears[at].view();
        if (m_precision == Precision::BFloat16)
            multiplyRows(x, RoundedView{m_rounded->linears[at].data() + first * w.cols, rows, w.cols}, out);
        else
            multiplyRows(x, ConstMatrixView{w.data + first * w.stride, rows, w.cols, w.stride}, out);
    });
}

void Block::attendByRow(SequenceGroup &group, BlockScratch &scratch) const
{
    const AttentionShape shape = attentionShape();
    const std::int64_t width = m_config.keyValueWidth();
    const std::int64_t queryWidth = m_config.queryWidth();
    std::int64_t row = 0;
    for (std::size_t sequence = 0; sequence < group.caches.size(); ++sequence) {
        auto &cache = *group.caches[sequence];
        append(cache.keys, rowsOf(scratch.key, row, group.lengths[sequence], width));
        append(cache.values, rowsOf(scratch.value, row, group.lengths[sequence], width));
        cache.tokens += group.lengths[sequence];
        row += group.lengths[sequence];
    }
    scratch.attended.resize(std::max(scratch.attended.size(), std::size_t(group.tokens() * queryWidth)));
    scratch.rows.resize(std::size_t(m_team->threads()));
    const auto pieces = piecesOf(group, width, scratch);
    // Key-value heads outermost: sequences that continue the same cache find its keys still near.
    m_team->each(pieces.size() * std::size_t(shape.kvHeads), [&](std::size_t index, std::size_t thread) {
        if (m_stop.stop_requested())
            return;
        const auto &piece = pieces[index % pieces.size()];
        attendRows(shape, std::int64_t(index / pieces.size()),
                   rowsOf(scratch.query, piece.firstRow, piece.rows, queryWidth), piece.segments,
                   {scratch.attended.data() + piece.firstRow * queryWidth, piece.rows, queryWidth, queryWidth},
                   scratch.rows[thread]);
    });
}

void Block::activate(const MatrixView &gate, const MatrixView &up) const
{
    const auto width = std::size_t(gate.cols);
    if (m_team)
        return m_team->each(std::size_t(gate.rows), [&](std::size_t row, std::size_t) {
            const std::span<const float> factors(up.data ? up.data + row * width : nullptr, up.data ? width : 0);
            gateRow({gate.data + row * width, width}, factors, m_config.activation);
        });
    if (up.data)
        gateWithActivation(gate.data, up.data, gate.rows * gate.cols, m_config.activation);
    else
        applyActivation(gate.data, gate.rows * gate.cols, m_config.activation);
}

} // namespace secateur::model
