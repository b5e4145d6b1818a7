// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QString>
#include <QStringList>

#include "app/pages/comparedata.h"
#include "app/session/studysession.h"
#include "core/mask/maskalgebra.h"

namespace secateur::app {

/// What the dialog asks for.
struct CombineChoice {
    std::vector<store::RunManifest> runs; ///< in the order that the rule takes them
    std::vector<double> weights; ///< as many; for Scores
    mask::CombineRule rule = mask::CombineRule::Union;
    QString target; ///< "0.5" or "2:4"; for Scores, where empty means that of the runs
    QString name; ///< empty: the usual one
};

/// Share of all weights that a run will keep: known, or in between.
struct KeptShare {
    double low = 0.0;
    double high = 1.0;
    [[nodiscard]] bool isKnown() const { return high - low < 1e-9; }
};

struct CombinePlan {
    QString problem; ///< why it cannot be made; empty: it can
    QStringList arguments; ///< of secateur-cli
    QString title; ///< of the job
    QString name; ///< that the run will have
    std::optional<KeptShare> kept;
};

/// `distances`: what is known of the pairs; may be null.
[[nodiscard]] CombinePlan planCombination(const StudySession &session, const CombineChoice &choice,
                                          const CompareData *distances);

/// Of masks that keep these shares, whatever they have in common: the sharpest bounds there are.
[[nodiscard]] KeptShare keptBounds(mask::CombineRule rule, const std::vector<double> &kept);
/// Of two masks with these counts, exactly.
[[nodiscard]] double keptOfTwo(mask::CombineRule rule, const mask::OverlapCounts &counts);

} // namespace secateur::app
