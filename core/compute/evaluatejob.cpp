// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <set>

#include "core/compute/evaluationsession.h"
#include "core/compute/jobs.h"
#include "core/compute/perplexityevaluation.h"
#include "core/compute/taskevaluation.h"
#include "core/engine/evaluate.h"
#include "core/engine/itemstatistics.h"
#include "core/model/producttime.h"

namespace secateur::compute {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Everything is known before the first forward pass, and then worked through: perplexity first, then task by task.
class Evaluation
{
public:
    Evaluation(const engine::EvaluateRequest &request, const RunContext &context)
        : m_context(context), m_session(request, context), m_perplexity(m_session)
    {
    }

    Result<engine::EvaluateReport> run()
    {
        const auto start = Clock::now();
        SECATEUR_CHECK(prepare());
        const auto prepared = Clock::now();
        const double products = model::productSeconds();
        if (auto done = measure(); !done)
            return tl::make_unexpected(withAdvice(std::move(done).error()));
        m_times.total = secondsSince(start);
        m_times.measure = secondsSince(prepared);
        m_times.gemm = (model::productSeconds() - products) / double(std::max(m_session.request().threads, 1));
        return report();
    }

private:
    Result<void> prepare()
    {
        // Wrong names and files that are gone are told before the model's files are read to the end.
        SECATEUR_TRY(tasks, engine::requestedTasks(m_session.request()));
        SECATEUR_CHECK(m_session.openStudy());
        SECATEUR_TRY(texts, textsOf(tasks));
        SECATEUR_CHECK(m_session.openModel());
        if (!texts.empty())
            SECATEUR_CHECK(m_perplexity.prepare(std::move(texts)));
        SECATEUR_TRY(tokenizer, tokenizer::Tokenizer::forModel(m_session.model().path()));
        for (const auto &task : tasks.others) {
            if (task.task->info().kind == eval::TaskKind::Windows)
                continue;
            SECATEUR_TRY(made, makeTaskEvaluation(m_session, task));
            SECATEUR_CHECK(made->prepare(tokenizer));
            m_tasks.push_back(std::move(made));
        }
        return {};
    }

    Result<std::vector<engine::EvaluationTexts>> textsOf(const engine::RequestedTasks &tasks)
    {
        std::vector<engine::EvaluationTexts> texts;
        if (!tasks.perplexity.empty()) {
            engine::EvaluateRequest request = m_session.request();
            request.tasks = tasks.perplexity;
            SECATEUR_TRY(found, engine::evaluationTexts(request, m_session.study(), m_session.notices(), m_context));
            texts = std::move(found);
        }
        for (const auto &task : tasks.others)
            if (task.task->info().kind == eval::TaskKind::Windows) {
                SECATEUR_TRY(windows, engine::windowTexts(m_session.request(), task, m_context));
                texts.push_back(std::move(windows));
            }
        return texts;
    }

    Result<void> measure()
    {
        SECATEUR_CHECK(m_perplexity.run());
        for (const auto &run : m_session.runs())
            for (const auto &task : m_tasks)
                SECATEUR_CHECK(measureTask(run, *task));
        return {};
    }

    Result<void> measureTask(const EvaluatedRun &run, TaskEvaluation &task)
    {
        engine::EvaluationEntry entry;
        entry.run = run.name;
        entry.recipe = task.recipeOf(run);
        SECATEUR_CHECK(m_session.recall(entry));
        std::unique_ptr<store::EvaluationJournal> journal;
        if (m_session.study()) {
            SECATEUR_TRY(opened, m_session.study()->journal(entry.recipe));
            journal = std::move(opened);
        }
        Findings findings(std::move(journal));
        if (!entry.known) {
            SECATEUR_CHECK(task.measure(run, findings, progressOf(task)));
            SECATEUR_TRY(items, task.items(findings));
            entry.items = std::move(items);
            SECATEUR_CHECK(keep(entry, task, findings.seconds()));
        }
        if (!isPart(entry))
            SECATEUR_CHECK(findings.discard());
        ++m_measured;
        m_entries.push_back(std::move(entry));
        return {};
    }

    /// Programs that were not judged, or not all: what is known stays in the journal, and no number is made of it.
    [[nodiscard]] static bool isPart(const engine::EvaluationEntry &entry)
    {
        const auto scored = entry.items.counts.find("scored");
        return scored != entry.items.counts.end() && std::ranges::find(scored->second, 0U) != scored->second.end();
    }

