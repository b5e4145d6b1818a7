// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <utility>
#include <vector>

#include <QAction>
#include <QList>
#include <QString>
#include <QStringList>
#include <QWidget>

#include "app/jobs/jobqueue.h"
#include "app/session/studysession.h"
#include "widgets/plots/plottable.h"

namespace secateur::app {

/// One step of the method. A page knows the session and its selection, never another page: what it wants done elsewhere
/// it asks for by signal, and MainWindow sees to it.
class Page : public QWidget
{
    Q_OBJECT

public:
    explicit Page(StudySession &session, QWidget *parent = nullptr) : QWidget(parent), m_session(session) { }

    /// Stable and lower-case: "masks". For session.json, openRequested() and tests.
    [[nodiscard]] virtual QString id() const = 0;
    [[nodiscard]] virtual QString title() const = 0; ///< translated, as the navigation shows it
    /// Of a freedesktop icon, or empty.
    [[nodiscard]] virtual QString iconName() const { return {}; }
    /// Owned by the page; each with an objectName that is unique in the program ("masks.zoomIn"), a text, and its
    /// shortcut. MainWindow registers them for menus, palette and tests.
    [[nodiscard]] virtual QList<QAction *> actions() const { return m_actions; }
    /// The page comes to the front: time to load what was put off.
    virtual void activate() { }
    /// The jobs of the window, which live longer than the page: for pages that show what becomes of theirs.
    virtual void watchJobs(const JobQueue &) { }

Q_SIGNALS:
    /// Run `secateur-cli arguments` as a job, called `title` in the list of jobs.
    void jobRequested(const QStringList &arguments, const QString &title);
    /// Several at once, to be queued in this order.
    void jobsRequested(const std::vector<secateur::app::JobSpec> &jobs);
    /// Show the page of this id; what it should show is in the selection.
    void openRequested(const QString &pageId);
    /// For the status bar: what is under the pointer or was just done.
    void statusChanged(const QString &text);

protected:
    [[nodiscard]] StudySession &session() const { return m_session; }
    /// Made at the end of actions().
    QAction *makeAction(const QString &name, const QString &text);
    template <typename Run>
    QAction *makeAction(const QString &name, const QString &text, Run run)
    {
        auto *const action = makeAction(name, text);
        connect(action, &QAction::triggered, this, std::move(run));
        return action;
    }
    QAction *makeToggle(const QString &name, const QString &text, bool on);
    /// Onto the clipboard, and says so.
    void copyTable(const widgets::PlotTable &table, QString (*format)(const widgets::PlotTable &));

private:
    StudySession &m_session;
    QList<QAction *> m_actions;
};

} // namespace secateur::app
