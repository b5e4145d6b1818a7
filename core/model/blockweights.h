// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/architecture/modelarchive.h"
#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/base/types.h"
#include "core/mask/bitmatrix.h"
#include "core/model/gemm.h"

namespace secateur::model {

/// One linear of a block in float32, [rows, cols] row-major.
struct LinearWeights {
    architecture::Sublayer sublayer;
    std::vector<float> values;

    [[nodiscard]] ConstMatrixView view() const { return {values.data(), sublayer.rows, sublayer.cols, sublayer.cols}; }
};

/// One decoder block in float32. Loading the next block into the same object reuses its memory.
struct BlockWeights {
    /// What the linears are, in the order of architecture::prunableSublayers; models without a gate leave it out.
    enum Place : std::size_t { Query, Key, Value, Output, Gate, Up, Down };
    static constexpr std::size_t places = 7;

    std::vector<LinearWeights> linears;
    std::size_t experts = 0; ///< gate, up and down of each are the last of `linears`
    [[nodiscard]] bool gated() const { return linears.size() != places - 1; }
    /// Where in `linears` it is, and what one is. With experts, the MLP's are those of the shared one.
    [[nodiscard]] std::size_t at(Place place) const { return place > Gate && !gated() ? place - 1 : place; }
    [[nodiscard]] Place placeOf(std::size_t index) const
    {
        if (const auto number = expertOf(index))
            return Place(Gate + (index - expert(*number)));
        return Place(index >= Gate && !gated() ? index + 1 : index);
    }
    /// Where the gate of an expert is, which up and down follow, and whose a linear is.
    [[nodiscard]] std::size_t expert(std::size_t number) const { return linears.size() - 3 * (experts - number); }
    [[nodiscard]] std::optional<std::size_t> expertOf(std::size_t index) const
    {
        return index < expert(0) ? std::nullopt : std::optional((index - expert(0)) / 3);
    }

    std::vector<float> inputNorm; ///< with preNorms
    std::vector<float> postAttentionNorm; ///< without postNorms: before the MLP. With them: after attention
    std::vector<float> preFeedforwardNorm; ///< with preNorms and postNorms
    std::vector<float> postFeedforwardNorm; ///< with postNorms
    std::vector<float> queryNorm; ///< [queryNormSize()], with queryKeyNorm
    std::vector<float> keyNorm; ///< [keyNormSize()]
    std::vector<float> inputNormBias; ///< with NormKind::Layer, as the next
    std::vector<float> postAttentionNormBias;
    std::vector<std::vector<float>> biases; ///< beside `linears`; empty where there is none
    std::vector<float> router; ///< [experts, hiddenSize]
    std::vector<float> sharedExpertGate; ///< [hiddenSize], with a shared expert
};

/// The linears of a block rounded to bf16, in the order of `BlockWeights::linears`, so that products of that precision
/// need not round a whole matrix again each. Rounding the next block into the same object reuses its memory.
struct RoundedWeights {
    std::vector<std::vector<BFloat16Bits>> linears;
};
void roundWeights(const BlockWeights &block, int threads, RoundedWeights &rounded);

/// The mask of a matrix to apply while it streams from disk (1 = kept); an error stops the load.
using MaskSource = std::function<Result<mask::BitMatrix>(const MatrixId &)>;

/// Reads block `layer`, spreading the conversion to float32 over `threads`; with `masks`, pruned weights become +0.
/// Peak memory: the block and a MiB per thread. A read error or a stop ends it after the pieces under way. Cancelled.
[[nodiscard]] Result<void> loadBlock(const architecture::ModelArchive &model, LayerIndex layer, const MaskSource &masks,
                                     int threads, BlockWeights &block, const std::stop_token &stop = {});

} // namespace secateur::model
