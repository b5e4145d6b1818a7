// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/window/stalldetector.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include <unistd.h>

namespace secateur::test {
namespace {

using namespace std::chrono_literals;
constexpr auto period = 5ms;

struct ThreadTimes {
    std::chrono::nanoseconds ran{0};
    std::chrono::nanoseconds waited{0}; ///< for a processor
};

/// Of this thread since it began; 0 where the kernel does not say.
ThreadTimes threadTimes()
{
    std::ifstream file("/proc/thread-self/schedstat");
    std::int64_t ran = 0;
    std::int64_t waited = 0;
    file >> ran >> waited;
    return {std::chrono::nanoseconds(ran), std::chrono::nanoseconds(waited)};
}

/// What the host of a virtual machine has taken from each processor since the start.
std::vector<std::chrono::nanoseconds> stolenTimes()
{
    constexpr int stealColumn = 8;
    static const auto tick = std::chrono::nanoseconds(1s) / sysconf(_SC_CLK_TCK);
    std::vector<std::chrono::nanoseconds> all;
    std::ifstream file("/proc/stat");
    std::string line;
    std::getline(file, line); // the sum of the next ones
    while (std::getline(file, line) && line.starts_with("cpu")) {
        std::istringstream words(line);
        std::string name;
        std::int64_t ticks = 0;
        words >> name;
        for (int column = 1; column <= stealColumn; ++column)
            words >> ticks;
        all.push_back(ticks * tick);
    }
    return all;
}

/// A thread is on one processor at a time: no more than the most that was taken from any.
std::chrono::nanoseconds mostStolen(const std::vector<std::chrono::nanoseconds> &before,
                                    const std::vector<std::chrono::nanoseconds> &now)
{
    std::chrono::nanoseconds most{0};
    for (std::size_t i = 0; i < std::min(before.size(), now.size()); ++i)
        most = std::max(most, now[i] - before[i]);
    return most;
}

std::chrono::milliseconds inMilliseconds(std::chrono::nanoseconds time)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(time);
}

} // namespace

StallDetector::StallDetector() : m_ran(threadTimes().ran), m_waited(threadTimes().waited), m_stolen(stolenTimes())
{
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &StallDetector::onTurn);
    m_timer.start(period);
}

void StallDetector::onTurn()
{
    const auto now = Clock::now();
    const auto times = threadTimes();
    auto stolenNow = stolenTimes();
    const std::chrono::nanoseconds gap = now - m_last;
    const auto ran = times.ran - m_ran;
    const auto waited = times.waited - m_waited;
    const auto stolen = std::min(mostStolen(m_stolen, stolenNow), std::max(gap - waited, 0ns));
    m_last = now;
    m_ran = times.ran;
    m_waited = times.waited;
    m_stolen = std::move(stolenNow);
    ++m_turns;
    const auto own = inMilliseconds(gap - waited - stolen);
    if (own > m_worst || inMilliseconds(gap) > m_worstByClock)
        m_account += QStringLiteral("%1: %2 ms, %3 of them on a processor, %4 waiting for one, %5 taken by the host\n")
                         .arg(m_activity)
                         .arg(inMilliseconds(gap).count())
                         .arg(inMilliseconds(ran).count())
                         .arg(inMilliseconds(waited).count())
                         .arg(inMilliseconds(stolen).count());
    m_worstByClock = std::max(m_worstByClock, inMilliseconds(gap));
    if (own <= m_worst)
        return;
    m_worst = own;
    m_worstActivity = m_activity;
}

} // namespace secateur::test
