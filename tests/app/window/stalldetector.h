// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <vector>

#include <QObject>
#include <QString>
#include <QTimer>

namespace secateur::test {

/// Measures how long the event loop of the thread it is made on goes without a turn: as the clock has it, and less the
/// time in which the thread could have gone on but the machine was busy with others: other threads (proc(5),
/// schedstat), or other guests of a virtual machine's host (proc(5), steal).
class StallDetector : public QObject
{
    Q_OBJECT

public:
    StallDetector();

    /// What the window is about to do, for the message.
    void setActivity(const QString &activity) { m_activity = activity; }
    [[nodiscard]] std::chrono::milliseconds worst() const { return m_worst; } ///< the window's own doing
    [[nodiscard]] std::chrono::milliseconds worstByClock() const { return m_worstByClock; }
    [[nodiscard]] QString worstActivity() const { return m_worstActivity; }
    /// Where the time of each gap longer than those before it went.
    [[nodiscard]] QString account() const { return m_account; }
    [[nodiscard]] int turns() const { return m_turns; }

private:
    using Clock = std::chrono::steady_clock;
    void onTurn();

    QTimer m_timer;
    Clock::time_point m_last = Clock::now();
    QString m_activity;
    QString m_worstActivity;
    std::chrono::nanoseconds m_ran{0}; ///< on a processor, until the last turn
    std::chrono::nanoseconds m_waited{0}; ///< for a processor
    std::vector<std::chrono::nanoseconds> m_stolen; ///< from each processor by the host
    QString m_account;
    std::chrono::milliseconds m_worst{0};
    std::chrono::milliseconds m_worstByClock{0};
    int m_turns = 0;
};

} // namespace secateur::test
