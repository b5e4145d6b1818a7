// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

#include "core/architecture/modelarchive.h"

/// The two kinds of model on disk; ModelArchive::open chooses.
namespace secateur::architecture {

[[nodiscard]] Result<std::shared_ptr<const ModelArchive>> openHfArchive(const std::filesystem::path &folder);
[[nodiscard]] Result<std::shared_ptr<const ModelArchive>> openGgufArchive(const std::filesystem::path &file);

} // namespace secateur::architecture
