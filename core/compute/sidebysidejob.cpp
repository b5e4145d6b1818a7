// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/base/parallel.h"
#include "core/compute/jobs.h"
#include "core/compute/textgeneration.h"
#include "core/engine/light.h"
#include "core/model/nexttokens.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::compute {

namespace {

using model::TokenId;

/// Logits of all models that exist at a time.
constexpr std::uint64_t logitsBytes = std::uint64_t(256) << 20;

/// What a token adds to a text. Decoded twice in a row, because at the beginning of a text some tokenizers drop the
/// blank in front of a word: the second one still has it, and the first one lacks a byte then.
std::string tokenText(const tokenizer::Tokenizer &tokenizer, TokenId id)
{
    const TokenId twice[] = {id, id};
    const auto text = tokenizer.decode(twice, false);
    return text ? text->substr(text->size() / 2) : tokenizer.tokenText(id);
}

/// One prompt through several models of a study: each generates, then follows the text that all are compared along;
/// the logits, which are large, come last and in pieces, from the head that all of them share.
class SideBySide
{
public:
    SideBySide(const engine::SideBySideRequest &request, const engine::Compute::OnModelText &onText,
               const RunContext &context)
        : m_request(request.generation), m_names(request.runs), m_along(request.along), m_onText(onText),
          m_context(context)
    {
    }

    Result<engine::SideBySideReport> run()
    {
        SECATEUR_CHECK(openAll());
        SECATEUR_CHECK(readTexts());
        SECATEUR_CHECK(planMemory());
        auto done = work();
        const bool any =
            std::ranges::any_of(m_report.models, [](const auto &compared) { return !compared.generated.ids.empty(); });
        if (!done && (done.error().code != ErrorCode::Cancelled || !any))
            return tl::make_unexpected(std::move(done).error());
        if (!done) {
            m_report.cancelled = true;
            m_report.positions.clear();
        }
        engine::summarise(m_report);
        return std::move(m_report);
    }

private:
    Result<void> openAll()
    {
        if (!m_request.study)
            return failure(ErrorCode::InvalidArgument, "name a study, whose models are to be compared");
        SECATEUR_TRY(study, store::Study::open(*m_request.study, store::Study::Access::Read));
        m_study = std::move(study);
        SECATEUR_TRY(runs, namedRuns(m_study.get(), m_names));
        for (const auto &run : runs) {
            if (run.id == store::denseRun)
                m_report.reference = m_report.models.size();
            auto &compared = m_report.models.emplace_back();
            compared.run = run.name;
            compared.id = run.id;
        }
        const auto path = m_request.model.empty() ? std::nullopt : std::optional(m_request.model);
        SECATEUR_TRY(model, engine::openStudyModel(*m_study, path, m_context));
        m_model = model;
        SECATEUR_TRY(tokenizer, tokenizer::Tokenizer::forModel(m_model->path()));
        m_tokenizer = tokenizer;
        return {};
    }

    Result<void> readTexts()
    {
        SECATEUR_CHECK(model::Sampler::create({m_request.temperature, m_request.topP, m_request.topK, m_request.seed}));
        SECATEUR_TRY(prompt, promptOf(m_request, *m_tokenizer, m_model->config()));
        if (prompt.empty())
            return failure(ErrorCode::InvalidArgument, "the prompt has no tokens; give a text, or --bos always");
        m_prompt = std::move(prompt);
        SECATEUR_TRY(grown, positionsFor(m_request, m_prompt.size(), m_model->config()));
        m_grown = grown;
        m_report.promptTokens = m_prompt.size();
        m_report.alongGiven = m_along.has_value();
        return m_along ? readAlong() : Result<void>();
    }

