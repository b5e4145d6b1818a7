// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/engine/selectedstudy.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/base/sha256.h"
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
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

PruneTarget targetOf(const store::RunRecipe &recipe)
{
    if (recipe.target.find(':') != std::string::npos)
        return valueOf(NmPattern::fromText(recipe.target));
    return valueOf(Sparsity::fromRatio(std::stod(recipe.target)));
}

const architecture::Sublayer &sublayerOf(const architecture::ModelArchive &model, const MatrixId &id)
{
    const auto &sublayers = model.sublayers();
    return *std::ranges::find(sublayers, id.sublayer, &architecture::Sublayer::name);
}

} // namespace

SelectedStudy::SelectedStudy(std::filesystem::path folder, const std::filesystem::path &model)
    : m_folder(std::move(folder)), m_model(valueOf(architecture::ModelArchive::open(model)))
{
    valueOf(store::Study::openOrCreate(m_folder, valueOf(architecture::identify(*m_model, {}))));
}

store::RunRecipe SelectedStudy::recipe(const std::string &name, std::uint64_t sample)
{
    store::RunRecipe recipe;
    recipe.name = name;
    recipe.domain = "code";
    recipe.target = "0.5";
    recipe.calibration.seed = sample;
    recipe.calibration.tokenCounts = {10, 20};
    recipe.calibrationFingerprint = sha256Hex("sample " + std::to_string(sample));
    recipe.calibrationTokens = 30;
    recipe.calibrationSequences = 2;
    return recipe;
}

std::vector<float> SelectedStudy::norms(const store::RunRecipe &recipe, const MatrixId &id) const
{
    const auto &sublayer = sublayerOf(*m_model, id);
    TinyRandom random(std::stoull(recipe.calibrationFingerprint.substr(0, 12), nullptr, 16) + 100 * id.layer.value
                      + sublayer.inputOf.size());
    std::vector<float> values(std::size_t(sublayer.cols));
    for (float &value : values)
        value = float(std::exp(random.normal()));
    return values;
}

mask::BitMatrix SelectedStudy::select(const store::RunRecipe &recipe, const MatrixId &id) const
{
    const auto &sublayer = sublayerOf(*m_model, id);
    std::vector<float> weights(std::size_t(sublayer.rows * sublayer.cols));
    valueOf(m_model->readF32(tensorName(id), weights));
    const selection::WeightView view{std::size_t(sublayer.rows), std::size_t(sublayer.cols), weights};
    if (recipe.method == PruneMethod::Magnitude)
        return valueOf(selection::selectMagnitude(view, targetOf(recipe), 1));
    if (recipe.method == PruneMethod::WandaVariant)
        return valueOf(selection::selectWandaVariant(view, norms(recipe, id), std::get<Sparsity>(targetOf(recipe)), 1))
            .kept;
    return valueOf(selection::selectWanda(view, norms(recipe, id), targetOf(recipe), 1));
}

store::RunManifest SelectedStudy::add(const store::RunRecipe &recipe)
{
    const auto study = valueOf(store::Study::open(m_folder, store::Study::Access::Write));
    const auto layers = std::uint32_t(m_model->config().layers);
    const auto writer = valueOf(study->begin(recipe, layers, 1 << 16));
    for (std::uint32_t layer = 0; layer < layers; ++layer) {
        store::LayerResult result;
        for (const auto &sublayer : m_model->sublayers()) {
            const MatrixId id{LayerIndex{layer}, sublayer.name};
            const bool variant = recipe.method == PruneMethod::WandaVariant;
            result.matrices.push_back(
                {sublayer.name, select(recipe, id), variant ? std::optional(0.25) : std::nullopt});
            if (sublayer.inputOf == sublayer.name && recipe.method != PruneMethod::Magnitude)
                result.norms.push_back({sublayer.name, norms(recipe, id)});
        }
        valueOf(writer->writeLayer(LayerIndex{layer}, result));
    }
    return valueOf(writer->finish({}));
}

} // namespace secateur::test
