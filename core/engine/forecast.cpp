// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/engine/light.h"

namespace secateur::engine {

namespace {

constexpr std::uint64_t MiB = 1024 * 1024;
/// libtorch and what it pulls in, loaded and idle.
constexpr std::uint64_t libraryBytes = 170 * MiB;
constexpr std::uint64_t floatBytes = sizeof(float);
constexpr std::uint64_t idBytes = 4;
/// Calibration sequences go through a block in groups: whole sequences, until there are so many tokens
/// (core/model, groupSequences).
constexpr std::uint64_t groupTokens = 512;
/// Query rows whose attention scores are held at once, twice (core/model, scratchFloats).
constexpr std::uint64_t scoreRows = 2 * 128;
/// Converting weights, packing them for a product, selecting rows: a few buffers of this size per thread.
constexpr std::uint64_t bufferBytes = 8 * MiB;

// The rule of thumb for time.
constexpr double passes = 2.0;
constexpr double operationsPerWeight = 2.0;
constexpr double operationsPerSecond = 50e9; ///< of a thread
constexpr double weightsPerSecond = 1e9; ///< read, selected and written

struct BlockSize {
    std::uint64_t weights = 0;
    std::uint64_t largest = 0;
};

BlockSize blockSize(const architecture::ModelConfig &config)
{
    BlockSize size;
    for (const auto &sublayer : architecture::prunableSublayers(config)) {
        const auto elements = std::uint64_t(sublayer.rows) * std::uint64_t(sublayer.cols);
        size.weights += elements;
        size.largest = std::max(size.largest, elements);
    }
    return size;
}

std::uint64_t scratchBytes(const architecture::ModelConfig &config, std::uint64_t longestSequence)
{
    const std::uint64_t group = groupTokens - 1 + std::max<std::uint64_t>(longestSequence, 1);
    const auto widths =
        std::uint64_t(3 * config.hiddenSize + 2 * config.queryWidth() + 2 * config.keyValueWidth()
                      + 2 * config.widestMlp() + (config.experts.count > 0 ? 2 * config.hiddenSize : 0));
    return (group * widths + scoreRows * longestSequence) * floatBytes + bufferBytes;
}

/// Of all the inputs whose statistics an MLP, or a mixture of experts, needs.
std::int64_t mlpInputColumns(const architecture::ModelConfig &config)
{
    const auto &experts = config.experts;
    const std::int64_t each = config.hiddenSize + config.intermediateSize;
    const std::int64_t shared = experts.sharedSize > 0 ? config.hiddenSize + experts.sharedSize : 0;
    return experts.count == 0 ? each : shared + experts.count * each;
}

} // namespace

std::uint64_t forecastPruneBytes(const architecture::ModelConfig &config, const PruneDemand &demand)
{
    const BlockSize block = blockSize(config);
    std::uint64_t bytes = libraryBytes + block.weights * floatBytes;
    // Masks of a layer, packed for the file, the file's image, and the cached density.
    bytes += block.weights / 8 * 4;
    if (demand.bf16)
        bytes += block.weights * 2;
    if (demand.method == PruneMethod::WandaVariant)
        bytes += block.largest * floatBytes; // scores, sorted
    if (!usesActivations(demand.method))
        return bytes;
    // Activations of all sequences, changed in place, and per sequence one sum per column of each input.
    const auto columns = std::uint64_t(config.hiddenSize + config.queryWidth() + mlpInputColumns(config));
    bytes += demand.tokens * (std::uint64_t(config.hiddenSize) * floatBytes + 3 * idBytes);
    bytes += demand.sequences * columns * floatBytes;
    return bytes + std::uint64_t(std::max(demand.threads, 1)) * scratchBytes(config, demand.longest);
}

double forecastPruneSeconds(const architecture::ModelConfig &config, const PruneDemand &demand)
{
    const double layers = double(std::max<std::int64_t>(config.layers, 0));
    const double weights = double(blockSize(config).weights) * layers;
    const double threads = std::max(demand.threads, 1);
    const double selecting = weights / weightsPerSecond;
    if (!usesActivations(demand.method))
        return selecting;
    // A token goes through some of the experts only.
    const double idle = 3.0 * double(config.hiddenSize) * double(config.intermediateSize)
        * double(config.experts.count - config.experts.perToken);
    const double used = weights - layers * idle;
    return selecting + passes * operationsPerWeight * used * double(demand.tokens) / (operationsPerSecond * threads);
}

} // namespace secateur::engine
