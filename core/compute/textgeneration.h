// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "core/architecture/modelconfig.h"
#include "core/base/result.h"
#include "core/engine/requests.h"
#include "core/model/decoder.h"
#include "core/model/generation.h"
#include "core/model/memoryforecast.h"
#include "core/tokenizer/tokenizer.h"

/// What generating with one model and with several side by side share.
namespace secateur::compute {

/// The prompt's ids, or the first row of the request's token ids. BadInput.
[[nodiscard]] Result<std::vector<model::TokenId>> promptOf(const engine::GenerateRequest &request,
                                                           const tokenizer::Tokenizer &tokenizer,
                                                           const architecture::ModelConfig &config);

/// A text that begins with the prompt, as the model reads it: of a chat template at most one BOS.
[[nodiscard]] Result<std::vector<model::TokenId>>
encodedPrompt(const engine::GenerateRequest &request, const tokenizer::Tokenizer &tokenizer, std::string_view text);

/// Tokens that the prompt and its continuation may take together: what was asked for, as far as the model reaches.
/// BadInput when the prompt leaves no room.
[[nodiscard]] Result<std::int64_t> positionsFor(const engine::GenerateRequest &request, std::size_t promptTokens,
                                                const architecture::ModelConfig &config);

/// For forecastPassBytes: continuing this prompt up to `positions` tokens.
[[nodiscard]] model::PassShape generationShape(const engine::GenerateRequest &request,
                                               const std::vector<model::TokenId> &prompt, std::int64_t positions);

[[nodiscard]] model::GenerationOptions generationOptions(const engine::GenerateRequest &request,
                                                         std::size_t promptTokens, std::int64_t positions);

/// Turns ids into text as they come, for the report and the listener.
class TextStream
{
public:
    using OnText = std::function<void(std::string_view)>;

    TextStream(std::shared_ptr<const tokenizer::Tokenizer> tokenizer, const OnText &onText,
               engine::GenerateReport &report)
        : m_decoder(std::move(tokenizer)), m_onText(onText), m_report(report)
    {
    }

    [[nodiscard]] Result<bool> add(model::TokenId id);
    [[nodiscard]] Result<void> finish();

private:
    using Clock = std::chrono::steady_clock;

    void give(const std::string &text);

    tokenizer::StreamDecoder m_decoder;
    const OnText &m_onText;
    engine::GenerateReport &m_report;
    Clock::time_point m_firstToken;
};

} // namespace secateur::compute
