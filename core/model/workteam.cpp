// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/workteam.h"

#include <algorithm>
#include <utility>

#include "core/model/gemm.h"

namespace secateur::model {

namespace {

/// Looks for a while before it sleeps: waking a thread takes longer than most of the work here.
void waitWhile(const std::atomic<std::uint32_t> &value, std::uint32_t unwanted)
{
    constexpr int looks = 4000;
    for (int i = 0; i < looks; ++i) {
        if (value.load(std::memory_order_acquire) != unwanted)
            return;
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
    }
    value.wait(unwanted, std::memory_order_acquire);
}

} // namespace

WorkTeam::WorkTeam(int threads)
{
    for (int i = 1; i < threads; ++i)
        m_helpers.emplace_back([this, i] { help(std::size_t(i)); });
}

WorkTeam::~WorkTeam()
{
    m_over = true;
    ++m_round;
    m_round.notify_all();
    for (auto &helper : m_helpers)
        helper.join();
}

void WorkTeam::each(std::size_t count, const Body &body)
{
    if (m_helpers.empty() || count <= 1) {
        for (std::size_t index = 0; index < count; ++index)
            body(index, 0);
        return;
    }
    m_body = &body;
    m_count = count;
    m_next = 0;
    m_busy = std::uint32_t(m_helpers.size());
    ++m_round;
    m_round.notify_all();
    work(0);
    for (auto busy = m_busy.load(); busy != 0; busy = m_busy.load())
        waitWhile(m_busy, busy);
    if (m_thrown)
        std::rethrow_exception(std::exchange(m_thrown, nullptr));
}

void WorkTeam::work(std::size_t thread)
{
    prepareComputeThread();
    try {
        for (std::size_t index = m_next++; index < m_count; index = m_next++)
            (*m_body)(index, thread);
    } catch (...) {
        m_next = m_count;
        const std::lock_guard lock(m_mutex);
        if (!m_thrown)
            m_thrown = std::current_exception();
    }
}

void WorkTeam::help(std::size_t thread)
{
    std::uint32_t seen = 0;
    for (;;) {
        waitWhile(m_round, seen);
        // Rounds follow each other only after every helper has ended the one before.
        ++seen;
        if (m_over)
            return;
        work(thread);
        --m_busy;
        m_busy.notify_all();
    }
}

} // namespace secateur::model
