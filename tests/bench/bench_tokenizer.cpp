// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <memory>
#include <string>

#include "core/base/file.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/bench/benchtools.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
namespace fs = std::filesystem;

/// Text to ids, in MB/s, against the least that any tokenizer does: one pass over the bytes that finds the words.
namespace {

std::size_t countWords(const std::string &text)
{
    std::size_t words = 0;
    bool inside = false;
    for (const char byte : text) {
        const bool blank = byte == ' ' || byte == '\n' || byte == '\t';
        words += !blank && !inside ? 1 : 0;
        inside = !blank;
    }
    return words;
}

void encode(benchmark::State &state, const tokenizer::Tokenizer &tokenizer, const std::string &text)
{
    if (const auto ids = tokenizer.encode(text, BosPolicy::Never); !ids) {
        state.SkipWithError(test::describe(ids.error()).c_str());
        return;
    }
    bench::compare(
        state, [&] { benchmark::DoNotOptimize(countWords(text)); },
        [&] {
            const auto ids = tokenizer.encode(text, BosPolicy::Never);
            benchmark::DoNotOptimize(ids);
        });
    state.SetBytesProcessed(std::int64_t(text.size()) * std::int64_t(state.iterations()));
}

/// A real vocabulary of 49152 tokens on real text.
void encodeReal(benchmark::State &state, const std::string &file)
{
    const fs::path shared = test::sharedFolder();
    const auto text = readTextFile(shared / "data" / file, std::uint64_t(1) << 26);
    const auto tokenizer = tokenizer::Tokenizer::forModel(shared / "models/SmolLM2-135M-Instruct.Q4_1.gguf");
    if (!text || !tokenizer) {
        state.SkipWithError("needs the model and data of ../shared (or $SECATEUR_SHARED)");
        return;
    }
    std::string start = text->substr(0, std::size_t(1) << 20);
    start.resize(start.rfind('\n') + 1); // whole lines, so whole characters
    encode(state, **tokenizer, start);
}

void encodeTiny(benchmark::State &state)
{
    const test::TemporaryFolder folder;
    const auto text =
        readTextFile(test::writeTinyCorpus(folder.path() / "text.jsonl", 2000, 1), std::uint64_t(1) << 26);
    const auto tokenizer = tokenizer::Tokenizer::fromJson(test::tinyTokenizerJson(), "", "tiny tokenizer");
    if (!text || !tokenizer) {
        state.SkipWithError("the tiny tokenizer could not be made");
        return;
    }
    encode(state, **tokenizer, *text);
}

} // namespace

BENCHMARK_CAPTURE(encodeReal, code, std::string("code/python_calib.jsonl"))
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encodeReal, questions, std::string("commonsense/arc_easy_calib.jsonl"))
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(encodeTiny)->UseManualTime()->Unit(benchmark::kMillisecond);
