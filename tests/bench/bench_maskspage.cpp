// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <malloc.h>

#include "app/pages/maskswork.h"
#include "core/base/file.h"
#include "core/base/parallel.h"
#include "core/store/study.h"
#include "tests/bench/benchtools.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::app;
namespace fs = std::filesystem;

/// What the Masks page waits for.
///
/// sliderStep: one step of the Masks page's sparsity slider: both masks of a pair of 4096 x 4096 selected anew, with
/// their densities, margins and difference, ready to draw. The reference does only the selecting, the way one would
/// write it down: scores of a row, std::nth_element, a comparison; on as many threads.
namespace {

constexpr std::size_t side = 4096;
constexpr std::size_t wideRows = 4096;
constexpr std::size_t wideCols = 11008;

struct Input {
    std::shared_ptr<const widgets::WeightMatrix> weights;
    MaskPair pair;
};

MaskSide sideOf(const std::string &name, std::uint64_t seed, PruneMethod method)
{
    test::TinyRandom random(seed);
    std::vector<float> norms(side);
    for (float &norm : norms)
        norm = float(std::exp(random.normal()));
    MaskSide made;
    made.runId = name;
    made.runName = name;
    made.method = method;
    made.mask = std::make_shared<const widgets::MaskData>(mask::BitMatrix(side, side));
    made.norms = std::make_shared<const std::vector<float>>(std::move(norms));
    return made;
}

Input inputOf(PruneMethod method)
{
    test::TinyRandom random(1);
    std::vector<float> values(side * side);
    for (float &value : values)
        value = float(0.02 * random.normal());
    Input input{widgets::makeWeightMatrix(side, side, std::move(values)).value(), {}};
    input.pair.a = sideOf("a", 2, method);
    input.pair.b = sideOf("b", 3, method);
    return input;
}

void selectPlainly(const widgets::WeightMatrix &weights, const std::vector<float> &norms, double ratio)
{
    std::vector<char> kept(weights.values.size());
    const auto pruned = std::ptrdiff_t(double(side) * ratio);
    parallelFor(side, bench::threads, [&](std::size_t row) {
        std::vector<float> scores(side);
        for (std::size_t col = 0; col < side; ++col)
            scores[col] = scoreOf(weights.values[row * side + col], &norms, col);
        auto sorted = scores;
        std::nth_element(sorted.begin(), sorted.begin() + pruned, sorted.end());
        for (std::size_t col = 0; col < side; ++col)
            kept[row * side + col] = scores[col] >= sorted[std::size_t(pruned)] ? 1 : 0;
    });
    benchmark::DoNotOptimize(kept.data());
}

void sliderStep(benchmark::State &state, PruneMethod method)
{
    const Input input = inputOf(method);
    int step = 0;
    bench::compare(
        state,
        [&] {
            selectPlainly(*input.weights, *input.pair.a.norms, 0.5);
            selectPlainly(*input.weights, *input.pair.b.norms, 0.5);
        },
        [&] {
            const double ratio = 0.3 + 0.001 * (step++ % 400);
            const auto made = selectPair(input.pair, *input.weights, ratio, bench::threads, {});
            benchmark::DoNotOptimize(made);
        });
}

mask::BitMatrix randomBits(std::size_t rows, std::size_t cols, std::uint64_t seed)
{
    test::TinyRandom random(seed);
    mask::BitMatrix bits(rows, cols);
    for (std::size_t row = 0; row < rows; ++row)
        for (std::uint64_t &word : bits.row(row))
            word = random.next(); // cols is a multiple of 64: no padding to keep clear
    return bits;
}

/// Two runs of one layer with one matrix of 4096 x 11008.
Result<MasksReader::Request> writePair(const fs::path &path)
{
    architecture::ModelIdentity model;
    model.path = "/models/wide";
    model.architecture = "LlamaForCausalLM";
    model.configSha256 = std::string(64, 'c');
    SECATEUR_TRY(study, store::Study::openOrCreate(path, model));
    MasksReader::Request request{path, {}, {}, {LayerIndex{0}, "mlp.down_proj"}};
    for (const std::string name : {"python", "math"}) {
        store::RunRecipe recipe;
        recipe.name = name;
        recipe.domain = name;
        recipe.target = "0.5";
        recipe.calibrationFingerprint = std::string(64, name == "math" ? 'e' : 'f');
        SECATEUR_TRY(writer, study->begin(recipe, 1, wideRows * wideCols / 8));
        store::LayerResult layer;
        layer.matrices.push_back({request.id.sublayer, randomBits(wideRows, wideCols, name.size()), {}});
        layer.norms.push_back({request.id.sublayer, std::vector<float>(wideCols, 1.0F)});
        SECATEUR_CHECK(writer->writeLayer(LayerIndex{0}, layer));
        SECATEUR_TRY(manifest, writer->finish({}));
        (name == "python" ? request.runA : request.runB) = manifest.id;
    }
    return request;
}

std::size_t allocatedBytes()
{
    const auto now = mallinfo2();
    return now.uordblks + now.hblkhd;
}

/// From a closed study to a pair that can be drawn, against a plain read of the study's files. "beyond_MB": what an
/// open mask holds in memory besides its packed bits, a half of the difference's part included.
void openPair(benchmark::State &state)
{
    const test::TemporaryFolder folder;
    const auto request = writePair(folder.path() / "wide.secateur");
    if (!request || !MasksReader().read(*request, bench::threads, {})) {
        state.SkipWithError("the masks cannot be read");
        return;
    }
    std::vector<fs::path> files;
    for (const auto &entry : fs::recursive_directory_iterator(request->study))
        if (entry.is_regular_file())
            files.push_back(entry.path());
    bench::compare(
        state,
        [&] {
            for (const fs::path &file : files) {
                const auto text = readTextFile(file, std::uint64_t(1) << 30);
                benchmark::DoNotOptimize(text);
            }
        },
        [&] {
            MasksReader reader; // which keeps nothing open from the time before
            const auto pair = reader.read(*request, bench::threads, {});
            benchmark::DoNotOptimize(pair);
        });
    const std::size_t before = allocatedBytes();
    const auto pair = MasksReader().read(*request, bench::threads, {});
    const double held = double(allocatedBytes() - before) / 2;
    state.counters["beyond_MB"] = (held - double(wideRows * wideCols / 8)) / 1e6;
}

} // namespace

// The column "CPU" is the time of all threads, which other programs disturb less than the clock's.
BENCHMARK_CAPTURE(sliderStep, wanda, PruneMethod::Wanda)
    ->UseManualTime()
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sliderStep, magnitude, PruneMethod::Magnitude)
    ->UseManualTime()
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(openPair)->UseManualTime()->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
