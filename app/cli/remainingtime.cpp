// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/remainingtime.h"

#include <algorithm>
#include <vector>

namespace secateur::cli {
namespace {

constexpr double shortestStep = 0.2; // seconds
constexpr std::size_t remembered = 15;

} // namespace

void RemainingTime::add(double now, std::uint64_t done)
{
    m_latest = {now, done};
    if (!m_start || done < m_start->done) { // also when a stage begins anew
        m_start = m_latest;
        m_secondsPerUnit.clear();
        return;
    }
    const std::uint64_t units = done - m_start->done;
    const double seconds = now - m_start->time;
    if (units == 0 || seconds < shortestStep)
        return;
    m_secondsPerUnit.push_back(seconds / double(units));
    if (m_secondsPerUnit.size() > remembered)
        m_secondsPerUnit.pop_front();
    m_start = m_latest;
}

std::optional<double> RemainingTime::until(std::uint64_t total) const
{
    if (m_secondsPerUnit.empty() || total < m_latest.done)
        return std::nullopt;
    std::vector<double> sorted(m_secondsPerUnit.begin(), m_secondsPerUnit.end());
    const auto middle = sorted.begin() + std::ptrdiff_t(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle * double(total - m_latest.done);
}

} // namespace secateur::cli
