// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/block.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/model/kernels.h"

namespace secateur::model {

namespace {

ConstMatrixView rowsOf(const MatrixView &matrix, std::int64_t first, std::int64_t rows)
{
    return {matrix.data + first * matrix.stride, rows, matrix.cols, matrix.stride};
}

} // namespace

std::int64_t SequenceGroup::tokens() const
{
    return std::accumulate(lengths.begin(), lengths.end(), std::int64_t(0));
}

std::int64_t SequenceGroup::past(std::size_t sequence) const
{
    if (!caches.empty())
        return caches[sequence]->positions();
    if (continues.empty() || continues[sequence] < 0)
        return 0;
    const auto before = std::size_t(continues[sequence]);
    return past(before) + lengths[before];
}

std::uint64_t scratchFloats(const architecture::ModelConfig &config, std::int64_t tokens, std::int64_t longestSequence)
{
    const std::int64_t perToken = 3 * config.hiddenSize + 2 * config.queryWidth() + 2 * config.keyValueWidth()
        + 2 * config.widestMlp() + (config.experts.count > 0 ? 2 * config.hiddenSize + config.experts.count : 0);
    return std::uint64_t(tokens * perToken + 2 * 128 * longestSequence);
}

Block::Block(const architecture::ModelConfig &config, LayerIndex layer, const BlockWeights &weights,
             const RopeTable &rope, Precision precision, std::stop_token stop, const RoundedWeights *rounded,
             WorkTeam *team)
    : m_config(config), m_attention(config.attention[layer.value]), m_weights(weights), m_rope(rope),
      m_precision(precision), m_stop(std::move(stop)), m_rounded(rounded), m_team(team)
{
}

void Block::forward(SequenceGroup &group, PassKind kind, InputObserver *observer, BlockScratch &scratch) const
{
    attend(group, observer, scratch);
    feedForward(group, kind, observer, scratch);
}

void Block::linears(const ConstMatrixView &x, std::span<const Linear> all, BlockScratch &scratch) const
{
    if (m_team)
        linearsByRow(x, all, scratch);
    for (const auto &one : all) {
        if (!m_team)
            linear(x, one);
        addBias(one);
    }
}

void Block::addBias(const Linear &one) const
{
    if (one.at >= m_weights.biases.size() || m_weights.biases[one.at].empty())
        return;
    const auto &bias = m_weights.biases[one.at];
    for (std::int64_t row = 0; row < one.out.rows; ++row)
        addInto(one.out.data + row * one.out.stride, bias.data(), one.out.cols);
}

void Block::linear(const ConstMatrixView &x, const Linear &one) const
{
    const auto &[index, out] = one;
    const auto w = m_weights.linears[index].view();
    for (const auto &tile : tilesOfProduct(x.rows, w.rows, x.cols)) {
        if (m_stop.stop_requested())
            return;
        const ConstMatrixView from{x.data + tile.firstX * x.stride, tile.xRows, x.cols, x.stride};
        const MatrixView to{out.data + tile.firstX * out.stride + tile.firstW, tile.xRows, tile.wRows, out.stride};
        const std::int64_t first = tile.firstW * w.stride;
        if (m_precision == Precision::BFloat16 && m_rounded)
            multiplyTransposed(from, {m_rounded->linears[index].data() + first, tile.wRows, w.cols}, to);
        else
            multiplyTransposed(from, {w.data + first, tile.wRows, w.cols, w.stride}, to, m_precision);
    }
}

void Block::norm(const float *x, std::int64_t rows, std::span<const float> weight, float *out,
                 std::span<const float> bias) const
{
    const auto cols = std::int64_t(weight.size());
    if (m_config.norm == architecture::NormKind::Layer)
        layerNorm(x, rows, cols, weight.data(), bias.data(), m_config.normEpsilon, out);
    else
        rmsNorm(x, rows, cols, weight.data(), m_config.normEpsilon, m_config.normWeightOffset, out);
}

/// Leaves the hidden state after attention in scratch.residual.
void Block::attend(SequenceGroup &group, InputObserver *observer, BlockScratch &scratch) const
{
    const std::int64_t tokens = group.tokens();
    const std::int64_t hidden = m_config.hiddenSize;
    const auto normed = BlockScratch::take(scratch.normed, tokens, hidden);
    if (m_config.preNorms)
        norm(group.hidden.data(), tokens, m_weights.inputNorm, normed.data, m_weights.inputNormBias);
    else
        std::copy_n(group.hidden.data(), tokens * hidden, normed.data);
    if (observer)
        observer->observe(LinearInput::Attention, group, normed);

    const std::array<Linear, 3> inputs = {
        {{m_weights.at(BlockWeights::Query), BlockScratch::take(scratch.query, tokens, m_config.queryWidth())},
         {m_weights.at(BlockWeights::Key), BlockScratch::take(scratch.key, tokens, m_config.keyValueWidth())},
         {m_weights.at(BlockWeights::Value), BlockScratch::take(scratch.value, tokens, m_config.keyValueWidth())}}};
    linears(normed, inputs, scratch);
    rotateAndNorm(group, scratch);
    if (m_team)
        attendByRow(group, scratch);
    else
        attendSequences(group, scratch);
    const auto attended = BlockScratch::take(scratch.attended, tokens, m_config.queryWidth());
    if (observer)
        observer->observe(LinearInput::Output, group, attended);

    const auto residual = BlockScratch::take(scratch.residual, tokens, hidden);
    linears(attended, std::array{Linear{m_weights.at(BlockWeights::Output), residual}}, scratch);
    if (m_config.postNorms)
        norm(residual.data, tokens, m_weights.postAttentionNorm, residual.data);
    addInto(residual.data, group.hidden.data(), tokens * hidden);
}

void Block::rotateAndNorm(const SequenceGroup &group, BlockScratch &scratch) const
{
    const std::int64_t tokens = group.tokens();
    if (m_config.queryKeyNorm) {
        const bool whole = m_config.wholeQueryKeyNorm;
        norm(scratch.query.data(), tokens * (whole ? 1 : m_config.heads), m_weights.queryNorm, scratch.query.data());
        norm(scratch.key.data(), tokens * (whole ? 1 : m_config.kvHeads), m_weights.keyNorm, scratch.key.data());
    }
    if (!m_attention.rotary)
        return;
    std::int64_t row = 0;
    for (std::size_t sequence = 0; sequence < group.lengths.size(); ++sequence) {
        const std::int64_t past = group.past(sequence);
        for (std::int64_t i = 0; i < group.lengths[sequence]; ++i, ++row) {
            m_rope.rotate(scratch.query.data() + row * m_config.queryWidth(), m_config.heads, past + i);
            m_rope.rotate(scratch.key.data() + row * m_config.keyValueWidth(), m_config.kvHeads, past + i);
        }
    }
}

AttentionShape Block::attentionShape() const
{
    return {m_config.heads,
            m_config.kvHeads,
            m_config.headDim,
            m_attention.slidingWindow,
            float(m_config.attentionScale),
            m_config.attentionSoftcap};
}

void Block::attendSequences(SequenceGroup &group, BlockScratch &scratch) const
{
    const AttentionShape shape = attentionShape();
    const std::int64_t tokens = group.tokens();
    const auto query = BlockScratch::take(scratch.query, tokens, m_config.queryWidth());
    const auto key = BlockScratch::take(scratch.key, tokens, m_config.keyValueWidth());
    const auto value = BlockScratch::take(scratch.value, tokens, m_config.keyValueWidth());
    const auto attended = BlockScratch::take(scratch.attended, tokens, m_config.queryWidth());
    std::int64_t row = 0;
    for (const std::int64_t length : group.lengths) {
        if (m_stop.stop_requested())
            return;
        causalAttention(shape, rowsOf(query, row, length), rowsOf(key, row, length), rowsOf(value, row, length),
                        {attended.data + row * attended.stride, length, attended.cols, attended.stride}, scratch.scores,
                        m_stop);
        row += length;
    }
}

/// The input of down_proj of the MLP whose gate (up, where there is none) is linear `first`.
MatrixView Block::innerStates(const SequenceGroup &group, const ConstMatrixView &normed, std::size_t first,
                              InputObserver *observer, BlockScratch &scratch) const
{
    const std::int64_t width = m_weights.linears[first].sublayer.rows;
    const auto up = BlockScratch::take(scratch.up, normed.rows, width);
    if (!m_config.gatedMlp) {
        linears(normed, std::array{Linear{first, up}}, scratch);
        activate(up, {});
        return up;
    }
    const auto gate = BlockScratch::take(scratch.gate, normed.rows, width);
    linears(normed, std::array{Linear{first, gate}, Linear{first + 1, up}}, scratch);
    if (observer)
        observer->observeGate(group, gate, up);
    activate(gate, up);
    return gate;
}

void Block::oneMlp(SequenceGroup &group, const ConstMatrixView &normed, PassKind kind, InputObserver *observer,
                   BlockScratch &scratch) const
{
    if (observer)
        observer->observe(LinearInput::Mlp, group, normed);
    const std::size_t first = m_weights.at(m_config.gatedMlp ? BlockWeights::Gate : BlockWeights::Up);
    const auto inner = innerStates(group, normed, first, observer, scratch);
    if (observer)
        observer->observe(LinearInput::Down, group, inner);
    if (kind == PassKind::StatisticsOnly)
        return;
    const MatrixView output{group.hidden.data(), normed.rows, m_config.hiddenSize, m_config.hiddenSize};
    linears(inner, std::array{Linear{m_weights.at(BlockWeights::Down), output}}, scratch);
}

void Block::feedForward(SequenceGroup &group, PassKind kind, InputObserver *observer, BlockScratch &scratch) const
{
    const std::int64_t tokens = group.tokens();
    const std::int64_t hidden = m_config.hiddenSize;
    const auto residual = BlockScratch::take(scratch.residual, tokens, hidden);
    const auto normed = BlockScratch::take(scratch.normed, tokens, hidden);
    const float *const seen = m_config.parallelResidual ? group.hidden.data() : residual.data;
    if (m_config.preNorms)
        norm(seen, tokens, m_config.postNorms ? m_weights.preFeedforwardNorm : m_weights.postAttentionNorm, normed.data,
             m_weights.postAttentionNormBias);
    else
        std::copy_n(seen, tokens * hidden, normed.data);
    if (m_config.experts.count > 0)
        mixExperts(group, normed, kind, observer, scratch);
    else
        oneMlp(group, normed, kind, observer, scratch);
    if (kind == PassKind::StatisticsOnly)
        return;
    if (m_config.postNorms)
        norm(group.hidden.data(), tokens, m_weights.postFeedforwardNorm, group.hidden.data());
    addInto(group.hidden.data(), residual.data, tokens * hidden);
}

} // namespace secateur::model
