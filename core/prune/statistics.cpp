// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/prune/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/model/kernels.h"

namespace secateur::prune {

namespace {

using model::LinearInput;

constexpr std::size_t sharedInputs = 4;

std::size_t expertInput(std::size_t expert, LinearInput input)
{
    return sharedInputs + 2 * expert + (input == LinearInput::Down ? 1 : 0);
}

} // namespace

ActivationStatistics::ActivationStatistics(const architecture::ModelConfig &config, std::size_t sequences)
    : m_sequences(sequences)
{
    const auto &experts = config.experts;
    const std::int64_t wholeMlp = experts.count == 0 ? config.intermediateSize : experts.sharedSize;
    addInput(config.hiddenSize, false);
    addInput(config.queryWidth(), false);
    addInput(wholeMlp > 0 ? config.hiddenSize : 0, false);
    addInput(wholeMlp, false);
    for (std::int64_t expert = 0; expert < experts.count; ++expert) {
        addInput(config.hiddenSize, true);
        addInput(config.intermediateSize, true);
    }
}

void ActivationStatistics::addInput(std::int64_t cols, bool ofExpert)
{
    m_inputs.push_back({std::size_t(cols), std::vector<float>(m_sequences * std::size_t(cols)),
                        std::vector<std::uint32_t>(ofExpert ? m_sequences : 0)});
}

void ActivationStatistics::add(Input &target, std::size_t sequence, const float *rows, std::int64_t count)
{
    model::columnSquareSums(rows, count, std::int64_t(target.cols), target.squareSums.data() + sequence * target.cols);
    if (!target.tokens.empty())
        target.tokens[sequence] += std::uint32_t(count);
}

void ActivationStatistics::observe(LinearInput input, const model::SequenceGroup &group,
                                   const model::ConstMatrixView &x)
{
    const float *rows = x.data;
    for (std::size_t i = 0; i < group.lengths.size(); ++i) {
        add(m_inputs[std::size_t(input)], group.firstSequence + i, rows, group.lengths[i]);
        rows += group.lengths[i] * x.cols;
    }
}

void ActivationStatistics::observeExpert(std::size_t expert, LinearInput input, const model::SequenceGroup &group,
                                         std::span<const std::int64_t> rows, const model::ConstMatrixView &x)
{
    std::size_t done = 0;
    std::int64_t end = 0; // of a sequence's rows in the group
    for (std::size_t i = 0; i < group.lengths.size() && done < rows.size(); ++i) {
        end += group.lengths[i];
        const auto next = std::size_t(std::lower_bound(rows.begin(), rows.end(), end) - rows.begin());
        if (next > done)
            add(m_inputs[expertInput(expert, input)], group.firstSequence + i, x.data + std::int64_t(done) * x.stride,
                std::int64_t(next - done));
        done = next;
    }
}

std::vector<float> ActivationStatistics::scalerRow(LinearInput input) const
{
    return scalerRow(std::size_t(input), m_sequences);
}

std::vector<float> ActivationStatistics::scalerRow(std::size_t input, std::size_t sequences) const
{
    const auto &source = m_inputs[input];
    std::vector<float> mean(source.cols, 0.0F);
    std::size_t seen = 0;
    for (std::size_t sequence = 0; sequence < sequences; ++sequence) {
        if (!source.tokens.empty() && source.tokens[sequence] == 0)
            continue;
        const float *const sums = source.squareSums.data() + sequence * source.cols;
        const float keep = float(seen) / float(seen + 1);
        for (std::size_t col = 0; col < source.cols; ++col) {
            // The reference takes the norm and squares it again; so do we, for the same rounding.
            const float norm = std::sqrt(sums[col]);
            mean[col] = mean[col] * keep + norm * norm / float(seen + 1);
        }
        ++seen;
    }
    return mean;
}

std::vector<std::vector<float>> ActivationStatistics::scalerRows() const
{
    std::vector<std::vector<float>> rows;
    for (std::size_t input = 0; input < m_inputs.size(); ++input)
        rows.push_back(scalerRow(input, m_sequences));
    return rows;
}

double ActivationStatistics::normDistance(std::size_t sequences, const std::vector<std::vector<float>> &ofAll) const
{
    double difference = 0.0;
    double whole = 0.0;
    for (std::size_t input = 0; input < m_inputs.size(); ++input) {
        const auto some = scalerRow(input, sequences);
        const auto &all = ofAll[input];
        for (std::size_t col = 0; col < all.size(); ++col) {
            difference += std::abs(std::sqrt(double(some[col])) - std::sqrt(double(all[col])));
            whole += std::sqrt(double(all[col]));
        }
    }
    return whole > 0.0 ? difference / whole : 0.0;
}

std::size_t ActivationStatistics::inputNumber(const model::BlockWeights &weights, std::size_t linear)
{
    using model::BlockWeights;
    const auto place = weights.placeOf(linear);
    LinearInput input = LinearInput::Down;
    if (place <= BlockWeights::Value)
        input = LinearInput::Attention;
    else if (place == BlockWeights::Output)
        input = LinearInput::Output;
    else if (place != BlockWeights::Down)
        input = LinearInput::Mlp;
    const auto expert = weights.expertOf(linear);
    return expert ? expertInput(*expert, input) : std::size_t(input);
}

std::vector<std::uint64_t> ActivationStatistics::expertTokens() const
{
    std::vector<std::uint64_t> counts;
    for (std::size_t input = sharedInputs; input < m_inputs.size(); input += 2) {
        const auto &tokens = m_inputs[input].tokens;
        counts.push_back(std::accumulate(tokens.begin(), tokens.end(), std::uint64_t(0)));
    }
    return counts;
}

} // namespace secateur::prune
