// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/compute/evaluationsession.h"
#include "core/engine/evaluate.h"
#include "core/store/evaluationjournal.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::compute {

/// What is known of the samples of one evaluation: in the study's journal, or, for a model alone, in memory. Takes the
/// time from when it is made.
class Findings
{
public:
    using Found = store::EvaluationJournal::Found;

    explicit Findings(std::unique_ptr<store::EvaluationJournal> journal) : m_journal(std::move(journal)) { }

    [[nodiscard]] const Found &found() const { return m_journal ? m_journal->found() : m_memory; }
    /// Whether a sample is there and has this field, which is a text.
    [[nodiscard]] bool has(std::uint64_t item, std::uint64_t sample, const char *field) const;
    [[nodiscard]] Result<void> add(std::span<const store::JournalEntry> entries);
    /// Of work on this evaluation until now, those of earlier sessions included.
    [[nodiscard]] double seconds() const;
    /// The evaluation is kept; the journal is not needed any more.
    [[nodiscard]] Result<void> discard();

private:
    using Clock = std::chrono::steady_clock;
    [[nodiscard]] double sinceAdded() const
    {
        return std::chrono::duration<double>(Clock::now() - m_added).count();
    }

    std::unique_ptr<store::EvaluationJournal> m_journal;
    Found m_memory;
    double m_spent = 0.0; ///< without a journal, until m_added
    Clock::time_point m_added = Clock::now(); ///< when entries were added last
};

/// One task with its items, as a model sees them; measured for one run after the other.
class TaskEvaluation
{
public:
    explicit TaskEvaluation(EvaluationSession &session, const engine::RequestedTask &task)
        : m_session(session), m_task(task)
    {
    }
    virtual ~TaskEvaluation() = default;
    TaskEvaluation(const TaskEvaluation &) = delete;
    TaskEvaluation &operator=(const TaskEvaluation &) = delete;

    /// Reads and tokenises the items, and forecasts memory. BadInput names file and record.
    [[nodiscard]] virtual Result<void> prepare(const std::shared_ptr<const tokenizer::Tokenizer> &tokenizer) = 0;
    /// Measures what `findings` do not have yet, adding it there. `progress` takes parts done of parts in all.
    using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;
    [[nodiscard]] virtual Result<void> measure(const EvaluatedRun &run, Findings &findings,
                                               const Progress &progress) = 0;
    /// The columns, when everything was measured.
    [[nodiscard]] virtual Result<store::EvaluationItems> items(const Findings &findings) const = 0;
    /// Tokens of one run that go through the model, as far as they are known.
    [[nodiscard]] virtual std::uint64_t tokens() const = 0;
    /// As the task says, unless the items tell more.
    [[nodiscard]] virtual std::string protocol() const { return info().protocol; }
    /// Tools besides the model's that the numbers depend on.
    [[nodiscard]] virtual std::map<std::string, std::string> versions() const { return {}; }

    [[nodiscard]] store::EvaluationRecipe recipeOf(const EvaluatedRun &run) const;
    [[nodiscard]] const eval::TaskInfo &info() const { return m_task.task->info(); }

protected:
    [[nodiscard]] EvaluationSession &session() const { return m_session; }
    /// As asked for; the paper's code adds none to multiple choice.
    [[nodiscard]] BosPolicy bos() const;
    [[nodiscard]] const eval::Task &task() const { return *m_task.task; }
    /// The file's records; from now on the recipe tells which.
    [[nodiscard]] Result<std::vector<data::Record>> readItems();
    [[nodiscard]] const std::filesystem::path &itemsFile() const { return m_task.items; }
    [[nodiscard]] std::map<std::string, std::string> &settings() { return m_settings; }

private:
    EvaluationSession &m_session;
    engine::RequestedTask m_task;
    data::Provenance::File m_file;
    std::string m_itemsSha256;
    std::map<std::string, std::string> m_settings;
};

/// By the task's kind.
[[nodiscard]] Result<std::unique_ptr<TaskEvaluation>> makeTaskEvaluation(EvaluationSession &session,
                                                                         const engine::RequestedTask &task);

} // namespace secateur::compute
