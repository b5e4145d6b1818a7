// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "core/analysis/distanceaccuracy.h"
#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/store/study.h"

namespace secateur::engine {

struct DistanceAccuracyReport {
    analysis::DistanceAccuracy data;
    std::vector<std::string> notices; ///< which run stands for a domain where there are several; what has no point
};

/// A point for each run of the table and each of its columns that has a domain; where a domain has a mean over its
/// tasks, for that instead of the tasks. All columns must be of one measure. The mask of a domain is that of the oldest
/// run of the study with this domain and the method, target and statistics of the run that is compared (a run of the
/// table before others); a domain without one gives no points. Dense has no mask, and no point. NotFound when there is
/// nothing to compare; Cancelled.
[[nodiscard]] Result<DistanceAccuracyReport> distanceAccuracy(const store::Study &study,
                                                              const analysis::AccuracyTable &table,
                                                              analysis::SetKind set, int threads,
                                                              const RunContext &context);
[[nodiscard]] Result<DistanceAccuracyReport> distanceAccuracy(const std::filesystem::path &study,
                                                              const analysis::AccuracyTable &table,
                                                              analysis::SetKind set, int threads,
                                                              const RunContext &context);

} // namespace secateur::engine
