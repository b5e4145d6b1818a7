// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/analysis/figuredata.h"
#include "core/store/runinfo.h"

namespace secateur::engine {

/// Share of pruned weights in each layer of these runs, by their manifests: of one sublayer, or of all (empty).
[[nodiscard]] analysis::SparsityProfile sparsityProfile(const std::vector<store::RunManifest> &runs,
                                                        const std::string &sublayer);

} // namespace secateur::engine
