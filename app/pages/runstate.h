// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "app/jobs/jobqueue.h"
#include "app/pages/prunegrid.h"
#include "core/store/study.h"

namespace secateur::app {

/// Where a planned run stands, in words, and whether starting it makes sense now.
struct RunState {
    QString text; ///< "running: layer 3 of 30"
    bool canStart = false;
};

/// The last job that makes this run of this study; null where there is none, or no queue.
[[nodiscard]] const Job *jobOf(const PlannedRun &run, const std::filesystem::path &study, const JobQueue *queue);

/// What is on disk comes first (a finished run), then the job, then what an earlier one left.
[[nodiscard]] RunState stateOf(const PlannedRun &run, const Job *job,
                               const std::vector<store::InterruptedRun> &interrupted);

} // namespace secateur::app
