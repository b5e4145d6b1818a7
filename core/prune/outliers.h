// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/data/calibration.h"
#include "core/model/decoder.h"

namespace secateur::prune {

/// Of each block of the dense model the share of Wanda scores above `factor` times the mean score of the block: what
/// OWL goes by (OWL lib/prune_all.py, check_outlier_mean). One pass of the calibration set through the whole model.
/// Reports stage "outliers" in layers; Cancelled keeps nothing.
[[nodiscard]] Result<std::vector<double>> outlierShares(model::Decoder &decoder,
                                                        const data::CalibrationSet &calibration, double factor,
                                                        const RunContext &context);

} // namespace secateur::prune
