// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/decoder.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "core/base/parallel.h"
#include "core/model/kernels.h"
#include "core/model/parallelwork.h"

namespace secateur::model {

namespace {

const char embeddingName[] = "model.embed_tokens.weight";
const char positionsName[] = "model.embed_positions.weight";
/// Rows of position embeddings in memory at a time.
constexpr std::int64_t positionsAtOnce = 256;

/// Lends each piece of work a scratch that no other thread is using.
class ScratchPool
{
public:
    explicit ScratchPool(std::vector<BlockScratch> &scratch)
    {
        for (auto &item : scratch)
            m_free.push_back(&item);
    }
    BlockScratch *take()
    {
        const std::lock_guard lock(m_mutex);
        auto *const item = m_free.back();
        m_free.pop_back();
        return item;
    }
    void giveBack(BlockScratch *item)
    {
        const std::lock_guard lock(m_mutex);
        m_free.push_back(item);
    }

private:
    std::mutex m_mutex;
    std::vector<BlockScratch *> m_free;
};

} // namespace

Result<std::unique_ptr<Decoder>> Decoder::create(std::shared_ptr<const architecture::ModelArchive> model,
                                                 std::int64_t positions, DecoderOptions options)
{
    if (positions > model->config().maxPositions)
        return failure(ErrorCode::InvalidArgument,
                       "a sequence of " + std::to_string(positions) + " tokens is longer than the "
                           + std::to_string(model->config().maxPositions)
                           + " positions of this model; choose a smaller length");
    if (options.precision == Precision::BFloat16) {
        const auto probe = probeBFloat16();
        if (!probe.usable())
            return failure(ErrorCode::InvalidArgument,
                           "bf16 is not usable on this machine: " + std::to_string(probe.speedup)
                               + " times the speed of f32, relative error " + std::to_string(probe.relativeError)
                               + "; compute in f32 instead");
    }
    return std::unique_ptr<Decoder>(new Decoder(std::move(model), positions, std::move(options)));
}

Decoder::Decoder(std::shared_ptr<const architecture::ModelArchive> model, std::int64_t positions,
                 DecoderOptions options)
    : m_model(std::move(model)), m_options(std::move(options)), m_ropes(m_model->config(), positions),
      m_blocks(m_options.keepWeights ? std::size_t(config().layers) : 1), m_loaded(m_blocks.size(), false),
      m_rounded(m_options.precision == Precision::BFloat16 ? m_blocks.size() : 0),
      m_scratch(std::size_t(std::max(m_options.threads, 1)))
{
    prepareComputeThread();
    m_headLoaded.assign(std::size_t((config().vocabSize + headRowsAtOnce - 1) / headRowsAtOnce), 0);
}

Result<void> Decoder::embed(std::span<const TokenId> ids, std::span<float> out, const RunContext &context)
{
    const SequenceGroup whole{.firstSequence = 0, .lengths = {std::int64_t(ids.size())}, .hidden = out};
    return embed(ids, {&whole, 1}, context);
}

Result<void> Decoder::embed(std::span<const TokenId> ids, std::span<const SequenceGroup> groups,
                            const RunContext &context)
{
    for (const auto &group : groups) {
        const auto tokens = std::size_t(group.tokens());
        SECATEUR_CHECK(embedTokens(ids.first(tokens), group.hidden, context));
        if (config().positionOffset)
            SECATEUR_CHECK(addPositions(group));
        ids = ids.subspan(tokens);
    }
    return {};
}

/// transformers modeling_opt.py, OPTLearnedPositionalEmbedding.
Result<void> Decoder::addPositions(const SequenceGroup &group)
{
    const std::int64_t hidden = config().hiddenSize;
    std::vector<float> rows;
    float *to = group.hidden.data();
    for (std::size_t sequence = 0; sequence < group.lengths.size(); ++sequence) {
        const std::int64_t first = group.past(sequence) + *config().positionOffset;
        for (std::int64_t done = 0; done < group.lengths[sequence]; done += positionsAtOnce) {
            const std::int64_t count = std::min(positionsAtOnce, group.lengths[sequence] - done);
            rows.resize(std::size_t(count * hidden));
            SECATEUR_CHECK(m_model->readRowsF32(positionsName, std::uint64_t(first + done), rows));
            addInto(to, rows.data(), count * hidden);
            to += count * hidden;
        }
    }
    return {};
}

Result<void> Decoder::embedTokens(std::span<const TokenId> ids, std::span<float> out, const RunContext &context)
{
    const auto hidden = std::size_t(config().hiddenSize);
    constexpr std::size_t idsBetweenChecks = 1024;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (i % idsBetweenChecks == 0)
            SECATEUR_CHECK(context.checkpoint());
        if (ids[i] < 0 || ids[i] >= config().vocabSize)
            return failure(ErrorCode::BadInput,
                           "token id " + std::to_string(ids[i]) + " is outside the vocabulary of "
                               + std::to_string(config().vocabSize));
        SECATEUR_CHECK(m_model->readRowsF32(embeddingName, std::uint64_t(ids[i]), out.subspan(i * hidden, hidden)));
    }
    if (config().embeddingScale != 1.0)
        for (float &value : out.first(ids.size() * hidden))
            value *= float(config().embeddingScale);
    return {};
}

