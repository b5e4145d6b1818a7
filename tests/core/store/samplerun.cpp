// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/store/samplerun.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace secateur::test {

namespace {

mask::BitMatrix sampleMask(std::size_t rows, std::size_t cols, std::size_t seed)
{
    mask::BitMatrix bits(rows, cols);
    std::uint64_t state = seed * 2 + 1;
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t col = 0; col < cols; ++col) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            bits.set(row, col, state >> 63);
        }
    return bits;
}

std::vector<float> sampleNorm(std::size_t size, std::size_t seed)
{
    std::vector<float> values(size);
    for (std::size_t i = 0; i < size; ++i)
        values[i] = float(i * 7 + seed) / 3.0F;
    return values;
}

} // namespace

architecture::ModelIdentity sampleModel()
{
    architecture::ModelIdentity model;
    model.path = "/models/tiny";
    model.architecture = "LlamaForCausalLM";
    model.configSha256 = std::string(64, 'c');
    model.files = {{"model-1.safetensors", 1000, std::string(64, 'a')},
                   {"model-2.safetensors", 2000, std::string(64, 'b')}};
    return model;
}

store::RunRecipe sampleRecipe(const std::string &name)
{
    store::RunRecipe recipe;
    recipe.name = name;
    recipe.domain = "python";
    recipe.target = "0.5";
    recipe.calibration.files = {{"python.jsonl", 4096, std::string(64, 'd'), 12, "{code}"}};
    recipe.calibration.preset = "code";
    recipe.calibration.seed = 18446744073709551615U;
    recipe.calibration.bos = "auto";
    recipe.calibration.sampleIndices = {3, 1, 2};
    recipe.calibration.tokenCounts = {10, 20, 30};
    recipe.calibration.notices = {"one duplicate was dropped"};
    recipe.calibrationFingerprint = std::string(64, 'e');
    recipe.calibrationTokens = 60;
    recipe.calibrationSequences = 3;
    return recipe;
}

store::LayerResult sampleLayer(std::size_t layer)
{
    store::LayerResult result;
    result.matrices = {{"self_attn.q_proj", sampleMask(24, 19, layer * 10 + 1), {}},
                       {"self_attn.k_proj", sampleMask(24, 19, layer * 10 + 2), {}},
                       {"mlp.down_proj", sampleMask(10, 40, layer * 10 + 3), 0.25 + double(layer)}};
    result.norms = {{"self_attn.q_proj", sampleNorm(19, layer)}, {"mlp.down_proj", sampleNorm(40, layer + 100)}};
    return result;
}

store::RunOutcome sampleOutcome()
{
    store::RunOutcome outcome;
    outcome.seconds = {{"load", 0.5}, {"total", 12.25}};
    outcome.peakResidentBytes = 123456789;
    outcome.threads = 2;
    outcome.versions = {{"secateur", "0.1.0"}, {"libtorch", "1.13.1"}};
    return outcome;
}

Result<store::RunManifest> completeRun(const std::filesystem::path &study, const std::string &name,
                                       const std::function<void(std::size_t)> &acknowledged)
{
    SECATEUR_TRY(open, store::Study::openOrCreate(study, sampleModel()));
    if (auto finished = open->find(name))
        return finished;
    const store::RunRecipe recipe = sampleRecipe(name);
    const auto &interrupted = open->interrupted();
    const bool begun = std::any_of(interrupted.begin(), interrupted.end(),
                                   [&name](const auto &run) { return run.recipe.name == name; });
    SECATEUR_TRY(writer, begun ? open->resume(recipe, sampleLayers) : open->begin(recipe, sampleLayers, 1000));
    for (std::size_t layer = writer->finishedLayers(); layer < sampleLayers; ++layer) {
        SECATEUR_CHECK(writer->writeLayer(LayerIndex{std::uint32_t(layer)}, sampleLayer(layer)));
        acknowledged(layer);
    }
    return writer->finish(sampleOutcome());
}

void flipBit(const std::filesystem::path &file, std::size_t bit)
{
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    const auto position = std::streamoff(bit / 8);
    stream.seekg(position);
    const int byte = stream.get();
    stream.seekp(position);
    stream.put(char(byte ^ (1 << bit % 8)));
    stream.close();
    if (!stream)
        throw std::runtime_error("cannot change " + file.string());
}

bool sameLayer(const store::LayerResult &a, const store::LayerResult &b)
{
    const auto sameMatrix = [](const auto &x, const auto &y) {
        return x.sublayer == y.sublayer && x.kept == y.kept && x.alpha == y.alpha;
    };
    const auto sameNorm = [](const auto &x, const auto &y) { return x.sublayer == y.sublayer && x.values == y.values; };
    return std::equal(a.matrices.begin(), a.matrices.end(), b.matrices.begin(), b.matrices.end(), sameMatrix)
        && std::equal(a.norms.begin(), a.norms.end(), b.norms.begin(), b.norms.end(), sameNorm);
}

Result<store::LayerResult> readBack(const store::RunReader &reader, std::size_t layer)
{
    store::LayerResult result;
    for (const store::SublayerInfo &info : reader.manifest().sublayers) {
        if (info.id.layer.value != layer)
            continue;
        SECATEUR_TRY(kept, reader.mask(info.id));
        result.matrices.push_back({info.id.sublayer, std::move(kept), info.alpha});
        SECATEUR_TRY(norm, reader.norm(info.id));
        if (info.id.sublayer != "self_attn.k_proj")
            result.norms.push_back({info.id.sublayer, std::move(norm)});
    }
    return result;
}

} // namespace secateur::test