    Result<void> keep(engine::EvaluationEntry &entry, const TaskEvaluation &task, double seconds)
    {
        if (!isPart(entry))
            return m_session.keep(entry, task.tokens(), seconds, task.versions());
        const auto &scored = entry.items.counts.at("scored");
        const auto missing = std::ranges::count(scored, 0U);
        if (!m_session.request().generationsOnly) {
            entry.metrics = engine::metricsOf(entry.items);
            m_session.notices().push_back(entry.run + ", " + entry.recipe.task + ": " + std::to_string(missing) + " of "
                                          + std::to_string(scored.size())
                                          + " programs could not be judged (see --details), so this is no result"
                                          + (m_session.study() ? "; run the command again to judge them" : ""));
        }
        return {};
    }

    /// Each task of each run is an equal part; perplexities, which come first, count for themselves.
    [[nodiscard]] TaskEvaluation::Progress progressOf(const TaskEvaluation &task) const
    {
        return [this, tokens = task.tokens(), start = Clock::now()](std::uint64_t done, std::uint64_t total) {
            constexpr std::uint64_t parts = 1000;
            const double seconds = secondsSince(start);
            const double share = double(done) / double(std::max<std::uint64_t>(total, 1));
            m_context.report({.stage = "evaluate",
                              .done = m_measured * parts + std::uint64_t(share * double(parts)),
                              .total = m_session.runs().size() * m_tasks.size() * parts,
                              .unit = "parts",
                              .tokensPerSecond = share * double(tokens) / std::max(seconds, 1e-9)});
        };
    }

    /// Of dense, on what was measured of the runs, as far as the study has it and it was not asked for now.
    Result<std::vector<engine::EvaluationEntry>> denseBefore(const engine::EvaluateReport &report)
    {
        std::vector<engine::EvaluationEntry> found;
        std::set<std::string> conditions;
        for (const auto &entry : report.results)
            if (entry.recipe.run == store::denseRun)
                conditions.insert(entry.recipe.conditions());
        for (const auto &entry : report.results) {
            if (!conditions.insert(entry.recipe.conditions()).second)
                continue;
            engine::EvaluationEntry dense;
            dense.run = store::denseRun;
            dense.recipe = entry.recipe;
            dense.recipe.run = store::denseRun;
            SECATEUR_CHECK(m_session.recall(dense));
            if (dense.known)
                found.push_back(std::move(dense));
        }
        return found;
    }

    /// By run: its perplexities, then its tasks.
    Result<engine::EvaluateReport> report()
    {
        engine::EvaluateReport report;
        report.times = m_times;
        auto losses = m_perplexity.takeEntries();
        for (std::size_t run = 0; run < m_session.runs().size(); ++run) {
            const auto take = [run, &report](std::vector<engine::EvaluationEntry> &from, std::size_t each) {
                for (std::size_t i = 0; i < each; ++i)
                    report.results.push_back(std::move(from[run * each + i]));
            };
            take(losses, m_perplexity.tasks());
            take(m_entries, m_tasks.size());
        }
        SECATEUR_TRY(dense, denseBefore(report));
        engine::compareEntries(report, dense);
        report.notices = std::move(m_session.notices());
        return report;
    }

    [[nodiscard]] Error withAdvice(Error error) const
    {
        if (error.code == ErrorCode::Cancelled && m_session.study())
            error.detail = "cancelled; " + std::to_string(m_session.kept())
                + " new measurements are kept, and of the task at work (but for perplexity) every finished item: run "
                  "the same "
                  "command again to go on";
        return error;
    }

    const RunContext &m_context;
    EvaluationSession m_session;
    PerplexityEvaluation m_perplexity;
    std::vector<std::unique_ptr<TaskEvaluation>> m_tasks;
    std::vector<engine::EvaluationEntry> m_entries; ///< runs by tasks
    std::size_t m_measured = 0;
    engine::EvaluationTimes m_times;
};

} // namespace

Result<engine::EvaluateReport> evaluateJob(const engine::EvaluateRequest &request, const RunContext &context)
{
    return Evaluation(request, context).run();
}

} // namespace secateur::compute