    /// Prompt and text are encoded together, as a model would read them, so that the last token of the prompt may be
    /// another one than without the text.
    Result<void> readAlong()
    {
        m_report.along = *m_along;
        if (m_request.tokenIds) {
            SECATEUR_TRY(behind, m_tokenizer->encode(*m_along, BosPolicy::Never));
            m_followed = m_prompt;
            m_followed.insert(m_followed.end(), behind.begin(), behind.end());
        } else {
            SECATEUR_TRY(whole, encodedPrompt(m_request, *m_tokenizer, m_request.prompt + *m_along));
            m_followed = std::move(whole);
        }
        m_given = std::size_t(std::ranges::mismatch(m_followed, m_prompt).in1 - m_followed.begin());
        if (m_given == 0 || m_given == m_followed.size())
            return failure(ErrorCode::InvalidArgument,
                           m_given == 0 ? "the prompt becomes part of the first token of the text behind it; end the "
                                          "prompt with a whole word"
                                        : "the text to follow (--along) is empty");
        if (std::int64_t(m_followed.size()) > m_model->config().maxPositions)
            return failure(ErrorCode::BadInput,
                           "the prompt and the text to follow have " + std::to_string(m_followed.size())
                               + " tokens, and the model has " + std::to_string(m_model->config().maxPositions)
                               + " positions; give a shorter one");
        if (m_given < m_prompt.size())
            m_report.notices.push_back("the last " + std::to_string(m_prompt.size() - m_given)
                                       + " tokens of the prompt become others with the text behind it, so the "
                                         "comparison begins there");
        return {};
    }

    /// Before any model is read: what generating takes, and what following and comparing do.
    Result<void> planMemory()
    {
        const auto &config = m_model->config();
        const std::string advice = "take fewer tokens (--max-new-tokens), shorter texts, fewer runs or fewer threads";
        const auto models = std::uint64_t(m_report.models.size());
        m_positions = std::max(m_grown, std::int64_t(m_followed.size()));
        SECATEUR_TRY(keep, keepsWeights(config, generationShape(m_request, m_prompt, m_grown), "generating", advice));
        const auto longest = std::uint64_t(m_positions);
        const std::uint64_t row = models * std::uint64_t(config.vocabSize) * sizeof(float);
        m_atOnce = std::size_t(std::clamp<std::uint64_t>(logitsBytes / row, 1, longest));
        const model::PassShape shape{.tokens = longest * (models + 1), // states of all models are kept to the end
                                     .longest = longest,
                                     .headTokens = 0,
                                     .precision = precisionOf(m_request.compute),
                                     .threads = m_request.threads,
                                     .byRow = true,
                                     .logits = models * m_atOnce};
        SECATEUR_TRY(keepThen, keepsWeights(config, shape, "comparing", advice));
        m_keepWeights = keep && keepThen;
        return {};
    }

    Result<void> work()
    {
        SECATEUR_CHECK(takeThrough(m_report.reference));
        for (std::size_t model = 0; model < m_report.models.size(); ++model)
            if (model != m_report.reference)
                SECATEUR_CHECK(takeThrough(model));
        return compare();
    }

    Result<void> takeThrough(std::size_t number)
    {
        m_decoder.reset(); // two models at a time would be one too many
        model::MaskSource masks;
        if (m_report.models[number].id != store::denseRun) {
            SECATEUR_TRY(source, masksFrom(*m_study, m_report.models[number].id));
            masks = std::move(source);
        }
        SECATEUR_TRY(decoder,
                     model::Decoder::create(m_model, m_positions,
                                            {.threads = m_request.threads,
                                             .precision = precisionOf(m_request.compute),
                                             .masks = std::move(masks),
                                             .keepWeights = m_keepWeights}));
        m_decoder = std::move(decoder);
        SECATEUR_CHECK(generate(number));
        SECATEUR_TRY(states, model::followedStates(*m_decoder, m_followed, m_given - 1, m_context));
        m_states.resize(m_report.models.size());
        m_states[number] = std::move(states);
        return {};
    }

