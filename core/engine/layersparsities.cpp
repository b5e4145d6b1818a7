// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/layersparsities.h"

#include <cstdint>
#include <utility>

namespace secateur::engine {

namespace {

Result<double> outlierShareOf(LayerIndex layer, const architecture::ModelArchive &model, const store::RunReader &run,
                              double factor, int threads)
{
    std::vector<std::pair<std::vector<float>, std::vector<float>>> read; ///< weights and norms
    std::vector<selection::ScoredMatrix> matrices;
    for (const architecture::Sublayer &sublayer : model.sublayers()) {
        const MatrixId id{layer, sublayer.name};
        std::vector<float> weights(std::size_t(sublayer.rows) * std::size_t(sublayer.cols));
        SECATEUR_CHECK(model.readF32(tensorName(id), weights));
        SECATEUR_TRY(norm, run.norm(id));
        read.emplace_back(std::move(weights), std::move(norm)); // moving keeps where the numbers are
        matrices.push_back(
            {{std::size_t(sublayer.rows), std::size_t(sublayer.cols), read.back().first}, read.back().second});
    }
    return selection::outlierShare(matrices, factor, threads);
}

} // namespace

Result<std::vector<Sparsity>> layerSparsities(const selection::LayerRule &rule, const Sparsity &total,
                                              const architecture::ModelArchive &model, const store::RunReader &run,
                                              int threads, const RunContext &context)
{
    const std::size_t layers = run.manifest().layers();
    if (rule.kind == selection::LayerRule::Kind::Table)
        return selection::tableSparsities(rule, layers);
    if (!run.manifest().recipe.hasNorms())
        return failure(ErrorCode::InvalidArgument,
                       "OWL counts outliers among Wanda's scores, and run \"" + run.manifest().recipe.name
                           + "\" has no norms to score by; choose a run pruned by wanda");
    std::vector<double> shares;
    for (std::uint32_t layer = 0; layer < layers; ++layer) {
        context.report({"outliers", layer, layers, "layers"});
        SECATEUR_CHECK(context.checkpoint());
        SECATEUR_TRY(share, outlierShareOf(LayerIndex{layer}, model, run, rule.outlierFactor, threads));
        shares.push_back(share);
    }
    return selection::owlSparsities(shares, total, rule.spread);
}

} // namespace secateur::engine
