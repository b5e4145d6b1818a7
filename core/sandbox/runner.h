// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/sandbox/box.h"

namespace secateur::sandbox {

/// The one thread from which all boxes are started and watched. It lives as long as the object: bwrap's
/// --die-with-parent means the thread that started it, so that a box must not be started from a thread that may end.
class Runner
{
public:
    /// On the runner's thread, once for each submitted request.
    using Done = std::function<void(BoxResult)>;

    [[nodiscard]] static Result<std::unique_ptr<Runner>> start(BoxSettings settings, int parallel);
    ~Runner(); ///< kills what still runs
    Runner(const Runner &) = delete;
    Runner &operator=(const Runner &) = delete;

    [[nodiscard]] std::uint64_t newGroup();
    /// In the order of submission, a few at a time.
    void submit(std::uint64_t group, BoxRequest request, Done done);
    /// Ends all of a group, those that wait and those that run; each is told as Killed::Cancelled.
    void cancel(std::uint64_t group);
    [[nodiscard]] const BoxSettings &settings() const { return m_settings; }

private:
    struct Job {
        std::uint64_t group = 0;
        BoxRequest request;
        Done done;
        std::unique_ptr<Box> box;
        bool cancelled = false;
    };

    Runner(BoxSettings settings, int parallel) : m_settings(std::move(settings)), m_parallel(parallel) { }
    void loop();
    [[nodiscard]] bool admit(); ///< false: nothing is left to do, and nothing more will come
    void startBox(Job job);
    void waitForEvents() const;
    void stepAll();
    void watch();
    void wake() const;

    BoxSettings m_settings;
    int m_parallel;
    Pipe m_wake;
    std::uint64_t m_started = 0;
    Clock::time_point m_watched;
    std::vector<Job> m_active; ///< of the thread

    std::mutex m_mutex; ///< for what follows
    std::deque<Job> m_waiting;
    std::vector<std::uint64_t> m_toCancel;
    std::uint64_t m_groups = 0;
    bool m_ending = false;

    std::thread m_thread;
};

} // namespace secateur::sandbox
