// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/data/textchunks.h"

namespace secateur::data {

/// forEachRecord() that also describes the file's bytes as they were read (when all of them were).
[[nodiscard]] Result<void> forEachRecord(const std::filesystem::path &file,
                                         const std::function<Result<void>(const Record &)> &visit,
                                         const RunContext &context, FileDigest &digest);

} // namespace secateur::data
