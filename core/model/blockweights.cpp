// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/blockweights.h"

#include <algorithm>

#include "core/base/parallel.h"
#include "core/model/parallelwork.h"
#include "core/selection/selection.h"

namespace secateur::model {

namespace {

/// Floats converted in one piece of work: large enough to be worth a thread, small enough to balance.
constexpr std::int64_t pieceElements = std::int64_t(1) << 20;

/// Reads matrices row range by row range on several threads.
class MatrixLoader
{
public:
    explicit MatrixLoader(const architecture::ModelArchive &model) : m_model(model) { }

    void add(std::string name, LinearWeights &linear)
    {
        const std::int64_t rowsPerPiece = std::max<std::int64_t>(1, pieceElements / linear.sublayer.cols);
        for (std::int64_t row = 0; row < linear.sublayer.rows; row += rowsPerPiece)
            m_pieces.push_back({name, &linear, row, std::min(rowsPerPiece, linear.sublayer.rows - row)});
    }

    Result<void> run(int threads, const std::stop_token &stop)
    {
        return parallelTry(m_pieces.size(), threads, stop, [this](std::size_t index) {
            const auto &[name, linear, row, rows] = m_pieces[index];
            const auto cols = linear->sublayer.cols;
            const auto target = std::span(linear->values).subspan(std::size_t(row * cols), std::size_t(rows * cols));
            return m_model.readRowsF32(name, std::uint64_t(row), target);
        });
    }

private:
    struct Piece {
        std::string name;
        LinearWeights *linear;
        std::int64_t row;
        std::int64_t rows;
    };
    const architecture::ModelArchive &m_model;
    std::vector<Piece> m_pieces;
};

Result<void> loadVectors(const architecture::ModelArchive &model, LayerIndex layer, BlockWeights &block)
{
    const auto &config = model.config();
    const auto load = [&](const std::string &name, std::int64_t size, std::vector<float> &target) {
        target.resize(std::size_t(size));
        return model.readF32("model.layers." + std::to_string(layer.value) + "." + name, target);
    };
    SECATEUR_CHECK(load("post_attention_layernorm.weight", config.hiddenSize, block.postAttentionNorm));
    if (config.preNorms)
        SECATEUR_CHECK(load("input_layernorm.weight", config.hiddenSize, block.inputNorm));
    if (config.postNorms)
        SECATEUR_CHECK(load("post_feedforward_layernorm.weight", config.hiddenSize, block.postFeedforwardNorm));
    if (config.preNorms && config.postNorms)
        SECATEUR_CHECK(load("pre_feedforward_layernorm.weight", config.hiddenSize, block.preFeedforwardNorm));
    if (config.queryKeyNorm) {
        SECATEUR_CHECK(load("self_attn.q_norm.weight", config.queryNormSize(), block.queryNorm));
        SECATEUR_CHECK(load("self_attn.k_norm.weight", config.keyNormSize(), block.keyNorm));
    }
    if (config.norm == architecture::NormKind::Layer) {
        SECATEUR_CHECK(load("input_layernorm.bias", config.hiddenSize, block.inputNormBias));
        SECATEUR_CHECK(load("post_attention_layernorm.bias", config.hiddenSize, block.postAttentionNormBias));
    }
    block.biases.resize(block.linears.size());
    for (std::size_t i = 0; i < block.linears.size(); ++i) {
        const auto &sublayer = block.linears[i].sublayer;
        if (hasBias(config, sublayer.name))
            SECATEUR_CHECK(load(sublayer.name + ".bias", sublayer.rows, block.biases[i]));
    }
    if (config.experts.count > 0)
        SECATEUR_CHECK(load("mlp.gate.weight", config.experts.count * config.hiddenSize, block.router));
    if (config.experts.sharedSize > 0)
        SECATEUR_CHECK(load("mlp.shared_expert_gate.weight", config.hiddenSize, block.sharedExpertGate));
    return {};
}

} // namespace

void roundWeights(const BlockWeights &block, int threads, RoundedWeights &rounded)
{
    rounded.linears.resize(block.linears.size());
    parallelFor(block.linears.size(), threads, [&](std::size_t place) {
        const auto view = block.linears[place].view();
        rounded.linears[place].resize(std::size_t(view.rows * view.cols));
        roundToBFloat16(view, rounded.linears[place]);
    });
}

Result<void> loadBlock(const architecture::ModelArchive &model, LayerIndex layer, const MaskSource &masks, int threads,
                       BlockWeights &block, const std::stop_token &stop)
{
    const auto &sublayers = model.sublayers();
    block.linears.resize(sublayers.size());
    block.experts = std::size_t(model.config().experts.count);
    MatrixLoader loader(model);
    for (std::size_t i = 0; i < sublayers.size(); ++i) {
        auto &linear = block.linears[i];
        linear.sublayer = sublayers[i];
        linear.values.resize(std::size_t(linear.sublayer.rows * linear.sublayer.cols));
        loader.add(tensorName({layer, linear.sublayer.name}), linear);
    }
    SECATEUR_CHECK(loader.run(threads, stop));
    SECATEUR_CHECK(loadVectors(model, layer, block));
    if (!masks)
        return {};
    for (auto &linear : block.linears) {
        if (stop.stop_requested())
            return failure(ErrorCode::Cancelled, "cancelled");
        SECATEUR_TRY(mask, masks({layer, linear.sublayer.name}));
        SECATEUR_CHECK(selection::applyMask(mask, linear.values, threads));
    }
    return {};
}

} // namespace secateur::model
