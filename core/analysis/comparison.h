// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/analysis/bootstrap.h"
#include "core/analysis/proportions.h"
#include "core/base/result.h"

namespace secateur::analysis {

/// The items on which two models differ.
struct Discordant {
    std::uint64_t onlyFirst = 0; ///< right with the first only: b
    std::uint64_t onlySecond = 0; ///< right with the second only: c
};

/// Two-sided exact p of McNemar's test: as many or more discordant pairs on one side, were each as likely as its mirror
/// image; twice the binomial tail, at most 1 (McNemar 1947; Dietterich 1998). 1 for no discordant pair.
[[nodiscard]] double mcnemarExactP(const Discordant &pairs);

/// Two-sided p of Student's t for `degrees` degrees of freedom, by the continued fraction of the incomplete beta
/// function (DLMF 8.17.22). 1 for t = 0, 0 for an infinite one; none for no degrees or a t that is no number.
[[nodiscard]] std::optional<double> studentP(double t, std::uint64_t degrees);

/// How p of a comparison came about.
enum class PairedTest {
    McNemar, ///< exact; all scores are 0 or 1
    StudentT, ///< paired t test of other scores
};

/// How often chance alone would tell two equal models apart as far as these, or further. Of one comparison: where many
/// are looked at, some are small by chance.
struct Significance {
    double p = 1.0;
    PairedTest test = PairedTest::McNemar;
    Discordant discordant; ///< of McNemar
};

/// The second minus the first model on the same items.
struct Comparison {
    double difference = 0.0; ///< of the means
    Interval interval; ///< paired percentile bootstrap
    PairedTest test = PairedTest::McNemar;
    std::optional<double> p; ///< none where the test is not defined: one score that is not 0 or 1, or no spread
    Discordant discordant; ///< of McNemar

    [[nodiscard]] bool coversZero() const { return interval.covers(0.0); }
};

/// Compares scores per item (right and wrong are 1 and 0), items in the same order. Each resample takes both models'
/// scores of the same drawn items. InvalidArgument for no items, unequal lengths and scores that are not finite.
[[nodiscard]] Result<Comparison> comparePaired(std::span<const double> first, std::span<const double> second,
                                               const DrawIndex &draw, const BootstrapOptions &options = {});

/// The mean over the tasks of a domain, each of the same weight however many items it has.
struct DomainMean {
    double mean = 0.0;
    std::optional<Interval> interval; ///< none where a task of one item gives no spread
};

/// From scores per item: percentile bootstrap within each task. InvalidArgument for no task, one without items and
/// scores that are not finite.
[[nodiscard]] Result<DomainMean> meanOverTasks(std::span<const std::vector<double>> tasks, const DrawIndex &draw,
                                               const BootstrapOptions &options = {});

/// From counts alone: normal approximation, z standard errors to each side and no further than [0, 1]; the tasks'
/// variances add up. InvalidArgument for no task, one without items and more right than items.
[[nodiscard]] Result<DomainMean> meanOverTasks(std::span<const Count> tasks, double z = NormalQuantile975);

} // namespace secateur::analysis
