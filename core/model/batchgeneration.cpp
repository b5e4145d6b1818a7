// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/batchgeneration.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/model/kernels.h"
#include "core/model/promptcache.h"
#include "core/model/rowwise.h"

namespace secateur::model {

namespace {

/// Tokens of prompts that are read in one pass, besides one of each sequence that is being continued.
constexpr std::int64_t readAtOnce = 512;

/// The shared part ends before the last id, so that every prompt has a stretch of its own.
std::int64_t sharedOf(const BatchPrompt &prompt)
{
    return std::max<std::int64_t>(0, std::min(prompt.sharedPrefix, std::int64_t(prompt.ids.size()) - 1));
}

std::int64_t limitOf(const BatchPrompt &prompt, std::int64_t positions)
{
    return std::max<std::int64_t>(0, std::min(prompt.maxNewTokens, positions - std::int64_t(prompt.ids.size())));
}

Result<void> check(std::span<const BatchPrompt> prompts, std::int64_t positions)
{
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        const auto size = std::int64_t(prompts[i].ids.size());
        const std::string place = prompts.size() == 1 ? "the prompt" : "prompt " + std::to_string(i);
        if (size == 0)
            return failure(ErrorCode::InvalidArgument, place + " has no tokens; give a text, or --bos always");
        if (size >= positions)
            return failure(ErrorCode::InvalidArgument,
                           place + " has " + std::to_string(size) + " tokens, which leaves none of "
                               + std::to_string(positions) + " positions to continue it; give a shorter one");
        SECATEUR_CHECK(Sampler::create(prompts[i].sampling));
    }
    return {};
}

/// A prompt before its turn: the stretch to read, which equal prompts share.
struct Waiting {
    std::size_t prompt = 0;
    std::shared_ptr<PromptCache> cache;
};

struct LessIds {
    bool operator()(std::span<const TokenId> a, std::span<const TokenId> b) const
    {
        return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
    }
};

/// All prompts in the order in which they begin: equal ones, and then those with equal prefixes, follow the first of
/// their kind. A stretch is then in memory only while its prompts pass by.
std::vector<Waiting> queueOf(std::span<const BatchPrompt> prompts)
{
    using Stretches = std::map<std::span<const TokenId>, std::pair<std::size_t, std::shared_ptr<PromptCache>>, LessIds>;
    struct Place {
        std::size_t prefix;
        std::size_t stretch;
        Waiting waiting;
    };
    Stretches prefixes;
    std::map<std::size_t, Stretches> behind;
    std::vector<Place> places;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        const std::span<const TokenId> ids = prompts[i].ids;
        const auto shared = std::size_t(sharedOf(prompts[i]));
        auto &[prefix, front] = prefixes.try_emplace(ids.first(shared), i, nullptr).first->second;
        if (!front && shared > 0) {
            front = std::make_shared<PromptCache>();
            front->ids = ids.first(shared);
        }
        auto &[stretch, cache] = behind[prefix].try_emplace(ids.subspan(shared), i, nullptr).first->second;
        if (!cache) {
            cache = std::make_shared<PromptCache>();
            cache->before = front;
            cache->ids = ids.subspan(shared);
        }
        places.push_back({prefix, stretch, {i, cache}});
    }
    std::stable_sort(places.begin(), places.end(), [](const Place &a, const Place &b) {
        return std::pair(a.prefix, a.stretch) < std::pair(b.prefix, b.stretch);
    });
    std::vector<Waiting> queue;
    for (auto &place : places)
        queue.push_back(std::move(place.waiting));
    return queue;
}

/// A prompt that is being continued.
struct Active {
    std::size_t prompt;
    std::shared_ptr<PromptCache> cache; ///< of the prompt
    PromptCache grown; ///< behind it: what was generated
    std::int64_t limit;
    Sampler sampler;
    std::int64_t given = 0;
    std::optional<TokenId> next = {}; ///< generated, but not yet through the model
    TokenId drawn = 0;
};

/// Some tokens that go through the model in the next pass, behind those in `cache`.
struct Run {
    PromptCache *cache;
    std::vector<TokenId> ids;
};

class Batch
{
public:
    Batch(Decoder &decoder, std::span<const BatchPrompt> prompts, std::size_t atOnce, const OnToken &onToken,
          const OnDone &onDone, const RunContext &context)
        : m_decoder(decoder), m_config(decoder.config()), m_prompts(prompts),
          m_atOnce(std::clamp<std::size_t>(atOnce, 1, std::max<std::size_t>(prompts.size(), 1))), m_onToken(onToken),
          m_onDone(onDone), m_context(context), m_queue(queueOf(prompts))
    {
        for (const auto &prompt : prompts)
            m_most += std::uint64_t(limitOf(prompt, decoder.positions()));
    }

