// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/architecture/modelarchive.h"
#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/engine/compute.h"
#include "core/engine/requests.h"
#include "core/model/blockweights.h"
#include "core/model/gemm.h"
#include "core/model/memoryforecast.h"
#include "core/store/study.h"

/// What ComputeService runs, one file per job, and what the jobs share.
namespace secateur::compute {

[[nodiscard]] Result<engine::PruneReport> pruneJob(const engine::PruneRequest &request, const RunContext &context);
[[nodiscard]] Result<engine::ScoreReport> scoreJob(const engine::ScoreRequest &request, const RunContext &context);
[[nodiscard]] Result<engine::EvaluateReport> evaluateJob(const engine::EvaluateRequest &request,
                                                         const RunContext &context);
[[nodiscard]] Result<engine::GenerateReport> generateJob(const engine::GenerateRequest &request,
                                                         const std::function<void(std::string_view)> &onText,
                                                         const RunContext &context);
[[nodiscard]] Result<engine::SideBySideReport> sideBySideJob(const engine::SideBySideRequest &request,
                                                             const engine::Compute::OnModelText &onText,
                                                             const RunContext &context);

[[nodiscard]] model::Precision precisionOf(engine::ComputeType type);

/// "secateur", "libtorch" and "onednn".
[[nodiscard]] std::map<std::string, std::string> programVersions();

/// OutOfMemory, before any work: `what` would need more than is available; `advice` says what to change.
[[nodiscard]] Result<void> requireMemory(const std::string &what, std::uint64_t needed, const std::string &advice);

/// Whether a pass of this shape fits comfortably with all weights in float32 in memory; otherwise they are streamed
/// from the disk, and OutOfMemory is as for requireMemory() when not even that fits.
[[nodiscard]] Result<bool> keepsWeights(const architecture::ModelConfig &config, model::PassShape shape,
                                        const std::string &what, const std::string &advice);

struct NamedRun {
    std::string name; ///< "dense" or the run's
    std::string id;
};
/// The runs of these names or ids and "dense", each once; none named: dense, and all finished ones of the study. A null
/// `study`: of a model alone. InvalidArgument, NotFound.
[[nodiscard]] Result<std::vector<NamedRun>> namedRuns(const store::Study *study, const std::vector<std::string> &names);

/// The masks of an open study's run, which is read as the decoder asks for them.
[[nodiscard]] Result<model::MaskSource> masksFrom(const store::Study &study, const std::string &run);

/// The masks of a run of a study whose model this is; an empty source when `study` is empty (the dense model).
/// Conflict when the study is of another model.
[[nodiscard]] Result<model::MaskSource> masksOfRun(const architecture::ModelArchive &model,
                                                   const std::optional<std::filesystem::path> &study,
                                                   const std::string &run, const RunContext &context);

} // namespace secateur::compute
