// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include <QObject>

#include "app/jobs/job.h"
#include "core/base/result.h"

namespace secateur::app {

/// Jobs, run one at a time in the order they were added, because each takes the whole machine. What is not finished is
/// written to a file at every change, so that a queue survives whatever ends the window.
class JobQueue : public QObject
{
    Q_OBJECT

public:
    /// `file`: where the queue is kept; empty: nowhere.
    JobQueue(Worker worker, std::filesystem::path file, QObject *parent = nullptr);
    ~JobQueue() override;

    /// Whether an interrupted run of this job is on disk, so that starting it again means `--resume`.
    using IsResumable = std::function<bool(const JobSpec &)>;
    void setResumable(IsResumable isResumable) { m_isResumable = std::move(isResumable); }

    /// Takes in what an earlier window left unfinished, and pauses if there was any: nobody asked for it to start now.
    [[nodiscard]] Result<void> restore();

    Job *add(const JobSpec &spec);
    /// All of them, and the file is written once: each write waits for the disk.
    void addAll(const std::vector<JobSpec> &specs);
    /// Adds a finished job again, as a resumption where there is something to resume.
    Job *addAgain(const Job &job);
    /// No job is started while paused. The running one is stopped, keeps its finished layers, and goes on from there.
    void pause();
    void resume();
    [[nodiscard]] bool isPaused() const { return m_paused; }
    /// Takes finished jobs off the list.
    void clearFinished();
    /// Stops the worker, leaving its job in the file as unfinished. Blocks until it is gone.
    void shutDown();

    [[nodiscard]] const std::vector<std::unique_ptr<Job>> &jobs() const { return m_jobs; }
    [[nodiscard]] Job *running() const; ///< null: none
    [[nodiscard]] std::size_t unfinished() const;

Q_SIGNALS:
    void aboutToInsert(int index);
    void inserted();
    void aboutToRemove(int index);
    void removed();
    void replaced(int index); ///< the job at this place is another object now
    void jobChanged(int index);
    void jobFinished(Job *job);
    void stateChanged(); ///< paused, or which job runs

private:
    Job *append(const JobSpec &spec);
    std::unique_ptr<Job> makeJob(JobSpec spec);
    void onFinished(Job *job);
    void requeue(Job *job);
    void retire(std::unique_ptr<Job> job);
    void startNext();
    void save();
    [[nodiscard]] JobSpec restarted(const JobSpec &spec) const;
    [[nodiscard]] int indexOf(const Job *job) const;

    Worker m_worker;
    std::filesystem::path m_file;
    IsResumable m_isResumable;
    std::vector<std::unique_ptr<Job>> m_jobs;
    bool m_paused = false;
    bool m_requeueStopped = false; ///< the running job was stopped by pause(), not by its user
    bool m_shuttingDown = false;
};

} // namespace secateur::app
