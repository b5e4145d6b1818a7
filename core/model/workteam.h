// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace secateur::model {

/// Threads that stay, for work too short to start threads for: the products of one step of generation take tens of
/// microseconds each. Used from one thread at a time.
class WorkTeam
{
public:
    /// `threads` in all, the calling one included.
    explicit WorkTeam(int threads);
    ~WorkTeam();
    WorkTeam(const WorkTeam &) = delete;
    WorkTeam &operator=(const WorkTeam &) = delete;

    [[nodiscard]] int threads() const { return int(m_helpers.size()) + 1; }

    /// As parallelFor: calls `body(index, thread)` for every index in [0, count) and returns when all are done.
    /// `thread` is in [0, threads()), no two bodies run with the same one at the same time.
    using Body = std::function<void(std::size_t index, std::size_t thread)>;
    void each(std::size_t count, const Body &body);

private:
    void work(std::size_t thread);
    void help(std::size_t thread);

    const Body *m_body = nullptr;
    std::size_t m_count = 0;
    std::atomic<std::size_t> m_next = 0;
    std::atomic<std::uint32_t> m_round = 0; ///< grows with every call of each()
    std::atomic<std::uint32_t> m_busy = 0; ///< helpers at work
    std::atomic<bool> m_over = false;
    std::mutex m_mutex;
    std::exception_ptr m_thrown;
    std::vector<std::thread> m_helpers;
};

} // namespace secateur::model
