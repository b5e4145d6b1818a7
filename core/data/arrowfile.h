// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/data/dataset.h"
#include "core/data/textchunks.h"

/// Defined only in builds with Arrow C++ (SECATEUR_ARROW).
namespace secateur::data {

/// Whether it begins as a Parquet file or as one of Arrow's two kinds (as save_to_disk writes: a stream).
[[nodiscard]] bool isArrowFile(const std::filesystem::path &file);

/// forEachRecord() of such a file. A row becomes an object with the columns' names: texts, numbers, truth, null, lists,
/// objects; times and days as text, "2021-03-01T12:00:00.5" with Z behind it where the column names a time zone (they
/// are UTC then). Memory: a record batch, or of Parquet a few rows and a page per column, at most 2 GiB. BadInput:
/// damaged or cut files, columns of other types (by name), a record over maxRecordBytes, over maxTextBytes in all.
/// Cancelled.
[[nodiscard]] Result<void> readArrowFile(const std::filesystem::path &file,
                                         const std::function<Result<void>(const Record &)> &visit,
                                         const RunContext &context, FileDigest *digest);

} // namespace secateur::data
