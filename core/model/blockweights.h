// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <functional>
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
    [[nodiscard]] bool gated() const { return linears.size() == places; }
    /// Where in `linears` it is, and what one is.
    [[nodiscard]] std::size_t at(Place place) const { return place > Gate && !gated() ? place - 1 : place; }
    [[nodiscard]] Place placeOf(std::size_t index) const
    {
        return Place(index >= Gate && !gated() ? index + 1 : index);
    }

    std::vector<float> inputNorm; ///< with preNorms
    std::vector<float> postAttentionNorm; ///< without postNorms: before the MLP. With them: after attention
    std::vector<float> preFeedforwardNorm; ///< with preNorms and postNorms
    std::vector<float> postFeedforwardNorm; ///< with postNorms
    std::vector<float> queryNorm; ///< [queryNormSize()], with queryKeyNorm
    std::vector<float> keyNorm; ///< [keyNormSize()]
    std::vector<float> inputNormBias; ///< with NormKind::Layer, as the next
    std::vector<float> postAttentionNormBias;
    std::array<std::vector<float>, places> biases; ///< of the linears; empty where there is none
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
