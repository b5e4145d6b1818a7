// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>

#include "core/base/system.h"
#include "core/compute/jobs.h"
#include "core/data/calibration.h"
#include "core/model/generation.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::compute {

namespace {

Result<std::vector<model::TokenId>> promptOf(const engine::GenerateRequest &request,
                                             const tokenizer::Tokenizer &tokenizer,
                                             const architecture::ModelConfig &config)
{
    if (!request.tokenIds)
        return tokenizer.encode(request.prompt, request.bos);
    SECATEUR_TRY(set, data::calibrationFromTokenIds(*request.tokenIds, "input_ids", 1, std::uint64_t(config.vocabSize)));
    return set.sequences.front();
}

/// Whether all weights in float32, head included, fit comfortably; otherwise each token streams the model again.
bool fitsInMemory(const architecture::ModelArchive &model)
{
    return model.parameters() * sizeof(float) < availableMemory() / 10 * 7;
}

} // namespace

Result<engine::GenerateReport> generateJob(const engine::GenerateRequest &request,
                                           const std::function<void(std::string_view)> &onText,
                                           const RunContext &context)
{
    SECATEUR_TRY(model, architecture::ModelArchive::open(request.model));
    SECATEUR_TRY(tokenizer, tokenizer::Tokenizer::forModel(request.model));
    SECATEUR_TRY(prompt, promptOf(request, *tokenizer, model->config()));
    SECATEUR_TRY(masks, masksOfRun(*model, request.study, request.run, context));
    SECATEUR_TRY(decoder, model::Decoder::create(model, std::int64_t(prompt.size() + request.maxNewTokens),
                                                 {.threads = request.threads,
                                                  .precision = precisionOf(request.compute),
                                                  .masks = std::move(masks),
                                                  .keepWeights = fitsInMemory(*model)}));
    engine::GenerateReport report;
    tokenizer::StreamDecoder stream(tokenizer);
    const auto give = [&](const std::string &text) {
        report.text += text;
        if (onText && !text.empty())
            onText(text);
    };
    std::chrono::steady_clock::time_point firstToken;
    const auto sink = [&](model::TokenId id) -> Result<bool> {
        if (report.ids.empty())
            firstToken = std::chrono::steady_clock::now();
        report.ids.push_back(id);
        SECATEUR_TRY(text, stream.push(id));
        give(text);
        return true;
    };
    const model::GenerationOptions options{
        .maxNewTokens = std::int64_t(request.maxNewTokens),
        .sampling = {request.temperature, request.topP, request.topK, request.seed},
        .ignoreEos = request.ignoreEos};
    SECATEUR_CHECK(model::generate(*decoder, prompt, options, sink, context));
    SECATEUR_TRY(rest, stream.finish());
    give(rest);
    // The first token pays for loading the model and reading the prompt; speed is that of the tokens after it.
    if (report.ids.size() > 1)
        report.tokensPerSecond = double(report.ids.size() - 1)
            / std::chrono::duration<double>(std::chrono::steady_clock::now() - firstToken).count();
    return report;
}

} // namespace secateur::compute
