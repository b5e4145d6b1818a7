// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/architecture/modelarchive.h"
#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/engine/requests.h"
#include "core/model/blockweights.h"
#include "core/model/gemm.h"

/// What ComputeService runs, one file per job, and what the jobs share.
namespace secateur::compute {

[[nodiscard]] Result<engine::PruneReport> pruneJob(const engine::PruneRequest &request, const RunContext &context);
[[nodiscard]] Result<engine::ScoreReport> scoreJob(const engine::ScoreRequest &request, const RunContext &context);
[[nodiscard]] Result<engine::GenerateReport> generateJob(const engine::GenerateRequest &request,
                                                         const std::function<void(std::string_view)> &onText,
                                                         const RunContext &context);

[[nodiscard]] model::Precision precisionOf(engine::ComputeType type);

/// OutOfMemory, before any work: `what` would need more than is available; `advice` says what to change.
[[nodiscard]] Result<void> requireMemory(const std::string &what, std::uint64_t needed, const std::string &advice);

/// The masks of a run of a study whose model this is; an empty source when `study` is empty (the dense model).
/// Conflict when the study is of another model.
[[nodiscard]] Result<model::MaskSource> masksOfRun(const architecture::ModelArchive &model,
                                                   const std::optional<std::filesystem::path> &study,
                                                   const std::string &run, const RunContext &context);

} // namespace secateur::compute
