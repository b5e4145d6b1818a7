// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "core/architecture/modelconfig.h"
#include "core/base/types.h"
#include "core/model/attention.h"
#include "core/model/blockweights.h"
#include "core/model/rope.h"
#include "core/model/workteam.h"

namespace secateur::model {

/// Keys and values of one sequence in one layer, for generation. Sequences that begin alike continue the same cache.
struct KvCache {
    std::vector<float> keys; ///< [tokens, kvHeads * headDim], rotated
    std::vector<float> values; ///< [tokens, kvHeads * headDim]
    std::int64_t tokens = 0;
    const KvCache *before = nullptr; ///< the positions in front of these

    [[nodiscard]] std::int64_t positions() const { return tokens + (before ? before->positions() : 0); }
};

/// Whole sequences, their hidden states back to back: the unit that one thread takes through a block. How sequences
/// are grouped never depends on the number of threads, so neither do the results.
struct SequenceGroup {
    std::size_t firstSequence = 0; ///< number of its first sequence in the calibration set
    std::vector<std::int64_t> lengths; ///< tokens of each sequence
    std::span<float> hidden; ///< [tokens(), hiddenSize]; the block's input, and its output afterwards
    std::vector<KvCache *> caches = {}; ///< one per sequence: earlier positions to attend to; extended by it. Or none
    /// Without caches: for each sequence the one of this group behind whose rows it goes on, -1 for none. Or none.
    std::vector<std::int64_t> continues = {};

    [[nodiscard]] std::int64_t tokens() const;
    [[nodiscard]] std::int64_t past(std::size_t sequence) const; ///< positions in front of a sequence's rows
};

/// Which linears share an input: the four places at which Wanda's statistic is taken.
enum class LinearInput { Attention, Output, Mlp, Down };

/// Sees the input [tokens, cols] of linears as a group passes through a block; called on the group's thread.
class InputObserver
{
public:
    virtual ~InputObserver() = default;
    virtual void observe(LinearInput input, const SequenceGroup &group, const ConstMatrixView &x) = 0;
    /// Of one of several experts (`observe` then tells of the shared one alone): Mlp or Down; `rows`, ascending, are
    /// those of the group that were sent to it.
    virtual void observeExpert(std::size_t /*expert*/, LinearInput /*input*/, const SequenceGroup & /*group*/,
                               std::span<const std::int64_t> /*rows*/, const ConstMatrixView & /*x*/)
    {
    }
    /// In an MLP with a gate, the outputs of gate and up before they become the input of down_proj. Training needs
    /// them, statistics do not.
    virtual void observeGate(const SequenceGroup &, const ConstMatrixView & /*gate*/, const ConstMatrixView & /*up*/) {
    }
};

/// How far a pass goes.
enum class PassKind {
    Full, ///< hidden becomes the block's output
    StatisticsOnly, ///< stops in front of down_proj, whose output no statistic needs; hidden keeps the block's input
};

/// What the router sends to one expert.
struct ExpertRows {
    std::vector<std::int64_t> rows; ///< of the group, ascending
    std::vector<float> shares; ///< of the expert's output in that of the MLP
};

/// Buffers of one thread, kept between calls.
struct BlockScratch {
    /// A buffer as a matrix; it grows to the largest group and stays.
    static MatrixView take(std::vector<float> &buffer, std::int64_t rows, std::int64_t cols)
    {
        if (buffer.size() < std::size_t(rows * cols))
            buffer.resize(std::size_t(rows * cols));
        return {buffer.data(), rows, cols, cols};
    }

