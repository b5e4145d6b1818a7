// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/base/file.h"
#include "core/compute/batches.h"
#include "core/compute/jobs.h"
#include "core/data/calibration.h"
#include "core/engine/light.h"
#include "core/model/decoder.h"
#include "core/model/logitswriter.h"
#include "core/model/scoring.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::compute {

namespace {

constexpr std::uint64_t textLimit = std::uint64_t(1) << 30;

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
        return failure(ErrorCode::BadInput,
                       request.textFile->string() + ": has " + std::to_string(ids.size())
                           + " tokens; at least 2 are needed to predict one");
    const auto length = std::size_t(
        request.length != 0 ? request.length : std::min<std::uint64_t>(2048, std::uint64_t(config.maxPositions)));
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
    SECATEUR_TRY(set,
                 data::calibrationFromTokenIds(*request.tokenIds, "input_ids", request.samples,
                                               std::uint64_t(config.vocabSize)));
    for (auto &sequence : set.sequences) {
        if (request.length != 0)
            sequence.resize(std::min<std::size_t>(sequence.size(), std::size_t(request.length)));
        if (sequence.size() < 2)
            return failure(ErrorCode::BadInput,
                           request.tokenIds->string()
                               + ", tensor \"input_ids\": a row has 1 token; at least 2 are needed "
                                 "to predict one");
    }
    return set.sequences;
}

model::LogitsWriter::Shape logitsShape(const Sequences &sequences, const architecture::ModelConfig &config)
{
    return {sequences.size(), longest(sequences), std::uint64_t(config.vocabSize)};
}

Result<void> checkMemory(const engine::ScoreRequest &request, const Sequences &sequences,
                         const architecture::ModelConfig &config)
{
    std::uint64_t tokens = 0;
    for (const Range &batch : batchesOf(sequences, config))
        tokens = std::max(tokens, tokensOf(slice(sequences, batch)));
    const auto shape = scoringShape(tokens, longest(sequences), request.compute, request.threads);
    const std::uint64_t buffer = request.logits ? model::LogitsWriter::bufferBytes(logitsShape(sequences, config)) : 0;
    return requireMemory("scoring", model::forecastPassBytes(config, shape) + buffer,
                         "take shorter sequences (--length) or fewer threads (--threads)");
}

/// Before any forward pass: whatever speaks against the file is known by then.
Result<std::optional<model::LogitsWriter>> openLogits(const engine::ScoreRequest &request, const Sequences &sequences,
                                                      const architecture::ModelArchive &model)
{
    if (!request.logits)
        return std::optional<model::LogitsWriter>();
    if (request.study)
        SECATEUR_CHECK(engine::checkOutsideStudy(*request.logits, *request.study));
    for (const auto &sequence : sequences)
        if (sequence.size() != sequences.front().size())
            return failure(ErrorCode::InvalidArgument,
                           "logits can be written for sequences of one length only; choose a --length");
    std::vector<std::filesystem::path> sources = model.weightFiles();
    if (!model.hfFolder().empty())
        for (const char *const name : {"config.json", "tokenizer.json", "tokenizer_config.json"})
            sources.push_back(model.hfFolder() / name);
    for (const auto &input : {request.tokenIds, request.textFile})
        if (input)
            sources.push_back(*input);
    SECATEUR_TRY(writer, model::LogitsWriter::create(*request.logits, logitsShape(sequences, model.config()), sources));
    return std::optional(std::move(writer));
}

Result<void> scoreBatch(model::Decoder &decoder, const Sequences &batch, const RunContext &part,
                        model::LogitsWriter *logits, const RunContext &context, engine::ScoreReport &report)
{
    SECATEUR_TRY(hidden, model::finalHidden(decoder, batch, part));
    SECATEUR_TRY(scores, model::scoreHidden(decoder, hidden, batch, part));
    for (const auto &score : scores) {
        report.nll += score.nll;
        report.tokens += std::uint64_t(score.predicted);
        report.sequenceNll.push_back(score.nll / double(score.predicted));
    }
    if (logits)
        return logits->append(decoder, hidden, context);
    return {};
}

} // namespace

Result<engine::ScoreReport> scoreJob(const engine::ScoreRequest &request, const RunContext &context)
{
    SECATEUR_TRY(model, architecture::ModelArchive::open(request.model));
    SECATEUR_TRY(sequences, sequencesOf(request, model->config()));
    SECATEUR_CHECK(checkMemory(request, sequences, model->config()));
    SECATEUR_TRY(logits, openLogits(request, sequences, *model));
    SECATEUR_TRY(masks, masksOfRun(*model, request.study, request.run, context));
    SECATEUR_TRY(decoder,
                 model::Decoder::create(model, std::int64_t(longest(sequences)),
                                        {.threads = request.threads,
                                         .precision = precisionOf(request.compute),
                                         .masks = std::move(masks),
                                         .keepWeights = false}));
    const auto batches = batchesOf(sequences, model->config());
    engine::ScoreReport report;
    for (std::size_t index = 0; index < batches.size(); ++index)
        SECATEUR_CHECK(scoreBatch(*decoder, slice(sequences, batches[index]), partOf(context, index, batches.size()),
                                  logits ? &*logits : nullptr, context, report));
    if (logits)
        SECATEUR_CHECK(logits->commit());
    report.nll /= double(report.tokens);
    report.perplexity = std::exp(report.nll);
    return report;
}

} // namespace secateur::compute
