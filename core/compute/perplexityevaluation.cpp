// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compute/perplexityevaluation.h"

#include <algorithm>
#include <chrono>

#include "core/base/system.h"
#include "core/chat/conversation.h"
#include "core/compute/jobs.h"
#include "core/data/recordtext.h"
#include "core/model/scoring.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::compute {

namespace {

/// The ids of one text; what a chat template wrote may begin with BOS itself.
Result<std::vector<model::TokenId>> idsOf(const tokenizer::Tokenizer &tokenizer, const engine::EvaluationTexts &texts,
                                          std::size_t item)
{
    if (texts.files.empty() || !data::isChatText(texts.files.front().fieldTemplate))
        return tokenizer.encode(texts.texts[item], texts.bos);
    SECATEUR_TRY(encoded, chat::encodeChat(tokenizer, texts.texts[item], texts.bos));
    return std::move(encoded.ids);
}

using Clock = std::chrono::steady_clock;

/// Hidden states held at a time at most: enough that twelve domains go through the model together.
constexpr std::uint64_t mostPassBytes = std::uint64_t(4) << 30;

} // namespace

Result<void> PerplexityEvaluation::prepare(std::vector<engine::EvaluationTexts> texts)
{
    SECATEUR_TRY(tokenizer, tokenizer::Tokenizer::forModel(m_session.model().path()));
    m_positions = std::uint64_t(m_session.model().config().maxPositions);
    for (auto &task : texts) {
        Task prepared{std::move(task), {}, {}};
        prepared.texts.length = std::min(prepared.texts.length, m_positions);
        if (prepared.texts.windows) { // part of the name, because numbers of other lengths look alike and are not
            const bool each = prepared.texts.bos == BosPolicy::Always;
            prepared.texts.length -= each && prepared.texts.length == m_positions ? 1 : 0;
            prepared.texts.protocol += "-" + std::to_string(prepared.texts.length) + (each ? "-bos" : "");
        }
        SECATEUR_CHECK(prepared.texts.windows ? cutWindows(*tokenizer, prepared) : cutTexts(*tokenizer, prepared));
        if (prepared.sequences.empty())
            return failure(ErrorCode::BadInput,
                           prepared.texts.task + ": none of its texts has the 2 tokens that scoring needs");
        m_tasks.push_back(std::move(prepared));
    }
    SECATEUR_CHECK(plan());
    return checkMemory();
}

/// Every text by itself.
Result<void> PerplexityEvaluation::cutTexts(const tokenizer::Tokenizer &tokenizer, Task &task) const
{
    for (std::size_t item = 0; item < task.texts.texts.size(); ++item) {
        SECATEUR_CHECK(m_session.context().checkpoint());
        SECATEUR_TRY(ids, idsOf(tokenizer, task.texts, item));
        ids.resize(std::min<std::size_t>(ids.size(), std::size_t(task.texts.length)));
        if (ids.size() < 2)
            continue;
        task.sequences.push_back(std::move(ids));
        task.items.push_back(item);
    }
    return {};
}

/// The one text as windows of equal length, the tail dropped; a BOS of their own stands in front of them only where the
/// policy says always.
Result<void> PerplexityEvaluation::cutWindows(const tokenizer::Tokenizer &tokenizer, Task &task) const
{
    const bool each = task.texts.bos == BosPolicy::Always;
    if (each && !tokenizer.bosId())
        return failure(ErrorCode::InvalidArgument,
                       task.texts.task + ": this model has no BOS token to put in front of every window");
    SECATEUR_TRY(ids, tokenizer.encode(task.texts.texts.front(), each ? BosPolicy::Never : task.texts.bos));
    const auto length = std::size_t(task.texts.length);
    const std::size_t windows =
        std::min<std::size_t>(ids.size() / length, m_session.request().limit.value_or(SIZE_MAX));
    task.texts.records.clear();
    for (std::size_t window = 0; window < windows; ++window) {
        const auto first = ids.begin() + std::ptrdiff_t(window * length);
        std::vector<model::TokenId> sequence(each ? 1 : 0, tokenizer.bosId().value_or(0));
        sequence.insert(sequence.end(), first, first + std::ptrdiff_t(length));
        task.sequences.push_back(std::move(sequence));
        task.items.push_back(window);
        task.texts.records.push_back(window);
    }
    return {};
}

Result<void> PerplexityEvaluation::run()
{
    for (m_pass = 0; m_pass < m_passes.size(); ++m_pass)
        SECATEUR_CHECK(takePass(m_passes[m_pass]));
    m_decoder.reset(); // other tasks need its memory
    return {};
}

