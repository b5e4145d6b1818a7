// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include "core/compute/generationevaluation.h"
#include "core/compute/jobs.h"
#include "core/data/sampler.h"

namespace secateur::compute {

namespace {

constexpr std::size_t sequencesAtOnce = 16;
constexpr std::uint64_t mostSamples = 10'000; ///< of an item; published pass@k take 200

/// The shortest text that is this number again.
std::string numberText(double value)
{
    std::array<char, 32> text = {};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

std::size_t commonLength(const std::vector<model::TokenId> &a, const std::vector<model::TokenId> &b)
{
    return std::size_t(std::ranges::mismatch(a, b).in1 - a.begin());
}

} // namespace

Result<void> GeneratingEvaluation::setPrompts(std::vector<Prompt> prompts, eval::GenerationSettings settings,
                                              const std::shared_ptr<const tokenizer::Tokenizer> &tokenizer)
{
    const auto &request = session().request();
    settings.samples = request.samples.value_or(settings.samples);
    settings.maxNewTokens = request.maxNewTokens.value_or(settings.maxNewTokens);
    settings.temperature = request.temperature.value_or(settings.temperature);
    settings.topP = request.topP.value_or(settings.topP);
    settings.topK = request.topK.value_or(settings.topK);
    if (settings.samples > mostSamples)
        return failure(ErrorCode::InvalidArgument,
                       info().name + ": " + std::to_string(settings.samples)
                           + " samples of each item are more than the " + std::to_string(mostSamples)
                           + " that can be; ask for fewer with --samples");
    if (settings.samples > 1 && settings.temperature == 0.0)
        return failure(ErrorCode::InvalidArgument,
                       info().name + ": all " + std::to_string(settings.samples)
                           + " samples would be the same at temperature 0; choose one with --temperature");
    constexpr auto mostTopK = std::uint64_t(1) << 32;
    if (settings.topK > mostTopK)
        return failure(ErrorCode::InvalidArgument, info().name + ": --top-k is more than any vocabulary has");
    const auto limit = std::uint64_t(session().model().config().maxPositions);
    if (settings.maxNewTokens >= limit)
        return failure(ErrorCode::InvalidArgument,
                       info().name + ": " + std::to_string(settings.maxNewTokens)
                           + " new tokens leave no room for a prompt in the model's " + std::to_string(limit)
                           + " positions");
    m_generation = std::move(settings);
    m_tokenizer = tokenizer;
    m_prompts = std::move(prompts);
    m_shared = limit;
    for (auto &prompt : m_prompts) {
        SECATEUR_CHECK(session().context().checkpoint());
        SECATEUR_TRY(ids, tokenizer->encode(prompt.prefix + prompt.text, request.bos));
        SECATEUR_TRY(prefix, tokenizer->encode(prompt.prefix, request.bos));
        std::uint64_t shared = std::min<std::uint64_t>(commonLength(ids, prefix), ids.empty() ? 0 : ids.size() - 1);
        if (ids.size() > limit - m_generation.maxNewTokens) { // as lm-evaluation-harness: the beginning goes
            ids.erase(ids.begin(), ids.end() - std::ptrdiff_t(limit - m_generation.maxNewTokens));
            shared = 0;
        }
        if (ids.empty())
            return failure(ErrorCode::BadInput, info().name + ": a prompt is empty");
        m_shared = prompt.prefix.empty() ? 0 : std::min(m_shared, shared);
        m_longest = std::max<std::uint64_t>(m_longest, ids.size());
        m_tokens += (ids.size() + m_generation.maxNewTokens) * m_generation.samples;
        prompt.ids = std::move(ids);
    }
    auto &recorded = this->settings();
    recorded["samples"] = std::to_string(m_generation.samples);
    recorded["temperature"] = numberText(m_generation.temperature);
    recorded["max_new_tokens"] = std::to_string(m_generation.maxNewTokens);
    if (m_generation.temperature != 0.0) {
        recorded["top_p"] = numberText(m_generation.topP);
        if (m_generation.topK != 0)
            recorded["top_k"] = std::to_string(m_generation.topK);
        recorded["seed"] = std::to_string(request.seed);
    }
    SECATEUR_CHECK(model::Sampler::create(sampling(request.seed)));
    return checkMemory();
}

/// Before anything is measured, so that nobody learns of it after hours of other tasks.
Result<void> GeneratingEvaluation::checkMemory()
{
    std::vector<model::BatchPrompt> prompts;
    for (std::size_t item = 0; item < m_prompts.size(); ++item)
        prompts.push_back(batchPrompt(item, 0));
    model::DecoderOptions options;
    options.threads = session().request().threads;
    options.precision = precisionOf(session().request().compute);
    options.keepWeights = true;
    const auto shape = model::batchShape(prompts, sequencesAtOnce, positions(), options);
    // Every sample has a copy of its prompt.
    std::uint64_t copies = 0;
    for (const auto &prompt : m_prompts)
        copies += m_generation.samples * (prompt.ids.size() * sizeof(model::TokenId) + sizeof(model::BatchPrompt));
    SECATEUR_CHECK(requireMemory("holding all prompts", copies, "take fewer samples (--samples) or items (--limit)"));
    SECATEUR_TRY(keep,
                 keepsWeights(session().model().config(), shape, "evaluating",
                              "take fewer new tokens (--max-new-tokens) or fewer threads"));
    m_keepWeights = keep;
    return {};
}

model::SamplingOptions GeneratingEvaluation::sampling(std::uint64_t seed) const
{
    return {m_generation.temperature, m_generation.topP, std::int64_t(m_generation.topK), seed};
}

std::int64_t GeneratingEvaluation::positions() const
{
    return std::int64_t(m_longest + m_generation.maxNewTokens);
}

model::BatchPrompt GeneratingEvaluation::batchPrompt(std::size_t item, std::uint64_t sample) const
{
    SplitMix64 seeds(session().request().seed);
    SplitMix64 ofItem(seeds.next() ^ item);
    SplitMix64 ofSample(ofItem.next() ^ sample);
    return {.ids = m_prompts[item].ids,
            .sharedPrefix = std::int64_t(m_shared),
            .sampling = sampling(ofSample.next()),
            .maxNewTokens = std::int64_t(m_generation.maxNewTokens)};
}

/// Turns the tokens of all sequences into text, sees their stops, and keeps what is complete.
class GeneratingEvaluation::Writer
{
public:
    struct Target {
        std::size_t item = 0;
        std::uint64_t sample = 0;
    };

