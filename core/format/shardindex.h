// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "core/base/result.h"

namespace secateur::format {

/// model.safetensors.index.json: which file holds which tensor.
struct ShardIndex {
    std::map<std::string, std::string> fileOf; ///< tensor name -> plain file name, both checked
    std::optional<std::uint64_t> totalSize; ///< bytes of all tensors, where the index says so
};

/// Reads and checks an index file. BadInput, NotFound, Io.
[[nodiscard]] Result<ShardIndex> readShardIndex(const std::filesystem::path &path);

/// BadInput when `file`, an entry of `folder`, is a symbolic link that leads out of the folder; only the links of the
/// Hugging Face cache (snapshots/REVISION/x -> ../../blobs/DIGEST) may. What does not exist is left to the opening.
[[nodiscard]] Result<void> checkStaysInside(const std::filesystem::path &folder, const std::filesystem::path &file);

} // namespace secateur::format
