// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/base/system.h"
#include "core/compute/batches.h"
#include "core/compute/jobs.h"
#include "core/engine/evaluate.h"
#include "core/engine/light.h"
#include "core/model/scoring.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::compute {

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char *taskVersion = "1";
/// Hidden states held at a time at most: enough that twelve domains go through the model together.
constexpr std::uint64_t mostPassBytes = std::uint64_t(4) << 30;

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

struct EvaluatedRun {
    std::string name; ///< "dense" or the run's
    std::string id;
};

/// Everything is known before the first pass, and then worked through pass by pass.
class Evaluation
{
public:
    Evaluation(const engine::EvaluateRequest &request, const RunContext &context)
        : m_request(request), m_context(context)
    {
    }

    Result<engine::EvaluateReport> run()
    {
        SECATEUR_CHECK(openStudy());
        SECATEUR_CHECK(chooseRuns());
        // Wrong names and files that are gone are told before the model's files are read to the end.
        SECATEUR_TRY(texts, engine::evaluationTexts(m_request, m_study.get(), m_notices, m_context));
        SECATEUR_CHECK(openModel());
        SECATEUR_CHECK(prepareTasks(std::move(texts)));
        SECATEUR_CHECK(plan());
        SECATEUR_CHECK(checkMemory());
        for (m_pass = 0; m_pass < m_passes.size(); ++m_pass)
            if (auto done = takePass(m_passes[m_pass]); !done)
                return tl::make_unexpected(withAdvice(std::move(done).error()));
        engine::EvaluateReport report;
        report.notices = std::move(m_notices);
        for (auto &entry : m_entries)
            report.results.push_back(std::move(entry));
        return report;
    }

private:
    Result<void> openStudy()
    {
        if (m_request.study) {
            SECATEUR_TRY(study, store::Study::open(*m_request.study, store::Study::Access::Write));
            m_study = std::move(study);
        } else if (!m_request.model) {
            return failure(ErrorCode::InvalidArgument, "name a study or a model");
        }
        return {};
    }

    Result<void> openModel()
    {
        if (m_study) {
            SECATEUR_TRY(model, engine::openStudyModel(*m_study, m_request.model, m_context));
            m_model = model;
            m_fingerprint = m_study->model().fingerprint();
            return {};
        }
        SECATEUR_TRY(model, architecture::ModelArchive::open(*m_request.model));
        m_model = model;
        return {};
    }

    Result<void> chooseRuns()
    {
        const auto add = [this](const std::string &name, const std::string &id) {
            if (std::ranges::find(m_runs, id, &EvaluatedRun::id) == m_runs.end())
                m_runs.push_back({name, id});
        };
        if (m_request.runs.empty() || !m_study)
            add(store::denseRun, store::denseRun);
        for (const auto &name : m_request.runs) {
            if (name == store::denseRun) {
                add(store::denseRun, store::denseRun);
                continue;
            }
            if (!m_study)
                return failure(ErrorCode::InvalidArgument, "a model alone has no run \"" + name + "\"; name a study");
            SECATEUR_TRY(run, m_study->find(name));
            add(run.recipe.name, run.id);
        }
        if (m_request.runs.empty() && m_study)
            for (const auto &run : m_study->runs())
                add(run.recipe.name, run.id);
        return {};
    }

    Result<void> prepareTasks(std::vector<engine::EvaluationTexts> texts)
    {
        SECATEUR_TRY(tokenizer, tokenizer::Tokenizer::forModel(m_model->path()));
        const auto positions = std::uint64_t(m_model->config().maxPositions);
        for (auto &task : texts) {
            Task prepared{std::move(task), {}, {}};
            prepared.texts.length = std::min(prepared.texts.length, positions);
            for (std::size_t item = 0; item < prepared.texts.texts.size(); ++item) {
                SECATEUR_CHECK(m_context.checkpoint());
                SECATEUR_TRY(ids, tokenizer->encode(prepared.texts.texts[item], prepared.texts.bos));
                ids.resize(std::min<std::size_t>(ids.size(), std::size_t(prepared.texts.length)));
                if (ids.size() < 2)
                    continue;
                prepared.sequences.push_back(std::move(ids));
                prepared.items.push_back(item);
            }
            if (prepared.sequences.empty())
                return failure(ErrorCode::BadInput,
                               prepared.texts.task + ": none of its texts has the 2 tokens that scoring needs");
            m_tasks.push_back(std::move(prepared));
        }
        return {};
    }

