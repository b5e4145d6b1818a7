// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/model/decoder.h"
#include "core/model/sampler.h"

namespace secateur::model {

struct GenerationOptions {
    std::int64_t maxNewTokens = 64;
    SamplingOptions sampling;
    bool ignoreEos = false; ///< go on after an end token (for exact comparisons)
};

/// Called with each new token; returns false to stop.
using TokenSink = std::function<Result<bool>(TokenId)>;

/// Continues `prompt` one token at a time with a key-value cache: the new ids, an end token not included.
/// The decoder should keep its weights (DecoderOptions::keepWeights); it works without, reading the model for each
/// token. Stops at the model's position limit. Cancelled returns what was generated as an error only before the first
/// token; afterwards the sink has seen everything.
[[nodiscard]] Result<std::vector<TokenId>> generate(Decoder &decoder, const std::vector<TokenId> &prompt,
                                                    const GenerationOptions &options, const TokenSink &sink,
                                                    const RunContext &context);

} // namespace secateur::model
