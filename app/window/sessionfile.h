// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include <QByteArray>
#include <QString>

#include "app/session/domainplans.h"
#include "app/session/selection.h"
#include "core/base/result.h"

namespace secateur::app {

/// What a window looks like to somebody who comes back to it.
struct SessionState {
    std::filesystem::path study; ///< empty: nothing was open
    std::filesystem::path model;
    QString page;
    Selection::State selection;
    std::vector<DomainPlan> domains;
    QByteArray geometry; ///< QWidget::saveGeometry()
    QByteArray docks; ///< QMainWindow::saveState()
    bool ended = false; ///< the window was closed; false after a crash
};

/// NotFound; BadInput. Fields of another type count as absent.
[[nodiscard]] Result<SessionState> readSession(const std::filesystem::path &file);
/// Makes the folder where it is missing; atomic.
[[nodiscard]] Result<void> writeSession(const std::filesystem::path &file, const SessionState &state);

} // namespace secateur::app
