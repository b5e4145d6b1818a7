// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

#include <QString>

#include "app/session/domainplans.h"
#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/data/calibration.h"

namespace secateur::app {

/// What a calibration set will consist of, for looking at before it is used.
struct CalibrationPreview {
    struct Sample {
        std::uint64_t tokens = 0;
        QString text; ///< decoded from the ids, so that it shows what the model will see
    };
    std::vector<Sample> samples;
    data::Provenance provenance;
    std::uint64_t tokens = 0;
    std::uint64_t longest = 0;
};

/// What the form needs to know of a model's chat template.
struct ChatTemplateFacts {
    QString problem; ///< in few words, why conversations cannot be written; empty: they can
    QString detail; ///< all of why
    bool tellsDay = false; ///< the texts may depend on the day
};
[[nodiscard]] ChatTemplateFacts chatTemplateFacts(const std::filesystem::path &model);

/// Builds the set as the pruner will, and decodes it. For a worker thread.
[[nodiscard]] Result<CalibrationPreview> previewCalibration(const std::filesystem::path &model, const DomainPlan &plan,
                                                            const RunContext &context);

/// Counts in `bins` intervals of equal width from 0 to `longest`.
[[nodiscard]] std::vector<int> lengthHistogram(const std::vector<CalibrationPreview::Sample> &samples,
                                               std::uint64_t longest, std::size_t bins);

} // namespace secateur::app
