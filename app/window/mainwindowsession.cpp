// SPDX-License-Identifier: GPL-3.0-or-later
#include <QStandardPaths>
#include <QStatusBar>

#include "app/window/mainwindow.h"

/// What MainWindow remembers from one start to the next.
namespace secateur::app {
namespace {

bool isThere(const std::filesystem::path &path)
{
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

} // namespace

std::filesystem::path MainWindow::defaultStateFolder()
{
    const QByteArray state = qgetenv("XDG_STATE_HOME");
    const std::filesystem::path base = state.startsWith('/')
        ? std::filesystem::path(state.toStdString())
        : std::filesystem::path(QStandardPaths::writableLocation(QStandardPaths::HomeLocation).toStdString())
            / ".local/state";
    return base / "secateur";
}

SessionState MainWindow::sessionState() const
{
    auto &session = const_cast<StudySession &>(m_session);
    return {m_session.folder(),        m_session.modelPath(), currentPage(), session.selection().state(),
            session.domains().plans(), saveGeometry(),        saveState(),   false};
}

void MainWindow::noteChange()
{
    if (!m_options.safeMode)
        m_saveSoon.start();
}

void MainWindow::saveSession(bool ended)
{
    if (m_options.safeMode)
        return;
    auto state = sessionState();
    state.ended = ended;
    if (const auto written = writeSession(m_options.stateFolder / "session.json", state); !written)
        statusBar()->showMessage(QString::fromStdString(written.error().detail));
}

void MainWindow::restore()
{
    if (m_options.safeMode)
        return;
    restoreSession();
    m_guide->offerAtFirstStart();
}

void MainWindow::restoreSession()
{
    if (const auto queue = m_jobs.restore(); !queue)
        m_messages->warn(QString::fromStdString(queue.error().detail));
    const auto state = readSession(m_options.stateFolder / "session.json");
    if (!state || !m_settings.restoreSession.value())
        return;
    restoreGeometry(state->geometry);
    m_isSized = restoreState(state->docks);
    if (isThere(state->study / "study.json"))
        openPath(state->study);
    else if (isThere(state->model))
        m_session.openModel(state->model, state->study);
    if (!m_session.isOpen())
        return;
    if (isThere(state->model))
        m_session.setModelPath(state->model);
    m_session.domains().reset(state->domains);
    if (m_session.run(state->selection.runA) != nullptr && m_session.run(state->selection.runB) != nullptr)
        m_session.navigate(state->selection);
    m_history.clear();
    showPage(state->page);
    if (!state->ended)
        m_messages->offer(tr("The last session did not end as it should. Here is what was open."), tr("Start clean"),
                          [this] { m_session.close(); });
    else if (m_jobs.isPaused())
        m_messages->offer(tr("Jobs are left from the last time."), tr("Go on with them"), [this] { m_jobs.resume(); });
}

} // namespace secateur::app
