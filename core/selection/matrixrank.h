// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

#include "core/selection/rowkernels.h"

namespace secateur::selection {

/// The key at index `rank` of the sorted |values| of a whole matrix: three passes of a radix histogram (11, 10 and 10
/// bits), since a matrix is too large for the passes over bits that serve a row. `rank` < values.size().
[[nodiscard]] ScoreKey magnitudeKeyOfRank(std::span<const float> values, std::size_t rank, int threads);

} // namespace secateur::selection
