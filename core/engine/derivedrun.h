// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/base/types.h"
#include "core/store/study.h"

/// What runs that are made of stored masks and norms have in common, whether of one run (resparsify) or several
/// (combine).
namespace secateur::engine {

/// OutOfMemory, saying how much is needed and there.
[[nodiscard]] Result<void> checkMemoryFor(std::uint64_t needed);
/// InvalidArgument, naming the matrix, where groups of the pattern do not divide its columns.
[[nodiscard]] Result<void> checkPatternFits(const NmPattern &pattern, const store::RunManifest &run);
/// Bytes that a layer of a new run takes: a bit per weight, and a quarter more for checksums, norms and the cached
/// density.
[[nodiscard]] std::uint64_t layerBytes(const store::RunManifest &parent);
/// Of a cancellation: what is kept, and how to go on. Other errors stay as they are.
[[nodiscard]] Error withKeptLayers(Error error, const store::RunWriter &writer, std::size_t layers);
/// Seconds of loading, and of all together; nothing was calibrated.
[[nodiscard]] store::RunOutcome derivedOutcome(double load, double total, int threads);

} // namespace secateur::engine
