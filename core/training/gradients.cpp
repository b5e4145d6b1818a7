// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/gradients.h"

#include <algorithm>
#include <cmath>

namespace secateur::training {

using model::BlockWeights;
using model::ConstMatrixView;
using model::MatrixView;

namespace {

MatrixView view(std::vector<float> &values, std::int64_t cols)
{
    return {values.data(), std::int64_t(values.size()) / cols, cols, cols};
}

ConstMatrixView view(const std::vector<float> &values, std::int64_t cols)
{
    return {values.data(), std::int64_t(values.size()) / cols, cols, cols};
}

template <typename View>
View rowsOf(const View &matrix, std::int64_t first, std::int64_t rows)
{
    return {matrix.data + first * matrix.stride, rows, matrix.cols, matrix.stride};
}

template <typename View>
View headOf(const View &matrix, std::int64_t head, std::int64_t headDim)
{
    return {matrix.data + head * headDim, matrix.rows, headDim, matrix.stride};
}

std::vector<float> copied(const ConstMatrixView &x)
{
    return {x.data, x.data + x.rows * x.cols};
}

/// The gradient of one linear: of its weights, and added to that of its input.
void linearBackward(const BlockWeights &weights, BlockWeights::Place place, const ConstMatrixView &input,
                    const ConstMatrixView &gradient, const MatrixView &dInput, BlockWeights &weightGradients)
{
    auto &target = weightGradients.linears[place];
    const MatrixView dWeights{target.values.data(), target.sublayer.rows, target.sublayer.cols, target.sublayer.cols};
    model::addTransposedProduct(gradient, input, dWeights);
    model::addProduct(gradient, weights.linears[place].view(), dInput);
}

/// `product`: the gradient of silu(gate) * up. Becomes that of gate; `dUp` is set.
void gateBackward(const std::vector<float> &gate, const std::vector<float> &up, std::vector<float> &product,
                  std::vector<float> &dUp)
{
    dUp.resize(gate.size());
    for (std::size_t i = 0; i < gate.size(); ++i) {
        const float sigmoid = 1.0F / (1.0F + std::exp(-gate[i]));
        const float silu = gate[i] * sigmoid;
        dUp[i] = product[i] * silu;
        product[i] *= up[i] * (sigmoid + silu * (1.0F - sigmoid));
    }
}

/// Probabilities [queries, keys] of one head, as in the forward pass.
void probabilities(const ConstMatrixView &q, const ConstMatrixView &k, float scale, const MatrixView &out)
{
    model::multiplyTransposed(q, k, out, scale);
    for (std::int64_t row = 0; row < out.rows; ++row) {
        float *const line = out.data + row * out.stride;
        const float largest = *std::max_element(line, line + row + 1);
        float sum = 0.0F;
        for (std::int64_t i = 0; i <= row; ++i)
            sum += line[i] = std::exp(line[i] - largest);
        for (std::int64_t i = 0; i <= row; ++i)
            line[i] /= sum;
        std::fill(line + row + 1, line + out.cols, 0.0F);
    }
}

/// `gradient` of softmax's output becomes that of its input.
void softmaxBackward(const ConstMatrixView &p, const MatrixView &gradient)
{
    for (std::int64_t row = 0; row < p.rows; ++row) {
        const float *const line = p.data + row * p.stride;
        float *const d = gradient.data + row * gradient.stride;
        float dot = 0.0F;
        for (std::int64_t i = 0; i <= row; ++i)
            dot += line[i] * d[i];
        for (std::int64_t i = 0; i < p.cols; ++i)
            d[i] = line[i] * (d[i] - dot);
    }
}

struct AttentionGradients {
    std::vector<float> query, key, value;
};

AttentionGradients attentionOf(const architecture::ModelConfig &config, const model::RopeTable &rope,
                               std::span<const std::int64_t> lengths, const BlockTape &tape,
                               const std::vector<float> &gradient)
{
    const model::AttentionShape shape{config.heads, config.kvHeads, config.headDim, 0, float(config.attentionScale)};
    const auto queryWidth = config.queryWidth();
    const auto width = config.keyValueWidth();
    AttentionGradients d;
    d.query.resize(tape.query.size());
    d.key.resize(tape.key.size());
    d.value.resize(tape.value.size());
    std::int64_t row = 0;
    for (const std::int64_t length : lengths) {
        attentionBackward(shape, rowsOf(view(tape.query, queryWidth), row, length),
                          rowsOf(view(tape.key, width), row, length), rowsOf(view(tape.value, width), row, length),
                          rowsOf(view(gradient, queryWidth), row, length),
                          rowsOf(view(d.query, queryWidth), row, length), rowsOf(view(d.key, width), row, length),
                          rowsOf(view(d.value, width), row, length));
        for (std::int64_t i = 0; i < length; ++i, ++row) {
            rope.rotateBack(d.query.data() + row * queryWidth, config.heads, i);
            rope.rotateBack(d.key.data() + row * width, config.kvHeads, i);
        }
    }
    return d;
}

} // namespace

void BlockTape::observe(model::LinearInput place, const model::SequenceGroup &, const ConstMatrixView &x)
{
    switch (place) {
    case model::LinearInput::Attention: normed = copied(x); break;
    case model::LinearInput::Output: attended = copied(x); break;
    case model::LinearInput::Mlp: mlpNormed = copied(x); break;
    case model::LinearInput::Down: product = copied(x); break;
    }
}

void BlockTape::observeGate(const model::SequenceGroup &, const ConstMatrixView &g, const ConstMatrixView &u)
{
    gate = copied(g);
    up = copied(u);
}

void BlockTape::take(model::BlockScratch &scratch)
{
    query.swap(scratch.query);
    key.swap(scratch.key);
    value.swap(scratch.value);
    residual.swap(scratch.residual);
}

void rmsNormBackward(const float *x, std::int64_t rows, std::int64_t cols, const float *weight, double epsilon,
                     const float *gradient, float *dx, float *dWeight)
{
    for (std::int64_t row = 0; row < rows; ++row, x += cols, gradient += cols, dx += cols) {
        float squares = 0.0F;
        float dot = 0.0F;
        for (std::int64_t i = 0; i < cols; ++i) {
            squares += x[i] * x[i];
            dot += gradient[i] * weight[i] * x[i];
        }
        const float scale = 1.0F / std::sqrt(squares / float(cols) + float(epsilon));
        const float along = dot * scale * scale * scale / float(cols);
        for (std::int64_t i = 0; i < cols; ++i) {
            dWeight[i] += gradient[i] * x[i] * scale;
            dx[i] += gradient[i] * weight[i] * scale - x[i] * along;
        }
    }
}

void attentionBackward(const model::AttentionShape &shape, const ConstMatrixView &q, const ConstMatrixView &k,
                       const ConstMatrixView &v, const ConstMatrixView &gradient, const MatrixView &dq,
                       const MatrixView &dk, const MatrixView &dv)
{
    const std::int64_t length = q.rows;
    std::vector<float> weights(std::size_t(length * length));
    std::vector<float> scores(weights.size());
    const MatrixView p{weights.data(), length, length, length};
    const MatrixView ds{scores.data(), length, length, length};
    for (const MatrixView &all : {dk, dv})
        for (std::int64_t row = 0; row < length; ++row)
            std::fill_n(all.data + row * all.stride, all.cols, 0.0F);
    for (std::int64_t head = 0; head < shape.heads; ++head) {
        const std::int64_t shared = head / (shape.heads / shape.kvHeads);
        const auto dim = shape.headDim;
        const auto dOut = headOf(gradient, head, dim);
        probabilities(headOf(q, head, dim), headOf(k, shared, dim), shape.scale, p);
        model::addTransposedProduct(p, dOut, headOf(dv, shared, dim));
        model::multiplyTransposed(dOut, headOf(v, shared, dim), ds, shape.scale);
        softmaxBackward(p, ds);
        model::multiply(ds, headOf(k, shared, dim), headOf(dq, head, dim));
        model::addTransposedProduct(ds, headOf(q, head, dim), headOf(dk, shared, dim));
    }
}

void blockBackward(const architecture::ModelConfig &config, const BlockWeights &weights, const model::RopeTable &rope,
                   std::span<const std::int64_t> lengths, const BlockTape &tape, std::span<float> gradient,
                   BlockWeights &weightGradients)
{
    const auto hidden = config.hiddenSize;
    const auto wide = config.intermediateSize;
    const auto tokens = std::int64_t(gradient.size()) / hidden;
    const ConstMatrixView dOut(gradient.data(), tokens, hidden, hidden);

    std::vector<float> dGate(tape.product.size(), 0.0F);
    linearBackward(weights, BlockWeights::Down, view(tape.product, wide), dOut, view(dGate, wide), weightGradients);
    std::vector<float> dUp;
    gateBackward(tape.gate, tape.up, dGate, dUp);
    std::vector<float> dNormed(tape.mlpNormed.size(), 0.0F);
    const auto mlpInput = view(tape.mlpNormed, hidden);
    linearBackward(weights, BlockWeights::Gate, mlpInput, view(dGate, wide), view(dNormed, hidden), weightGradients);
    linearBackward(weights, BlockWeights::Up, mlpInput, view(dUp, wide), view(dNormed, hidden), weightGradients);
    // From here on `gradient` is that of the residual stream between attention and MLP.
    rmsNormBackward(tape.residual.data(), tokens, hidden, weights.postAttentionNorm.data(), config.normEpsilon,
                    dNormed.data(), gradient.data(), weightGradients.postAttentionNorm.data());

    std::vector<float> dAttended(tape.attended.size(), 0.0F);
    linearBackward(weights, BlockWeights::Output, view(tape.attended, config.queryWidth()), dOut,
                   view(dAttended, config.queryWidth()), weightGradients);
    const auto d = attentionOf(config, rope, lengths, tape, dAttended);
    std::ranges::fill(dNormed, 0.0F);
    const auto input = view(tape.normed, hidden);
    linearBackward(weights, BlockWeights::Query, input, view(d.query, config.queryWidth()), view(dNormed, hidden),
                   weightGradients);
    linearBackward(weights, BlockWeights::Key, input, view(d.key, config.keyValueWidth()), view(dNormed, hidden),
                   weightGradients);
    linearBackward(weights, BlockWeights::Value, input, view(d.value, config.keyValueWidth()), view(dNormed, hidden),
                   weightGradients);
    rmsNormBackward(tape.input.data(), tokens, hidden, weights.inputNorm.data(), config.normEpsilon, dNormed.data(),
                    gradient.data(), weightGradients.inputNorm.data());
}

double headLoss(const ConstMatrixView &hidden, const ConstMatrixView &head, std::span<const std::int32_t> targets,
                std::span<const float> weights, std::span<float> dHidden, std::span<float> dHead)
{
    constexpr std::int64_t rowsAtOnce = 256;
    double loss = 0.0;
    std::vector<float> scores(std::size_t(std::min(rowsAtOnce, hidden.rows) * head.rows));
    for (std::int64_t first = 0; first < hidden.rows; first += rowsAtOnce) {
        const auto rows = std::min(rowsAtOnce, hidden.rows - first);
        const MatrixView logits{scores.data(), rows, head.rows, head.rows};
        const auto some = rowsOf(hidden, first, rows);
        model::multiplyTransposed(some, head, logits, 1.0F);
        for (std::int64_t row = 0; row < rows; ++row) {
            float *const line = logits.data + row * logits.stride;
            const auto target = targets[std::size_t(first + row)];
            const float largest = *std::max_element(line, line + logits.cols);
            const float wanted = line[target] - largest;
            float sum = 0.0F;
            for (std::int64_t i = 0; i < logits.cols; ++i)
                sum += line[i] = std::exp(line[i] - largest);
            const float weight = weights[std::size_t(first + row)];
            loss += double(weight) * (std::log(double(sum)) - double(wanted));
            for (std::int64_t i = 0; i < logits.cols; ++i)
                line[i] *= weight / sum;
            line[target] -= weight;
        }
        if (dHidden.empty())
            continue;
        model::multiply(logits, head, {dHidden.data() + first * hidden.cols, rows, hidden.cols, hidden.cols});
        model::addTransposedProduct(logits, some, {dHead.data(), head.rows, head.cols, head.cols});
    }
    return loss;
}

} // namespace secateur::training
