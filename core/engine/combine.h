// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/engine/requests.h"
#include "core/mask/maskalgebra.h"

namespace secateur::engine {

/// A new run of runs that are there.
struct CombineRequest {
    std::filesystem::path study;
    std::vector<std::string> runs; ///< names or ids of finished runs of one method, none twice; order: see CombineRule
    mask::CombineRule rule = mask::CombineRule::Union;
    std::vector<double> weights; ///< Scores: one per run, above 0; empty: all the same
    std::optional<PruneTarget> target; ///< Scores: how many to prune; empty: as the runs, where they agree
    std::optional<std::filesystem::path> model; ///< Scores: where it is now; empty: where the study last saw it
    std::string name; ///< of the new run; empty: made from the domains and the rule
    int threads = 1;
};

/// Writes the run layer by layer, like a pruned one; cancelled, it is continued by the same request. No forward pass:
/// of Scores the weights are read, of the others the masks alone. A parent that cannot be read leaves nothing behind.
/// InvalidArgument: what does not fit the rule, runs of different methods, runs without norms for Scores; NotFound;
/// BadInput for a damaged parent; Conflict; OutOfMemory; OutOfDisk; Cancelled.
[[nodiscard]] Result<PruneReport> combine(const CombineRequest &request, const RunContext &context);

/// What a run made of these would be called for lack of a name (before it is made unique), and which domain it would be
/// of: "code+math", "code-without-math". Runs of one domain stay of it.
[[nodiscard]] std::string combinedDomain(mask::CombineRule rule, const std::vector<std::string> &domains);

/// InvalidArgument when runs like these cannot be combined in this way, as combine() would say; asks no files.
[[nodiscard]] Result<void> checkCombination(const CombineRequest &request,
                                            const std::vector<store::RunManifest> &parents);

} // namespace secateur::engine
