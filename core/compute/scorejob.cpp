// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/base/file.h"
#include "core/compute/jobs.h"
#include "core/data/calibration.h"
#include "core/engine/light.h"
#include "core/model/decoder.h"
#include "core/model/logitswriter.h"
#include "core/model/memoryforecast.h"
#include "core/model/scoring.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::compute {

namespace {

using Sequences = std::vector<std::vector<model::TokenId>>;

constexpr std::uint64_t textLimit = std::uint64_t(1) << 30;
/// Hidden states held at a time.
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

std::size_t longest(const Sequences &sequences)
{
    std::size_t most = 0;
    for (const auto &sequence : sequences)
        most = std::max(most, sequence.size());
    return most;
}

/// So many sequences at a time that their hidden states take batchBytes; each batch streams the model once.
std::size_t sequencesPerBatch(const Sequences &sequences, const architecture::ModelConfig &config)
{
    const std::uint64_t tokenBytes = std::uint64_t(config.hiddenSize) * sizeof(float);
    const auto fitting = std::size_t(batchBytes / tokenBytes / longest(sequences));
    return std::clamp<std::size_t>(fitting, 1, sequences.size());
}

model::LogitsWriter::Shape logitsShape(const Sequences &sequences, const architecture::ModelConfig &config)
{
    return {sequences.size(), longest(sequences), std::uint64_t(config.vocabSize)};
}

Result<void> checkMemory(const engine::ScoreRequest &request, const Sequences &sequences,
                         const architecture::ModelConfig &config)
{
    const model::PassShape shape{.tokens = sequencesPerBatch(sequences, config) * longest(sequences),
                                 .longest = longest(sequences),
                                 .cached = 0,
                                 .headTokens = model::tokensScoredAtOnce,
                                 .keepWeights = false,
                                 .precision = precisionOf(request.compute),
                                 .threads = request.threads};
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

/// Progress of one of several equal parts as progress of the whole.
RunContext partOf(const RunContext &context, std::uint64_t part, std::uint64_t parts)
{
    return {context.stopToken(), [&context, part, parts](Progress progress) {
                progress.done += part * progress.total;
                progress.total *= parts;
                context.report(progress);
            }};
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
    const std::size_t perBatch = sequencesPerBatch(sequences, model->config());
    const std::size_t batches = (sequences.size() + perBatch - 1) / perBatch;
    engine::ScoreReport report;
    for (std::size_t index = 0; index < batches; ++index) {
        const auto first = sequences.begin() + std::ptrdiff_t(index * perBatch);
        const auto last = sequences.begin() + std::ptrdiff_t(std::min(sequences.size(), (index + 1) * perBatch));
        SECATEUR_CHECK(scoreBatch(*decoder, {first, last}, partOf(context, index, batches), logits ? &*logits : nullptr,
                                  context, report));
    }
    if (logits)
        SECATEUR_CHECK(logits->commit());
    report.nll /= double(report.tokens);
    report.perplexity = std::exp(report.nll);
    return report;
}

} // namespace secateur::compute