    [[nodiscard]] store::EvaluationRecipe recipeOf(const EvaluatedRun &run, const engine::EvaluationTexts &texts) const
    {
        store::EvaluationRecipe recipe;
        recipe.task = texts.task;
        recipe.taskVersion = taskVersion;
        recipe.protocol = texts.protocol;
        recipe.run = run.id;
        recipe.domain = texts.domain;
        recipe.modelFingerprint = m_fingerprint;
        recipe.files = texts.files;
        recipe.itemsSha256 = texts.sha256();
        recipe.bos = bosName(texts.bos);
        recipe.length = texts.length;
        recipe.limit = m_request.limit.value_or(texts.domain.empty() ? 0 : engine::defaultItems);
        recipe.seed = m_request.seed;
        recipe.compute = m_request.compute == engine::ComputeType::BF16 ? "bf16" : "f32";
        return recipe;
    }

    /// Entries of all pairs in the order of the report, and the passes that fill those which are not known yet.
    Result<void> plan()
    {
        for (std::size_t run = 0; run < m_runs.size(); ++run)
            for (std::size_t task = 0; task < m_tasks.size(); ++task) {
                engine::EvaluationEntry entry;
                entry.run = m_runs[run].name;
                entry.recipe = recipeOf(m_runs[run], m_tasks[task].texts);
                SECATEUR_CHECK(recall(entry));
                if (!entry.known) {
                    const auto items = m_tasks[task].texts.texts.size();
                    entry.items.counts = {{"index", m_tasks[task].texts.records},
                                          {"tokens", std::vector<std::uint64_t>(items)}};
                    entry.items.numbers = {{"nll", std::vector<double>(items)}};
                    addChunks(run, task);
                }
                m_entries.push_back(std::move(entry));
                m_seconds.push_back(0.0);
            }
        return {};
    }

    /// Fills the entry from the study, when a sound evaluation of this recipe is there.
    Result<void> recall(engine::EvaluationEntry &entry)
    {
        if (!m_study)
            return {};
        const std::string wanted = entry.recipe.fingerprint();
        for (const auto &found : m_study->evaluations()) {
            if (found.recipe.fingerprint() != wanted)
                continue;
            auto items = m_study->evaluationItems(found.id, m_context);
            if (!items && items.error().code == ErrorCode::Cancelled)
                return tl::make_unexpected(std::move(items).error());
            if (!items) {
                m_notices.push_back(items.error().detail + "; it is measured again");
                continue;
            }
            entry.items = std::move(*items);
            entry.metric = found.metrics.front();
            entry.known = true;
            return {};
        }
        return {};
    }

    void addChunks(std::size_t run, std::size_t task)
    {
        const std::uint64_t tokenBytes = std::uint64_t(m_model->config().hiddenSize) * sizeof(float);
        const std::uint64_t most = std::min(mostPassBytes, availableMemory() / 4) / tokenBytes;
        for (const Range &range : batchesOf(m_tasks[task].sequences, m_model->config())) {
            const Chunk chunk{task, range, tokensOf(slice(m_tasks[task].sequences, range))};
            if (m_passes.empty() || m_passes.back().run != run || m_passes.back().tokens + chunk.tokens > most)
                m_passes.push_back({run, {}, 0});
            m_passes.back().chunks.push_back(chunk);
            m_passes.back().tokens += chunk.tokens;
        }
    }

    [[nodiscard]] std::size_t longestSequence() const
    {
        std::size_t most = 2;
        for (const auto &task : m_tasks)
            most = std::max(most, longest(task.sequences));
        return most;
    }

    Result<void> checkMemory() const
    {
        std::uint64_t tokens = 0;
        for (const Pass &pass : m_passes)
            tokens = std::max(tokens, pass.tokens);
        if (tokens == 0)
            return {};
        const auto shape = scoringShape(tokens, longestSequence(), m_request.compute, m_request.threads);
        return requireMemory("evaluating", model::forecastPassBytes(m_model->config(), shape),
                             "take fewer texts (--limit) or fewer threads (--threads)");
    }

    Result<void> takePass(const Pass &pass)
    {
        if (!m_decoder || m_decoderRun != pass.run)
            SECATEUR_CHECK(openDecoder(pass.run));
        const auto start = Clock::now();
        Sequences sequences;
        std::vector<std::size_t> parts;
        for (const Chunk &chunk : pass.chunks) {
            const auto piece = slice(m_tasks[chunk.task].sequences, chunk.range);
            sequences.insert(sequences.end(), piece.begin(), piece.end());
            parts.push_back(piece.size());
        }
        SECATEUR_TRY(hidden, model::finalHidden(*m_decoder, sequences, progressOf(pass), parts));
        std::span<const float> rest(hidden);
        for (const Chunk &chunk : pass.chunks) {
            const auto floats = std::size_t(chunk.tokens) * std::size_t(m_model->config().hiddenSize);
            SECATEUR_CHECK(scoreChunk(pass.run, chunk, rest.first(floats)));
            rest = rest.subspan(floats);
        }
        share(pass, std::chrono::duration<double>(Clock::now() - start).count());
        return keepFinished(pass);
    }

