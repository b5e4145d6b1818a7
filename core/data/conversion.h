// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace secateur::data {

/// What to do about a dataset that cannot be read as it is, for the end of an error message: the one line that makes
/// JSON lines of a Parquet or Arrow file, of a folder that the Python package datasets saved, or of its caches; for
/// other folders, the files in it that can be read. Empty where nothing is known.
[[nodiscard]] std::string conversionAdvice(const std::filesystem::path &path);

} // namespace secateur::data
