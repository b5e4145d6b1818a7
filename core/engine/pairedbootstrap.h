// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/analysis/accuracytable.h"
#include "core/analysis/bootstrap.h"

namespace secateur::engine {

/// Of a statistic over the items in `chosen`, with the percentile bootstrap of 1000 resamples and seed 0. A difference
/// between two runs is paired when the statistic compares both on the items it is given.
[[nodiscard]] analysis::Estimate bootstrapped(const std::vector<std::size_t> &chosen,
                                              const analysis::Statistic &statistic);

/// The draws it makes, from their beginning.
[[nodiscard]] analysis::DrawIndex bootstrapDraws();

} // namespace secateur::engine
