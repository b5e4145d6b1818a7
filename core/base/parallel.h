// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>

namespace secateur {

/// Calls `body(index)` for every index in [0, count) from at most `threads` threads, this one included, and returns
/// when all are done. Indices are handed out one at a time, so unequal pieces balance; which thread takes which is not
/// defined, so a body must not let its result depend on it. An exception of a body is rethrown here after all ended.
void parallelFor(std::size_t count, int threads, const std::function<void(std::size_t)> &body);

} // namespace secateur
