// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/engine/maskedstudy.h"

#include <stdexcept>
#include <utility>

#include "core/architecture/modelarchive.h"
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

store::RunRecipe recipe()
{
    store::RunRecipe recipe;
    recipe.name = "code-half";
    recipe.domain = "code";
    recipe.target = "0.5";
    recipe.calibration.files = {{"code.jsonl", 1234, std::string(64, 'a'), 56, "{text}"}};
    recipe.calibration.fieldTemplate = "{text}";
    recipe.calibration.seed = 7;
    recipe.calibration.bos = "auto";
    recipe.calibration.sampleIndices = {3, 1};
    recipe.calibration.tokenCounts = {10, 20};
    recipe.calibrationFingerprint = std::string(64, 'b');
    recipe.calibrationTokens = 30;
    recipe.calibrationSequences = 2;
    return recipe;
}

mask::BitMatrix randomMask(std::size_t rows, std::size_t cols, TinyRandom &random)
{
    mask::BitMatrix kept(rows, cols, true);
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t col = 0; col < cols; ++col)
            kept.set(row, col, random.below(2) == 1);
    return kept;
}

} // namespace

MaskedStudy writeMaskedStudy(const std::filesystem::path &folder, const std::filesystem::path &model,
                             std::uint64_t seed)
{
    const auto archive = valueOf(architecture::ModelArchive::open(model));
    const auto study = valueOf(store::Study::openOrCreate(folder, valueOf(architecture::identify(*archive, {}))));
    const auto layers = std::size_t(archive->config().layers);
    const auto writer = valueOf(study->begin(recipe(), layers, 1 << 16));
    MaskedStudy result{folder, recipe().name, {}};
    TinyRandom random(seed);
    for (std::size_t layer = 0; layer < layers; ++layer) {
        store::LayerResult made;
        for (const auto &sublayer : archive->sublayers()) {
            const LayerIndex index{std::uint32_t(layer)};
            auto kept = randomMask(std::size_t(sublayer.rows), std::size_t(sublayer.cols), random);
            result.kept.emplace(tensorName({index, sublayer.name}), kept);
            made.matrices.push_back({sublayer.name, std::move(kept), {}});
            if (sublayer.inputOf == sublayer.name)
                made.norms.push_back({sublayer.name, std::vector<float>(std::size_t(sublayer.cols), 1.0F)});
        }
        valueOf(writer->writeLayer(LayerIndex{std::uint32_t(layer)}, made));
    }
    valueOf(writer->finish({}));
    return result;
}

} // namespace secateur::test
