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

struct Generated {
    std::vector<TokenId> ids; ///< the new ones, an end token not included
    bool cancelled = false; ///< a stop was requested before the text was complete
};

/// Continues `prompt` one token at a time with a key-value cache.
/// The decoder should keep its weights (DecoderOptions::keepWeights); it works without, reading the model for each
/// token. Stops when the decoder's positions are used up; InvalidArgument when the prompt leaves none. Reports stage
/// "load" in layers while the prompt passes through the model. Cancelled, as an error, only before the first token.
[[nodiscard]] Result<Generated> generate(Decoder &decoder, const std::vector<TokenId> &prompt,
                                         const GenerationOptions &options, const TokenSink &sink,
                                         const RunContext &context);

} // namespace secateur::model
