// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/compute/taskevaluation.h"
#include "core/eval/task.h"
#include "core/model/continuations.h"

namespace secateur::compute {

/// Multiple choice by log-likelihood, as lm-evaluation-harness does it: context and continuation are tokenised
/// together, blanks at the context's end belong to the continuation, and what is too long is cut at the left.
class ChoiceEvaluation : public TaskEvaluation
{
public:
    using TaskEvaluation::TaskEvaluation;

    Result<void> prepare(const std::shared_ptr<const tokenizer::Tokenizer> &tokenizer) override;
    Result<void> measure(const EvaluatedRun &run, Findings &findings, const Progress &progress) override;
    Result<store::EvaluationItems> items(const Findings &findings) const override;
    std::uint64_t tokens() const override { return m_tokens; }

private:
    struct Batch {
        std::size_t first = 0;
        std::size_t last = 0; ///< behind
        std::uint64_t tokens = 0;
    };

    [[nodiscard]] Result<model::ScoredSequence> encode(const tokenizer::Tokenizer &tokenizer,
                                                       const eval::ChoiceItem::Choice &choice) const;
    void makeBatches();
    [[nodiscard]] Result<void> checkMemory();
    [[nodiscard]] std::span<const model::ScoringItem> itemsOf(const Batch &batch) const;
    [[nodiscard]] bool isFound(const Findings &findings, std::size_t item) const;
    [[nodiscard]] Result<void> score(model::Decoder &decoder, const Batch &batch, Findings &findings) const;

    std::vector<eval::ChoiceItem> m_items;
    std::vector<model::ScoringItem> m_sequences; ///< one per item, one sequence per choice
    std::vector<Batch> m_batches;
    std::uint64_t m_tokens = 0;
    std::uint64_t m_longest = 0;
    bool m_keepWeights = false;
};

} // namespace secateur::compute
