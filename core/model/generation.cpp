// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/generation.h"

#include <algorithm>
#include <string>

namespace secateur::model {

namespace {

/// The state of one sequence as it grows.
class Continuation
{
public:
    /// `positions`: of the prompt and all that will follow.
    Continuation(Decoder &decoder, std::int64_t positions, const RunContext &context)
        : m_decoder(decoder), m_context(context), m_caches(std::size_t(decoder.config().layers)),
          m_logits(std::size_t(decoder.config().vocabSize))
    {
        // At once, so that the caches never take more than what the forecast counts.
        for (auto &cache : m_caches) {
            cache.keys.reserve(std::size_t(positions * decoder.config().keyValueWidth()));
            cache.values.reserve(std::size_t(positions * decoder.config().keyValueWidth()));
        }
    }

    /// Logits [vocab] of the position after `ids`, which follow what was fed before.
    Result<std::span<const float>> feed(const std::vector<TokenId> &ids)
    {
        const auto width = std::size_t(m_decoder.config().hiddenSize);
        std::vector<float> hidden(ids.size() * width);
        SECATEUR_CHECK(m_decoder.embed(ids, hidden, m_context));
        for (std::uint32_t layer = 0; layer < m_caches.size(); ++layer) {
            SECATEUR_TRY(weights, m_decoder.load(LayerIndex{layer}, m_context));
            std::vector<SequenceGroup> groups(1);
            groups[0].lengths = {std::int64_t(ids.size())};
            groups[0].hidden = hidden;
            groups[0].caches = {&m_caches[layer]};
            SECATEUR_CHECK(m_decoder.forwardRows(LayerIndex{layer}, *weights, groups[0], m_context));
            if (!m_begun)
                m_context.report(
                    {.stage = "load", .done = layer + 1, .total = std::uint64_t(m_caches.size()), .unit = "layers"});
        }
        m_begun = true;
        const auto last = std::span(hidden).last(width);
        SECATEUR_CHECK(m_decoder.finalNorm(last));
        SECATEUR_CHECK(headLogits(last));
        return std::span<const float>(m_logits);
    }

private:
    Result<void> headLogits(std::span<const float> state)
    {
        const auto width = std::int64_t(state.size());
        return m_decoder.forEachHeadRange(
            [&](std::int64_t first, const ConstMatrixView &head) {
                multiplyTransposed({state.data(), 1, width, width}, head,
                                   {m_logits.data() + first, 1, head.rows, head.rows}, Precision::Float32);
            },
            m_context);
    }

    Decoder &m_decoder;
    const RunContext &m_context;
    std::vector<KvCache> m_caches;
    std::vector<float> m_logits;
    bool m_begun = false; ///< the prompt has passed through the model
};

} // namespace

Result<Generated> generate(Decoder &decoder, const std::vector<TokenId> &prompt, const GenerationOptions &options,
                           const TokenSink &sink, const RunContext &context)
{
    if (prompt.empty())
        return failure(ErrorCode::InvalidArgument, "the prompt has no tokens; give a text, or --bos always");
    const std::int64_t room = decoder.positions() - std::int64_t(prompt.size());
    if (room <= 0)
        return failure(ErrorCode::InvalidArgument,
                       "the prompt has " + std::to_string(prompt.size()) + " tokens, which leaves none of "
                           + std::to_string(decoder.positions()) + " positions to continue it; give a shorter one");
    SECATEUR_TRY(sampler, Sampler::create(options.sampling));
    const std::int64_t limit = std::min(options.maxNewTokens, room);
    const auto &ends = decoder.config().eosIds;
    Continuation continuation(decoder, std::int64_t(prompt.size()) + limit, context);
    Generated generated;
    std::vector<TokenId> next = prompt;
    while (std::int64_t(generated.ids.size()) < limit) {
        auto logits = continuation.feed(next);
        if (!logits && logits.error().code == ErrorCode::Cancelled && !generated.ids.empty()) {
            generated.cancelled = true;
            break;
        }
        if (!logits)
            return tl::make_unexpected(std::move(logits).error());
        const TokenId token = sampler.next(*logits);
        if (!options.ignoreEos && std::find(ends.begin(), ends.end(), token) != ends.end())
            break;
        generated.ids.push_back(token);
        SECATEUR_TRY(goOn, sink(token));
        if (!goOn)
            break;
        next = {token};
    }
    return generated;
}

} // namespace secateur::model
