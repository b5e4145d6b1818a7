// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/prune/outliers.h"

#include <cstdint>

#include "core/prune/activations.h"
#include "core/prune/statistics.h"
#include "core/selection/layersparsity.h"

namespace secateur::prune {

namespace {

Result<double> shareOf(const model::BlockWeights &weights, const std::vector<std::vector<float>> &norms, double factor,
                       int threads)
{
    std::vector<selection::ScoredMatrix> matrices;
    for (std::size_t place = 0; place < weights.linears.size(); ++place) {
        const auto &linear = weights.linears[place];
        matrices.push_back({{std::size_t(linear.sublayer.rows), std::size_t(linear.sublayer.cols), linear.values},
                            norms[ActivationStatistics::inputNumber(weights, place)]});
    }
    return selection::outlierShare(matrices, factor, threads);
}

} // namespace

Result<std::vector<double>> outlierShares(model::Decoder &decoder, const data::CalibrationSet &calibration,
                                          double factor, const RunContext &context)
{
    const auto layers = std::uint32_t(decoder.config().layers);
    SECATEUR_TRY(activations, Activations::embed(decoder, calibration, context));
    std::vector<double> shares;
    for (std::uint32_t layer = 0; layer < layers; ++layer) {
        context.report({.stage = "outliers", .done = layer, .total = layers, .unit = "layers"});
        SECATEUR_CHECK(context.checkpoint());
        SECATEUR_TRY(weights, decoder.load(LayerIndex{layer}, context));
        ActivationStatistics statistics(decoder.config(), calibration.sequences.size());
        const bool last = layer + 1 == layers;
        SECATEUR_CHECK(decoder.forward(LayerIndex{layer}, *weights, activations.groups,
                                       last ? model::PassKind::StatisticsOnly : model::PassKind::Full, &statistics,
                                       context));
        SECATEUR_TRY(share, shareOf(*weights, statistics.scalerRows(), factor, decoder.options().threads));
        shares.push_back(share);
    }
    context.report({.stage = "outliers", .done = layers, .total = layers, .unit = "layers"});
    return shares;
}

} // namespace secateur::prune