    Result<BatchReport> run()
    {
        for (;;) {
            SECATEUR_CHECK(fill());
            if (m_active.empty())
                return m_report;
            SECATEUR_CHECK(pass(nextRuns()));
            SECATEUR_CHECK(draw());
            m_context.report({.stage = "generate", .done = m_report.newTokens, .total = m_most, .unit = "tokens"});
        }
    }

private:
    /// Takes prompts from the queue while there are places; those that want no tokens are complete at once.
    Result<void> fill()
    {
        for (; m_active.size() < m_atOnce && m_begun < m_queue.size(); ++m_begun) {
            auto [index, cache] = std::move(m_queue[m_begun]);
            const std::int64_t limit = limitOf(m_prompts[index], m_decoder.positions());
            if (limit == 0) {
                SECATEUR_CHECK(m_onDone(index));
                continue;
            }
            SECATEUR_TRY(sampler, Sampler::create(m_prompts[index].sampling));
            auto active = std::make_unique<Active>(Active{index, cache, {}, limit, std::move(sampler)});
            active->grown.before = std::move(cache);
            m_active.push_back(std::move(active));
        }
        return {};
    }

    /// One token of every sequence that has one, and what prompts still have to be read as far as there is room.
    std::vector<Run> nextRuns()
    {
        std::vector<Run> runs;
        std::int64_t room = readAtOnce;
        for (auto &active : m_active) {
            if (active->next) {
                active->grown.begin(m_config, active->limit);
                runs.push_back({&active->grown, {*active->next}});
                continue;
            }
            auto *const front = active->cache->before.get();
            auto *const cache = front && !front->complete() ? front : active->cache.get();
            const bool taken =
                std::any_of(runs.begin(), runs.end(), [&](const Run &run) { return run.cache == cache; });
            const std::int64_t count = std::min(room, std::int64_t(cache->ids.size()) - cache->read);
            if (taken || count == 0)
                continue;
            room -= count;
            cache->begin(m_config, std::int64_t(cache->ids.size()));
            const auto ids = cache->ids.subspan(std::size_t(cache->read), std::size_t(count));
            runs.push_back({cache, {ids.begin(), ids.end()}});
        }
        return runs;
    }

    /// Takes the runs through all blocks and keeps the state behind each stretch that is complete.
    Result<void> pass(const std::vector<Run> &runs)
    {
        if (runs.empty())
            return {};
        std::vector<TokenId> ids;
        SequenceGroup group;
        for (const auto &run : runs) {
            ids.insert(ids.end(), run.ids.begin(), run.ids.end());
            group.lengths.push_back(std::int64_t(run.ids.size()));
        }
        const auto width = std::size_t(m_config.hiddenSize);
        std::vector<float> hidden(ids.size() * width);
        group.hidden = hidden;
        for (const auto &run : runs)
            group.caches.push_back(&run.cache->layers.front());
        SECATEUR_CHECK(m_decoder.embed(ids, {&group, 1}, m_context));
        for (std::uint32_t layer = 0; layer < std::uint32_t(m_config.layers); ++layer) {
            SECATEUR_TRY(weights, m_decoder.load(LayerIndex{layer}, m_context));
            group.caches.clear();
            for (const auto &run : runs)
                group.caches.push_back(&run.cache->layers[layer]);
            SECATEUR_CHECK(m_decoder.forwardRows(LayerIndex{layer}, *weights, group, m_context));
            if (m_report.passes == 0)
                m_context.report(
                    {.stage = "load", .done = layer + 1, .total = std::uint64_t(m_config.layers), .unit = "layers"});
        }
        ++m_report.passes;
        std::size_t row = 0;
        for (const auto &run : runs) {
            row += run.ids.size();
            SECATEUR_CHECK(advance(run, std::span(hidden).subspan((row - 1) * width, width)));
        }
        return {};
    }

    Result<void> advance(const Run &run, std::span<float> last)
    {
        if (!run.cache->ids.empty()) {
            run.cache->read += std::int64_t(run.ids.size());
            m_report.promptTokens += run.ids.size();
        }
        if (!run.cache->complete())
            return {};
        SECATEUR_CHECK(m_decoder.finalNorm(last));
        run.cache->state.assign(last.begin(), last.end());
        return {};
    }

    /// The next token of every sequence whose last one has passed.
    Result<void> draw()
    {
        std::vector<Active *> ready;
        for (const auto &active : m_active)
            if (active->next || (active->cache->complete() && !active->cache->state.empty()))
                ready.push_back(active.get());
        const auto width = std::size_t(m_config.hiddenSize);
        m_states.resize(ready.size() * width);
        for (std::size_t i = 0; i < ready.size(); ++i) {
            const auto &state = ready[i]->next ? ready[i]->grown.state : ready[i]->cache->state;
            std::copy(state.begin(), state.end(), m_states.begin() + std::ptrdiff_t(i * width));
        }
        SECATEUR_CHECK(headLogits(std::int64_t(ready.size())));
        const auto vocabulary = std::size_t(m_config.vocabSize);
        m_decoder.team().each(ready.size(), [&](std::size_t i, std::size_t) {
            ready[i]->drawn = ready[i]->sampler.next({m_logits.data() + i * vocabulary, vocabulary});
        });
        for (auto *const active : ready)
            SECATEUR_CHECK(give(*active));
        std::erase_if(m_active, [](const auto &active) { return active == nullptr; });
        return {};
    }

