// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "core/base/result.h"
#include "core/mask/bitmatrix.h"
#include "core/store/study.h"

namespace secateur::engine {

/// All runs of a study are of one model, so a difference means that a manifest is wrong: BadInput, naming two runs.
[[nodiscard]] Result<void> checkSameMatrices(const std::vector<store::RunManifest> &runs);

using RunReaders = std::vector<std::unique_ptr<store::RunReader>>;
[[nodiscard]] Result<RunReaders> openRuns(const store::Study &study, const std::vector<store::RunManifest> &runs);
/// The masks of one matrix, in the order of the readers.
[[nodiscard]] Result<std::vector<mask::BitMatrix>> masksOf(const RunReaders &readers, const MatrixId &id);

} // namespace secateur::engine
