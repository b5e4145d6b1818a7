// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/continuations.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <unordered_map>

#include "core/model/kernels.h"
#include "core/model/rowwise.h"

namespace secateur::model {

namespace {

/// Rows of a group: items are added until it has as many.
constexpr std::int64_t groupTokens = 512;
/// Of the logits that exist at the same time, per thread.
constexpr std::int64_t rowsScoredAtOnce = 128;

/// Ids that go through the model: the last one of a sequence predicts nothing that is asked for.
std::int64_t inputs(const ScoredSequence &sequence)
{
    return std::int64_t(sequence.ids.size()) - 1;
}

/// How many inputs all sequences of an item begin with.
std::int64_t sharedPrefix(const ScoringItem &item)
{
    const auto &first = item.sequences.front().ids;
    std::int64_t shared = inputs(item.sequences.front());
    for (const auto &sequence : item.sequences) {
        const std::int64_t most = std::min(shared, inputs(sequence));
        shared = std::mismatch(first.begin(), first.begin() + most, sequence.ids.begin()).first - first.begin();
    }
    return shared;
}

/// Rows that an item takes.
std::int64_t rowsOf(const ScoringItem &item)
{
    if (item.sequences.empty())
        return 0;
    const std::int64_t shared = sharedPrefix(item);
    std::int64_t rows = shared;
    for (const auto &sequence : item.sequences)
        rows += inputs(sequence) - shared;
    return rows;
}

Result<void> check(std::span<const ScoringItem> items, std::int64_t positions)
{
    for (std::size_t i = 0; i < items.size(); ++i)
        for (const auto &[ids, scored] : items[i].sequences) {
            const std::string place = "item " + std::to_string(i) + ": a sequence of " + std::to_string(ids.size());
            if (scored < 1 || std::uint64_t(scored) >= ids.size())
                return failure(ErrorCode::InvalidArgument,
                               place + " tokens cannot have a continuation of " + std::to_string(scored)
                                   + "; both the context and the continuation need at least one");
            if (std::int64_t(ids.size()) - 1 > positions)
                return failure(ErrorCode::InvalidArgument,
                               place + " tokens is longer than the " + std::to_string(positions)
                                   + " positions at hand; shorten its context");
        }
    return {};
}

/// A token whose probability is asked for.
struct Target {
    std::size_t slot = 0; ///< of the position that predicts it, among all such positions
    TokenId id = 0;
    float logit = 0.0F;
};

/// The softmax of a position over one range of the vocabulary.
struct RangeSum {
    ExpSum part;
    TokenId best = 0; ///< the most likely id, the smallest among equals
};

/// What is computed for a call: rows, in groups, and what to read from which.
class Plan
{
public:
    Plan(std::span<const ScoringItem> items, std::int64_t width)
    {
        for (const auto &item : items)
            if (!item.sequences.empty())
                add(item);
        m_hidden.resize(m_ids.size() * std::size_t(width));
        std::size_t first = 0;
        for (auto &group : m_groups) {
            const auto floats = std::size_t(group.tokens() * width);
            group.hidden = std::span(m_hidden).subspan(first, floats);
            first += floats;
        }
    }

