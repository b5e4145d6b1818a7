// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include <QString>
#include <QStringList>

#include "app/session/studysession.h"

namespace secateur::app {

/// What a measurement would be: the job, and what it will take.
struct AccuracyPlan {
    QStringList arguments; ///< of secateur-cli
    int pairs = 0; ///< models times domains or tasks
    int missing = 0; ///< of those, without a measurement of this limit and seed
    std::optional<double> seconds; ///< for the missing ones; none: nothing to go by
    QString problem; ///< why there is nothing to measure; empty: there is
};

/// For dense and all finished runs, on `limit` held-out texts of each domain. The time is judged by earlier
/// measurements, or else by how long calibrating took per token.
[[nodiscard]] AccuracyPlan planAccuracy(StudySession &session, std::uint64_t limit, std::uint64_t seed);

/// Of `secateur-cli evaluate`: dense and all runs on these tasks. A limit of 0: all items.
[[nodiscard]] QStringList evaluateArguments(StudySession &session, const QStringList &tasks, std::uint64_t limit,
                                            std::uint64_t seed);

/// "about 3 min"; "a moment" for what is over at once.
[[nodiscard]] QString roughTime(double seconds);

} // namespace secateur::app
