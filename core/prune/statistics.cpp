// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/prune/statistics.h"

#include <cmath>

#include "core/model/kernels.h"

namespace secateur::prune {

namespace {

std::array<std::size_t, 4> inputWidths(const architecture::ModelConfig &config)
{
    return {std::size_t(config.hiddenSize), std::size_t(config.queryWidth()), std::size_t(config.hiddenSize),
            std::size_t(config.intermediateSize)};
}

} // namespace

ActivationStatistics::ActivationStatistics(const architecture::ModelConfig &config, std::size_t sequences)
    : m_sequences(sequences)
{
    const auto widths = inputWidths(config);
    for (std::size_t i = 0; i < m_inputs.size(); ++i) {
        m_inputs[i].cols = widths[i];
        m_inputs[i].squareSums.resize(sequences * widths[i]);
    }
}

void ActivationStatistics::observe(model::LinearInput input, const model::SequenceGroup &group,
                                   const model::ConstMatrixView &x)
{
    auto &target = m_inputs[std::size_t(input)];
    const float *rows = x.data;
    for (std::size_t i = 0; i < group.lengths.size(); ++i) {
        model::columnSquareSums(rows, group.lengths[i], x.cols,
                                target.squareSums.data() + (group.firstSequence + i) * target.cols);
        rows += group.lengths[i] * x.cols;
    }
}

std::vector<float> ActivationStatistics::scalerRow(model::LinearInput input) const
{
    return scalerRow(std::size_t(input), m_sequences);
}

std::vector<float> ActivationStatistics::scalerRow(std::size_t input, std::size_t sequences) const
{
    const auto &source = m_inputs[input];
    std::vector<float> mean(source.cols, 0.0F);
    for (std::size_t sequence = 0; sequence < sequences; ++sequence) {
        const float *const sums = source.squareSums.data() + sequence * source.cols;
        const float keep = float(sequence) / float(sequence + 1);
        for (std::size_t col = 0; col < source.cols; ++col) {
            // The reference takes the norm and squares it again; so do we, for the same rounding.
            const float norm = std::sqrt(sums[col]);
            mean[col] = mean[col] * keep + norm * norm / float(sequence + 1);
        }
    }
    return mean;
}

std::vector<std::vector<float>> ActivationStatistics::scalerRows() const
{
    std::vector<std::vector<float>> rows;
    for (std::size_t input = 0; input < m_inputs.size(); ++input)
        rows.push_back(scalerRow(model::LinearInput(input)));
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

std::size_t ActivationStatistics::inputNumber(model::BlockWeights::Place place)
{
    using model::BlockWeights;
    using model::LinearInput;
    switch (place) {
    case BlockWeights::Query:
    case BlockWeights::Key:
    case BlockWeights::Value: return std::size_t(LinearInput::Attention);
    case BlockWeights::Output: return std::size_t(LinearInput::Output);
    case BlockWeights::Gate:
    case BlockWeights::Up: return std::size_t(LinearInput::Mlp);
    default: return std::size_t(LinearInput::Down);
    }
}

} // namespace secateur::prune
