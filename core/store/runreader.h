// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/store/probe.h"
#include "core/store/study.h"

namespace secateur::store {

/// Reads a run from its folder. `probe`: examines each file before it is opened; empty for a run written here.
[[nodiscard]] std::unique_ptr<RunReader> makeRunReader(std::filesystem::path runFolder, RunManifest manifest,
                                                       ProbeRunner probe);

} // namespace secateur::store
