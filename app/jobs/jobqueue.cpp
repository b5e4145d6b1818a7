// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/jobqueue.h"

#include <algorithm>
#include <utility>

#include "app/jobs/queuefile.h"

namespace secateur::app {

JobQueue::JobQueue(Worker worker, std::filesystem::path file, QObject *parent)
    : QObject(parent), m_worker(std::move(worker)), m_file(std::move(file))
{
}

JobQueue::~JobQueue()
{
    shutDown();
}

Result<void> JobQueue::restore()
{
    if (m_file.empty())
        return {};
    SECATEUR_TRY(specs, readQueueFile(m_file));
    if (specs.empty())
        return {};
    pause();
    addAll(specs);
    return {};
}

Job *JobQueue::append(const JobSpec &spec)
{
    Q_EMIT aboutToInsert(int(m_jobs.size()));
    m_jobs.push_back(makeJob(spec));
    Q_EMIT inserted();
    return m_jobs.back().get();
}

Job *JobQueue::add(const JobSpec &spec)
{
    auto *const job = append(spec);
    save();
    startNext();
    return job;
}

void JobQueue::addAll(const std::vector<JobSpec> &specs)
{
    for (const auto &spec : specs)
        append(spec);
    save();
    startNext();
}

Job *JobQueue::addAgain(const Job &job)
{
    return add(restarted(job.spec()));
}

std::unique_ptr<Job> JobQueue::makeJob(JobSpec spec)
{
    auto job = std::make_unique<Job>(m_worker, std::move(spec));
    auto *const raw = job.get();
    connect(raw, &Job::changed, this, [this, raw] {
        if (const int index = indexOf(raw); index >= 0)
            Q_EMIT jobChanged(index);
    });
    connect(raw, &Job::finished, this, [this, raw] { onFinished(raw); });
    return job;
}

void JobQueue::pause()
{
    if (m_paused)
        return;
    m_paused = true;
    if (auto *const job = running(); job != nullptr && job->state() == Job::State::Running) {
        m_requeueStopped = true;
        job->cancel();
    }
    Q_EMIT stateChanged();
}

void JobQueue::resume()
{
    if (!m_paused)
        return;
    m_paused = false;
    Q_EMIT stateChanged();
    startNext();
}

void JobQueue::clearFinished()
{
    for (int index = int(m_jobs.size()) - 1; index >= 0; --index) {
        if (!m_jobs[std::size_t(index)]->isFinished())
            continue;
        Q_EMIT aboutToRemove(index);
        retire(std::move(m_jobs[std::size_t(index)]));
        m_jobs.erase(m_jobs.begin() + index);
        Q_EMIT removed();
    }
}

void JobQueue::shutDown()
{
    if (m_shuttingDown)
        return;
    save(); // with the running job in it
    m_shuttingDown = true;
    if (auto *const job = running())
        job->stopNow();
}

Job *JobQueue::running() const
{
    const auto found = std::ranges::find_if(m_jobs, [](const auto &job) { return job->isActive(); });
    return found == m_jobs.end() ? nullptr : found->get();
}

std::size_t JobQueue::unfinished() const
{
    return std::size_t(std::ranges::count_if(m_jobs, [](const auto &job) { return !job->isFinished(); }));
}

void JobQueue::onFinished(Job *job)
{
    if (m_shuttingDown)
        return;
    const bool stoppedByPause = std::exchange(m_requeueStopped, false) && job->state() == Job::State::Cancelled;
    if (stoppedByPause)
        requeue(job);
    else
        Q_EMIT jobFinished(job);
    save();
    Q_EMIT stateChanged();
    startNext();
}

/// Puts a waiting job in the place of one that pause() stopped.
void JobQueue::requeue(Job *job)
{
    const int index = indexOf(job);
    if (index < 0)
        return;
    retire(std::exchange(m_jobs[std::size_t(index)], makeJob(job->spec())));
    Q_EMIT replaced(index);
}

/// Deletes a job later: it may be emitting the very signal that led here.
void JobQueue::retire(std::unique_ptr<Job> job)
{
    job->setParent(this);
    job.release()->deleteLater();
}

/// One at a time. What a job is started with is decided only now, because what can be resumed is known only now.
void JobQueue::startNext()
{
    if (m_paused || m_shuttingDown || running() != nullptr)
        return;
    const auto next = std::ranges::find_if(m_jobs, [](const auto &job) { return job->state() == Job::State::Waiting; });
    if (next == m_jobs.end())
        return;
    const auto index = int(next - m_jobs.begin());
    if (auto spec = restarted((*next)->spec()); spec != (*next)->spec()) {
        retire(std::exchange(*next, makeJob(std::move(spec))));
        Q_EMIT replaced(index);
    }
    auto *const job = m_jobs[std::size_t(index)].get();
    job->start();
    Q_EMIT stateChanged();
}

JobSpec JobQueue::restarted(const JobSpec &spec) const
{
    const auto flag = QStringLiteral("--resume");
    JobSpec next = spec;
    next.arguments.removeAll(flag);
    if (m_isResumable && m_isResumable(next))
        next.arguments << flag;
    return next;
}

void JobQueue::save()
{
    if (m_file.empty() || m_shuttingDown)
        return;
    std::vector<JobSpec> specs;
    for (const auto &job : m_jobs)
        if (!job->isFinished() && job->spec().forView.isEmpty())
            specs.push_back(job->spec());
    // A queue that cannot be written down still runs; the next change tries again.
    static_cast<void>(writeQueueFile(m_file, specs));
}

int JobQueue::indexOf(const Job *job) const
{
    const auto found = std::ranges::find(m_jobs, job, &std::unique_ptr<Job>::get);
    return found == m_jobs.end() ? -1 : int(found - m_jobs.begin());
}

} // namespace secateur::app
