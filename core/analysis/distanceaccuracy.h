// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/accuracytable.h"
#include "core/analysis/distance.h"
#include "core/analysis/rankcorrelation.h"

namespace secateur::analysis {

/// A run in a domain: how far its mask is from the domain's, and how well it does there.
struct DistancePoint {
    std::string run;
    std::string runId;
    std::string domain;
    std::string reference; ///< the run whose mask is the domain's; the point's own for a distance of 0
    double distance = 0.0; ///< Jaccard, over the whole model
    std::string task; ///< what was measured in the domain; "mean:csr" for several tasks
    Estimate measured;
    std::uint64_t n = 0; ///< items
    bool own = false; ///< the run was calibrated on this domain
};

/// Does a sub-model do the worse in a domain, the more its mask differs from that of the domain's own sub-model?
struct DistanceAccuracy {
    AccuracyColumn measure; ///< metric, protocol, compute, interval; of all points
    SetKind set = SetKind::Pruned;
    std::vector<std::string> domains; ///< in the order of the table's columns
    std::vector<DistancePoint> points; ///< by domain, then by run
    std::optional<RankCorrelation> correlation; ///< of distance and measured value; none for too few points
};

/// "Spearman -0.62 (95 %: -0.90 to -0.10), 20 points": all that is claimed.
[[nodiscard]] std::string correlationText(const DistanceAccuracy &data);

} // namespace secateur::analysis
