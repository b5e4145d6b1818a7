// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/data/calibration.h"
#include "core/store/runinfo.h"

namespace secateur::store {

/// Stands for the unpruned model where a run's id is expected.
inline constexpr const char *denseRun = "dense";

/// What one evaluation was asked to measure: one run, or the dense model, on one task.
struct EvaluationRecipe {
    std::string task; ///< "perplexity:python"; what stands before the colon is the kind
    std::string taskVersion;
    std::string protocol; ///< "heldout-perplexity-1": how texts were chosen and scored
    std::string run; ///< a run's id, or denseRun
    std::string domain; ///< whose texts they are; empty: nobody's
    std::string modelFingerprint;
    std::vector<data::Provenance::File> files; ///< where the items are from
    std::string itemsSha256; ///< over the items' texts, in order
    std::string bos; ///< bosName() of the policy
    std::uint64_t length = 0; ///< tokens at which an item is cut
    std::uint64_t limit = 0; ///< items asked for; 0: all
    std::uint64_t seed = 0; ///< of their choice
    std::string compute = "f32"; ///< "f32" or "bf16"
    /// Whatever else decides the numbers, by name: "temperature", "samples", …; none for perplexity.
    std::map<std::string, std::string> settings;

    /// The protocol with what else people have to know to compare: BOS where it was chosen, samples, temperature,
    /// length of outputs. Numbers whose texts differ belong on no common axis.
    [[nodiscard]] std::string protocolText() const;

    /// SHA-256 over all that decides the numbers; equal ones need not be computed again.
    [[nodiscard]] std::string fingerprint() const;
    /// The same but for the run: numbers with equal ones may be compared with each other.
    [[nodiscard]] std::string conditions() const;
};

/// What was found per item (and sample): equally long columns with a name each. All have the count "index", of the
/// record over all files; perplexity has the count "tokens" (predicted) and the number "nll" (sum over them, nats).
/// What columns mean for the metrics: engine/itemstatistics.h.
struct EvaluationItems {
    std::map<std::string, std::vector<std::uint64_t>> counts;
    std::map<std::string, std::vector<double>> numbers;
    std::map<std::string, std::vector<std::string>> texts; ///< UTF-8

    [[nodiscard]] std::uint64_t rows() const;
};

/// A number with its interval.
struct EvaluationMetric {
    std::string name; ///< "perplexity"
    double value = 0.0;
    double low = 0.0; ///< of the interval that `interval` describes
    double high = 0.0;
    std::string interval; ///< "95 % percentile bootstrap over items, 1000 resamples, seed 0"
    std::uint64_t n = 0; ///< items that count
    std::uint64_t unscored = 0; ///< items that could not be scored, and do not count
};

/// What was measured.
struct EvaluationResult {
    std::vector<EvaluationMetric> metrics; ///< at least one
    EvaluationItems items;
    std::uint64_t tokens = 0; ///< that went through the model
    double seconds = 0.0;
    int threads = 1;
    std::map<std::string, std::string> versions; ///< "secateur", "libtorch", …
};

/// manifest.json of an evaluation; its items are in items.h5.
struct EvaluationManifest {
    std::string id; ///< made as run ids are; also the folder's name
    std::string createdUtc;
    EvaluationRecipe recipe;
    std::vector<EvaluationMetric> metrics;
    std::uint64_t rows = 0; ///< of the items
    std::uint64_t tokens = 0;
    double seconds = 0.0;
    int threads = 1;
    std::map<std::string, std::string> versions;
    std::string host;
    RunFile items;

    /// How many were asked for; with samples, the file has several rows of each.
    [[nodiscard]] std::uint64_t itemCount() const
    {
        return metrics.empty() ? rows : metrics.front().n + metrics.front().unscored;
    }
};

[[nodiscard]] nlohmann::json toJson(const EvaluationManifest &manifest);
[[nodiscard]] Result<EvaluationManifest> evaluationFromJson(const nlohmann::json &value, const std::string &origin);

} // namespace secateur::store
