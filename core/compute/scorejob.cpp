// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/base/file.h"
#include "core/compute/jobs.h"
#include "core/data/calibration.h"
#include "core/model/decoder.h"
#include "core/model/scoring.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::compute {

namespace {

using Sequences = std::vector<std::vector<model::TokenId>>;

constexpr std::uint64_t textLimit = std::uint64_t(1) << 30;
/// Hidden states held at a time; each batch of windows streams the model once.
constexpr std::uint64_t batchBytes = std::uint64_t(256) << 20;

/// A text as windows of one length, tokenised once and cut, the tail dropped (wanda lib/eval.py); a text shorter than
/// a window is one window of its own length.
Result<Sequences> windowsOf(const engine::ScoreRequest &request, const architecture::ModelConfig &config)
{
    SECATEUR_TRY(text, readTextFile(*request.textFile, textLimit));
    SECATEUR_TRY(tokenizer, tokenizer::Tokenizer::forModel(request.model));
    auto encoded = tokenizer->encode(text, request.bos);
    if (!encoded)
        return tl::make_unexpected(withContext(std::move(encoded).error(), request.textFile->string()));
    const auto &ids = *encoded;
    if (ids.size() < 2)
        return failure(ErrorCode::BadInput, request.textFile->string() + ": has " + std::to_string(ids.size())
                                                + " tokens; at least 2 are needed to predict one");
    const auto length = std::size_t(request.length != 0 ? request.length
                                                        : std::min<std::uint64_t>(2048, std::uint64_t(config.maxPositions)));
    if (length < 2)
        return failure(ErrorCode::InvalidArgument, "a window needs at least 2 tokens");
    if (ids.size() < length)
        return Sequences{ids};
    Sequences windows;
    for (std::size_t first = 0; first + length <= ids.size(); first += length)
        windows.emplace_back(ids.begin() + std::ptrdiff_t(first), ids.begin() + std::ptrdiff_t(first + length));
    return windows;
}

Result<Sequences> sequencesOf(const engine::ScoreRequest &request, const architecture::ModelConfig &config)
{
    if (!request.tokenIds)
        return windowsOf(request, config);
    SECATEUR_TRY(set, data::calibrationFromTokenIds(*request.tokenIds, "input_ids", request.samples,
                                                    std::uint64_t(config.vocabSize)));
    if (request.length != 0)
        for (auto &sequence : set.sequences)
            sequence.resize(std::min<std::size_t>(sequence.size(), std::size_t(request.length)));
    return set.sequences;
}

std::size_t longest(const Sequences &sequences)
{
    std::size_t most = 0;
    for (const auto &sequence : sequences)
        most = std::max(most, sequence.size());
    return most;
}

Result<void> scoreBatch(model::Decoder &decoder, const Sequences &batch, const engine::ScoreRequest &request,
                        const RunContext &context, engine::ScoreReport &report)
{
    SECATEUR_TRY(hidden, model::finalHidden(decoder, batch, context));
    SECATEUR_TRY(scores, model::scoreHidden(decoder, hidden, batch, context));
    for (const auto &score : scores) {
        report.nll += score.nll;
        report.tokens += std::uint64_t(score.predicted);
        report.sequenceNll.push_back(score.predicted > 0 ? score.nll / double(score.predicted) : 0.0);
    }
    if (request.logits)
        return model::writeLogits(decoder, hidden, batch, *request.logits, context);
    return {};
}

} // namespace

Result<engine::ScoreReport> scoreJob(const engine::ScoreRequest &request, const RunContext &context)
{
    SECATEUR_TRY(model, architecture::ModelArchive::open(request.model));
    SECATEUR_TRY(sequences, sequencesOf(request, model->config()));
    SECATEUR_TRY(masks, masksOfRun(*model, request.study, request.run, context));
    SECATEUR_TRY(decoder, model::Decoder::create(model, std::int64_t(longest(sequences)),
                                                 {.threads = request.threads,
                                                  .precision = precisionOf(request.compute),
                                                  .masks = std::move(masks),
                                                  .keepWeights = false}));
    const std::uint64_t tokenBytes = std::uint64_t(model->config().hiddenSize) * sizeof(float);
    const auto perBatch = std::max<std::size_t>(1, std::size_t(batchBytes / tokenBytes / longest(sequences)));
    if (request.logits && sequences.size() > perBatch)
        return failure(ErrorCode::InvalidArgument, "logits of " + std::to_string(sequences.size())
                                                       + " sequences are too many for one file; at most "
                                                       + std::to_string(perBatch) + " (--samples)");
    engine::ScoreReport report;
    for (std::size_t first = 0; first < sequences.size(); first += perBatch) {
        const auto last = std::min(sequences.size(), first + perBatch);
        const Sequences batch(sequences.begin() + std::ptrdiff_t(first), sequences.begin() + std::ptrdiff_t(last));
        SECATEUR_CHECK(scoreBatch(*decoder, batch, request, context, report));
    }
    if (report.tokens > 0)
        report.nll /= double(report.tokens);
    report.perplexity = std::exp(report.nll);
    return report;
}

} // namespace secateur::compute
