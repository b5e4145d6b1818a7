// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/eval/code/codeproblem.h"

/// What is asked of a model, and what its answers are worth, without the model itself.
namespace secateur::eval {

enum class TaskKind {
    Choice, ///< which of some continuations the model finds likeliest
    Generation, ///< the model writes, and what it wrote is scored
    Code, ///< the model writes a program, which is run against tests
    Windows, ///< perplexity of a text in windows of one length
};

/// What a task is and how its numbers have to be named.
struct TaskInfo {
    std::string name; ///< "arc_easy"
    std::string title; ///< "ARC-Easy"
    TaskKind kind = TaskKind::Choice;
    std::string domain; ///< the paper's domain that it measures: "csr", "math", "translation", "python", …
    std::string protocol; ///< "lm-eval-zero-shot": prompt, scoring and metrics, as a result has to name them
    std::string version; ///< of the task here; counts up when numbers change
    std::string items; ///< which file it takes, for people: "ARC's test split (ARC-Easy-Test.jsonl)"
};

/// One question whose answers are scored by their log-likelihood.
struct ChoiceItem {
    struct Choice {
        std::string context;
        std::string continuation; ///< scored behind the context
        std::uint64_t characters = 0; ///< by which acc_norm divides
    };
    std::vector<Choice> choices; ///< at least two
    std::size_t gold = 0; ///< number of the right one
};

/// One request for text.
struct GenerationItem {
    std::string prefix; ///< beginning of the prompt that all items of the task share (demonstrations); may be empty
    std::string prompt; ///< what follows it
    std::string reference; ///< the right answer as the file has it
};

/// How a task generates.
struct GenerationSettings {
    std::vector<std::string> stops; ///< text ends in front of the first of them
    std::uint64_t maxNewTokens = 256;
    double temperature = 0.0; ///< 0: greedy
    double topP = 1.0;
    std::uint64_t topK = 0; ///< sample from this many of the likeliest tokens; 0: all
    std::uint64_t samples = 1; ///< per item
};

/// What one output is worth, by metric, and what was taken out of it for that, for people.
struct OutputScore {
    std::map<std::string, bool> correct; ///< right or wrong: "exact_match_strict"
    std::map<std::string, double> scores; ///< in between: "meteor"
    std::map<std::string, double> best; ///< likewise, but of an item's samples the best counts; gives "meteor_best"
    std::string extracted;
    /// Sums from which a metric of the whole corpus is made ("bleu", "chrf"), by name; empty for most tasks.
    std::map<std::string, std::vector<std::uint64_t>> statistics;
};

/// The common part of all tasks. Immutable; usable from several threads.
class Task
{
public:
    explicit Task(TaskInfo info) : m_info(std::move(info)) { }
    virtual ~Task() = default;
    Task(const Task &) = delete;
    Task &operator=(const Task &) = delete;
    [[nodiscard]] const TaskInfo &info() const { return m_info; }

private:
    TaskInfo m_info;
};

class ChoiceTask : public Task
{
public:
    using Task::Task;
    /// BadInput names the record and what it lacks.
    [[nodiscard]] virtual Result<ChoiceItem> item(const data::Record &record) const = 0;
};

class GenerationTask : public Task
{
public:
    using Task::Task;
    [[nodiscard]] virtual GenerationSettings settings() const = 0;
    /// `number` is the record's place in its file. BadInput names the record and what it lacks.
    [[nodiscard]] virtual Result<GenerationItem> item(const data::Record &record, std::uint64_t number) const = 0;
    [[nodiscard]] virtual Result<OutputScore> score(const GenerationItem &item, const std::string &output) const = 0;
    /// How metrics are computed exactly, by metric; none where the name says it all.
    [[nodiscard]] virtual std::map<std::string, std::string> labels() const { return {}; }
};

/// Problems in one programming language; they are read, and their programs made, by eval/code.
class CodeTask : public Task
{
public:
    CodeTask(TaskInfo info, GenerationSettings settings, sandbox::Language language, CodePreset preset)
        : Task(std::move(info)), m_settings(std::move(settings)), m_language(language), m_preset(preset)
    {
    }
    [[nodiscard]] const GenerationSettings &settings() const { return m_settings; } ///< stops are each problem's own
    [[nodiscard]] sandbox::Language language() const { return m_language; }
    [[nodiscard]] CodePreset preset() const { return m_preset; }

private:
    GenerationSettings m_settings;
    sandbox::Language m_language;
    CodePreset m_preset;
};

/// Text in windows, tokenised once (Wanda's lib/eval.py).
class WindowsTask : public Task
{
public:
    WindowsTask(TaskInfo info, data::FieldTemplate text, std::string joint)
        : Task(std::move(info)), m_text(std::move(text)), m_joint(std::move(joint))
    {
    }
    /// BadInput names the record and what it lacks.
    [[nodiscard]] Result<std::string> text(const data::Record &record) const { return m_text.render(record); }
    [[nodiscard]] const std::string &joint() const { return m_joint; } ///< between two records

private:
    data::FieldTemplate m_text;
    std::string m_joint;
};

} // namespace secateur::eval
