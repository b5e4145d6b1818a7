// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/engine/combine.h"
#include "core/store/runinfo.h"

namespace secateur::engine {

/// The recipe of the run that a checked request makes; its name may be empty.
[[nodiscard]] Result<store::RunRecipe> combinationRecipe(const CombineRequest &request,
                                                         const std::vector<store::RunManifest> &parents);

/// The target of Scores: as asked for, or that of the parents. InvalidArgument where they differ.
[[nodiscard]] Result<PruneTarget> combinationTarget(const CombineRequest &request,
                                                    const std::vector<store::RunManifest> &parents);

/// Weights of the runs, all 1 where none are given.
[[nodiscard]] std::vector<double> combinationWeights(const CombineRequest &request);

} // namespace secateur::engine
