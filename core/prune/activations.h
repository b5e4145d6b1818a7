// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/data/calibration.h"
#include "core/model/decoder.h"

namespace secateur::prune {

/// The hidden states of a calibration set on their way through the blocks of a model.
struct Activations {
    std::vector<float> hidden; ///< [tokens, hiddenSize] of all sequences
    std::vector<model::SequenceGroup> groups; ///< over `hidden`, which must not be resized; moving it is fine

    Activations() = default;
    Activations(Activations &&) = default;
    Activations &operator=(Activations &&) = default;

    /// In front of the first block. Cancelled, and errors of reading the embedding.
    [[nodiscard]] static Result<Activations> embed(model::Decoder &decoder, const data::CalibrationSet &calibration,
                                                   const RunContext &context);
};

} // namespace secateur::prune
