// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "app/pages/accuracyplan.h"

namespace secateur::app {

/// A task that can be measured, and whether and with which file it shall be.
struct MeasureTask {
    QString name; ///< "arc_easy"
    QString title; ///< "ARC-Easy"
    QString domain; ///< "csr"; empty for held-out texts
    QString fileHint; ///< which file it takes; empty: none
    bool runsCode = false; ///< runs programs that models write
    double samples = 1.0; ///< of each item
    bool chosen = false;
    QString file;
};

/// What somebody wants measured.
struct MeasureRequest {
    std::vector<MeasureTask> tasks;
    QStringList runs; ///< ids, and store::denseRun
    std::uint64_t limit = 0; ///< items per task; 0: all
    std::uint64_t seed = 0;
    bool mayRunCode = false; ///< agreed to

    [[nodiscard]] bool wantsCode() const;
};

/// Held-out texts and all built-in tasks, none chosen, with the files that the study's evaluations used last.
[[nodiscard]] std::vector<MeasureTask> measureTasks(const StudySession &session);
/// The job, by how long the same tasks took per item. `seconds` is none where a chosen task was never measured here.
[[nodiscard]] AccuracyPlan planMeasure(StudySession &session, const MeasureRequest &request);

} // namespace secateur::app
