// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
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
    MaskSource masks; ///< empty: the dense model; else the sub-model with these masks
    bool keepWeights = false; ///< hold blocks and head in float32 (generation) instead of streaming them
};

/// A decoder-only language model that streams its weights from disk a block at a time: memory is a block plus
/// activations, not the model. Embedding rows are read as they are needed. Not safe to use from two threads at once;
/// it uses `threads` threads itself.
class Decoder
{
public:
    /// Rows of the output head that are worked on at a time: 2048 x 4096 floats are 32 MiB.
    static constexpr std::int64_t headRowsAtOnce = 2048;

    /// `positions`: the longest sequence that will be seen. InvalidArgument when it is beyond the model's limit, or
    /// when bf16 is asked for and is not usable on this machine.
    [[nodiscard]] static Result<std::unique_ptr<Decoder>>
    create(std::shared_ptr<const architecture::ModelArchive> model, std::int64_t positions, DecoderOptions options);

    [[nodiscard]] const architecture::ModelConfig &config() const { return m_model->config(); }
    [[nodiscard]] const architecture::ModelArchive &archive() const { return *m_model; }
    [[nodiscard]] const DecoderOptions &options() const { return m_options; }
    [[nodiscard]] std::int64_t positions() const { return m_ropes.layer(0).positions(); }

    /// The hidden states in front of the first block, of a sequence from its beginning on: rows of the embedding,
    /// scaled as the model does, and those of positions where it has them. out [ids.size(), hiddenSize]. Cancelled.
    [[nodiscard]] Result<void> embed(std::span<const TokenId> ids, std::span<float> out,
                                     const RunContext &context = {});
    /// The same into the hidden states of groups, `ids` being those of all their sequences. Cancelled.
    [[nodiscard]] Result<void> embed(std::span<const TokenId> ids, std::span<const SequenceGroup> groups,
                                     const RunContext &context);

    /// The weights of a block, valid until the next call (streamed), with the masks applied. Cancelled.
    /// Streamed weights may be changed in place; kept ones may not.
    [[nodiscard]] Result<BlockWeights *> load(LayerIndex layer, const RunContext &context = {});

    /// Takes the groups through one block on all threads. Cancelled.
    [[nodiscard]] Result<void> forward(LayerIndex layer, const BlockWeights &weights,
                                       std::vector<SequenceGroup> &groups, PassKind kind, InputObserver *observer,
                                       const RunContext &context);

    /// The same row by row (see Block), all threads together on one group. Cancelled.
    [[nodiscard]] Result<void> forwardRows(LayerIndex layer, const BlockWeights &weights, SequenceGroup &group,
                                           const RunContext &context);
    /// The threads of forwardRows, for other short work between two calls.
    [[nodiscard]] WorkTeam &team();

    /// The final norm, in place: x [rows, hiddenSize].
    [[nodiscard]] Result<void> finalNorm(std::span<float> x);

    /// Rows [first, first + rows) of the output head in float32 (the embedding where the two are tied).
    [[nodiscard]] Result<void> headRows(std::int64_t first, std::span<float> out) const;

    /// Hands the whole output head to `use` in ranges of at most headRowsAtOnce rows [rows, hiddenSize], with the first
    /// row's number, in no defined order and on all threads at once. Read anew each time, a range per thread, unless
    /// the weights are kept. Cancelled.
    using HeadUse = std::function<void(std::int64_t first, const ConstMatrixView &rows)>;
    [[nodiscard]] Result<void> forEachHeadRange(const HeadUse &use, const RunContext &context);

private:
    Decoder(std::shared_ptr<const architecture::ModelArchive> model, std::int64_t positions, DecoderOptions options);
    [[nodiscard]] Result<void> embedTokens(std::span<const TokenId> ids, std::span<float> out,
                                           const RunContext &context);
    [[nodiscard]] Result<void> addPositions(const SequenceGroup &group);
    [[nodiscard]] const RoundedWeights *rounded(LayerIndex layer, const BlockWeights &weights);

    std::shared_ptr<const architecture::ModelArchive> m_model;
    DecoderOptions m_options;
    RopeTables m_ropes;
    std::vector<BlockWeights> m_blocks; ///< one, or all with keepWeights
    std::vector<bool> m_loaded;
    std::vector<RoundedWeights> m_rounded; ///< with bf16: of m_blocks
    std::vector<BlockScratch> m_scratch; ///< one per thread
    std::unique_ptr<WorkTeam> m_team; ///< once it is needed
    std::unique_ptr<float[]> m_head; ///< with keepWeights: [vocabSize, hiddenSize], filled range by range
    std::vector<char> m_headLoaded; ///< one per range; bytes, because threads set them side by side
    std::vector<float> m_finalNorm;
    std::vector<float> m_finalNormBias; ///< of a norm with a mean
};

/// Splits sequences into groups of at least `tokensAtLeast` tokens (the last may have fewer), in order. The hidden
/// spans point into `hidden`, which must hold all tokens times hiddenSize floats.
[[nodiscard]] std::vector<SequenceGroup> groupSequences(const std::vector<std::int64_t> &lengths,
                                                        std::span<float> hidden, std::int64_t hiddenSize,
                                                        std::int64_t tokensAtLeast = 512);

} // namespace secateur::model
