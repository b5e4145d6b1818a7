// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include <QMainWindow>
#include <QStackedWidget>
#include <QTabBar>
#include <QTimer>

#include "app/jobs/jobqueue.h"
#include "app/pages/page.h"
#include "app/session/studysession.h"
#include "app/settings/settings.h"
#include "app/window/actionregistry.h"
#include "app/window/commandpalette.h"
#include "app/window/demodesk.h"
#include "app/window/guidebar.h"
#include "app/window/helpdesk.h"
#include "app/window/history.h"
#include "app/window/jobsdock.h"
#include "app/window/messagebar.h"
#include "app/window/sessionfile.h"
#include "widgets/common/emptystate.h"

namespace secateur::app {

/// What the user is asked to choose from the disk.
enum class ChooseWhat { Study, ModelFile, ModelFolder };

struct WindowOptions {
    std::filesystem::path stateFolder; ///< for session.json and queue.json
    Worker worker = Worker::secateurCli();
    bool safeMode = false; ///< neither restore anything nor write it down
    /// Asks for a path and calls back when there is one; empty: the platform's dialog. For tests.
    std::function<void(ChooseWhat, std::function<void(std::filesystem::path)>)> choose;
};

/// Puts the pages, the study tree, the inspector and the jobs together; knows nothing of what a page does.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    MainWindow(Settings &settings, WindowOptions options, QWidget *parent = nullptr);
    ~MainWindow() override;

    /// A study's folder, or a model. Says in the message bar why it cannot be opened.
    void openPath(const std::filesystem::path &path);
    /// What was open the last time, and the jobs that were not done.
    void restore();
    void showPage(const QString &id);

    [[nodiscard]] QString currentPage() const; ///< its id; empty: the welcome page
    [[nodiscard]] ActionRegistry &actions() { return m_actions; }
    [[nodiscard]] StudySession &session() { return m_session; }
    [[nodiscard]] JobQueue &jobs() { return m_jobs; }
    [[nodiscard]] MessageBar &messages() { return *m_messages; }
    [[nodiscard]] CommandPalette &commandPalette() { return *m_palette; }
    [[nodiscard]] HelpDesk &help() { return *m_help; }
    [[nodiscard]] DemoDesk &demo() { return *m_demo; }
    [[nodiscard]] GuideBar &guide() { return *m_guide; }
    /// `$XDG_STATE_HOME/secateur`.
    [[nodiscard]] static std::filesystem::path defaultStateFolder();

protected:
    void closeEvent(QCloseEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    void setupUi();
    void setupDocks();
    QDockWidget *dockify(QWidget *content, const QString &name, const QString &title, Qt::DockWidgetArea area);
    void setupFileActions();
    void setupViewActions();
    void setupGoActions();
    void setupJobActions();
    void setupMenus();
    void setupToolBar();
    void setupPaletteSources();
    void fillRecentMenu(QMenu *menu);
    void connectSignals();
    void connectDemo();
    QAction *addAction(const ActionSpec &spec);

    void choose(ChooseWhat what);
    void openModel(const std::filesystem::path &model);
    void onStudyChanged();
    void onJobRequested(const QStringList &arguments, const QString &title);
    void onJobsRequested(const std::vector<JobSpec> &jobs);
    [[nodiscard]] JobSpec withThreads(JobSpec spec) const;
    void onJobFinished(const Job *job);
    void resumeRun(const QString &runId);
    [[nodiscard]] bool isResumable(const JobSpec &spec) const;
    void applyTheme();
    void visitPlace();
    void goTo(const Place &place);
    void updateNavigation();
    void restoreSession();
    [[nodiscard]] SessionState sessionState() const;
    void saveSession(bool ended);
    void noteChange();

    Settings &m_settings;
    WindowOptions m_options;
    StudySession m_session;
    JobQueue m_jobs;
    ActionRegistry m_actions;
    History m_history;
    std::vector<Page *> m_pages;
    QTimer m_saveSoon;
    bool m_isMoving = false; ///< by Back or Forward, which must not make a new place
    MessageBar *m_messages = nullptr;
    QTabBar *m_tabs = nullptr;
    QStackedWidget *m_stack = nullptr;
    widgets::EmptyState *m_welcome = nullptr;
    JobsDock *m_jobsDock = nullptr;
    bool m_isSized = false; ///< the docks have got their sizes, which they take only once the window is shown
    CommandPalette *m_palette = nullptr;
    HelpDesk *m_help = nullptr;
    DemoDesk *m_demo = nullptr;
    GuideBar *m_guide = nullptr;
};

} // namespace secateur::app
