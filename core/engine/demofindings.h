// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/analysis/accuracytable.h"
#include "core/engine/light.h"
#include "core/engine/requests.h"

namespace secateur::engine {

/// The problems of one domain, as the demo measured them.
struct DemoTask {
    std::string domain; ///< "python"
    std::string metric; ///< "pass@1"
    std::uint64_t items = 0;
    std::vector<std::optional<analysis::Estimate>> values; ///< per run of DemoFindings::runs; none: not measured
    /// The sub-model of this domain, less the mean of those of the other domains, on the same items.
    std::optional<analysis::Estimate> ownLessOthers;
    /// The same among the runs of demoSparserSuffix: where 50 % costs nothing, this may tell domains apart.
    std::optional<analysis::Estimate> ownLessOthersSparser;
};

/// A group of pairs of runs and how far apart their masks lie.
struct DemoDistances {
    std::string pairs; ///< "same domain, other sample"
    std::size_t count = 0;
    double mean = 0.0; ///< Jaccard distance of the whole models' pruned weights
    double least = 0.0;
    double most = 0.0;
};

/// What the demo study says about the paper's two questions, whatever that is.
struct DemoFindings {
    std::vector<std::string> runs; ///< dense first
    std::vector<DemoTask> tasks; ///< in the order of the domains
    /// Own less others over all domains, each of the same weight; resampled over items within each domain.
    std::optional<analysis::Estimate> ownLessOthers;
    std::vector<DemoDistances> distances;
    double random = 0.0; ///< baseline of two random masks
};

/// `domainRuns`: demoDomainRuns(), of which those that name a task's domain are compared. Of each task the first result
/// with it counts; tasks that were not measured are left out.
[[nodiscard]] DemoFindings demoFindings(const std::vector<EvaluateReport> &measured, const CompareReport &compared,
                                        const std::vector<std::string> &domainRuns);

/// As a Markdown page: the tables, and what follows from them in words.
[[nodiscard]] std::string demoPage(const DemoFindings &findings);

} // namespace secateur::engine
