// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/window/stalldetector.h"

#include <algorithm>
#include <fstream>

namespace secateur::test {
namespace {

using namespace std::chrono_literals;
constexpr auto period = 5ms;

/// How long this thread has waited for a processor since it began; 0 where the kernel does not say.
std::chrono::nanoseconds waitedForProcessor()
{
    std::ifstream file("/proc/thread-self/schedstat");
    std::int64_t ran = 0;
    std::int64_t waited = 0;
    file >> ran >> waited;
    return std::chrono::nanoseconds(waited);
}

} // namespace

StallDetector::StallDetector() : m_waited(waitedForProcessor())
{
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &StallDetector::onTurn);
    m_timer.start(period);
}

void StallDetector::onTurn()
{
    using std::chrono::milliseconds;
    const auto now = Clock::now();
    const auto waited = waitedForProcessor();
    const auto byClock = std::chrono::duration_cast<milliseconds>(now - m_last);
    const auto own = std::chrono::duration_cast<milliseconds>(now - m_last - (waited - m_waited));
    m_last = now;
    m_waited = waited;
    ++m_turns;
    m_worstByClock = std::max(m_worstByClock, byClock);
    if (own <= m_worst)
        return;
    m_worst = own;
    m_worstActivity = m_activity;
}

} // namespace secateur::test
