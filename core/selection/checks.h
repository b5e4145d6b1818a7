// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/selection/selection.h"

namespace secateur::selection {

/// Internal unless `weights` holds rows * cols values.
[[nodiscard]] Result<void> checkWeights(const WeightView &weights);

/// sqrt(scalerRow), after checking its length (Internal).
[[nodiscard]] Result<std::vector<float>> columnRoots(const WeightView &weights, std::span<const float> scalerRow);
/// The same to select by: all 1 where all are 0, for then the weights alone decide (selectWanda).
[[nodiscard]] Result<std::vector<float>> selectionRoots(const WeightView &weights, std::span<const float> scalerRow);

/// int(count * ratio) as Python computes it, never above `count`.
[[nodiscard]] std::size_t prunedCount(std::size_t count, double ratio);

} // namespace secateur::selection