    [[nodiscard]] std::span<const TokenId> ids() const { return m_ids; }
    [[nodiscard]] std::span<float> hidden() { return m_hidden; }
    [[nodiscard]] std::vector<SequenceGroup> &groups() { return m_groups; }
    [[nodiscard]] const std::vector<std::size_t> &slots() const { return m_slots; } ///< the row of each
    [[nodiscard]] std::vector<Target> &targets() { return m_targets; } ///< in the order of the items

private:
    void add(const ScoringItem &item)
    {
        if (m_groups.empty() || m_groups.back().tokens() >= groupTokens)
            m_groups.emplace_back();
        const std::int64_t shared = sharedPrefix(item);
        const auto prefix = std::int64_t(m_groups.back().lengths.size());
        const auto prefixRow = std::int64_t(m_ids.size());
        addRows(item.sequences.front().ids, 0, shared, -1);
        std::unordered_map<std::int64_t, std::size_t> slotOfRow;
        for (const auto &[ids, scored] : item.sequences) {
            const auto row = std::int64_t(m_ids.size());
            const std::int64_t last = std::int64_t(ids.size()) - 1;
            addRows(ids, shared, last, prefix);
            for (std::int64_t at = last - scored; at < last; ++at) {
                const std::int64_t predicting = at < shared ? prefixRow + at : row + at - shared;
                const auto [slot, fresh] = slotOfRow.try_emplace(predicting, m_slots.size());
                if (fresh)
                    m_slots.push_back(std::size_t(predicting));
                m_targets.push_back({slot->second, ids[std::size_t(at + 1)]});
            }
        }
    }

    void addRows(const std::vector<TokenId> &ids, std::int64_t from, std::int64_t to, std::int64_t behind)
    {
        m_ids.insert(m_ids.end(), ids.begin() + from, ids.begin() + to);
        m_groups.back().lengths.push_back(to - from);
        m_groups.back().continues.push_back(behind);
    }

    std::vector<TokenId> m_ids;
    std::vector<float> m_hidden;
    std::vector<SequenceGroup> m_groups;
    std::vector<std::size_t> m_slots;
    std::vector<Target> m_targets;
};

Result<void> forward(Decoder &decoder, Plan &plan, const RunContext &context)
{
    SECATEUR_CHECK(decoder.embed(plan.ids(), plan.groups(), context));
    const std::uint64_t layers = std::uint64_t(decoder.config().layers);
    const std::uint64_t tokens = plan.ids().size();
    for (std::uint32_t layer = 0; layer < layers; ++layer) {
        SECATEUR_CHECK(context.checkpoint());
        SECATEUR_TRY(weights, decoder.load(LayerIndex{layer}, context));
        std::uint64_t done = layer * tokens;
        for (auto &group : plan.groups()) {
            SECATEUR_CHECK(decoder.forwardRows(LayerIndex{layer}, *weights, group, context));
            done += std::uint64_t(group.tokens());
            context.report({.stage = "forward", .done = done / layers, .total = tokens, .unit = "tokens"});
        }
    }
    return {};
}

/// The head over the positions of all slots, range by range of the vocabulary.
class Head
{
public:
    Head(Decoder &decoder, Plan &plan)
        : m_decoder(decoder), m_width(decoder.config().hiddenSize), m_slots(plan.slots().size()),
          m_ranges(std::size_t((decoder.config().vocabSize + Decoder::headRowsAtOnce - 1) / Decoder::headRowsAtOnce)),
          m_states(m_slots * std::size_t(m_width)), m_sums(m_slots * m_ranges), m_targetsOf(m_slots)
    {
        for (std::size_t slot = 0; slot < m_slots; ++slot)
            std::copy_n(plan.hidden().data() + plan.slots()[slot] * std::size_t(m_width), m_width,
                        m_states.data() + slot * std::size_t(m_width));
        for (auto &target : plan.targets())
            m_targetsOf[target.slot].push_back(&target);
    }

    Result<void> run(const RunContext &context)
    {
        SECATEUR_CHECK(m_decoder.finalNorm(m_states));
        return m_decoder.forEachHeadRange(
            [&](std::int64_t firstId, const ConstMatrixView &rows) {
                std::vector<float> buffer(std::size_t(rowsScoredAtOnce * rows.rows));
                for (std::size_t first = 0; first < m_slots && !context.stopRequested(); first += rowsScoredAtOnce)
                    addRange(first, firstId, rows, buffer);
            },
            context);
    }

