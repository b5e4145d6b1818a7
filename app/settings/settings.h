// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSettings>
#include <QStringList>

#include "app/settings/setting.h"

namespace secateur::app {

/// Everything the program remembers about its user's taste; what belongs to a study is not here.
class Settings
{
    QSettings m_store; // before the settings, which refer to it

public:
    /// In the user's configuration folder.
    Settings();
    /// In this file: for tests, and for --safe-mode, which shall neither see nor change the user's.
    explicit Settings(const QString &file);

    Setting<QString> theme; ///< "system", "light" or "dark"
    Setting<bool> restoreSession; ///< reopen at start what was open at the end
    Setting<QStringList> recent; ///< folders of studies, latest first
    Setting<int> threads; ///< for jobs; 0: all the processor has
    Setting<QString> figureStyle; ///< size and looks of the last figure, as JSON
    Setting<QString> taskFiles; ///< where the items of each task are, as JSON
    Setting<QString> demoFolder; ///< where the demo study was last put; empty: nowhere yet
    Setting<QString> guide; ///< the guided first run: "" was never shown, "shown", "dismissed"

    /// Puts a study in front of the recent ones, of which `recentLimit` are kept.
    void addRecent(const QString &folder);
    static constexpr int recentLimit = 12;
};

} // namespace secateur::app
