// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "app/pages/comparedata.h"
#include "core/base/result.h"

namespace secateur::app {

/// How far a comparison is: written by the worker, read by the window whenever it likes.
struct CompareProgress {
    std::atomic<std::uint64_t> done = 0;
    std::atomic<std::uint64_t> total = 0;
};

/// What is compared. Equal requests have equal results, for runs never change.
struct CompareInput {
    std::filesystem::path study;
    std::vector<std::string> runs; ///< ids
    friend bool operator==(const CompareInput &, const CompareInput &) = default;
};

/// For a worker thread: they open the study themselves and take seconds on large models.
[[nodiscard]] Result<CompareData> compareRuns(const CompareInput &input, const std::stop_token &stop,
                                              const std::shared_ptr<CompareProgress> &progress);
[[nodiscard]] Result<analysis::CombinationTable> combineRuns(const CompareInput &input, const std::stop_token &stop,
                                                             const std::shared_ptr<CompareProgress> &progress);

} // namespace secateur::app
