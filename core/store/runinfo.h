// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/architecture/modelarchive.h"
#include "core/base/result.h"
#include "core/base/types.h"
#include "core/data/calibration.h"

namespace secateur::store {

/// What a run was asked to be, known before it starts. Written to draft.json first, so that an interrupted run can be
/// listed and resumed.
struct RunRecipe {
    std::string name; ///< unique in the study
    std::string domain;
    PruneMethod method = PruneMethod::Wanda;
    std::string target; ///< targetText(): "0.5" or "2:4"
    StatisticsMode statistics = StatisticsMode::Pruned;
    std::string compute = "f32"; ///< "f32" or "bf16"
    std::string origin = "prune"; ///< "prune", or "resparsify" with `parentRun`
    std::string parentRun; ///< id of the run whose norms were used
    bool approximate = false; ///< resparsified from norms that saw other pruned layers before them
    data::Provenance calibration;
    std::string calibrationFingerprint;
    std::uint64_t calibrationTokens = 0;
    std::uint64_t calibrationSequences = 0;
    /// Programs that compute this session, as in RunOutcome. For the layer files; in neither draft nor manifest.
    std::map<std::string, std::string> versions;

    /// The parts that decide the result, by name, for a refusal to resume that says which part differs:
    /// "method", "target", "statistics", "compute", "calibration". The name and domain are not among
    /// them, though resume compares the domain, too.
    [[nodiscard]] std::map<std::string, std::string> fingerprintParts() const;
};

/// One pruned matrix of a run.
struct SublayerInfo {
    MatrixId id;
    std::uint64_t rows = 0;
    std::uint64_t cols = 0;
    std::uint64_t pruned = 0;
    std::optional<double> alpha; ///< wanda-variant only
};

/// How a run came about, known at its end.
struct RunOutcome {
    std::map<std::string, double> seconds; ///< "load", "calibrate", "prune", "total"; total: of all sessions
    std::uint64_t peakResidentBytes = 0;
    int threads = 1;
    std::map<std::string, std::string> versions; ///< "secateur", "libtorch", …
    std::string host; ///< the machine's name; RunWriter::finish() fills it in
};

struct RunFile {
    std::string name; ///< in the run's folder
    std::uint64_t bytes = 0;
    std::string sha256;
};

/// manifest.json of a finished run.
struct RunManifest {
    std::string id; ///< "<utc>-<random>"; also the folder's name
    std::string createdUtc;
    RunRecipe recipe;
    RunOutcome outcome;
    std::vector<SublayerInfo> sublayers;
    std::vector<RunFile> files;

    [[nodiscard]] std::uint64_t pruned() const;
    [[nodiscard]] std::uint64_t total() const;
    [[nodiscard]] double sparsity() const; ///< pruned / total, achieved
    [[nodiscard]] std::size_t layers() const;
    [[nodiscard]] std::vector<std::string> sublayerNames() const; ///< in the model's order
};

[[nodiscard]] nlohmann::json toJson(const RunRecipe &recipe);
[[nodiscard]] Result<RunRecipe> recipeFromJson(const nlohmann::json &value, const std::string &origin);
[[nodiscard]] nlohmann::json toJson(const RunManifest &manifest);
[[nodiscard]] Result<RunManifest> manifestFromJson(const nlohmann::json &value, const std::string &origin);
[[nodiscard]] nlohmann::json toJson(const architecture::ModelIdentity &identity);
[[nodiscard]] Result<architecture::ModelIdentity> identityFromJson(const nlohmann::json &value,
                                                                   const std::string &origin);

} // namespace secateur::store
