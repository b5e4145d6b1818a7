// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <vector>

#include <QString>
#include <QStringList>

#include "app/session/domainplans.h"
#include "core/base/types.h"
#include "core/selection/layersparsity.h"

namespace secateur::app {

/// What shall be combined: each domain with each method, target and seed.
struct PruneGrid {
    std::vector<DomainPlan> domains;
    std::vector<PruneMethod> methods;
    std::vector<PruneTarget> targets;
    std::vector<std::uint64_t> seeds;
    StatisticsMode statistics = StatisticsMode::Pruned;
    std::optional<selection::LayerRule> layers = {}; ///< spreads each target; a table replaces them
};

/// One run to make: a row of the grid.
struct PlannedRun {
    QString name; ///< "math-wanda-0.5", with "-s1" where there is more than one seed
    QString domain;
    QStringList arguments; ///< of secateur-cli
    PruneMethod method = PruneMethod::Wanda;
    data::CalibrationRequest data; ///< of magnitude, which looks at none: as it is made
    bool looksForOutliers = false; ///< in one more pass of its data, before pruning
    bool isThere = false; ///< a finished run of this name exists
    QString problem; ///< why it cannot be started; empty: it can
};

/// In the order domains, methods, targets, seeds. Magnitude and random look at no data, so
/// magnitude is made once per target, and random once per target and seed.
[[nodiscard]] std::vector<PlannedRun> planRuns(const PruneGrid &grid, const std::filesystem::path &study,
                                               const std::filesystem::path &model,
                                               const std::set<std::string> &finished);

/// "0.5, 0.7 2:4": shares of weights or patterns, separated by blanks or commas. InvalidArgument names the word.
[[nodiscard]] Result<std::vector<PruneTarget>> parseTargets(const QString &text);
/// "0 1 2" or "0-4".
[[nodiscard]] Result<std::vector<std::uint64_t>> parseSeeds(const QString &text);

} // namespace secateur::app
