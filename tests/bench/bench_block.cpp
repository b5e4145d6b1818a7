// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <random>

#include <benchmark/benchmark.h>

#include "core/model/block.h"

using namespace secateur;

/// A whole block against the matrix products it cannot do without, both on one thread: how much of the time of a pass
/// is GEMM. Counter "ratio": time of the products alone / time of the block; 1 would be a block that is nothing else.
namespace {

architecture::ModelConfig configOf(std::int64_t hidden, std::int64_t intermediate, std::int64_t heads,
                                   std::int64_t kvHeads)
{
    architecture::ModelConfig config;
    config.layers = 1;
    config.hiddenSize = hidden;
    config.intermediateSize = intermediate;
    config.heads = heads;
    config.kvHeads = kvHeads;
    config.headDim = hidden / heads;
    config.maxPositions = 4096;
    config.attentionScale = 0.125;
    config.attention = {{}};
    return config;
}

std::vector<float> noise(std::size_t size, unsigned seed)
{
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> uniform(-0.5F, 0.5F);
    std::vector<float> values(size);
    for (auto &value : values)
        value = uniform(random);
    return values;
}

model::BlockWeights weightsOf(const architecture::ModelConfig &config)
{
    model::BlockWeights weights;
    for (const auto &sublayer : architecture::prunableSublayers(config))
        weights.linears.push_back({sublayer, noise(std::size_t(sublayer.rows * sublayer.cols), 1)});
    weights.inputNorm = weights.postAttentionNorm = noise(std::size_t(config.hiddenSize), 2);
    return weights;
}

/// The seven products of the linears, on inputs of the right shape.
double productSeconds(const model::BlockWeights &weights, std::int64_t tokens)
{
    double seconds = 0.0;
    for (const auto &linear : weights.linears) {
        const auto x = noise(std::size_t(tokens * linear.sublayer.cols), 3);
        std::vector<float> out(std::size_t(tokens * linear.sublayer.rows));
        const auto start = std::chrono::steady_clock::now();
        model::multiplyTransposed({x.data(), tokens, linear.sublayer.cols, linear.sublayer.cols}, linear.view(),
                                  {out.data(), tokens, linear.sublayer.rows, linear.sublayer.rows},
                                  model::Precision::Float32);
        seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    return seconds;
}

void blockForward(benchmark::State &state, const architecture::ModelConfig &config)
{
    model::prepareComputeThread();
    constexpr std::int64_t tokens = 512;
    const auto weights = weightsOf(config);
    const model::RopeTables ropes(config, tokens);
    const model::Block block(config, LayerIndex{0}, weights, ropes.layer(0), model::Precision::Float32, {});
    const auto input = noise(std::size_t(tokens * config.hiddenSize), 4);
    model::BlockScratch scratch;
    double blockSeconds = 0.0;
    double gemmSeconds = 0.0;
    for (auto _ : state) {
        auto hidden = input;
        model::SequenceGroup group{.firstSequence = 0, .lengths = {256, 256}, .hidden = hidden};
        const auto start = std::chrono::steady_clock::now();
        block.forward(group, model::PassKind::Full, nullptr, scratch);
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        blockSeconds += seconds;
        gemmSeconds += productSeconds(weights, tokens);
        state.SetIterationTime(seconds);
    }
    state.counters["ratio"] = gemmSeconds / blockSeconds;
}

} // namespace

BENCHMARK_CAPTURE(blockForward, SmolLM2_135M, configOf(576, 1536, 9, 3))->UseManualTime();
BENCHMARK_CAPTURE(blockForward, Llama_7B, configOf(4096, 11008, 32, 32))->UseManualTime()->Iterations(2);
