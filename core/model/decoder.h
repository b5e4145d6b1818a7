// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/architecture/modelarchive.h"
#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/model/block.h"

namespace secateur::model {

using TokenId = std::int32_t;

/// How a decoder computes.
struct DecoderOptions {
    int threads = 1;
    Precision precision = Precision::Float32;
    MaskSource masks;          ///< empty: the dense model; else the sub-model with these masks
    bool keepWeights = false;  ///< hold all blocks in float32 (generation) instead of streaming one at a time
};

/// A decoder-only language model that streams its weights from disk a block at a time: memory is a block plus
/// activations, not the model. Embedding rows are read as they are needed. Not safe to use from two threads at once;
/// it uses `threads` threads itself.
class Decoder
{
public:
    /// `positions`: the longest sequence that will be seen. InvalidArgument when it is beyond the model's limit, or
    /// when bf16 is asked for and is not usable on this machine.
    [[nodiscard]] static Result<std::unique_ptr<Decoder>> create(std::shared_ptr<const architecture::ModelArchive> model,
                                                                 std::int64_t positions, DecoderOptions options);

    [[nodiscard]] const architecture::ModelConfig &config() const { return m_model->config(); }
    [[nodiscard]] const architecture::ModelArchive &archive() const { return *m_model; }
    [[nodiscard]] const DecoderOptions &options() const { return m_options; }

    /// Rows of the embedding, scaled as the model does: out [ids.size(), hiddenSize].
    [[nodiscard]] Result<void> embed(std::span<const TokenId> ids, std::span<float> out);

    /// The weights of a block, valid until the next call (streamed), with the masks applied.
    [[nodiscard]] Result<BlockWeights *> load(LayerIndex layer);
    [[nodiscard]] Block block(LayerIndex layer, const BlockWeights &weights, const RunContext &context) const;

    /// Takes the groups through one block on all threads. Cancelled.
    [[nodiscard]] Result<void> forward(LayerIndex layer, const BlockWeights &weights,
                                       std::vector<SequenceGroup> &groups, PassKind kind, InputObserver *observer,
                                       const RunContext &context);

    /// The final norm, in place: x [rows, hiddenSize].
    [[nodiscard]] Result<void> finalNorm(std::span<float> x);

    /// Rows [first, first + rows) of the output head in float32 (the embedding where the two are tied).
    [[nodiscard]] Result<void> headRows(std::int64_t first, std::span<float> out) const;

private:
    Decoder(std::shared_ptr<const architecture::ModelArchive> model, std::int64_t positions, DecoderOptions options);

    std::shared_ptr<const architecture::ModelArchive> m_model;
    DecoderOptions m_options;
    RopeTables m_ropes;
    std::vector<BlockWeights> m_blocks; ///< one, or all with keepWeights
    std::vector<bool> m_loaded;
    std::vector<BlockScratch> m_scratch; ///< one per thread
    std::vector<float> m_finalNorm;
};

/// Splits sequences into groups of at least `tokensAtLeast` tokens (the last may have fewer), in order. The hidden
/// spans point into `hidden`, which must hold all tokens times hiddenSize floats.
[[nodiscard]] std::vector<SequenceGroup> groupSequences(const std::vector<std::int64_t> &lengths,
                                                        std::span<float> hidden, std::int64_t hiddenSize,
                                                        std::int64_t tokensAtLeast = 512);

} // namespace secateur::model
