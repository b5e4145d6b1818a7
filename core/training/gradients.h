// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/model/attention.h"
#include "core/model/block.h"

/// The backward passes of the engine's own kernels, float32, on the calling thread. Gradients of weights are added to
/// what is there; those of inputs are set.
namespace secateur::training {

/// What a block's forward pass leaves behind for its backward pass: the engine's Block shows it the inputs of its
/// linears, the rest is taken from its scratch buffers.
class BlockTape final : public model::InputObserver
{
public:
    void observe(model::LinearInput input, const model::SequenceGroup &group, const model::ConstMatrixView &x) override;
    void observeGate(const model::SequenceGroup &group, const model::ConstMatrixView &gate,
                     const model::ConstMatrixView &up) override;
    /// Takes the rotated queries and keys, the values, and the hidden state between attention and MLP.
    void take(model::BlockScratch &scratch);

    std::vector<float> input; ///< the block's, set by the caller
    std::vector<float> normed; ///< of q, k and v
    std::vector<float> query, key, value; ///< rotated
    std::vector<float> attended; ///< of o
    std::vector<float> residual;
    std::vector<float> mlpNormed; ///< of gate and up
    std::vector<float> gate, up; ///< before the activation
    std::vector<float> product; ///< of down
};

/// `gradient` [tokens, hidden]: of the block's output, replaced by that of its input. `weightGradients` has the shape
/// of `weights`; its linears and two norms are added to. Llama blocks only: no norms of queries, keys or outputs.
void blockBackward(const architecture::ModelConfig &config, const model::BlockWeights &weights,
                   const model::RopeTable &rope, std::span<const std::int64_t> lengths, const BlockTape &tape,
                   std::span<float> gradient, model::BlockWeights &weightGradients);

/// Of kernels.h rmsNorm with offset 0: `dx` += the gradient of x, `dWeight` += that of the weight.
void rmsNormBackward(const float *x, std::int64_t rows, std::int64_t cols, const float *weight, double epsilon,
                     const float *gradient, float *dx, float *dWeight);

/// Of causalAttention for one sequence without a window: sets `dq`, `dk`, `dv`.
void attentionBackward(const model::AttentionShape &shape, const model::ConstMatrixView &q,
                       const model::ConstMatrixView &k, const model::ConstMatrixView &v,
                       const model::ConstMatrixView &gradient, const model::MatrixView &dq, const model::MatrixView &dk,
                       const model::MatrixView &dv);

/// Sum of the negative log-likelihoods of `targets`, each times its weight, under softmax(hidden * transpose(head)),
/// and its gradients: `dHidden` is set, `dHead` added to. With empty spans for the two, the loss alone.
[[nodiscard]] double headLoss(const model::ConstMatrixView &hidden, const model::ConstMatrixView &head,
                              std::span<const std::int32_t> targets, std::span<const float> weights,
                              std::span<float> dHidden, std::span<float> dHead);

} // namespace secateur::training
