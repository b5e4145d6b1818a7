// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/model/decoder.h"

namespace secateur::model {

/// Of the logits that exist at the same time, per thread: so many tokens by Decoder::headRowsAtOnce.
constexpr std::int64_t tokensScoredAtOnce = 128;

/// Negative log-likelihoods of sequences under a decoder.
struct SequenceScore {
    double nll = 0.0; ///< sum over the predicted tokens (all but the first), nats
    std::int64_t predicted = 0; ///< length - 1
    std::vector<float> tokenNll; ///< one per predicted token
};

/// Hidden states after the last block and the final norm, sequences back to back: [tokens, hiddenSize].
/// Streams every block once over all sequences. Reports stage "forward" in layers. Cancelled.
/// `parts`: how many sequences belong together, one after another (empty: all). Sequences of different parts never
/// share a product, so that each part has the bits it would have alone.
[[nodiscard]] Result<std::vector<float>> finalHidden(Decoder &decoder,
                                                     const std::vector<std::vector<TokenId>> &sequences,
                                                     const RunContext &context,
                                                     std::span<const std::size_t> parts = {});

/// Each sequence on its own, from the output of finalHidden. The head is streamed in row ranges, so no [tokens, vocab]
/// matrix is ever held. Reports stage "score". Cancelled.
[[nodiscard]] Result<std::vector<SequenceScore>> scoreHidden(Decoder &decoder, std::span<const float> hidden,
                                                             const std::vector<std::vector<TokenId>> &sequences,
                                                             const RunContext &context);

} // namespace secateur::model