    Result<void> openDecoder(std::size_t run)
    {
        model::MaskSource masks;
        if (m_runs[run].id != store::denseRun) {
            SECATEUR_TRY(source, masksFrom(*m_study, m_runs[run].id));
            masks = std::move(source);
        }
        m_decoder.reset();
        SECATEUR_TRY(decoder,
                     model::Decoder::create(m_model, std::int64_t(longestSequence()),
                                            {.threads = m_request.threads,
                                             .precision = precisionOf(m_request.compute),
                                             .masks = std::move(masks),
                                             .keepWeights = false}));
        m_decoder = std::move(decoder);
        m_decoderRun = run;
        return {};
    }

    /// Layers of this pass as layers of all passes.
    [[nodiscard]] RunContext progressOf(const Pass &pass) const
    {
        return {m_context.stopToken(), [this, &pass, start = Clock::now()](Progress progress) {
                    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
                    progress.tokensPerSecond =
                        double(pass.tokens) * double(progress.done) / double(progress.total) / std::max(seconds, 1e-9);
                    progress.stage = "evaluate";
                    progress.done += m_pass * progress.total;
                    progress.total *= m_passes.size();
                    m_context.report(progress);
                }};
    }

    [[nodiscard]] std::size_t entryOf(std::size_t run, std::size_t task) const { return run * m_tasks.size() + task; }

    Result<void> scoreChunk(std::size_t run, const Chunk &chunk, std::span<const float> hidden)
    {
        const RunContext silent(m_context.stopToken(), {});
        const Task &task = m_tasks[chunk.task];
        SECATEUR_TRY(scores, model::scoreHidden(*m_decoder, hidden, slice(task.sequences, chunk.range), silent));
        auto &items = m_entries[entryOf(run, chunk.task)].items;
        for (std::size_t i = 0; i < scores.size(); ++i) {
            const std::size_t item = task.items[chunk.range.first + i];
            items.numbers["nll"][item] = scores[i].nll;
            items.counts["tokens"][item] = std::uint64_t(scores[i].predicted);
        }
        return {};
    }

    /// Time of a pass, spread over its tasks by their tokens.
    void share(const Pass &pass, double seconds)
    {
        for (const Chunk &chunk : pass.chunks)
            m_seconds[entryOf(pass.run, chunk.task)] += seconds * double(chunk.tokens) / double(pass.tokens);
    }

    /// Stores the tasks whose last chunk was in this pass.
    Result<void> keepFinished(const Pass &pass)
    {
        for (const Chunk &chunk : pass.chunks) {
            const Task &task = m_tasks[chunk.task];
            if (chunk.range.second != task.sequences.size())
                continue;
            const std::size_t number = entryOf(pass.run, chunk.task);
            auto &entry = m_entries[number];
            entry.metric = engine::perplexityMetric(entry.items);
            if (!std::isfinite(entry.metric.value) || !std::isfinite(entry.metric.high))
                return failure(ErrorCode::BadInput,
                               entry.run + ", " + entry.recipe.task
                                   + ": the losses are not finite numbers, so the model's weights are damaged");
            ++m_finished;
            if (!m_study)
                continue;
            SECATEUR_CHECK(m_study->addEvaluation(entry.recipe,
                                                  {.metrics = {entry.metric},
                                                   .items = entry.items,
                                                   .tokens = tokensOf(task.sequences),
                                                   .seconds = m_seconds[number],
                                                   .threads = m_request.threads,
                                                   .versions = programVersions()}));
        }
        return {};
    }

    [[nodiscard]] Error withAdvice(Error error) const
    {
        if (error.code == ErrorCode::Cancelled && m_study)
            error.detail = "cancelled; " + std::to_string(m_finished)
                + " new measurements are kept: run the same command again to go on";
        return error;
    }

    const engine::EvaluateRequest &m_request;
    const RunContext &m_context;
    std::unique_ptr<store::Study> m_study;
    std::shared_ptr<const architecture::ModelArchive> m_model;
    std::string m_fingerprint;
    std::vector<EvaluatedRun> m_runs;
    std::vector<Task> m_tasks;
    std::vector<engine::EvaluationEntry> m_entries; ///< runs by tasks
    std::vector<double> m_seconds; ///< of each entry
    std::vector<Pass> m_passes;
    std::size_t m_pass = 0;
    std::size_t m_finished = 0;
    std::unique_ptr<model::Decoder> m_decoder;
    std::size_t m_decoderRun = 0;
    std::vector<std::string> m_notices;
};

} // namespace

Result<engine::EvaluateReport> evaluateJob(const engine::EvaluateRequest &request, const RunContext &context)
{
    return Evaluation(request, context).run();
}

} // namespace secateur::compute
