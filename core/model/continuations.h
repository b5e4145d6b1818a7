// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/model/decoder.h"
#include "core/model/memoryforecast.h"

namespace secateur::model {

/// A context and its continuation, of which the last `scored` ids are the continuation: 1 <= scored < ids.size().
struct ScoredSequence {
    std::vector<TokenId> ids;
    std::int64_t scored = 0;
};

/// The choices of one item. What all of them begin with is computed once.
struct ScoringItem {
    std::vector<ScoredSequence> sequences;
};

struct ContinuationScore {
    double logLikelihood = 0.0; ///< sum over the tokens of the continuation of log p(token | all before), nats
    bool greedy = false; ///< each of them is the most likely one (the smallest id among equals)
    std::int64_t tokens = 0; ///< of the continuation
};

/// Scores of all sequences, item by item: the request "loglikelihood" of lm-evaluation-harness. Streams every block
/// once over all items and evaluates the output head only where a continuation token is predicted, so the caller
/// decides how many items are worth a pass. Computed row by row (rowwise.h): a score has the same bits whatever other
/// items are in the call, in whatever order, on any number of threads. Reports stages "forward", in tokens, and
/// "score", in items. InvalidArgument names the item that is malformed or longer than the decoder's positions.
/// Cancelled.
[[nodiscard]] Result<std::vector<std::vector<ContinuationScore>>>
scoreContinuations(Decoder &decoder, std::span<const ScoringItem> items, const RunContext &context);

/// For forecastPassBytes: what scoring these items in one call takes.
[[nodiscard]] PassShape continuationsShape(std::span<const ScoringItem> items, const DecoderOptions &options);

} // namespace secateur::model
