// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "core/base/result.h"

namespace secateur::model {

/// parallelFor for work that can fail: once a piece has failed or a stop is requested, no further piece is begun.
/// The first error seen, or Cancelled.
[[nodiscard]] Result<void> parallelTry(std::size_t count, int threads, const std::stop_token &stop,
                                       const std::function<Result<void>(std::size_t)> &body);

} // namespace secateur::model
