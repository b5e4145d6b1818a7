// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QDateTime>
#include <QObject>
#include <QProcess>
#include <QStringList>
#include <QTimer>

#include "app/jobs/worker.h"
#include "app/jobs/workerline.h"

namespace secateur::app {

/// What a job is, beyond the process that runs it: enough to write it down and start it again.
struct JobSpec {
    QString title;
    QStringList arguments; ///< of secateur-cli, without those of Worker
    /// Of a job whose result nothing keeps: the view that shows it. Of no use once the window is gone, so it is not
    /// written down.
    QString forView = {};
    friend bool operator==(const JobSpec &, const JobSpec &) = default;
};

/// One worker process, started at most once. It ends in exactly one of Done, Failed and Cancelled, and then tells so by
/// finished(), once. The worker dies with the window, whatever kills that: it is asked to stop, and keeps what it
/// finished.
class Job : public QObject
{
    Q_OBJECT

public:
    enum class State { Waiting, Running, Stopping, Done, Failed, Cancelled };

    Job(Worker worker, JobSpec spec, QObject *parent = nullptr);
    ~Job() override;

    void start();
    /// SIGTERM, and SIGKILL after the worker's grace time. A job that waits is cancelled at once.
    void cancel();
    /// For the end of the program: cancels and blocks until the worker is gone, which the grace time bounds.
    void stopNow();

    [[nodiscard]] const JobSpec &spec() const { return m_spec; }
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] bool isFinished() const { return m_state >= State::Done; }
    [[nodiscard]] bool isActive() const { return m_state == State::Running || m_state == State::Stopping; }
    [[nodiscard]] qint64 processId() const { return m_process.processId(); }
    [[nodiscard]] const std::optional<WorkerProgress> &progress() const { return m_progress; }
    /// Of a job that has many: what it does just now; empty otherwise.
    [[nodiscard]] const QString &step() const { return m_step; }
    [[nodiscard]] const QStringList &notices() const { return m_notices; }
    /// Of a failed job; advice() is what its user could do about it.
    [[nodiscard]] const WorkerError &error() const { return m_error; }
    [[nodiscard]] QString advice() const;
    /// When it will be done, going by the worker's own estimate.
    [[nodiscard]] std::optional<QDateTime> finishingAt() const;
    /// The JSON object on standard output.
    [[nodiscard]] const QByteArray &output() const { return m_output; }
    [[nodiscard]] const QStringList &errorTail() const { return m_tail; }
    /// As one could type it in a shell.
    [[nodiscard]] QString commandLine() const;

Q_SIGNALS:
    void changed(); ///< state, progress or notices
    void wrote(const QString &run, const QString &text); ///< a model did, and this is the next piece of it
    void finished();

private:
    void readErrors();
    void readOutput();
    void takeLine(const QByteArray &line);
    void onProcessFinished(int exitCode, QProcess::ExitStatus status);
    void onProcessError(QProcess::ProcessError error);
    void end(State state);

    Worker m_worker;
    JobSpec m_spec;
    State m_state = State::Waiting;
    QProcess m_process;
    QTimer m_grace;
    QByteArray m_partialLine;
    QByteArray m_output;
    QStringList m_tail;
    QStringList m_notices;
    std::optional<WorkerProgress> m_progress;
    QDateTime m_progressAt;
    QString m_step;
    WorkerError m_error;
    qulonglong m_killsAtStart = 0; ///< for memory, in the whole system
};

} // namespace secateur::app
