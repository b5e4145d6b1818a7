// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>

#include "core/base/result.h"

namespace secateur::store {

/// Reads everything in a layer file, or in the items of an evaluation, and checks it: links, types, shapes, popcounts,
/// checksums. A hostile file may crash the HDF5 library or exhaust memory, so call it where that harms nobody:
/// `secateur-cli probe-h5 FILE`. BadInput, Unsupported, NotFound, Io.
[[nodiscard]] Result<void> probeLayerFile(const std::filesystem::path &file);

/// Decides whether a layer file from elsewhere may be opened by this process.
using ProbeRunner = std::function<Result<void>(const std::filesystem::path &file)>;

/// Runs `secateur-cli probe-h5 FILE` with limits on memory and time, and waits for it: this program itself when it is
/// secateur-cli, or the one beside it. BadInput when the file does not pass or crashes the helper; otherwise the file
/// was not examined, which says nothing about it: Internal when there is no helper, OutOfMemory, Io.
[[nodiscard]] Result<void> probeInHelper(const std::filesystem::path &file);

/// What the helper's wait status says about the file.
[[nodiscard]] Result<void> probeVerdict(int status, const std::filesystem::path &file);

} // namespace secateur::store
