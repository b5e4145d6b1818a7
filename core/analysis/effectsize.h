// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/analysis/bootstrap.h"
#include "core/analysis/clustering.h"
#include "core/base/result.h"

namespace secateur::analysis {

/// Runs of two domains that were pruned alike, each from a calibration sample of its own; indices into distances.
struct DomainSamples {
    std::vector<std::size_t> a;
    std::vector<std::size_t> b;
};

/// How far two domains are apart, on a scale where 0 is what two samples of one domain differ by and 1 what chance
/// would give: (cross - floor) / (random - floor).
struct EffectSize {
    double cross = 0.0; ///< mean distance between a run of one domain and one of the other
    double floor = 0.0; ///< mean distance between runs of the same domain
    double random = 0.0;
    double value = 0.0;
    /// Percentile bootstrap over samples: each resample draws as many runs of each domain as it has, with repetition,
    /// and leaves out pairs of a run with itself, which would pull the floor to 0. None where a domain has only one.
    std::optional<Interval> interval;
    std::size_t samplesA = 0;
    std::size_t samplesB = 0;
};

/// InvalidArgument with the reason where there is none: no second sample of either domain, so that nobody knows the
/// floor; a floor as high as chance.
[[nodiscard]] Result<EffectSize> effectSize(const ItemDistances &distances, const DomainSamples &samples, double random,
                                            const DrawIndex &draw, const BootstrapOptions &options = {});

} // namespace secateur::analysis
