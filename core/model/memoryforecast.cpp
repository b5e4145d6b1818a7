// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/memoryforecast.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/model/decoder.h"

namespace secateur::model {

namespace {

constexpr double floatBytes = sizeof(float);
/// Converting weights takes a few buffers of a MiB per thread.
constexpr double bufferBytes = 4.0 * 1024 * 1024;
/// groupSequences closes a group once it has this many tokens.
constexpr std::uint64_t groupTokens = 512;

double weightBytes(const architecture::ModelConfig &config, const PassShape &shape)
{
    double weights = 0.0;
    for (const auto &sublayer : architecture::prunableSublayers(config))
        weights += double(sublayer.rows) * double(sublayer.cols);
    const double perWeight = floatBytes + (shape.precision == Precision::BFloat16 ? sizeof(BFloat16Bits) : 0.0);
    return weights * perWeight * (shape.keepWeights ? double(config.layers) : 1.0);
}

double headBytes(const architecture::ModelConfig &config, const PassShape &shape)
{
    const double width = double(config.hiddenSize);
    const double rows = double(std::min(config.vocabSize, Decoder::headRowsAtOnce));
    const double logits = shape.threads * rows * double(shape.headTokens) * floatBytes;
    return logits + floatBytes * width * (shape.keepWeights ? double(config.vocabSize) : shape.threads * rows);
}

/// With `byRow` the threads share one group, otherwise each has its own.
double scratchBytes(const architecture::ModelConfig &config, const PassShape &shape)
{
    const std::uint64_t most = shape.longest + groupTokens - 1 + (shape.byRow ? shape.logits : 0);
    const std::uint64_t group = std::min(shape.tokens, most);
    if (shape.byRow)
        return floatBytes
            * double(rowScratchFloats(config, std::int64_t(group), std::int64_t(shape.longest), shape.threads,
                                      shape.precision));
    const double groups = std::max(1.0, double(shape.tokens) / double(std::max<std::uint64_t>(group, 1)));
    const double busy = std::min(double(std::max(shape.threads, 1)), std::ceil(groups));
    return busy * floatBytes * double(scratchFloats(config, std::int64_t(group), std::int64_t(shape.longest)));
}

/// States of the positions that go through the head, and what comes out of it.
double scoreBytes(const architecture::ModelConfig &config, const PassShape &shape)
{
    constexpr double bytesPerRange = 24.0;
    const double ranges = std::ceil(double(config.vocabSize) / double(Decoder::headRowsAtOnce));
    const double state = double(config.hiddenSize) * floatBytes;
    // 64: targets and the lists that find them.
    return double(shape.scored) * (state + ranges * bytesPerRange + 64.0)
        + double(shape.logits) * (state + double(config.vocabSize) * floatBytes);
}

double ropeBytes(const architecture::ModelConfig &config, double positions)
{
    std::vector<architecture::RopeSpec> specs;
    for (const auto &layer : config.attention)
        if (std::find(specs.begin(), specs.end(), layer.rope) == specs.end())
            specs.push_back(layer.rope);
    return double(specs.size()) * positions * double(config.headDim) * floatBytes;
}

} // namespace

std::uint64_t forecastPassBytes(const architecture::ModelConfig &config, const PassShape &shape)
{
    const double cache =
        2.0 * double(config.layers) * double(shape.cached) * double(config.keyValueWidth()) * floatBytes;
    const double hidden = double(shape.tokens) * double(config.hiddenSize) * floatBytes;
    // Sums in double: hostile sizes make them huge, never wrong.
    const double sum = weightBytes(config, shape) + headBytes(config, shape) + hidden + scratchBytes(config, shape)
        + scoreBytes(config, shape) + cache + ropeBytes(config, double(std::max(shape.longest, shape.cached)))
        + shape.threads * bufferBytes;
    constexpr double most = 0x1.0p63;
    return std::uint64_t(std::min(sum, most));
}

} // namespace secateur::model
