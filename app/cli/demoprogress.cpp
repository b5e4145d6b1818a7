// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/demoprogress.h"

#include <algorithm>
#include <numeric>

namespace secateur::cli {
namespace {

constexpr double percent = 100.0;

/// What takes the time of a step; reading and hashing go by in a moment, and run programs between the rest.
bool isMain(const Progress &progress)
{
    return progress.total > 0 && (progress.unit == "layers" || progress.unit == "parts" || progress.unit == "pairs");
}

} // namespace

DemoProgress::DemoProgress(const RunContext &outer, const std::vector<double> &weights)
    : m_outer(outer), m_weights(weights), m_all(std::accumulate(weights.begin(), weights.end(), 0.0))
{
}

RunContext DemoProgress::next()
{
    if (m_step > 0 && m_step <= m_weights.size())
        m_before += m_weights[m_step - 1];
    ++m_step;
    m_share = 0.0;
    report({});
    return {m_outer.stopToken(), [this](const Progress &progress) { report(progress); }};
}

void DemoProgress::report(const Progress &progress)
{
    if (isMain(progress))
        m_share = std::max(m_share, std::min(1.0, double(progress.done) / double(progress.total)));
    const double weight = m_step <= m_weights.size() ? m_weights[m_step - 1] : 0.0;
    const double done = m_all > 0.0 ? (m_before + m_share * weight) / m_all : 1.0;
    m_outer.report(
        {"demo", std::uint64_t(percent * done), std::uint64_t(percent), "percent", progress.tokensPerSecond});
}

} // namespace secateur::cli