    Result<void> generate(std::size_t number)
    {
        auto &compared = m_report.models[number];
        const TextStream::OnText give = [&](std::string_view text) {
            if (m_onText)
                m_onText(number, compared.run, text);
        };
        TextStream stream(m_tokenizer, give, compared.generated);
        const auto options = generationOptions(m_request, m_prompt.size(), m_grown);
        const auto most = std::uint64_t(options.maxNewTokens);
        const auto add = [&](TokenId id) {
            auto wanted = stream.add(id);
            m_context.report({.stage = "generate",
                              .done = m_begun * most + compared.generated.ids.size(),
                              .total = m_report.models.size() * most,
                              .unit = "tokens"});
            return wanted;
        };
        SECATEUR_TRY(found, model::generate(*m_decoder, m_prompt, options, add, m_context));
        SECATEUR_CHECK(stream.finish());
        ++m_begun;
        compared.generated.cancelled = found.cancelled;
        if (found.cancelled)
            return failure(ErrorCode::Cancelled, "cancelled");
        if (number == m_report.reference && !m_along) {
            m_report.along = compared.generated.text;
            m_followed = m_prompt;
            m_followed.insert(m_followed.end(), compared.generated.ids.begin(), compared.generated.ids.end());
            m_given = m_prompt.size();
        }
        return {};
    }

    Result<void> compare()
    {
        const std::size_t positions = m_followed.size() - m_given + 1;
        m_report.positions.resize(positions);
        for (std::size_t first = 0; first < positions; first += m_atOnce) {
            SECATEUR_CHECK(compareRange(first, std::min(m_atOnce, positions - first)));
            m_context.report({.stage = "compare",
                              .done = std::min(first + m_atOnce, positions),
                              .total = positions,
                              .unit = "positions"});
        }
        return {};
    }

    /// All models' logits at these positions, position by position.
    Result<void> compareRange(std::size_t first, std::size_t count)
    {
        const auto width = std::size_t(m_model->config().hiddenSize);
        const auto vocabulary = std::size_t(m_model->config().vocabSize);
        const std::size_t models = m_states.size();
        std::vector<float> states;
        for (std::size_t place = first; place < first + count; ++place)
            for (const auto &own : m_states)
                states.insert(states.end(), own.begin() + std::ptrdiff_t(place * width),
                              own.begin() + std::ptrdiff_t((place + 1) * width));
        std::vector<float> logits(count * models * vocabulary);
        SECATEUR_CHECK(model::headLogits(*m_decoder, states, logits, m_context));
        const auto textOf = [this](TokenId id) { return tokenText(*m_tokenizer, id); };
        parallelFor(count, m_request.threads, [&](std::size_t i) {
            if (m_context.stopRequested())
                return;
            const std::size_t next = m_given + first + i;
            const auto token = next < m_followed.size() ? std::optional(m_followed[next]) : std::nullopt;
            const auto rows = std::span<const float>(logits).subspan(i * models * vocabulary, models * vocabulary);
            m_report.positions[first + i] = engine::comparedPosition(rows, models, m_report.reference, token, textOf);
        });
        return m_context.checkpoint();
    }

    const engine::GenerateRequest &m_request;
    const std::vector<std::string> &m_names;
    const std::optional<std::string> &m_along;
    const engine::Compute::OnModelText &m_onText;
    const RunContext &m_context;
    std::unique_ptr<store::Study> m_study;
    std::shared_ptr<const architecture::ModelArchive> m_model;
    std::shared_ptr<const tokenizer::Tokenizer> m_tokenizer;
    std::unique_ptr<model::Decoder> m_decoder; ///< of the model at work
    std::vector<TokenId> m_prompt;
    std::vector<TokenId> m_followed; ///< by all models: the given ids and the text behind them
    std::size_t m_given = 0; ///< so many of those are given before the first position
    std::int64_t m_grown = 0; ///< tokens of the prompt and the longest continuation
    std::int64_t m_positions = 0; ///< of a decoder
    std::size_t m_atOnce = 1; ///< positions whose logits exist at a time
    bool m_keepWeights = false;
    std::size_t m_begun = 0; ///< models that have generated
    std::vector<std::vector<float>> m_states; ///< per model: [positions, hiddenSize]
    engine::SideBySideReport m_report;
};

} // namespace

Result<engine::SideBySideReport> sideBySideJob(const engine::SideBySideRequest &request,
                                               const engine::Compute::OnModelText &onText, const RunContext &context)
{
    return SideBySide(request, onText, context).run();
}

} // namespace secateur::compute
