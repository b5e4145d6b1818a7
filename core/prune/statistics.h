// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/architecture/modelconfig.h"
#include "core/model/block.h"

namespace secateur::prune {

/// Wanda's activation statistic for the inputs of one block's linears: per input column the running mean over sequences
/// of the squared L2 norm over the tokens of a sequence, float32 (wanda lib/layerwrapper.py, WrappedGPT.add_batch).
/// Of an expert's inputs only the tokens count that were sent to it, and only the sequences that have such tokens, as
/// when the reference hooks the expert's linears. An expert that got no token has norms of 0.
///
/// Groups of sequences arrive from several threads in any order; each writes the sums of its own sequences, and the
/// running mean is taken afterwards in the order of the sequences, so its bits do not depend on the threads.
class ActivationStatistics final : public model::InputObserver
{
public:
    ActivationStatistics(const architecture::ModelConfig &config, std::size_t sequences);

    void observe(model::LinearInput input, const model::SequenceGroup &group, const model::ConstMatrixView &x) override;
    void observeExpert(std::size_t expert, model::LinearInput input, const model::SequenceGroup &group,
                       std::span<const std::int64_t> rows, const model::ConstMatrixView &x) override;

    /// scaler_row [cols] of an input, after all sequences were seen.
    [[nodiscard]] std::vector<float> scalerRow(model::LinearInput input) const;
    /// scalerRow() of all inputs, at the numbers that inputNumber() tells.
    [[nodiscard]] std::vector<std::vector<float>> scalerRows() const;
    /// How far the norms (roots of scaler_row) of the first `sequences` are from those of all, whose scalerRows() are
    /// given: the sum of the absolute differences over the sum of the norms, over the columns of all inputs. 0: they
    /// would have been enough.
    [[nodiscard]] double normDistance(std::size_t sequences, const std::vector<std::vector<float>> &ofAll) const;
    /// Which input a linear of a block has.
    [[nodiscard]] static std::size_t inputNumber(const model::BlockWeights &weights, std::size_t linear);
    /// By expert, the tokens that it got.
    [[nodiscard]] std::vector<std::uint64_t> expertTokens() const;

private:
    struct Input {
        std::size_t cols = 0;
        std::vector<float> squareSums; ///< [sequences, cols]
        std::vector<std::uint32_t> tokens; ///< [sequences], of an expert's; else empty, for all of them
    };
    void addInput(std::int64_t cols, bool ofExpert);
    static void add(Input &target, std::size_t sequence, const float *rows, std::int64_t count);
    [[nodiscard]] std::vector<float> scalerRow(std::size_t input, std::size_t sequences) const;

    std::size_t m_sequences;
    std::vector<Input> m_inputs; ///< those of LinearInput, then Mlp and Down of each expert
};

} // namespace secateur::prune
