// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compute/textgeneration.h"

#include <algorithm>
#include <string>

#include "core/chat/conversation.h"
#include "core/compute/jobs.h"
#include "core/data/calibration.h"
#include "core/model/batchgeneration.h"

namespace secateur::compute {

Result<std::vector<model::TokenId>> promptOf(const engine::GenerateRequest &request,
                                             const tokenizer::Tokenizer &tokenizer,
                                             const architecture::ModelConfig &config)
{
    if (!request.tokenIds)
        return encodedPrompt(request, tokenizer, request.prompt);
    SECATEUR_TRY(set,
                 data::calibrationFromTokenIds(*request.tokenIds, "input_ids", 1, std::uint64_t(config.vocabSize)));
    return set.sequences.front();
}

Result<std::vector<model::TokenId>> encodedPrompt(const engine::GenerateRequest &request,
                                                  const tokenizer::Tokenizer &tokenizer, std::string_view text)
{
    if (!request.chat)
        return tokenizer.encode(text, request.bos);
    SECATEUR_TRY(encoded, chat::encodeChat(tokenizer, text, request.bos));
    return std::move(encoded.ids);
}

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

model::PassShape generationShape(const engine::GenerateRequest &request, const std::vector<model::TokenId> &prompt,
                                 std::int64_t positions)
{
    const model::BatchPrompt only{.ids = prompt,
                                  .sharedPrefix = 0,
                                  .sampling = {},
                                  .maxNewTokens = positions - std::int64_t(prompt.size()),
                                  .ignoreEos = false};
    const model::DecoderOptions options{
        .threads = request.threads, .precision = precisionOf(request.compute), .masks = {}, .keepWeights = true};
    return model::batchShape({&only, 1}, 1, positions, options);
}

model::GenerationOptions generationOptions(const engine::GenerateRequest &request, std::size_t promptTokens,
                                           std::int64_t positions)
{
    return {.maxNewTokens = positions - std::int64_t(promptTokens),
            .sampling = {request.temperature, request.topP, request.topK, request.seed},
            .ignoreEos = request.ignoreEos};
}

Result<bool> TextStream::add(model::TokenId id)
{
    if (m_report.ids.empty())
        m_firstToken = Clock::now();
    m_report.ids.push_back(id);
    m_report.pieces.emplace_back();
    SECATEUR_TRY(text, m_decoder.push(id));
    give(text);
    return true;
}

Result<void> TextStream::finish()
{
    SECATEUR_TRY(rest, m_decoder.finish());
    give(rest);
    // The first token pays for loading the model and reading the prompt; speed is that of the tokens after it.
    if (m_report.ids.size() > 1)
        m_report.tokensPerSecond =
            double(m_report.ids.size() - 1) / std::chrono::duration<double>(Clock::now() - m_firstToken).count();
    return {};
}

void TextStream::give(const std::string &text)
{
    m_report.text += text;
    if (!m_report.pieces.empty())
        m_report.pieces.back() += text;
    if (m_onText && !text.empty())
        m_onText(text);
}

} // namespace secateur::compute