    Result<void> headLogits(std::int64_t rows)
    {
        if (rows == 0)
            return {};
        m_logits.resize(std::size_t(rows * m_config.vocabSize));
        SECATEUR_CHECK(m_decoder.forEachHeadRange(
            [&](std::int64_t first, const ConstMatrixView &head) {
                multiplyRows({m_states.data(), rows, m_config.hiddenSize, m_config.hiddenSize}, head,
                             {m_logits.data() + first, rows, head.rows, m_config.vocabSize});
            },
            m_context));
        softCap(m_logits.data(), rows * m_config.vocabSize, m_config.logitSoftcap);
        return {};
    }

    /// Hands out the drawn token, or ends the sequence; its place is then empty.
    Result<void> give(Active &active)
    {
        const auto &ends = m_config.eosIds;
        const bool end =
            !m_prompts[active.prompt].ignoreEos && std::find(ends.begin(), ends.end(), active.drawn) != ends.end();
        bool goOn = false;
        if (!end) {
            ++m_report.newTokens;
            SECATEUR_TRY(wanted, m_onToken(active.prompt, active.drawn));
            goOn = wanted && ++active.given < active.limit;
        }
        active.next = active.drawn;
        if (goOn)
            return {};
        const std::size_t prompt = active.prompt;
        for (auto &place : m_active)
            if (place.get() == &active)
                place.reset();
        return m_onDone(prompt);
    }

    Decoder &m_decoder;
    const architecture::ModelConfig &m_config;
    std::span<const BatchPrompt> m_prompts;
    std::size_t m_atOnce;
    const OnToken &m_onToken;
    const OnDone &m_onDone;
    const RunContext &m_context;
    std::vector<Waiting> m_queue;
    std::size_t m_begun = 0; ///< so many of the queue have had their turn
    std::vector<std::unique_ptr<Active>> m_active;
    std::vector<float> m_states; ///< [ready, hiddenSize]
    std::vector<float> m_logits; ///< [ready, vocabSize]
    std::uint64_t m_most = 0; ///< tokens that all prompts may generate
    BatchReport m_report;
};

std::uint64_t sumOfLargest(std::vector<std::uint64_t> values, std::size_t count)
{
    std::sort(values.rbegin(), values.rend());
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < std::min(count, values.size()); ++i)
        sum += values[i];
    return sum;
}

} // namespace

Result<BatchReport> generateBatch(Decoder &decoder, std::span<const BatchPrompt> prompts, std::size_t atOnce,
                                  const OnToken &onToken, const OnDone &onDone, const RunContext &context)
{
    SECATEUR_CHECK(check(prompts, decoder.positions()));
    SECATEUR_CHECK(context.checkpoint());
    return Batch(decoder, prompts, atOnce, onToken, onDone, context).run();
}

PassShape batchShape(std::span<const BatchPrompt> prompts, std::size_t atOnce, std::int64_t positions,
                     const DecoderOptions &options)
{
    const std::size_t places = std::clamp<std::size_t>(atOnce, 1, std::max<std::size_t>(prompts.size(), 1));
    PassShape shape{.headTokens = 0, // the logits of a pass are held as a whole
                    .keepWeights = options.keepWeights,
                    .precision = options.precision,
                    .threads = options.threads,
                    .byRow = true,
                    .logits = places};
    std::map<std::span<const TokenId>, std::uint64_t, LessIds> prefixes;
    std::vector<std::uint64_t> own;
    std::uint64_t toRead = 0;
    for (const auto &prompt : prompts) {
        const auto shared = std::uint64_t(sharedOf(prompt));
        const std::uint64_t behind = prompt.ids.size() - shared;
        const auto grown = std::uint64_t(std::max<std::int64_t>(0, limitOf(prompt, positions)));
        prefixes[std::span(prompt.ids).first(std::size_t(shared))] = shared;
        own.push_back(behind + grown);
        toRead += prompt.ids.size();
        shape.longest = std::max(shape.longest, shared + behind + grown);
    }
    std::vector<std::uint64_t> shared;
    for (const auto &[ids, count] : prefixes)
        shared.push_back(count);
    // Besides those in their places, a stretch may wait for the next of its prompts.
    shape.cached = sumOfLargest(std::move(shared), places + 1) + sumOfLargest(std::move(own), places + 1);
    shape.tokens = std::min<std::uint64_t>(toRead, std::uint64_t(readAtOnce)) + places;
    return shape;
}

} // namespace secateur::model