store::EvaluationRecipe PerplexityEvaluation::recipeOf(const EvaluatedRun &run,
                                                       const engine::EvaluationTexts &texts) const
{
    store::EvaluationRecipe recipe = m_session.recipeOf(run);
    recipe.task = texts.task;
    recipe.taskVersion = texts.version;
    recipe.protocol = texts.protocol;
    recipe.domain = texts.domain;
    recipe.files = texts.files;
    recipe.itemsSha256 = texts.sha256();
    recipe.bos = bosName(texts.bos);
    recipe.length = texts.length;
    recipe.limit = m_session.request().limit.value_or(texts.limit);
    if (texts.windows && m_session.request().limit) // of which windows is not told by the text
        recipe.settings["windows"] = std::to_string(*m_session.request().limit);
    return recipe;
}

/// Entries of all pairs in the order of the report, and the passes that fill those which are not known yet.
Result<void> PerplexityEvaluation::plan()
{
    for (std::size_t run = 0; run < m_session.runs().size(); ++run)
        for (std::size_t task = 0; task < m_tasks.size(); ++task) {
            engine::EvaluationEntry entry;
            entry.run = m_session.runs()[run].name;
            entry.recipe = recipeOf(m_session.runs()[run], m_tasks[task].texts);
            SECATEUR_CHECK(m_session.recall(entry));
            if (!entry.known) {
                const auto items = m_tasks[task].texts.records.size();
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

void PerplexityEvaluation::addChunks(std::size_t run, std::size_t task)
{
    const std::uint64_t tokenBytes = std::uint64_t(m_session.model().config().hiddenSize) * sizeof(float);
    const std::uint64_t most = std::min(mostPassBytes, availableMemory() / 4) / tokenBytes;
    for (const Range &range : batchesOf(m_tasks[task].sequences, m_session.model().config())) {
        const Chunk chunk{task, range, tokensOf(slice(m_tasks[task].sequences, range))};
        if (m_passes.empty() || m_passes.back().run != run || m_passes.back().tokens + chunk.tokens > most)
            m_passes.push_back({run, {}, 0});
        m_passes.back().chunks.push_back(chunk);
        m_passes.back().tokens += chunk.tokens;
    }
}

std::size_t PerplexityEvaluation::longestSequence() const
{
    std::size_t most = 2;
    for (const auto &task : m_tasks)
        most = std::max(most, longest(task.sequences));
    return most;
}

Result<void> PerplexityEvaluation::checkMemory() const
{
    std::uint64_t tokens = 0;
    for (const Pass &pass : m_passes)
        tokens = std::max(tokens, pass.tokens);
    if (tokens == 0)
        return {};
    const auto shape =
        scoringShape(tokens, longestSequence(), m_session.request().compute, m_session.request().threads);
    return requireMemory("evaluating", model::forecastPassBytes(m_session.model().config(), shape),
                         "take fewer texts (--limit) or fewer threads (--threads)");
}

/// All of a run's tasks share a decoder.
Result<void> PerplexityEvaluation::openDecoder(std::size_t run)
{
    m_decoder.reset();
    SECATEUR_TRY(decoder, m_session.decoder(m_session.runs()[run], std::int64_t(longestSequence()), false));
    m_decoder = std::move(decoder);
    m_decoderRun = run;
    return {};
}

Result<void> PerplexityEvaluation::takePass(const Pass &pass)
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
        const auto floats = std::size_t(chunk.tokens) * std::size_t(m_session.model().config().hiddenSize);
        SECATEUR_CHECK(scoreChunk(pass.run, chunk, rest.first(floats)));
        rest = rest.subspan(floats);
    }
    share(pass, std::chrono::duration<double>(Clock::now() - start).count());
    return keepFinished(pass);
}

/// Layers of this pass as layers of all passes.
RunContext PerplexityEvaluation::progressOf(const Pass &pass) const
{
    return {m_session.context().stopToken(), [this, &pass, start = Clock::now()](Progress progress) {
                const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
                progress.tokensPerSecond =
                    double(pass.tokens) * double(progress.done) / double(progress.total) / std::max(seconds, 1e-9);
                progress.stage = "evaluate";
                progress.done += m_pass * progress.total;
                progress.total *= m_passes.size();
                m_session.context().report(progress);
            }};
}

Result<void> PerplexityEvaluation::scoreChunk(std::size_t run, const Chunk &chunk, std::span<const float> hidden)
{
    const RunContext silent(m_session.context().stopToken(), {});
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
void PerplexityEvaluation::share(const Pass &pass, double seconds)
{
    for (const Chunk &chunk : pass.chunks)
        m_seconds[entryOf(pass.run, chunk.task)] += seconds * double(chunk.tokens) / double(pass.tokens);
}

/// Stores the tasks whose last chunk was in this pass.
Result<void> PerplexityEvaluation::keepFinished(const Pass &pass)
{
    for (const Chunk &chunk : pass.chunks) {
        const Task &task = m_tasks[chunk.task];
        if (chunk.range.second != task.sequences.size())
            continue;
        const std::size_t number = entryOf(pass.run, chunk.task);
        SECATEUR_CHECK(m_session.keep(m_entries[number], tokensOf(task.sequences), m_seconds[number]));
    }
    return {};
}

} // namespace secateur::compute
