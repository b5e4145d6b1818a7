// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

#include <QObject>
#include <QString>
#include <QTimer>

namespace secateur::test {

/// Measures how long the event loop of the thread it is made on goes without a turn. A thread that wants nothing but to
/// wake up regularly runs beside it: what that one missed was the machine's doing, and is taken off.
class StallDetector : public QObject
{
    Q_OBJECT

public:
    StallDetector();
    ~StallDetector() override;

    /// What the window is about to do, for the message.
    void setActivity(const QString &activity) { m_activity = activity; }
    [[nodiscard]] std::chrono::milliseconds worst() const { return m_worst; }
    [[nodiscard]] QString worstActivity() const { return m_worstActivity; }
    [[nodiscard]] int turns() const { return m_turns; }

private:
    using Clock = std::chrono::steady_clock;
    void onTurn();
    void watchMachine(const std::stop_token &stop);

    QTimer m_timer;
    Clock::time_point m_last = Clock::now();
    QString m_activity;
    QString m_worstActivity;
    std::chrono::milliseconds m_worst{0};
    int m_turns = 0;
    std::atomic<std::int64_t> m_missed{0}; ///< by the machine since the last turn, ns
    std::jthread m_control;
};

} // namespace secateur::test
