// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <fstream>
#include <limits>
#include <numeric>

#include "core/model/batchgeneration.h"
#include "core/model/continuations.h"
#include "core/model/generation.h"
#include "core/model/rowwise.h"
#include "core/model/scoring.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/bench/benchtools.h"
#include "tests/support/goldens.h"
#include "tests/support/testsupport.h"

using namespace secateur;

/// Scoring and generating in batches against one sequence at a time, on the real model with its weights kept, both on
/// two threads: counter "ratio". "gemm": the share of the batch's time that its bare matrix products take.
/// "per_second": items or tokens.
namespace {

struct Choices {
    std::vector<model::ScoringItem> items;
    std::vector<std::vector<model::TokenId>> contexts; ///< one per item
};

/// The items of ARC-easy in ../shared.
Choices arcEasy()
{
    const auto tokenizer = tokenizer::Tokenizer::forModel(test::goldenModelPath());
    std::ifstream file(test::sharedFolder() / "goldens/eval/choice_arc_easy.jsonl");
    Choices result;
    for (std::string line; tokenizer && std::getline(file, line);) {
        const auto record = nlohmann::json::parse(line);
        model::ScoringItem item;
        for (const auto &choice : record["choices"]) {
            const std::string context = choice["context"];
            const std::string continuation = choice["continuation"];
            const auto whole = (*tokenizer)->encode(context + continuation, BosPolicy::Never);
            const auto front = (*tokenizer)->encode(context, BosPolicy::Never);
            item.sequences.push_back({*whole, std::int64_t(whole->size()) - std::int64_t(front->size())});
            if (item.sequences.size() == 1)
                result.contexts.push_back(*front);
        }
        result.items.push_back(std::move(item));
    }
    return result;
}

std::unique_ptr<model::Decoder> keptDecoder()
{
    auto made = model::Decoder::create(
        test::openGoldenModel(), 1024,
        {.threads = bench::threads, .precision = model::Precision::Float32, .masks = {}, .keepWeights = true});
    return made ? std::move(*made) : nullptr;
}

/// Seconds for the products of all blocks on `rows` rows, in the pieces that the decoder takes.
double blockProductSeconds(model::Decoder &decoder, std::int64_t rows)
{
    const auto &config = decoder.config();
    const std::vector<float> x(std::size_t(rows * std::max(config.hiddenSize, config.intermediateSize)), 0.5F);
    std::vector<float> out(x.size());
    return bench::secondsOf([&] {
        for (std::uint32_t layer = 0; layer < std::uint32_t(config.layers); ++layer) {
            const auto weights = decoder.load(LayerIndex{layer});
            for (const auto &linear : (*weights)->linears) {
                const auto w = linear.view();
                decoder.team().each(std::size_t((w.rows + 95) / 96), [&](std::size_t piece, std::size_t) {
                    const std::int64_t first = std::int64_t(piece) * 96;
                    const std::int64_t count = std::min<std::int64_t>(96, w.rows - first);
                    model::multiplyRows({x.data(), rows, w.cols, w.cols},
                                        model::ConstMatrixView(w.data + first * w.stride, count, w.cols, w.stride),
                                        {out.data() + first, rows, count, w.rows});
                });
            }
        }
    });
}

double headProductSeconds(model::Decoder &decoder, std::int64_t rows)
{
    const auto width = decoder.config().hiddenSize;
    const std::vector<float> x(std::size_t(rows * width), 0.5F);
    std::vector<float> out(std::size_t(rows * decoder.config().vocabSize));
    return bench::secondsOf([&] {
        (void)decoder.forEachHeadRange(
            [&](std::int64_t first, const model::ConstMatrixView &head) {
                model::multiplyRows({x.data(), rows, width, width}, head,
                                    {out.data() + first, rows, head.rows, decoder.config().vocabSize});
            },
            {});
    });
}

using Scores = std::vector<std::vector<double>>;

/// Each choice alone, as `score` does it: one thread per sequence, the whole head read for all positions.
double plainScore(model::Decoder &decoder, const model::ScoredSequence &sequence)
{
    const auto hidden = model::finalHidden(decoder, {sequence.ids}, {});
    const auto nll = model::scoreHidden(decoder, *hidden, {sequence.ids}, {})->front().tokenNll;
    return -std::accumulate(nll.end() - sequence.scored, nll.end(), 0.0);
}

/// Each choice alone, with the code of the batch.
double singleScore(model::Decoder &decoder, const model::ScoredSequence &sequence)
{
    const model::ScoringItem single{{sequence}};
    return model::scoreContinuations(decoder, {&single, 1}, {})->front().front().logLikelihood;
}

/// The largest difference of a score, or infinity where the best choice differs.
double difference(const Scores &a, const Scores &b)
{
    double most = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (std::size_t c = 0; c < a[i].size(); ++c)
            most = std::max(most, std::fabs(a[i][c] - b[i][c]));
        if (std::max_element(a[i].begin(), a[i].end()) - a[i].begin()
            != std::max_element(b[i].begin(), b[i].end()) - b[i].begin())
            most = std::numeric_limits<double>::infinity();
    }
    return most;
}

