// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/compute/batches.h"
#include "core/compute/evaluationsession.h"
#include "core/engine/evaluate.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::compute {

/// Perplexity of texts. All tasks of a run go through the model together, so that its weights are read once.
class PerplexityEvaluation
{
public:
    explicit PerplexityEvaluation(EvaluationSession &session) : m_session(session) { }

    /// Tokenises the texts and forecasts memory, before the first pass. BadInput, OutOfMemory.
    [[nodiscard]] Result<void> prepare(std::vector<engine::EvaluationTexts> texts);
    /// Measures what is not known yet, and keeps each task as soon as it is complete. Reports layers.
    [[nodiscard]] Result<void> run();
    /// By run, then by task.
    [[nodiscard]] std::vector<engine::EvaluationEntry> takeEntries() { return std::move(m_entries); }
    [[nodiscard]] std::size_t tasks() const { return m_tasks.size(); }

private:
    /// A task's texts as the model sees them.
    struct Task {
        engine::EvaluationTexts texts;
        Sequences sequences; ///< of the items that can be scored
        std::vector<std::size_t> items; ///< their numbers
    };
    /// A piece of a task that is small enough for memory; always cut at the same places.
    struct Chunk {
        std::size_t task = 0;
        Range range;
        std::uint64_t tokens = 0;
    };
    /// Chunks that go through the model together.
    struct Pass {
        std::size_t run = 0;
        std::vector<Chunk> chunks;
        std::uint64_t tokens = 0;
    };

    [[nodiscard]] Result<void> cutTexts(const tokenizer::Tokenizer &tokenizer, Task &task) const;
    [[nodiscard]] Result<void> cutWindows(const tokenizer::Tokenizer &tokenizer, Task &task) const;
    [[nodiscard]] Result<void> plan();
    [[nodiscard]] store::EvaluationRecipe recipeOf(const EvaluatedRun &run, const engine::EvaluationTexts &texts) const;
    void addChunks(std::size_t run, std::size_t task);
    [[nodiscard]] std::size_t longestSequence() const;
    [[nodiscard]] Result<void> checkMemory() const;
    [[nodiscard]] Result<void> takePass(const Pass &pass);
    [[nodiscard]] Result<void> openDecoder(std::size_t run);
    [[nodiscard]] RunContext progressOf(const Pass &pass) const;
    [[nodiscard]] std::size_t entryOf(std::size_t run, std::size_t task) const { return run * m_tasks.size() + task; }
    [[nodiscard]] Result<void> scoreChunk(std::size_t run, const Chunk &chunk, std::span<const float> hidden);
    void share(const Pass &pass, double seconds);
    [[nodiscard]] Result<void> keepFinished(const Pass &pass);

    EvaluationSession &m_session;
    std::uint64_t m_positions = 0; ///< of the model
    std::vector<Task> m_tasks;
    std::vector<engine::EvaluationEntry> m_entries; ///< runs by tasks
    std::vector<double> m_seconds; ///< of each entry
    std::vector<Pass> m_passes;
    std::size_t m_pass = 0;
    std::unique_ptr<model::Decoder> m_decoder;
    std::size_t m_decoderRun = 0;
};

} // namespace secateur::compute
