// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>

#include "core/base/system.h"
#include "core/compute/jobs.h"
#include "core/data/calibration.h"
#include "core/model/batchgeneration.h"
#include "core/model/generation.h"
#include "core/model/memoryforecast.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::compute {

namespace {

Result<std::vector<model::TokenId>> promptOf(const engine::GenerateRequest &request,
                                             const tokenizer::Tokenizer &tokenizer,
                                             const architecture::ModelConfig &config)
{
    if (!request.tokenIds)
        return tokenizer.encode(request.prompt, request.bos);
    SECATEUR_TRY(set,
                 data::calibrationFromTokenIds(*request.tokenIds, "input_ids", 1, std::uint64_t(config.vocabSize)));
    return set.sequences.front();
}

/// Tokens that the prompt and its continuation may take together: what was asked for, as far as the model reaches.
Result<std::int64_t> positionsFor(const engine::GenerateRequest &request, std::size_t promptTokens,
                                  const architecture::ModelConfig &config)
{
    const auto limit = std::uint64_t(config.maxPositions);
    if (promptTokens >= limit)
        return failure(ErrorCode::BadInput,
                       (request.tokenIds ? request.tokenIds->string() + ", tensor \"input_ids\": the first row"
                                         : std::string("the prompt"))
                           + " has " + std::to_string(promptTokens) + " tokens, and the model has "
                           + std::to_string(limit) + " positions, so that it cannot be continued; give a shorter one");
    return std::int64_t(promptTokens + std::min(request.maxNewTokens, limit - promptTokens));
}

/// Whether all weights in float32, head included, fit comfortably; otherwise each token streams the model again, which
/// must fit at least.
Result<bool> keepWeights(const architecture::ModelConfig &config, const engine::GenerateRequest &request,
                         const std::vector<model::TokenId> &prompt, std::int64_t positions)
{
    const model::BatchPrompt only{.ids = prompt,
                                  .sharedPrefix = 0,
                                  .sampling = {},
                                  .maxNewTokens = positions - std::int64_t(prompt.size()),
                                  .ignoreEos = false};
    const model::DecoderOptions options{
        .threads = request.threads, .precision = precisionOf(request.compute), .masks = {}, .keepWeights = true};
    return keepsWeights(config, model::batchShape({&only, 1}, 1, positions, options), "generating",
                        "take fewer tokens (--max-new-tokens), a shorter prompt or fewer threads (--threads)");
}

/// Turns ids into text as they come, for the report and the listener.
class TextStream
{
public:
    TextStream(std::shared_ptr<const tokenizer::Tokenizer> tokenizer,
               const std::function<void(std::string_view)> &onText, engine::GenerateReport &report)
        : m_decoder(std::move(tokenizer)), m_onText(onText), m_report(report)
    {
    }

    Result<bool> add(model::TokenId id)
    {
        if (m_report.ids.empty())
            m_firstToken = Clock::now();
        m_report.ids.push_back(id);
        SECATEUR_TRY(text, m_decoder.push(id));
        give(text);
        return true;
    }

    Result<void> finish()
    {
        SECATEUR_TRY(rest, m_decoder.finish());
        give(rest);
        // The first token pays for loading the model and reading the prompt; speed is that of the tokens after it.
        if (m_report.ids.size() > 1)
            m_report.tokensPerSecond =
                double(m_report.ids.size() - 1) / std::chrono::duration<double>(Clock::now() - m_firstToken).count();
        return {};
    }

private:
    using Clock = std::chrono::steady_clock;

    void give(const std::string &text)
    {
        m_report.text += text;
        if (m_onText && !text.empty())
            m_onText(text);
    }

    tokenizer::StreamDecoder m_decoder;
    const std::function<void(std::string_view)> &m_onText;
    engine::GenerateReport &m_report;
    Clock::time_point m_firstToken;
};

} // namespace

Result<engine::GenerateReport> generateJob(const engine::GenerateRequest &request,
                                           const std::function<void(std::string_view)> &onText,
                                           const RunContext &context)
{
    SECATEUR_TRY(model, architecture::ModelArchive::open(request.model));
    SECATEUR_TRY(tokenizer, tokenizer::Tokenizer::forModel(request.model));
    SECATEUR_TRY(prompt, promptOf(request, *tokenizer, model->config()));
    SECATEUR_TRY(positions, positionsFor(request, prompt.size(), model->config()));
    SECATEUR_TRY(keep, keepWeights(model->config(), request, prompt, positions));
    SECATEUR_TRY(masks, masksOfRun(*model, request.study, request.run, context));
    SECATEUR_TRY(decoder,
                 model::Decoder::create(model, positions,
                                        {.threads = request.threads,
                                         .precision = precisionOf(request.compute),
                                         .masks = std::move(masks),
                                         .keepWeights = keep}));
    engine::GenerateReport report;
    TextStream stream(tokenizer, onText, report);
    const model::GenerationOptions options{.maxNewTokens = positions - std::int64_t(prompt.size()),
                                           .sampling = {request.temperature, request.topP, request.topK, request.seed},
                                           .ignoreEos = request.ignoreEos};
    SECATEUR_TRY(generated,
                 model::generate(
                     *decoder, prompt, options, [&](model::TokenId id) { return stream.add(id); }, context));
    SECATEUR_CHECK(stream.finish());
    report.cancelled = generated.cancelled;
    return report;
}

} // namespace secateur::compute
