// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <memory>
#include <vector>

#include "core/architecture/modelarchive.h"
#include "core/base/file.h"
#include "tests/bench/benchtools.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
namespace fs = std::filesystem;

/// Opening a model and reading every tensor as float32 (one buffer, as when blocks stream), against reading the same
/// files from end to end in pieces of 1 MiB. Both from the page cache and on one thread: a ratio of 1 would mean that
/// checks, conversion and dequantisation cost nothing.
namespace {

void readPlainly(const std::vector<fs::path> &files)
{
    std::vector<std::byte> piece(std::size_t(1) << 20);
    for (const fs::path &path : files) {
        const auto file = ReadFile::open(path);
        for (std::uint64_t offset = 0; file && offset < file->size(); offset += piece.size()) {
            const auto length = std::min<std::uint64_t>(piece.size(), file->size() - offset);
            const auto read = file->readAt(offset, std::span(piece).first(std::size_t(length)));
            benchmark::DoNotOptimize(read);
        }
    }
}

Result<void> load(const fs::path &path, std::vector<float> &buffer)
{
    SECATEUR_TRY(model, architecture::ModelArchive::open(path));
    for (const auto &tensor : model->tensors()) {
        std::size_t elements = 1;
        for (const std::uint64_t extent : tensor.shape)
            elements *= std::size_t(extent);
        buffer.resize(std::max(buffer.size(), elements));
        SECATEUR_CHECK(model->readF32(tensor.name, std::span(buffer).first(elements)));
    }
    return {};
}

void compareLoad(benchmark::State &state, const fs::path &path)
{
    std::vector<float> buffer;
    const auto model = architecture::ModelArchive::open(path);
    if (const auto loaded = load(path, buffer); !model || !loaded) {
        state.SkipWithError(test::describe(model ? loaded.error() : model.error()).c_str());
        return;
    }
    const auto files = (*model)->weightFiles();
    std::uint64_t bytes = 0;
    for (const fs::path &file : files)
        bytes += fs::file_size(file);
    bench::compare(
        state, [&] { readPlainly(files); },
        [&] {
            const auto loaded = load(path, buffer);
            benchmark::DoNotOptimize(loaded);
        });
    state.SetBytesProcessed(std::int64_t(bytes) * std::int64_t(state.iterations()));
}

void loadGguf(benchmark::State &state)
{
    const fs::path path = test::sharedFolder() / "models/SmolLM2-135M-Instruct.Q4_1.gguf";
    if (!fs::exists(path)) {
        state.SkipWithError("needs the model of ../shared (or $SECATEUR_SHARED)");
        return;
    }
    compareLoad(state, path);
}

void loadSafetensors(benchmark::State &state, const std::string &dtype)
{
    const test::TemporaryFolder folder;
    test::TinyModelOptions options;
    options.layers = 4;
    options.hidden = 1024;
    options.intermediate = 2816;
    options.heads = 16;
    options.kvHeads = 16;
    options.dtype = dtype;
    compareLoad(state, test::writeTinyModel(folder.path() / "model", options));
}

} // namespace

BENCHMARK(loadGguf)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(loadSafetensors, BF16, std::string("BF16"))->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(loadSafetensors, F32, std::string("F32"))->UseManualTime()->Unit(benchmark::kMillisecond);