    /// log(sum(exp(logits))) of a slot and its most likely id. The ranges are added in their order, whichever thread
    /// computed them and when.
    [[nodiscard]] std::pair<double, TokenId> total(std::size_t slot) const
    {
        const std::span<const RangeSum> ranges(m_sums.data() + slot * m_ranges, m_ranges);
        const RangeSum *best = &ranges.front();
        for (const auto &range : ranges)
            if (range.part.max > best->part.max)
                best = &range;
        double sum = 0.0;
        for (const auto &range : ranges)
            sum += range.part.sum * std::exp(double(range.part.max) - double(best->part.max));
        return {double(best->part.max) + std::log(sum), best->best};
    }

private:
    void addRange(std::size_t first, std::int64_t firstId, const ConstMatrixView &rows, std::vector<float> &buffer)
    {
        const auto count = std::min(std::size_t(rowsScoredAtOnce), m_slots - first);
        multiplyRows({m_states.data() + first * std::size_t(m_width), std::int64_t(count), m_width, m_width}, rows,
                     {buffer.data(), std::int64_t(count), rows.rows, rows.rows});
        softCap(buffer.data(), std::int64_t(count) * rows.rows, m_decoder.config().logitSoftcap);
        for (std::size_t i = 0; i < count; ++i) {
            const std::span<const float> logits(buffer.data() + i * std::size_t(rows.rows), std::size_t(rows.rows));
            const auto part = expSumOfRow(logits);
            const auto best = std::find(logits.begin(), logits.end(), part.max) - logits.begin();
            m_sums[(first + i) * m_ranges + std::size_t(firstId / Decoder::headRowsAtOnce)] = {part,
                                                                                               TokenId(firstId + best)};
            for (Target *const target : m_targetsOf[first + i])
                if (target->id >= firstId && target->id < firstId + rows.rows)
                    target->logit = logits[std::size_t(target->id - firstId)];
        }
    }

    Decoder &m_decoder;
    std::int64_t m_width;
    std::size_t m_slots;
    std::size_t m_ranges;
    std::vector<float> m_states; ///< [slots, hiddenSize]
    std::vector<RangeSum> m_sums; ///< [slots, ranges]
    std::vector<std::vector<Target *>> m_targetsOf;
};

} // namespace

Result<std::vector<std::vector<ContinuationScore>>>
scoreContinuations(Decoder &decoder, std::span<const ScoringItem> items, const RunContext &context)
{
    SECATEUR_CHECK(check(items, decoder.positions()));
    Plan plan(items, decoder.config().hiddenSize);
    SECATEUR_CHECK(forward(decoder, plan, context));
    Head head(decoder, plan);
    SECATEUR_CHECK(head.run(context));
    context.report({.stage = "score", .done = items.size(), .total = items.size(), .unit = "items"});

    std::vector<std::vector<ContinuationScore>> scores;
    auto target = plan.targets().begin();
    for (const auto &item : items) {
        auto &mine = scores.emplace_back();
        for (const auto &sequence : item.sequences) {
            ContinuationScore score{0.0, true, sequence.scored};
            for (std::int64_t i = 0; i < sequence.scored; ++i, ++target) {
                const auto [logSum, best] = head.total(target->slot);
                score.logLikelihood += double(target->logit) - logSum;
                score.greedy = score.greedy && best == target->id;
            }
            mine.push_back(score);
        }
    }
    return scores;
}

PassShape continuationsShape(std::span<const ScoringItem> items, const DecoderOptions &options)
{
    PassShape shape{.headTokens = rowsScoredAtOnce,
                    .keepWeights = options.keepWeights,
                    .precision = options.precision,
                    .threads = options.threads,
                    .byRow = true};
    for (const auto &item : items) {
        const auto rows = std::uint64_t(rowsOf(item));
        shape.tokens += rows;
        shape.longest = std::max(shape.longest, rows);
        for (const auto &sequence : item.sequences)
            shape.scored += std::uint64_t(sequence.scored);
    }
    return shape;
}

} // namespace secateur::model
