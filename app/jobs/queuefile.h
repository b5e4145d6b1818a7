// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

#include "app/jobs/job.h"
#include "core/base/result.h"

namespace secateur::app {

/// The unfinished jobs, in order. No file is no jobs; BadInput when it is not what writeQueueFile() writes.
[[nodiscard]] Result<std::vector<JobSpec>> readQueueFile(const std::filesystem::path &file);
/// Makes the folder where it is missing; atomic. Without jobs the file goes away.
[[nodiscard]] Result<void> writeQueueFile(const std::filesystem::path &file, const std::vector<JobSpec> &jobs);

} // namespace secateur::app
