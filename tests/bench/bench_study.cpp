// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/store/names.h"
#include "core/store/sealedjson.h"
#include "core/store/study.h"
#include "tests/bench/benchtools.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::store;
namespace fs = std::filesystem;

/// Opening a study, and the first mask of a run, against a plain read of the same files' bytes from the page cache: a
/// ratio of 1 would mean that parsing, seals, checksums and HDF5 cost nothing.
namespace {

constexpr const char *sublayers[] = {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
                                     "mlp.gate_proj",    "mlp.up_proj",      "mlp.down_proj"};

RunRecipe recipeOf(const std::string &name)
{
    RunRecipe recipe;
    recipe.name = name;
    recipe.domain = "python";
    recipe.target = "0.5";
    recipe.calibrationFingerprint = std::string(64, 'e');
    recipe.calibration.sampleIndices.assign(128, 54321);
    recipe.calibration.tokenCounts.assign(128, 2048);
    return recipe;
}

architecture::ModelIdentity identity()
{
    architecture::ModelIdentity model;
    model.path = "/models/tiny";
    model.architecture = "LlamaForCausalLM";
    model.configSha256 = std::string(64, 'c');
    return model;
}

std::vector<fs::path> filesUnder(const fs::path &folder)
{
    std::vector<fs::path> files;
    for (const auto &entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file() && entry.path().filename() != lockFileName)
            files.push_back(entry.path());
    return files;
}

void readPlainly(const std::vector<fs::path> &files)
{
    for (const fs::path &path : files) {
        const auto text = readTextFile(path, std::uint64_t(1) << 30);
        benchmark::DoNotOptimize(text);
    }
}

/// Manifests as a model of 30 layers has them.
void writeManifests(const fs::path &study, int runs)
{
    RunManifest manifest;
    for (std::uint32_t layer = 0; layer < 30; ++layer) {
        for (const char *name : sublayers)
            manifest.sublayers.push_back({{LayerIndex{layer}, name}, 576, 1536, 442368, {}});
        manifest.files.push_back({layerFileName(LayerIndex{layer}), 4000000, std::string(64, 'a')});
    }
    for (int i = 0; i < runs; ++i) {
        manifest.id = newRunId();
        manifest.recipe = recipeOf("run-" + std::to_string(i));
        const fs::path folder = study / runsFolderName / manifest.id;
        fs::create_directories(folder);
        test::writeFile(folder / manifestFileName, sealJson(toJson(manifest), ""));
    }
}

void openThirtyRuns(benchmark::State &state)
{
    const test::TemporaryFolder folder;
    const fs::path path = folder.path() / "bench.secateur";
    if (const auto created = Study::openOrCreate(path, identity()); !created) {
        state.SkipWithError(test::describe(created.error()).c_str());
        return;
    }
    writeManifests(path, 30);
    const auto study = Study::open(path, Study::Access::Read);
    if (!study || (*study)->runs().size() != 30) {
        state.SkipWithError("the runs cannot be read");
        return;
    }
    const auto files = filesUnder(path);
    bench::compare(
        state, [&] { readPlainly(files); },
        [&] {
            const auto open = Study::open(path, Study::Access::Read);
            benchmark::DoNotOptimize(open);
        });
}

/// A run of one layer with one mask.
Result<std::unique_ptr<Study>> studyWithMask(const fs::path &path, std::size_t side)
{
    SECATEUR_TRY(study, Study::openOrCreate(path, identity()));
    SECATEUR_TRY(writer, study->begin(recipeOf("python"), 1, side * side / 8));
    mask::BitMatrix kept(side, side);
    for (std::size_t row = 0; row < side; ++row)
        for (std::size_t col = 0; col < side; ++col)
            kept.set(row, col, (row * 31 + col * col) % 7 < 4);
    LayerResult layer;
    layer.matrices.push_back({sublayers[0], std::move(kept), {}});
    SECATEUR_CHECK(writer->writeLayer(LayerIndex{0}, layer));
    SECATEUR_CHECK(writer->finish({}));
    return std::move(study);
}

void readFirstMask(benchmark::State &state)
{
    const test::TemporaryFolder folder;
    const fs::path path = folder.path() / "bench.secateur";
    const auto study = studyWithMask(path, std::size_t(state.range(0)));
    const auto read = [&study] {
        return (*study)->read("python").and_then([](const auto &run) {
            return run->mask({LayerIndex{0}, sublayers[0]});
        });
    };
    if (!study || !read()) {
        state.SkipWithError("the mask cannot be read");
        return;
    }
    const auto files = filesUnder(path / runsFolderName);
    bench::compare(
        state, [&] { readPlainly(files); },
        [&] {
            const auto mask = read();
            benchmark::DoNotOptimize(mask);
        });
}

} // namespace

BENCHMARK(openThirtyRuns)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(readFirstMask)->Arg(576)->Arg(4096)->UseManualTime()->Unit(benchmark::kMillisecond);