    std::vector<float> normed;
    std::vector<float> query;
    std::vector<float> key;
    std::vector<float> value;
    std::vector<float> attended;
    std::vector<float> residual;
    std::vector<float> gate;
    std::vector<float> up;
    std::vector<float> scores;
    std::vector<float> rounded; ///< row by row in bf16: the input of a linear
    std::vector<std::vector<float>> rows; ///< row by row: attention, one per thread of the team
    std::vector<float> routing; ///< with experts, as what follows: logits of the router
    std::vector<ExpertRows> routes; ///< one per expert
    std::vector<float> gathered; ///< the rows of one expert
    std::vector<float> expertOut;
};

/// Floats that BlockScratch comes to hold for a group of `tokens` tokens: for the memory forecast.
[[nodiscard]] std::uint64_t scratchFloats(const architecture::ModelConfig &config, std::int64_t tokens,
                                          std::int64_t longestSequence);
/// The same for a group that goes through row by row on a team of `threads`.
[[nodiscard]] std::uint64_t rowScratchFloats(const architecture::ModelConfig &config, std::int64_t tokens,
                                             std::int64_t longestSequence, int threads, Precision precision);

/// One decoder block: that of Llama, with the norms, biases and caps that the configuration asks for.
/// Reference: transformers modeling_llama.py, _gemma2, _gemma3, _gpt_neox, _mixtral, _olmo2, _opt, _phi3, _qwen2,
/// _qwen2_moe, _qwen3, _qwen3_moe and _smollm3, eager attention.
/// Without a team it runs on the calling thread, with the products of oneDNN. With one it is computed row by row
/// (rowwise.h): the bits of a token then depend on its own sequence alone. Caches and continued sequences
/// need a team.
class Block
{
public:
    /// The references must outlive the block. `rounded`, used with bf16 only, are `weights` as they are now; without
    /// them every product rounds its weights itself, to the same result.
    Block(const architecture::ModelConfig &config, LayerIndex layer, const BlockWeights &weights, const RopeTable &rope,
          Precision precision, std::stop_token stop, const RoundedWeights *rounded = nullptr, WorkTeam *team = nullptr);

    /// Gives up between two products once a stop is requested; `group` then holds nothing of use.
    void forward(SequenceGroup &group, PassKind kind, InputObserver *observer, BlockScratch &scratch) const;

private:
    void attend(SequenceGroup &group, InputObserver *observer, BlockScratch &scratch) const;
    void rotateAndNorm(const SequenceGroup &group, BlockScratch &scratch) const;
    void attendSequences(SequenceGroup &group, BlockScratch &scratch) const;
    [[nodiscard]] MatrixView innerStates(const SequenceGroup &group, const ConstMatrixView &normed, std::size_t first,
                                         InputObserver *observer, BlockScratch &scratch) const;
    void feedForward(SequenceGroup &group, PassKind kind, InputObserver *observer, BlockScratch &scratch) const;
    /// The block's one MLP, or its experts: into group.hidden.
    void oneMlp(SequenceGroup &group, const ConstMatrixView &normed, PassKind kind, InputObserver *observer,
                BlockScratch &scratch) const;
    void mixExperts(SequenceGroup &group, const ConstMatrixView &normed, PassKind kind, InputObserver *observer,
                    BlockScratch &scratch) const;
    void addSharedExpert(SequenceGroup &group, const ConstMatrixView &normed, PassKind kind, InputObserver *observer,
                         BlockScratch &scratch) const;
    void route(const ConstMatrixView &normed, BlockScratch &scratch) const;

    struct Linear {
        std::size_t at; ///< in BlockWeights::linears
        MatrixView out;
    };
    /// Linears of the same input.
    void linears(const ConstMatrixView &x, std::span<const Linear> all, BlockScratch &scratch) const;
    void linear(const ConstMatrixView &x, const Linear &one) const;
    void addBias(const Linear &one) const;
    void linearsByRow(const ConstMatrixView &x, std::span<const Linear> all, BlockScratch &scratch) const;
    void attendByRow(SequenceGroup &group, BlockScratch &scratch) const;
    [[nodiscard]] AttentionShape attentionShape() const;
    /// gate = activation(gate) * up; without data in `up`, activation(gate).
    void activate(const MatrixView &gate, const MatrixView &up) const;
    /// `bias` is that of a norm with a mean.
    void norm(const float *x, std::int64_t rows, std::span<const float> weight, float *out,
              std::span<const float> bias = {}) const;

    const architecture::ModelConfig &m_config;
    const architecture::LayerAttention &m_attention;
    const BlockWeights &m_weights;
    const RopeTable &m_rope;
    Precision m_precision;
    std::stop_token m_stop;
    const RoundedWeights *m_rounded;
    WorkTeam *m_team;
};

} // namespace secateur::model
