// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/architecture/modelarchive.h"
#include "core/base/runcontext.h"
#include "core/selection/layersparsity.h"
#include "core/store/runreader.h"

namespace secateur::engine {

/// What a rule says for each layer of the model that `run` was pruned from; OWL goes by the norms that the run kept,
/// which are those of the dense model where its statistics are. Reports stage "outliers" in layers.
/// InvalidArgument for a table of another length, and for OWL without norms. Memory: a block in float32.
[[nodiscard]] Result<std::vector<Sparsity>> layerSparsities(const selection::LayerRule &rule, const Sparsity &total,
                                                            const architecture::ModelArchive &model,
                                                            const store::RunReader &run, int threads,
                                                            const RunContext &context);

} // namespace secateur::engine
