// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/engine/light.h"

namespace secateur::engine {

namespace {

constexpr std::uint64_t MiB = 1024 * 1024;
/// libtorch and what it pulls in, loaded and idle.
constexpr std::uint64_t libraryBytes = 160 * MiB;
constexpr std::uint64_t floatBytes = sizeof(float);
/// Calibration sequences go through a block in groups of about so many tokens (core/model, groupSequences).
constexpr std::uint64_t groupTokens = 512;
/// Converting weights, selecting rows and the layer file each hold a few buffers of this size per thread.
constexpr std::uint64_t bufferBytes = 4 * MiB;

} // namespace

std::uint64_t forecastPruneBytes(const architecture::ModelConfig &config, std::uint64_t tokens,
                                 std::uint64_t longestSequence, int threads)
{
    std::uint64_t blockWeights = 0;
    for (const auto &sublayer : architecture::prunableSublayers(config))
        blockWeights += std::uint64_t(sublayer.rows) * std::uint64_t(sublayer.cols);
    const std::uint64_t maskBytes = blockWeights / 8;

    // Activations of all sequences, and once more while a block's outputs take the place of its inputs.
    const std::uint64_t activations = 2 * tokens * std::uint64_t(config.hiddenSize) * floatBytes;

    const std::uint64_t group = std::max(groupTokens, longestSequence);
    const std::uint64_t widths = std::uint64_t(2 * config.hiddenSize + 2 * config.queryWidth()
                                               + 2 * config.keyValueWidth() + 2 * config.intermediateSize);
    const std::uint64_t scores = longestSequence * std::min(longestSequence, groupTokens);
    const std::uint64_t perThread = (group * widths + scores) * floatBytes + bufferBytes;

    return libraryBytes + blockWeights * floatBytes + maskBytes + activations
        + std::uint64_t(std::max(threads, 1)) * perThread;
}

} // namespace secateur::engine