Result<BlockWeights *> Decoder::load(LayerIndex layer, const RunContext &context)
{
    const std::size_t place = m_options.keepWeights ? layer.value : 0;
    auto &block = m_blocks[place];
    if (!m_options.keepWeights || !m_loaded[place])
        SECATEUR_CHECK(loadBlock(*m_model, layer, m_options.masks, m_options.threads, block, context.stopToken()));
    m_loaded[place] = true;
    return &block;
}

/// Null in float32. Kept weights are rounded once; streamed ones for every pass, because pruning changes them between
/// two passes.
const RoundedWeights *Decoder::rounded(LayerIndex layer, const BlockWeights &weights)
{
    if (m_options.precision != Precision::BFloat16)
        return nullptr;
    auto &result = m_rounded[m_options.keepWeights ? layer.value : 0];
    if (!m_options.keepWeights || result.linears.empty())
        roundWeights(weights, m_options.threads, result);
    return &result;
}

Result<void> Decoder::forward(LayerIndex layer, const BlockWeights &weights, std::vector<SequenceGroup> &groups,
                              PassKind kind, InputObserver *observer, const RunContext &context)
{
    const Block pass(config(), layer, weights, m_ropes.layer(layer.value), m_options.precision, context.stopToken(),
                     rounded(layer, weights));
    ScratchPool pool(m_scratch);
    parallelFor(groups.size(), m_options.threads, [&](std::size_t index) {
        if (context.stopRequested())
            return;
        prepareComputeThread();
        auto *const scratch = pool.take();
        pass.forward(groups[index], kind, observer, *scratch);
        pool.giveBack(scratch);
    });
    return context.checkpoint();
}

WorkTeam &Decoder::team()
{
    if (!m_team)
        m_team = std::make_unique<WorkTeam>(m_options.threads);
    return *m_team;
}

Result<void> Decoder::forwardRows(LayerIndex layer, const BlockWeights &weights, SequenceGroup &group,
                                  const RunContext &context)
{
    const Block pass(config(), layer, weights, m_ropes.layer(layer.value), m_options.precision, context.stopToken(),
                     rounded(layer, weights), &team());
    pass.forward(group, PassKind::Full, nullptr, m_scratch.front());
    return context.checkpoint();
}

Result<void> Decoder::finalNorm(std::span<float> x)
{
    const std::int64_t hidden = config().hiddenSize;
    const bool withMean = config().norm == architecture::NormKind::Layer;
    if (m_finalNorm.empty()) {
        m_finalNorm.resize(std::size_t(hidden));
        SECATEUR_CHECK(m_model->readF32("model.norm.weight", m_finalNorm));
        m_finalNormBias.resize(withMean ? std::size_t(hidden) : 0);
        if (withMean)
            SECATEUR_CHECK(m_model->readF32("model.norm.bias", m_finalNormBias));
    }
    if (withMean) {
        layerNorm(x.data(), std::int64_t(x.size()) / hidden, hidden, m_finalNorm.data(), m_finalNormBias.data(),
                  config().normEpsilon, x.data());
        return {};
    }
    rmsNorm(x.data(), std::int64_t(x.size()) / hidden, hidden, m_finalNorm.data(), config().normEpsilon,
            config().normWeightOffset, x.data());
    return {};
}

Result<void> Decoder::headRows(std::int64_t first, std::span<float> out) const
{
    return m_model->readRowsF32(config().tiedEmbeddings ? embeddingName : "lm_head.weight", std::uint64_t(first), out);
}

Result<void> Decoder::forEachHeadRange(const HeadUse &use, const RunContext &context)
{
    const std::int64_t width = config().hiddenSize;
    // Not a vector: filling gigabytes with zeros first would take a second in which no stop is heard.
    if (m_options.keepWeights && !m_head)
        m_head.reset(new float[std::size_t(config().vocabSize * width)]);
    return parallelTry(
        m_headLoaded.size(), m_options.threads, context.stopToken(), [&](std::size_t range) -> Result<void> {
            prepareComputeThread();
            const std::int64_t first = std::int64_t(range) * headRowsAtOnce;
            const std::int64_t rows = std::min(headRowsAtOnce, config().vocabSize - first);
            const std::unique_ptr<float[]> streamed(m_head ? nullptr : new float[std::size_t(rows * width)]);
            float *const values = m_head ? m_head.get() + first * width : streamed.get();
            if (!m_headLoaded[range])
                SECATEUR_CHECK(headRows(first, {values, std::size_t(rows * width)}));
            m_headLoaded[range] = m_head != nullptr;
            use(first, {values, rows, width, width});
            return {};
        });
}

std::vector<SequenceGroup> groupSequences(const std::vector<std::int64_t> &lengths, std::span<float> hidden,
                                          std::int64_t hiddenSize, std::int64_t tokensAtLeast)
{
    std::vector<SequenceGroup> groups;
    std::int64_t row = 0;
    std::int64_t groupTokens = 0;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        if (groups.empty() || groupTokens >= tokensAtLeast) {
            groups.push_back({.firstSequence = i, .lengths = {}, .hidden = {}});
            groupTokens = 0;
        }
        auto &group = groups.back();
        group.lengths.push_back(lengths[i]);
        groupTokens += lengths[i];
        row += lengths[i];
        group.hidden =
            hidden.subspan(std::size_t((row - groupTokens) * hiddenSize), std::size_t(groupTokens * hiddenSize));
    }
    return groups;
}

} // namespace secateur::model
