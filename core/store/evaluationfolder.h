// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/store/evaluation.h"
#include "core/store/studystate.h"

namespace secateur::store {

/// Names of the folders in evaluations/, sorted.
[[nodiscard]] Result<std::vector<std::string>> evaluationFolders(const std::filesystem::path &study);

/// Fills the state's evaluations from the disk, oldest first; what cannot be read is among its damaged.
[[nodiscard]] Result<void> scanEvaluations(StudyState &state);

/// Removes what a killed writer left, as tidyRuns().
void tidyEvaluations(const StudyState &state);

/// Writes items.h5, then the manifest; with that the evaluation exists.
[[nodiscard]] Result<EvaluationManifest> writeEvaluation(StudyState &state, const EvaluationRecipe &recipe,
                                                         const EvaluationResult &result);

/// The manifest of an evaluation on the disk. NotFound when it has none (yet); BadInput, Io.
[[nodiscard]] Result<EvaluationManifest> readEvaluation(const StudyState &state, const std::string &id);

/// The items of an evaluation, checked against its manifest on the disk. BadInput, NotFound, Io, Cancelled.
[[nodiscard]] Result<EvaluationItems> loadEvaluation(const StudyState &state, const std::string &id,
                                                     const RunContext &context);

/// "<run>.<start of the fingerprint>.journal"
[[nodiscard]] std::string journalFileName(const std::string &run, const std::string &fingerprint);

/// Removes what was found of a run in evaluations that were not finished.
void removeJournals(const std::filesystem::path &evaluations, const std::string &run);

} // namespace secateur::store
