// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/tinystudy.h"

#include <stdexcept>

#include "core/selection/selection.h"
#include "core/store/study.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

namespace secateur::test {
namespace {

template <typename T>
T valueOf(Result<T> result)
{
    if (!result)
        throw std::runtime_error(describe(result.error()));
    return std::move(*result);
}

store::RunRecipe recipeOf(const TinyRun &run)
{
    store::RunRecipe recipe;
    recipe.name = run.name;
    recipe.domain = run.domain;
    recipe.target = "0.5";
    recipe.calibration.seed = run.seed;
    recipe.calibration.bos = "auto";
    recipe.calibration.tokenCounts = {64, 64};
    recipe.calibration.sampleIndices = {run.seed, run.seed + 1};
    recipe.calibrationFingerprint = std::string(63, '0') + std::to_string(run.seed % 10);
    recipe.calibrationTokens = 128;
    recipe.calibrationSequences = 2;
    return recipe;
}

store::LayerResult layerOf(const architecture::ModelArchive &model, LayerIndex layer, TinyRandom &random)
{
    store::LayerResult result;
    std::vector<float> norm;
    for (const auto &sublayer : model.sublayers()) {
        if (sublayer.inputOf == sublayer.name) {
            norm.clear();
            for (std::int64_t col = 0; col < sublayer.cols; ++col)
                norm.push_back(float(0.5 + random.uniform()));
            result.norms.push_back({sublayer.name, norm});
        }
        std::vector<float> weights(std::size_t(sublayer.rows * sublayer.cols));
        if (const auto read = model.readF32(tensorName({layer, sublayer.name}), weights); !read)
            throw std::runtime_error(describe(read.error()));
        const selection::WeightView view = {std::size_t(sublayer.rows), std::size_t(sublayer.cols), weights};
        auto kept = valueOf(selection::selectWanda(view, norm, valueOf(Sparsity::fromRatio(0.5)), 1));
        result.matrices.push_back({sublayer.name, std::move(kept), std::nullopt});
    }
    return result;
}

} // namespace

void writeTinyStudy(const std::filesystem::path &folder, const std::filesystem::path &modelPath,
                    const std::vector<TinyRun> &runs)
{
    const auto model = valueOf(architecture::ModelArchive::open(modelPath));
    const auto layers = std::size_t(model->config().layers);
    const auto study =
        valueOf(store::Study::openOrCreate(folder, valueOf(architecture::identify(*model, RunContext()))));
    for (const auto &run : runs) {
        TinyRandom random(run.seed + 100);
        const auto writer = valueOf(study->begin(recipeOf(run), layers, model->prunableParameters() / layers / 8));
        for (std::size_t layer = 0; layer < layers; ++layer) {
            const LayerIndex index{std::uint32_t(layer)};
            if (const auto written = writer->writeLayer(index, layerOf(*model, index, random)); !written)
                throw std::runtime_error(describe(written.error()));
        }
        store::RunOutcome outcome;
        outcome.seconds = {{"total", 1.0}};
        (void)valueOf(writer->finish(outcome));
    }
}

} // namespace secateur::test
