// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/result.h"

namespace secateur::data {

/// Weights of the sources of a mixed calibration set: one per file, finite, none negative, one above 0.
/// InvalidArgument says which is not.
[[nodiscard]] Result<void> checkWeights(const std::vector<double> &weights, std::size_t files);

/// How many of `samples` sequences each source gives: in proportion to its weight, whole numbers that add up to
/// `samples` (method of largest remainders; of equal remainders the earlier source is rounded up). Weights as
/// checkWeights() passes them.
[[nodiscard]] std::vector<std::uint64_t> apportion(std::uint64_t samples, const std::vector<double> &weights);

} // namespace secateur::data
