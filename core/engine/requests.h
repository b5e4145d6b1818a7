// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/accuracytable.h"
#include "core/base/types.h"
#include "core/data/calibration.h"
#include "core/selection/layersparsity.h"
#include "core/store/evaluation.h"
#include "core/store/runinfo.h"

/// One request and one response per thing a user can do; fields of a response are what design/cli.md promises.
namespace secateur::engine {

enum class ComputeType { F32, BF16 };

struct PruneRequest {
    std::filesystem::path study;
    std::filesystem::path model;
    std::string domain;
    std::string run; ///< empty: <domain>-<method>-<sparsity>, made unique
    std::optional<data::CalibrationRequest> data; ///< this, or token ids, or neither for methods without activations
    bool chat = false; ///< the records of `data` are conversations: write them with the model's chat template
    std::optional<std::filesystem::path> tokenIds;
    std::optional<std::uint64_t> tokenIdSamples;
    std::uint64_t tokenIdLength = 0; ///< of each row the first so many; 0: all
    std::uint64_t seed = 0; ///< of the random method; that of a calibration set is in `data`
    PruneMethod method = PruneMethod::Wanda;
    PruneTarget target = Sparsity::fromRatio(0.5).value();
    std::optional<selection::LayerRule> layers; ///< spreads `target` over the layers, or says it for each
    StatisticsMode statistics = StatisticsMode::Pruned;
    ComputeType compute = ComputeType::F32;
    bool resume = false;
    int threads = 1;
};

struct PruneReport {
    store::RunManifest manifest;
    std::size_t resumedLayers = 0;
    std::vector<std::string> notices;
};

struct ScoreRequest {
    std::filesystem::path model;
    std::optional<std::filesystem::path> textFile; ///< this or `tokenIds`
    std::optional<std::filesystem::path> tokenIds;
    std::optional<std::uint64_t> samples; ///< of tokenIds: the first so many rows
    std::uint64_t length = 0; ///< window; 0: min(2048, the model's limit)
    BosPolicy bos = BosPolicy::Auto;
    std::optional<std::filesystem::path> logits; ///< write F32 [n, len, vocab]
    ComputeType compute = ComputeType::F32;
    int threads = 1;
    /// Score a sub-model: the masks of this run are applied to the dense weights as they stream.
    std::optional<std::filesystem::path> study;
    std::string run;
};

struct ScoreReport {
    std::uint64_t tokens = 0; ///< predicted ones
    double nll = 0.0; ///< mean over predicted tokens, nats
    double perplexity = 0.0;
    std::vector<double> sequenceNll; ///< mean per window or row
};

struct GenerateRequest {
    std::filesystem::path model;
    std::optional<std::filesystem::path> study;
    std::string run; ///< with `study`: generate with that sub-model
    std::string prompt;
    bool chat = false; ///< it was written by a chat template, which may begin with BOS itself
    std::optional<std::filesystem::path> tokenIds; ///< instead of a prompt: first row of `input_ids`
    std::uint64_t maxNewTokens = 64;
    double temperature = 0.0; ///< 0: greedy
    double topP = 1.0;
    std::int64_t topK = 0; ///< 0: off
    std::uint64_t seed = 0;
    BosPolicy bos = BosPolicy::Auto;
    bool ignoreEos = false;
    ComputeType compute = ComputeType::F32;
    int threads = 1;
};

struct GenerateReport {
    std::string text;
    std::vector<std::int32_t> ids; ///< the new ones
    std::vector<std::string> pieces; ///< of the text, one per id: a character comes with the last of its bytes
    double tokensPerSecond = 0.0;
    bool cancelled = false; ///< a stop was requested before the text was complete
};

struct EvaluateRequest {
    std::optional<std::filesystem::path> study; ///< this, or `model` alone with `items`
    std::optional<std::filesystem::path> model; ///< with a study: where the model is now, if it moved
    /// "perplexity", "perplexity:<domain>", a task of eval/registry.h, or one described in a file ("mine.json"); with
    /// "=FILE" behind a task's name for its items.
    std::vector<std::string> tasks;
    std::optional<std::filesystem::path> items; ///< of the only task: a file of records
    std::vector<std::filesystem::path> data; ///< where files of the calibration are now, if they moved
    std::vector<std::string> runs; ///< names or ids, "dense"; empty: dense and all finished ones
    std::optional<std::uint64_t> limit; ///< texts of each task; empty: 64 held-out ones, all of `items`
    std::uint64_t seed = 0; ///< of their choice, and of sampling
    std::uint64_t length = 0; ///< of windows and of own texts, in tokens; 0: min(2048, the model's limit)
    BosPolicy bos = BosPolicy::Auto; ///< for tasks and own texts; a domain's texts have that of its calibration
    std::optional<std::uint64_t> samples; ///< per item, for tasks that generate; empty: as the task says
    std::optional<double> temperature; ///< likewise
    std::optional<double> topP; ///< likewise
    std::optional<std::uint64_t> topK; ///< likewise
    std::optional<std::uint64_t> maxNewTokens; ///< likewise
    std::optional<std::filesystem::path> demonstrations; ///< of GSM8K, instead of our own
    std::optional<std::filesystem::path> wordNet; ///< of METEOR in English, instead of an installed one
    bool paper = false; ///< the settings of the paper's own code instead of the standard ones
    bool allowCodeExecution = false; ///< generated programs may be run (in the sandbox)
    bool generationsOnly = false; ///< write programs without running them; nothing is kept in the study
    std::optional<std::filesystem::path> verdicts; ///< of programs that were run elsewhere
    ComputeType compute = ComputeType::F32;
    int threads = 1;
    std::string filter = {}; ///< of `items` for perplexity: only the records it takes (data/recordfilter.h); empty: all
};

/// A metric of a run minus that of dense, on the items that both could score.
struct MetricComparison {
    std::string metric;
    analysis::Estimate difference; ///< paired
    std::optional<analysis::Estimate> ratio; ///< where lower is better
    std::optional<analysis::Significance> test;
    std::uint64_t n = 0;

