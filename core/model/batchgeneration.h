// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/model/decoder.h"
#include "core/model/memoryforecast.h"
#include "core/model/sampler.h"

namespace secateur::model {

struct BatchPrompt {
    std::vector<TokenId> ids;
    /// So many ids at the beginning (demonstrations) are read once for all prompts that begin with the same ones. Only
    /// ever saves time; 0 is always right.
    std::int64_t sharedPrefix = 0;
    SamplingOptions sampling;
    std::int64_t maxNewTokens = 64; ///< fewer where the decoder's positions end before
    bool ignoreEos = false; ///< go on after an end token (for exact comparisons)
};

/// A new token of a prompt; an end token is not handed out. False: this prompt is complete.
using OnToken = std::function<Result<bool>(std::size_t prompt, TokenId id)>;
/// A prompt is complete; called for each one, in the order in which they end.
using OnDone = std::function<Result<void>(std::size_t prompt)>;

/// What a batch took, for measurements.
struct BatchReport {
    std::uint64_t promptTokens = 0; ///< read, shared ones once
    std::uint64_t newTokens = 0; ///< handed out
    std::uint64_t passes = 0; ///< through the model
};

/// Continues all prompts with key-value caches, at most `atOnce` at a time; when one is complete the next takes its
/// place. Equal prompts (samples of one problem) are read once. They begin in the order given, but for equal prompts
/// and equal prefixes, which follow each other. Computed row by row (rowwise.h): the tokens of a prompt are the same
/// bits whatever the other prompts, their order, `atOnce` and the number of threads. The callbacks run on the calling
/// thread; an error of one ends the batch. The decoder should keep its weights; it works without, reading the model for
/// each pass (a token of every prompt). Reports stage "load" in layers while the first pass goes through the model,
/// then "generate" in tokens, out of the most there can be. InvalidArgument, before any work, names a prompt that is
/// empty or leaves no position. Cancelled.
[[nodiscard]] Result<BatchReport> generateBatch(Decoder &decoder, std::span<const BatchPrompt> prompts,
                                                std::size_t atOnce, const OnToken &onToken, const OnDone &onDone,
                                                const RunContext &context);

/// For forecastPassBytes: the most that generateBatch can take with a decoder of so many positions.
[[nodiscard]] PassShape batchShape(std::span<const BatchPrompt> prompts, std::size_t atOnce, std::int64_t positions,
                                   const DecoderOptions &options);

} // namespace secateur::model
