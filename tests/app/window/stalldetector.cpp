// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/window/stalldetector.h"

#include <algorithm>

namespace secateur::test {
namespace {

using namespace std::chrono_literals;
constexpr auto period = 5ms;
constexpr auto ordinary = 20ms; ///< a control thread this late is not worth mentioning

} // namespace

StallDetector::StallDetector() : m_control([this](const std::stop_token &stop) { watchMachine(stop); })
{
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &StallDetector::onTurn);
    m_timer.start(period);
}

StallDetector::~StallDetector() = default;

void StallDetector::onTurn()
{
    const auto now = Clock::now();
    const auto missed = std::chrono::nanoseconds(m_missed.exchange(0));
    const auto gap = std::chrono::duration_cast<std::chrono::milliseconds>(now - m_last - missed);
    m_last = now;
    ++m_turns;
    if (gap <= m_worst)
        return;
    m_worst = gap;
    m_worstActivity = m_activity;
}

void StallDetector::watchMachine(const std::stop_token &stop)
{
    while (!stop.stop_requested()) {
        const auto before = Clock::now();
        std::this_thread::sleep_for(period);
        const auto late = Clock::now() - before - period;
        if (late > ordinary)
            m_missed += std::chrono::duration_cast<std::chrono::nanoseconds>(late).count();
    }
}

} // namespace secateur::test