    [[nodiscard]] bool isDistinguishable() const { return !difference.interval.covers(0.0); }
};

/// The mean of a run over tasks of one domain that were measured alike.
struct MeanOfTasks {
    std::string run; ///< name, or "dense"
    std::string domain;
    std::string metric;
    std::string protocol;
    std::vector<std::string> tasks; ///< at least two, of the same weight
    analysis::Estimate measured;
    std::uint64_t n = 0; ///< items of all tasks
    std::optional<analysis::Estimate> toDense; ///< paired
};

/// One run on one task.
struct EvaluationEntry {
    std::string run; ///< name, or "dense"
    store::EvaluationRecipe recipe;
    std::vector<store::EvaluationMetric> metrics; ///< at least one
    store::EvaluationItems items;
    bool known = false; ///< was measured before, and is only shown
    double seconds = 0.0; ///< that measuring took, over all sessions
    std::vector<MetricComparison> toDense; ///< none for dense, and where dense was not measured on the same items
};

/// Where the time of evaluating went, in seconds of wall time.
struct EvaluationTimes {
    double total = 0.0;
    double measure = 0.0; ///< after everything was read, tokenised and planned
    /// Of measure: matrix products, the mean over all threads. What is left is the rest of the model, reading weights,
    /// running programs and waiting.
    double gemm = 0.0;

    [[nodiscard]] double gemmShare() const { return measure > 0.0 ? gemm / measure : 0.0; }
};

struct EvaluateReport {
    std::vector<EvaluationEntry> results; ///< by run, then by task
    std::vector<MeanOfTasks> means; ///< by run, then by domain
    EvaluationTimes times; ///< of this session
    std::vector<std::string> notices;
};

} // namespace secateur::engine
