// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/pages/prunegrid.h"
#include "core/architecture/modelconfig.h"
#include "core/store/study.h"

namespace secateur::app {

/// What a grid of runs takes, as far as it can be known before.
struct PruneForecast {
    std::uint64_t bytes = 0; ///< of memory, at most, at a time
    double seconds = 0.0; ///< of all runs together
    bool measured = false; ///< the time goes by an earlier run on this machine, not by a rule of thumb
    bool atMost = false; ///< some domain's texts were never measured, so they count as long as they may be
};

/// The longest a sequence of this request can be, as far as is known before it is built.
[[nodiscard]] std::uint64_t longestSequence(const data::CalibrationRequest &request,
                                            const architecture::ModelConfig &config);

/// `earlier`: finished runs of the same model, oldest first; the last that ran on `host` tells the speed, and the last
/// of a domain the length of its texts.
[[nodiscard]] PruneForecast forecastRuns(const std::vector<PlannedRun> &runs, const architecture::ModelConfig &config,
                                         const std::vector<store::RunManifest> &earlier, const std::string &host,
                                         int threads);

/// "About 3 min for 4 runs, by the last run's speed on this machine."
[[nodiscard]] QString timeWords(const PruneForecast &forecast, int runs);

} // namespace secateur::app
