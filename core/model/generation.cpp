// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/generation.h"

#include <algorithm>

#include "core/base/parallel.h"

namespace secateur::model {

namespace {

/// The state of one sequence as it grows.
class Continuation
{
public:
    Continuation(Decoder &decoder, const RunContext &context)
        : m_decoder(decoder), m_context(context), m_caches(std::size_t(decoder.config().layers)),
          m_logits(std::size_t(decoder.config().vocabSize))
    {
    }

    /// Logits [vocab] of the position after `ids`, which follow what was fed before.
    Result<std::span<const float>> feed(const std::vector<TokenId> &ids)
    {
        const auto width = std::size_t(m_decoder.config().hiddenSize);
        std::vector<float> hidden(ids.size() * width);
        SECATEUR_CHECK(m_decoder.embed(ids, hidden));
        for (std::uint32_t layer = 0; layer < m_caches.size(); ++layer) {
            SECATEUR_TRY(weights, m_decoder.load(LayerIndex{layer}));
            std::vector<SequenceGroup> groups(1);
            groups[0].lengths = {std::int64_t(ids.size())};
            groups[0].hidden = hidden;
            groups[0].cache = &m_caches[layer];
            SECATEUR_CHECK(
                m_decoder.forward(LayerIndex{layer}, *weights, groups, PassKind::Full, nullptr, m_context));
        }
        const auto last = std::span(hidden).last(width);
        SECATEUR_CHECK(m_decoder.finalNorm(last));
        SECATEUR_CHECK(headLogits(last));
        return std::span<const float>(m_logits);
    }

private:
    Result<void> headLogits(std::span<const float> state)
    {
        const auto width = std::int64_t(state.size());
        const auto vocabulary = std::int64_t(m_logits.size());
        if (m_head.empty()) {
            m_head.resize(std::size_t(vocabulary * width));
            SECATEUR_CHECK(m_decoder.headRows(0, m_head));
        }
        constexpr std::int64_t rowsAtOnce = 4096;
        parallelFor(std::size_t((vocabulary + rowsAtOnce - 1) / rowsAtOnce), m_decoder.options().threads,
                    [&](std::size_t piece) {
                        prepareComputeThread();
                        const std::int64_t first = std::int64_t(piece) * rowsAtOnce;
                        const std::int64_t rows = std::min(rowsAtOnce, vocabulary - first);
                        multiplyTransposed({state.data(), 1, width, width}, {m_head.data() + first * width, rows, width, width},
                                           {m_logits.data() + first, 1, rows, rows}, Precision::Float32);
                    });
        return {};
    }

    Decoder &m_decoder;
    const RunContext &m_context;
    std::vector<KvCache> m_caches;
    std::vector<float> m_head;
    std::vector<float> m_logits;
};

} // namespace

Result<std::vector<TokenId>> generate(Decoder &decoder, const std::vector<TokenId> &prompt,
                                      const GenerationOptions &options, const TokenSink &sink,
                                      const RunContext &context)
{
    if (prompt.empty())
        return failure(ErrorCode::InvalidArgument, "the prompt has no tokens; give a text, or --bos always");
    SECATEUR_TRY(sampler, Sampler::create(options.sampling));
    const auto &ends = decoder.config().eosIds;
    Continuation continuation(decoder, context);
    std::vector<TokenId> generated;
    std::vector<TokenId> next = prompt;
    while (std::int64_t(generated.size()) < options.maxNewTokens) {
        auto logits = continuation.feed(next);
        if (!logits && logits.error().code == ErrorCode::Cancelled && !generated.empty())
            break;
        if (!logits)
            return tl::make_unexpected(std::move(logits).error());
        const TokenId token = sampler.next(*logits);
        if (!options.ignoreEos && std::find(ends.begin(), ends.end(), token) != ends.end())
            break;
        generated.push_back(token);
        SECATEUR_TRY(goOn, sink(token));
        if (!goOn)
            break;
        next = {token};
    }
    return generated;
}

} // namespace secateur::model
