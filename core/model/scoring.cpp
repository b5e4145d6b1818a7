// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/scoring.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/logsumexp.h>

#include "core/base/parallel.h"
#include "core/model/kernels.h"

namespace secateur::model {

namespace {

constexpr std::int64_t headRowsAtOnce = Decoder::headRowsAtOnce;
constexpr std::int64_t tokensAtOnce = tokensScoredAtOnce;

std::vector<std::int64_t> lengthsOf(const std::vector<std::vector<TokenId>> &sequences)
{
    std::vector<std::int64_t> lengths;
    for (const auto &sequence : sequences)
        lengths.push_back(std::int64_t(sequence.size()));
    return lengths;
}

/// Groups that end where a part ends.
std::vector<SequenceGroup> groupParts(const std::vector<std::int64_t> &lengths, std::span<float> hidden,
                                      std::int64_t width, std::span<const std::size_t> parts)
{
    if (parts.empty())
        return groupSequences(lengths, hidden, width);
    std::vector<SequenceGroup> groups;
    auto next = lengths.begin();
    for (const std::size_t count : parts) {
        const std::vector<std::int64_t> part(next, next + std::ptrdiff_t(count));
        const auto first = std::size_t(next - lengths.begin());
        next += std::ptrdiff_t(count);
        const auto floats = std::size_t(std::accumulate(part.begin(), part.end(), std::int64_t(0)) * width);
        for (auto &group : groupSequences(part, hidden.first(floats), width)) {
            group.firstSequence += first;
            groups.push_back(std::move(group));
        }
        hidden = hidden.subspan(floats);
    }
    return groups;
}

/// log(exp(a) + exp(b)).
double logAdd(double a, double b)
{
    const double high = std::max(a, b);
    if (high == -std::numeric_limits<double>::infinity())
        return high;
    return high + std::log1p(std::exp(std::min(a, b) - high));
}

/// What the softmax of each position needs, gathered while the head streams by.
struct LogSums {
    std::vector<TokenId> target; ///< the next token; -1 at the end of a sequence
    std::vector<double> logSum;
    std::vector<float> targetLogit;

    explicit LogSums(const std::vector<std::vector<TokenId>> &sequences)
    {
        for (const auto &sequence : sequences)
            for (std::size_t i = 0; i < sequence.size(); ++i)
                target.push_back(i + 1 < sequence.size() ? sequence[i + 1] : -1);
        logSum.assign(target.size(), -std::numeric_limits<double>::infinity());
        targetLogit.assign(target.size(), 0.0F);
    }

    /// Logits [rows, vocabulary range] of tokens from `firstToken` on and of ids from `firstId` on.
    void add(const MatrixView &logits, std::int64_t firstToken, std::int64_t firstId)
    {
        const auto sums = at::logsumexp(at::from_blob(logits.data, {logits.rows, logits.cols}), {1});
        const float *const values = sums.data_ptr<float>();
        for (std::int64_t row = 0; row < logits.rows; ++row) {
            const auto token = std::size_t(firstToken + row);
            logSum[token] = logAdd(logSum[token], values[row]);
            const std::int64_t column = target[token] - firstId;
            if (column >= 0 && column < logits.cols)
                targetLogit[token] = logits.data[row * logits.stride + column];
        }
    }
};

} // namespace

Result<std::vector<float>> finalHidden(Decoder &decoder, const std::vector<std::vector<TokenId>> &sequences,
                                       const RunContext &context, std::span<const std::size_t> parts)
{
    const auto &config = decoder.config();
    std::vector<TokenId> ids;
    for (const auto &sequence : sequences)
        ids.insert(ids.end(), sequence.begin(), sequence.end());
    std::vector<float> hidden(ids.size() * std::size_t(config.hiddenSize));
    auto groups = groupParts(lengthsOf(sequences), hidden, config.hiddenSize, parts);
    SECATEUR_CHECK(decoder.embed(ids, groups, context));
    for (std::uint32_t layer = 0; layer < config.layers; ++layer) {
        SECATEUR_CHECK(context.checkpoint());
        SECATEUR_TRY(weights, decoder.load(LayerIndex{layer}, context));
        SECATEUR_CHECK(decoder.forward(LayerIndex{layer}, *weights, groups, PassKind::Full, nullptr, context));
        context.report(
            {.stage = "forward", .done = layer + 1, .total = std::uint64_t(config.layers), .unit = "layers"});
    }
    SECATEUR_CHECK(decoder.finalNorm(hidden));
    return hidden;
}

Result<std::vector<SequenceScore>> scoreHidden(Decoder &decoder, std::span<const float> hidden,
                                               const std::vector<std::vector<TokenId>> &sequences,
                                               const RunContext &context)
{
    const std::int64_t width = decoder.config().hiddenSize;
    const std::int64_t vocabulary = decoder.config().vocabSize;
    LogSums sums(sequences);
    const auto tokens = std::int64_t(sums.target.size());
    std::vector<float> head;
    for (std::int64_t firstId = 0; firstId < vocabulary; firstId += headRowsAtOnce) {
        const std::int64_t rows = std::min(headRowsAtOnce, vocabulary - firstId);
        head.resize(std::size_t(rows * width));
        SECATEUR_CHECK(decoder.headRows(firstId, head));
        parallelFor(std::size_t((tokens + tokensAtOnce - 1) / tokensAtOnce), decoder.options().threads,
                    [&](std::size_t piece) {
                        if (context.stopRequested())
                            return;
                        prepareComputeThread();
                        const std::int64_t first = std::int64_t(piece) * tokensAtOnce;
                        const std::int64_t count = std::min(tokensAtOnce, tokens - first);
                        std::vector<float> buffer(std::size_t(count * rows));
                        const MatrixView logits{buffer.data(), count, rows, rows};
                        multiplyTransposed({hidden.data() + first * width, count, width, width},
                                           {head.data(), rows, width, width}, logits, Precision::Float32);
                        softCap(logits.data, count * rows, decoder.config().logitSoftcap);
                        sums.add(logits, first, firstId);
                    });
        SECATEUR_CHECK(context.checkpoint());
        context.report({.stage = "score",
                        .done = std::uint64_t(firstId + rows),
                        .total = std::uint64_t(vocabulary),
                        .unit = "head rows"});
    }

    std::vector<SequenceScore> scores;
    std::size_t token = 0;
    for (const auto &sequence : sequences) {
        SequenceScore score;
        for (std::size_t i = 0; i < sequence.size(); ++i, ++token) {
            if (i + 1 == sequence.size())
                continue;
            score.tokenNll.push_back(float(sums.logSum[token] - sums.targetLogit[token]));
            score.nll += sums.logSum[token] - sums.targetLogit[token];
            ++score.predicted;
        }
        scores.push_back(std::move(score));
    }
    return scores;
}

} // namespace secateur::model
