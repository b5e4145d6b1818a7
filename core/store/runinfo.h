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
#include "core/mask/maskalgebra.h"

namespace secateur::store {

/// A run of which another one was made, as it was then: it may have been removed since.
struct CombinedRun {
    std::string id;
    std::string name;
    std::string domain;
    std::string target;
    double weight = 1.0; ///< of its scores
    std::string filesSha256; ///< filesSha256() of its manifest
    friend bool operator==(const CombinedRun &, const CombinedRun &) = default;
};

/// What some run saw of a domain.
struct CombinedCalibration {
    std::string domain;
    std::string fingerprint;
    data::Provenance provenance;
};

/// How a run was made of others.
struct Combination {
    mask::CombineRule rule = mask::CombineRule::Union;
    std::vector<CombinedRun> runs; ///< in the order that the rule takes them
    /// All that the run's weights depend on, also where a run of `runs` was made of others itself: held-out texts stay
    /// held out, and the run can be made again, when those runs are gone. None twice.
    std::vector<CombinedCalibration> calibrations;
};

/// What a run was asked to be, known before it starts. Written to draft.json first, so that an interrupted run can be
/// listed and resumed.
struct RunRecipe {
    std::string name; ///< unique in the study
    std::string domain;
    PruneMethod method = PruneMethod::Wanda;
    std::string target; ///< selection::targetText(): "0.5", "2:4", "0.5-owl"
    std::vector<double> layerSparsity; ///< share to prune of each layer; empty: `target` for all
    StatisticsMode statistics = StatisticsMode::Pruned;
    std::string compute = "f32"; ///< "f32" or "bf16"
    std::string origin = "prune"; ///< "prune", "combine" with `combination`, or "resparsify" with `parentRun`
    std::string parentRun; ///< id of the run whose norms were used
    bool approximate = false; ///< resparsified from norms that saw other pruned layers before them
    data::Provenance calibration;
    std::string calibrationFingerprint;
    std::uint64_t calibrationTokens = 0;
    std::uint64_t calibrationSequences = 0;
    /// Of runs made of others, whose `calibration` is empty, and of what was resparsified from them.
    std::optional<Combination> combination;
    /// Programs that compute this session, as in RunOutcome. For the layer files; in neither draft nor manifest.
    std::map<std::string, std::string> versions;

    /// The parts that decide the result, by name, for a refusal to resume that says which part differs:
    /// "method", "target", "layer sparsity", "statistics", "compute", "calibration", "seed", "combination". The name
    /// and domain are not among them, though resume compares the domain, too.
    [[nodiscard]] std::map<std::string, std::string> fingerprintParts() const;
    /// Whether the masks are those of other runs put together; they were not selected by `method`, cannot be selected
    /// again, and there are no norms. `target` is then the name of the rule.
    [[nodiscard]] bool isMadeOfMasks() const;
    /// Whether the run has norms, from which its masks can be selected at another sparsity.
    [[nodiscard]] bool hasNorms() const { return usesActivations(method) && !isMadeOfMasks(); }
};

/// One pruned matrix of a run.
struct SublayerInfo {
    MatrixId id;
    std::uint64_t rows = 0;
    std::uint64_t cols = 0;
    std::uint64_t pruned = 0;
    std::optional<double> alpha; ///< wanda-variant only
};

/// How the calibration tokens were spread over the experts of a model. One that got few was pruned by statistics of
/// few.
struct ExpertUse {
    static constexpr double seldomShare = 0.1; ///< of evenTokens: experts with less are seldom used

    struct Seldom {
        LayerIndex layer;
        std::uint32_t expert = 0;
        std::uint64_t tokens = 0; ///< 0: pruned by its weights alone
    };
    std::uint64_t experts = 0; ///< of all layers
    double evenTokens = 0.0; ///< that each expert would get if all got the same number
    std::vector<Seldom> seldom; ///< by layer and expert

    [[nodiscard]] std::size_t unused() const; ///< experts that no token reached
};

/// How a run came about, known at its end.
struct RunOutcome {
    std::map<std::string, double> seconds; ///< "load", "calibrate", "prune", "total", with a LayerRule
                                           ///< "outliers"; total: of all sessions
    std::uint64_t peakResidentBytes = 0;
    int threads = 1;
    std::map<std::string, std::string> versions; ///< "secateur", "libtorch", …
    /// By numbers of calibration sequences how far the norms of the first so many are from those of all, 0 and up.
    std::map<std::uint64_t, double> normConvergence;
    std::string host; ///< the machine's name; RunWriter::finish() fills it in
    std::optional<ExpertUse> experts = {}; ///< of a mixture of experts pruned with statistics
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

/// SHA-256 over names and checksums of the run's files: one digest for all its masks and norms.
[[nodiscard]] std::string filesSha256(const RunManifest &run);

[[nodiscard]] nlohmann::json toJson(const RunRecipe &recipe);
[[nodiscard]] nlohmann::json toJson(const Combination &combination);
[[nodiscard]] Result<RunRecipe> recipeFromJson(const nlohmann::json &value, const std::string &origin);
[[nodiscard]] nlohmann::json toJson(const RunManifest &manifest);
[[nodiscard]] Result<RunManifest> manifestFromJson(const nlohmann::json &value, const std::string &origin);
[[nodiscard]] nlohmann::json toJson(const architecture::ModelIdentity &identity);
[[nodiscard]] Result<architecture::ModelIdentity> identityFromJson(const nlohmann::json &value,
                                                                   const std::string &origin);

} // namespace secateur::store
