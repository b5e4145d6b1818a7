// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/architecture/modelconfig.h"
#include "core/model/gemm.h"

namespace secateur::model {

/// What a job takes through a decoder.
struct PassShape {
    std::uint64_t tokens = 0; ///< whose hidden states are held at a time
    std::uint64_t longest = 0; ///< tokens of the longest sequence
    std::uint64_t cached = 0; ///< tokens in all key-value caches at their largest; 0: there is none
    std::uint64_t headTokens = 1; ///< whose products with a range of the head exist at a time on each thread
    bool keepWeights = false; ///< as DecoderOptions
    Precision precision = Precision::Float32;
    int threads = 1;
    bool byRow = false; ///< Decoder::forwardRows instead of forward
    std::uint64_t scored = 0; ///< positions whose softmax is gathered over the ranges of the head
    std::uint64_t logits = 0; ///< positions whose logits over the whole vocabulary are held at a time
};

/// Bytes that scoring or generating will hold at its peak besides the libraries: weights, output head, hidden states,
/// scratch of every thread, cache and rotary tables. Saturates.
[[nodiscard]] std::uint64_t forecastPassBytes(const architecture::ModelConfig &config, const PassShape &shape);

} // namespace secateur::model
