// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compute/batches.h"

#include <algorithm>

#include "core/compute/jobs.h"
#include "core/model/scoring.h"

namespace secateur::compute {

namespace {

/// Hidden states held at a time.
constexpr std::uint64_t batchBytes = std::uint64_t(256) << 20;

} // namespace

std::size_t longest(const Sequences &sequences)
{
    std::size_t most = 0;
    for (const auto &sequence : sequences)
        most = std::max(most, sequence.size());
    return most;
}

std::uint64_t tokensOf(const Sequences &sequences)
{
    std::uint64_t tokens = 0;
    for (const auto &sequence : sequences)
        tokens += sequence.size();
    return tokens;
}

std::vector<Range> batchesOf(const Sequences &sequences, const architecture::ModelConfig &config)
{
    const std::uint64_t most = batchBytes / (std::uint64_t(config.hiddenSize) * sizeof(float));
    std::vector<Range> batches;
    std::uint64_t tokens = 0;
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        if (batches.empty() || tokens + sequences[i].size() > most) {
            batches.emplace_back(i, i);
            tokens = 0;
        }
        batches.back().second = i + 1;
        tokens += sequences[i].size();
    }
    return batches;
}

Sequences slice(const Sequences &sequences, const Range &range)
{
    return {sequences.begin() + std::ptrdiff_t(range.first), sequences.begin() + std::ptrdiff_t(range.second)};
}

model::PassShape scoringShape(std::uint64_t tokens, std::size_t longestSequence, engine::ComputeType compute,
                              int threads)
{
    return {.tokens = tokens,
            .longest = longestSequence,
            .cached = 0,
            .headTokens = model::tokensScoredAtOnce,
            .keepWeights = false,
            .precision = precisionOf(compute),
            .threads = threads};
}

RunContext partOf(const RunContext &context, std::uint64_t part, std::uint64_t parts)
{
    return {context.stopToken(), [&context, part, parts](Progress progress) {
                progress.done += part * progress.total;
                progress.total *= parts;
                context.report(progress);
            }};
}

} // namespace secateur::compute
