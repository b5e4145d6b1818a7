// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <QString>
#include <QStringList>

#include "app/session/studysession.h"

namespace secateur::app {

/// One prompt for several models.
struct PromptRequest {
    QString prompt;
    QString along; ///< the text that expectations are compared along; empty: what the reference writes
    QStringList runs; ///< ids, or "dense"
    std::uint64_t maxNewTokens = 48;
    double temperature = 0.0;
    std::uint64_t seed = 0;
};

/// The job it would be, or what stands in the way of it.
struct PromptPlan {
    enum class Obstacle { None, NoRuns, ModelGone, Incomplete };

    QStringList arguments; ///< of secateur-cli
    Obstacle obstacle = Obstacle::None;
    QString problem; ///< in words; empty without an obstacle
};

[[nodiscard]] PromptPlan planPrompt(StudySession &session, const PromptRequest &request);

} // namespace secateur::app
