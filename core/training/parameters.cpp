// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/parameters.h"

#include <algorithm>
#include <cmath>

#include "core/base/splitmix64.h"

namespace secateur::training {

namespace {

/// Normal enough as the sum of twelve uniform numbers, which needs no function that differs by platform.
class Normal
{
public:
    explicit Normal(std::uint64_t seed) : m_generator(seed) { }
    float next(float deviation)
    {
        double sum = -6.0;
        for (int i = 0; i < 12; ++i)
            sum += m_generator.fraction();
        return float(sum) * deviation;
    }

private:
    SplitMix64 m_generator;
};

} // namespace

Parameters Parameters::zeros(const architecture::ModelConfig &config)
{
    Parameters all;
    all.config = config;
    const auto hidden = std::size_t(config.hiddenSize);
    all.embedding.assign(std::size_t(config.vocabSize) * hidden, 0.0F);
    all.finalNorm.assign(hidden, 0.0F);
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
        model::BlockWeights block;
        for (const auto &sublayer : architecture::prunableSublayers(config))
            block.linears.push_back({sublayer, std::vector<float>(std::size_t(sublayer.rows * sublayer.cols), 0.0F)});
        block.inputNorm.assign(hidden, 0.0F);
        block.postAttentionNorm.assign(hidden, 0.0F);
        all.blocks.push_back(std::move(block));
    }
    return all;
}

Parameters Parameters::random(const architecture::ModelConfig &config, std::uint64_t seed)
{
    Parameters all = zeros(config);
    Normal normal(seed);
    const float residual = 1.0F / std::sqrt(2.0F * float(config.layers));
    for (const auto &tensor : all.tensors()) {
        if (tensor.shape.size() == 1) {
            std::ranges::fill(*tensor.values, 1.0F);
            continue;
        }
        const bool added =
            tensor.name.find("o_proj") != std::string::npos || tensor.name.find("down_proj") != std::string::npos;
        const float deviation = tensor.values == &all.embedding
            ? 0.02F
            : 0.5F / std::sqrt(float(tensor.shape[1])) * (added ? residual : 1.0F);
        for (float &value : *tensor.values)
            value = normal.next(deviation);
    }
    return all;
}

std::vector<Parameters::Tensor> Parameters::tensors()
{
    std::vector<Tensor> all;
    const auto hidden = std::uint64_t(config.hiddenSize);
    all.push_back({"model.embed_tokens.weight", {std::uint64_t(config.vocabSize), hidden}, &embedding});
    for (std::size_t layer = 0; layer < blocks.size(); ++layer) {
        const std::string start = "model.layers." + std::to_string(layer) + ".";
        for (auto &linear : blocks[layer].linears)
            all.push_back({start + linear.sublayer.name + ".weight",
                           {std::uint64_t(linear.sublayer.rows), std::uint64_t(linear.sublayer.cols)},
                           &linear.values});
        all.push_back({start + "input_layernorm.weight", {hidden}, &blocks[layer].inputNorm});
        all.push_back({start + "post_attention_layernorm.weight", {hidden}, &blocks[layer].postAttentionNorm});
    }
    all.push_back({"model.norm.weight", {hidden}, &finalNorm});
    return all;
}

} // namespace secateur::training
