// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/base/file.h"

namespace secateur::format {

/// A file of `bytes` bytes that appears at `path` when it is committed. InvalidArgument when `path` is one of
/// `sources`, which are being read; NotFound without the folder it is to stand in; OutOfDisk before anything is
/// written.
[[nodiscard]] Result<AtomicFile> createNewFile(const std::filesystem::path &path, std::uint64_t bytes,
                                               const std::vector<std::filesystem::path> &sources);

} // namespace secateur::format