void scoreArcEasy(benchmark::State &state, double (*scoreAlone)(model::Decoder &, const model::ScoredSequence &),
                  double tolerance)
{
    if (test::sharedFolder().empty())
        return state.SkipWithError("needs the reference files of ../shared");
    auto choices = arcEasy();
    choices.items.resize(std::min<std::size_t>(choices.items.size(), 20));
    const auto decoder = keptDecoder();
    Scores alone;
    Scores together;
    const auto one = [&] {
        alone.clear();
        for (const auto &item : choices.items) {
            auto &scores = alone.emplace_back();
            for (const auto &sequence : item.sequences)
                scores.push_back(scoreAlone(*decoder, sequence));
        }
    };
    double seconds = 0.0;
    const auto all = [&] {
        together.clear();
        seconds = bench::secondsOf([&] {
            const auto scored = model::scoreContinuations(*decoder, choices.items, {});
            for (const auto &item : *scored) {
                auto &scores = together.emplace_back();
                for (const auto &score : item)
                    scores.push_back(score.logLikelihood);
            }
        });
    };
    bench::compare(state, one, all, 1);
    if (difference(alone, together) > tolerance)
        return state.SkipWithError("the scores differ");
    const auto shape = model::continuationsShape(choices.items, decoder->options());
    double gemm = 0.0;
    for (std::uint64_t first = 0; first < shape.tokens; first += 512)
        gemm += blockProductSeconds(*decoder, std::int64_t(std::min<std::uint64_t>(512, shape.tokens - first)));
    for (std::uint64_t first = 0; first < shape.scored; first += 128)
        gemm += headProductSeconds(*decoder, std::int64_t(std::min<std::uint64_t>(128, shape.scored - first)));
    state.counters["gemm"] = gemm / seconds;
    state.counters["per_second"] = double(choices.items.size()) / seconds;
}

void generateSixteen(benchmark::State &state)
{
    if (test::sharedFolder().empty())
        return state.SkipWithError("needs the reference files of ../shared");
    constexpr std::size_t count = 16;
    constexpr std::int64_t newTokens = 32;
    const auto choices = arcEasy();
    const auto decoder = keptDecoder();
    std::vector<model::BatchPrompt> prompts;
    for (std::size_t i = 0; i < count; ++i)
        prompts.push_back({choices.contexts[i], 0, {}, newTokens, true});
    using Tokens = std::vector<std::vector<model::TokenId>>;
    Tokens alone(count);
    Tokens together(count);
    const auto one = [&] {
        for (std::size_t i = 0; i < count; ++i)
            alone[i] = model::generate(*decoder, prompts[i].ids, {newTokens, {}, true},
                                       [](model::TokenId) -> Result<bool> { return true; }, {})
                           ->ids;
    };
    double seconds = 0.0;
    const auto all = [&] {
        together.assign(count, {});
        seconds = bench::secondsOf([&] {
            (void)model::generateBatch(
                *decoder, prompts, count,
                [&](std::size_t prompt, model::TokenId id) -> Result<bool> {
                    together[prompt].push_back(id);
                    return true;
                },
                [](std::size_t) { return Result<void>(); }, {});
        });
    };
    bench::compare(state, one, all, 1);
    if (alone != together)
        return state.SkipWithError("the tokens differ");
    std::int64_t read = 0;
    for (const auto &prompt : prompts)
        read += std::int64_t(prompt.ids.size());
    const double step = blockProductSeconds(*decoder, count) + headProductSeconds(*decoder, count);
    state.counters["gemm"] = (blockProductSeconds(*decoder, read) + double(newTokens) * step) / seconds;
    state.counters["per_second"] = double(count * newTokens) / seconds;
}

} // namespace

BENCHMARK_CAPTURE(scoreArcEasy, againstScore, plainScore, 1e-4)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3);
BENCHMARK_CAPTURE(scoreArcEasy, againstItself, singleScore, 0.0)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3);
BENCHMARK(generateSixteen)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(3);