    Writer(const GeneratingEvaluation &owner, Findings &findings, const Progress &progress)
        : m_owner(owner), m_findings(findings), m_progress(progress)
    {
    }

    void add(const Target &target) { m_targets.push_back(target); }
    [[nodiscard]] std::size_t size() const { return m_targets.size(); }

    Result<bool> token(std::size_t number, model::TokenId id)
    {
        auto &[decoder, text, count] =
            m_open.try_emplace(number, Open{tokenizer::StreamDecoder(m_owner.m_tokenizer), {}, 0}).first->second;
        SECATEUR_TRY(piece, decoder.push(id));
        const std::size_t before = text.size();
        text += piece;
        ++count;
        return !cut(number, text, before) && !m_owner.isComplete(m_targets[number].item, text);
    }

    Result<void> done(std::size_t number)
    {
        std::string text;
        std::uint64_t count = 0;
        if (const auto open = m_open.find(number); open != m_open.end()) {
            SECATEUR_TRY(rest, open->second.decoder.finish());
            text = std::move(open->second.text);
            count = open->second.tokens;
            const std::size_t before = text.size();
            if (!m_stopped.contains(number)) {
                text += rest;
                cut(number, text, before);
            }
            m_open.erase(open);
        }
        const Target &target = m_targets[number];
        // A byte that JSON and HDF5 cannot hold; no program or answer means it.
        std::ranges::replace(text, '\0', ' ');
        const store::JournalEntry entry{target.item, target.sample, {{"output", text}, {"tokens", count}}};
        SECATEUR_CHECK(m_findings.add({&entry, 1}));
        m_progress(++m_complete, m_targets.size());
        return {};
    }

private:
    struct Open {
        tokenizer::StreamDecoder decoder;
        std::string text;
        std::uint64_t tokens;
    };

    /// Ends the text in front of its first stop; true when there was one. A stop may have begun before the new text.
    bool cut(std::size_t number, std::string &text, std::size_t before)
    {
        std::size_t end = std::string::npos;
        for (const auto &stop : m_owner.m_prompts[m_targets[number].item].stops)
            if (!stop.empty())
                end = std::min(end, text.find(stop, before - std::min(before, stop.size() - 1)));
        if (end == std::string::npos)
            return false;
        text.resize(end);
        m_stopped.insert(number);
        return true;
    }

    const GeneratingEvaluation &m_owner;
    Findings &m_findings;
    const Progress &m_progress;
    std::vector<Target> m_targets;
    std::map<std::size_t, Open> m_open;
    std::set<std::size_t> m_stopped;
    std::uint64_t m_complete = 0;
};

Result<void> GeneratingEvaluation::generate(const EvaluatedRun &run, Findings &findings, const Progress &progress) const
{
    Writer writer(*this, findings, progress);
    std::vector<model::BatchPrompt> prompts;
    for (std::size_t item = 0; item < m_prompts.size(); ++item)
        for (std::uint64_t sample = 0; sample < m_generation.samples; ++sample)
            if (!findings.has(item, sample, "output")) {
                writer.add({item, sample});
                prompts.push_back(batchPrompt(item, sample));
            }
    if (prompts.empty())
        return {};
    SECATEUR_TRY(decoder, session().decoder(run, positions(), m_keepWeights));
    const RunContext silent(session().context().stopToken(), {});
    SECATEUR_CHECK(model::generateBatch(
        *decoder, prompts, sequencesAtOnce,
        [&writer](std::size_t number, model::TokenId id) { return writer.token(number, id); },
        [&writer](std::size_t number) { return writer.done(number); }, silent));
    return {};
}

} // namespace secateur::compute
