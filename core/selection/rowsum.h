// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace secateur::selection {

/// The sum of a row in float32, added up in the order in which libtorch's CPU kernel does it: 8 vector lanes, 4 vectors
/// in flight, partial sums of 16 and more in a cascade of 4 levels. Another order differs in the last bits, which the
/// variant's bisection can turn into another alpha.
[[nodiscard]] float rowSum(std::span<const float> values);

} // namespace secateur::selection
