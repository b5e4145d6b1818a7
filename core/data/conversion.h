// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace secateur::data {

/// Whether this build reads Parquet and Arrow files itself (Arrow C++ was found when it was made).
[[nodiscard]] bool readsArrowFiles();

/// The files that a path given as a dataset stands for: itself; or, where readsArrowFiles(), those of a folder that
/// save_to_disk wrote, or of one that holds the parts of a single split and no other tables. BadInput: a state.json
/// that says no files. Any other folder is returned as it is, and reading it says what to do.
[[nodiscard]] Result<std::vector<std::filesystem::path>> datasetFiles(const std::filesystem::path &path);

/// What to do about a dataset that cannot be read as it is, for the end of an error message: the one line that makes
/// JSON lines of a Parquet or Arrow file, of a folder that the Python package datasets saved, or of its caches; for
/// other folders, the files in it that can be read. Empty where nothing is known.
[[nodiscard]] std::string conversionAdvice(const std::filesystem::path &path);

} // namespace secateur::data
