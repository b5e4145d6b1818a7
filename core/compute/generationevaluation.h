// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/compute/taskevaluation.h"
#include "core/eval/task.h"
#include "core/model/batchgeneration.h"

namespace secateur::compute {

/// What tasks that write text share: prompts, sampling, stops, and keeping each output as soon as it is complete.
/// Sampling is seeded by request, item and sample, so that no output depends on what else is generated.
class GeneratingEvaluation : public TaskEvaluation
{
public:
    using TaskEvaluation::TaskEvaluation;
    std::uint64_t tokens() const override { return m_tokens; }

protected:
    struct Prompt {
        std::string prefix; ///< shared by all prompts of the task; may be empty
        std::string text; ///< behind it
        std::vector<std::string> stops;
        std::vector<model::TokenId> ids;
    };

    /// Tokenises the prompts (cut at the left where they leave no room), and settles the recipe's settings.
    [[nodiscard]] Result<void> setPrompts(std::vector<Prompt> prompts, eval::GenerationSettings settings,
                                          const std::shared_ptr<const tokenizer::Tokenizer> &tokenizer);
    /// Every output that the findings do not have yet.
    [[nodiscard]] Result<void> generate(const EvaluatedRun &run, Findings &findings, const Progress &progress) const;

    /// Whether what was written so far is complete although no stop was met.
    [[nodiscard]] virtual bool isComplete(std::size_t, const std::string &) const { return false; }

    [[nodiscard]] std::uint64_t samples() const { return m_generation.samples; }

private:
    class Writer;
    [[nodiscard]] Result<void> checkMemory();
    [[nodiscard]] std::int64_t positions() const;
    [[nodiscard]] model::SamplingOptions sampling(std::uint64_t seed) const;
    [[nodiscard]] model::BatchPrompt batchPrompt(std::size_t item, std::uint64_t sample) const;

    std::vector<Prompt> m_prompts;
    eval::GenerationSettings m_generation;
    std::shared_ptr<const tokenizer::Tokenizer> m_tokenizer;
    std::uint64_t m_shared = 0; ///< tokens that all prompts begin with
    std::uint64_t m_longest = 0;
    std::uint64_t m_tokens = 0;
    bool m_keepWeights = false;
};

/// Text that is scored as it is: GSM8K, translation, the user's own.
class GenerationEvaluation : public GeneratingEvaluation
{
public:
    using GeneratingEvaluation::GeneratingEvaluation;
    Result<void> prepare(const std::shared_ptr<const tokenizer::Tokenizer> &tokenizer) override;
    Result<void> measure(const EvaluatedRun &run, Findings &findings, const Progress &progress) override;
    Result<store::EvaluationItems> items(const Findings &findings) const override;

private:
    std::vector<eval::GenerationItem> m_items;
};

} // namespace secateur::compute
