// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sandbox/runner.h"

#include <algorithm>
#include <csignal>

#include <poll.h>
#include <unistd.h>

namespace secateur::sandbox {

namespace {

using namespace std::chrono_literals;

/// Between two looks at the memory of all boxes.
constexpr auto watchInterval = 50ms;

} // namespace

Result<std::unique_ptr<Runner>> Runner::start(BoxSettings settings, int parallel)
{
    std::unique_ptr<Runner> runner(new Runner(std::move(settings), parallel));
    SECATEUR_TRY(wake, makePipe());
    runner->m_wake = std::move(wake);
    SECATEUR_CHECK(setNonBlocking(runner->m_wake.read));
    SECATEUR_CHECK(setNonBlocking(runner->m_wake.write));
    runner->m_thread = std::thread([raw = runner.get()] { raw->loop(); });
    return runner;
}

Runner::~Runner()
{
    if (!m_thread.joinable())
        return;
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
    }
    wake();
    m_thread.join();
}

std::uint64_t Runner::newGroup()
{
    const std::lock_guard lock(m_mutex);
    return ++m_groups;
}

void Runner::submit(std::uint64_t group, BoxRequest request, Done done)
{
    {
        const std::lock_guard lock(m_mutex);
        m_waiting.push_back({group, std::move(request), std::move(done), nullptr, false});
    }
    wake();
}

void Runner::cancel(std::uint64_t group)
{
    {
        const std::lock_guard lock(m_mutex);
        m_toCancel.push_back(group);
    }
    wake();
}

void Runner::wake() const
{
    (void)!write(m_wake.write.get(), "w", 1); // a full pipe wakes as well
}

void Runner::loop()
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr); // the process's signals are for its other threads
    while (admit()) {
        waitForEvents();
        watch();
        stepAll();
    }
}

bool Runner::admit()
{
    std::vector<Job> starting;
    std::vector<Job> dropped;
    bool ending = false;
    {
        const std::lock_guard lock(m_mutex);
        ending = m_ending;
        const auto ends = [&](const Job &job) {
            return ending || std::find(m_toCancel.begin(), m_toCancel.end(), job.group) != m_toCancel.end();
        };
        for (auto &job : m_active)
            if (ends(job))
                job.box->kill(Killed::Cancelled);
        const auto kept =
            std::stable_partition(m_waiting.begin(), m_waiting.end(), [&](const Job &job) { return !ends(job); });
        std::move(kept, m_waiting.end(), std::back_inserter(dropped));
        m_waiting.erase(kept, m_waiting.end());
        m_toCancel.clear();
        while (!m_waiting.empty() && int(m_active.size() + starting.size()) < m_parallel) {
            starting.push_back(std::move(m_waiting.front()));
            m_waiting.pop_front();
        }
    }
    for (auto &job : dropped) {
        BoxResult result;
        result.killed = Killed::Cancelled;
        job.done(std::move(result));
    }
    for (auto &job : starting)
        startBox(std::move(job));
    return !ending || !m_active.empty();
}

void Runner::startBox(Job job)
{
    auto box = Box::start(std::move(job.request), m_settings, ++m_started);
    if (!box) {
        BoxResult result;
        result.trouble = box.error().detail;
        job.done(std::move(result));
        wake(); // there may be more to start
        return;
    }
    job.box = std::move(*box);
    m_active.push_back(std::move(job));
}

void Runner::waitForEvents() const
{
    std::vector<pollfd> events = {{m_wake.read.get(), POLLIN, 0}};
    auto until = Clock::time_point::max();
    for (const auto &job : m_active) {
        for (const int descriptor : job.box->descriptors())
            events.push_back({descriptor, POLLIN, 0});
        until = std::min(until, job.box->waitsForEmpty() ? Clock::now() + 1ms : job.box->deadline());
    }
    int timeout = -1;
    if (!m_active.empty()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
        timeout = int(std::clamp<std::int64_t>(left.count(), 1, watchInterval.count()));
    }
    poll(events.data(), events.size(), timeout);
    char ignored[64];
    while (read(m_wake.read.get(), ignored, sizeof ignored) > 0) { }
}

/// Looks at the memory of the boxes from time to time, and at those that have ended until they are empty.
void Runner::watch()
{
    const auto now = Clock::now();
    const bool due = now >= m_watched + watchInterval;
    std::set<std::uint64_t> inodes;
    for (const auto &job : m_active)
        if (job.box->namespaceInode() != 0 && (due || job.box->waitsForEmpty()))
            inodes.insert(job.box->namespaceInode());
    if (due)
        m_watched = now;
    for (const auto &use : namespaceUse(inodes))
        for (const auto &job : m_active) {
            if (job.box->namespaceInode() != use.inode)
                continue;
            if (job.box->waitsForEmpty())
                job.box->tellLeft(use.processes);
            else
                job.box->judgeMemory(use.resident);
        }
}

void Runner::stepAll()
{
    const auto now = Clock::now();
    for (std::size_t i = 0; i < m_active.size();) {
        if (!m_active[i].box->step(now)) {
            ++i;
            continue;
        }
        Job job = std::move(m_active[i]);
        m_active.erase(m_active.begin() + std::ptrdiff_t(i));
        BoxResult result = job.box->result();
        job.box.reset(); // its folder is gone before anyone hears of the end
        job.done(std::move(result));
    }
}

} // namespace secateur::sandbox
