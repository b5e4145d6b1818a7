// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>

#include <QObject>
#include <QStringList>

#include "app/jobs/jobqueue.h"
#include "app/session/studysession.h"
#include "app/settings/settings.h"
#include "app/window/actionregistry.h"
#include "app/window/demodialog.h"
#include "app/window/messagebar.h"

namespace secateur::app {

/// "Open the Demo Study": asks, has a worker make it, shows it while it grows, and says what to look at when it is
/// done. Where it was made before, it is only opened.
class DemoDesk : public QObject
{
    Q_OBJECT

public:
    struct Parts {
        ActionRegistry &actions;
        StudySession &session;
        JobQueue &jobs;
        Settings &settings;
        MessageBar &messages;
        QWidget *window; ///< the dialog's parent
        std::function<bool()> isGuided; ///< the guided first run leads to the figures just now
    };
    explicit DemoDesk(const Parts &parts, QObject *parent = nullptr);

    /// What the action does.
    void open();
    /// Null before it was first asked for.
    [[nodiscard]] DemoDialog *dialog() const { return m_dialog; }
    /// Whether the demo study is what is open, finished or not.
    [[nodiscard]] bool isOpen() const;
    /// The folder it was last made in, else `secateur/demo` in the user's data folder.
    [[nodiscard]] std::filesystem::path folder() const;

Q_SIGNALS:
    void jobRequested(const QStringList &arguments, const QString &title);
    void openRequested(const std::filesystem::path &study);
    void pageRequested(const QString &page);
    void findingsRequested(const std::filesystem::path &file);
    /// The demo study has become what is open.
    void opened();

private:
    void ask();
    void make(const std::filesystem::path &folder, bool withPrograms);
    void show(const std::filesystem::path &folder);
    void showPage(const std::filesystem::path &folder, const QString &page);
    void offerNext(const std::filesystem::path &folder, const QString &text);
    void askForCode(const std::filesystem::path &folder);
    void onJobFinished(const Job *job);
    void onStudyChanged();
    void updateFindings();
    [[nodiscard]] std::filesystem::path findingsFile() const;
    [[nodiscard]] bool isUnderWay() const;

    Parts m_parts;
    DemoDialog *m_dialog = nullptr;
    QAction *m_findings;
};

} // namespace secateur::app
