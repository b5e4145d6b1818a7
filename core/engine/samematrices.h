// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/store/runinfo.h"

namespace secateur::engine {

/// All runs of a study are of one model, so a difference means that a manifest is wrong: BadInput, naming two runs.
[[nodiscard]] Result<void> checkSameMatrices(const std::vector<store::RunManifest> &runs);

} // namespace secateur::engine
