// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/job.h"

#include <csignal>
#include <utility>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <QFile>

#include "core/base/result.h"

namespace secateur::app {
namespace {

constexpr qsizetype longestLine = 1 << 16;
constexpr qsizetype longestOutput = 64 << 20;
constexpr int workerNiceness = 5; // the window comes first where both want the processor
constexpr int cancelledStatus = 130; // design/cli.md

/// Runs in the child between fork and exec: only system calls are allowed here.
void prepareChild()
{
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::setpriority(PRIO_PROCESS, 0, workerNiceness);
    // 4 is CLOSE_RANGE_CLOEXEC, which <linux/close_range.h> names; standard streams stay.
    ::close_range(3, ~0U, 4);
}

QString shellQuoted(const QString &word)
{
    static const QString harmless = QStringLiteral("-_./=:,+@%");
    bool plain = !word.isEmpty();
    for (const QChar letter : word)
        plain = plain && (letter.isLetterOrNumber() || harmless.contains(letter));
    if (plain)
        return word;
    QString quoted = word;
    return u'\'' + quoted.replace(u'\'', QStringLiteral("'\\''")) + u'\'';
}

/// Processes this system has killed for memory since it was started; 0 where it does not say.
qulonglong outOfMemoryKills()
{
    QFile counters(QStringLiteral("/proc/vmstat"));
    if (!counters.open(QIODevice::ReadOnly))
        return 0;
    static const QByteArray name = "oom_kill ";
    for (const auto &line : counters.readAll().split('\n'))
        if (line.startsWith(name))
            return line.mid(name.size()).toULongLong();
    return 0;
}

QString codeText(ErrorCode code)
{
    return QString::fromStdString(std::string(errorCodeName(code)));
}

} // namespace

Job::Job(Worker worker, JobSpec spec, QObject *parent)
    : QObject(parent), m_worker(std::move(worker)), m_spec(std::move(spec))
{
    m_grace.setSingleShot(true);
    m_grace.setInterval(m_worker.graceMs);
    connect(&m_grace, &QTimer::timeout, &m_process, &QProcess::kill);
    connect(&m_process, &QProcess::readyReadStandardError, this, &Job::readErrors);
    connect(&m_process, &QProcess::readyReadStandardOutput, this, &Job::readOutput);
    connect(&m_process, &QProcess::finished, this, &Job::onProcessFinished);
    connect(&m_process, &QProcess::errorOccurred, this, &Job::onProcessError);
}

Job::~Job()
{
    m_process.disconnect(this);
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.kill();
    m_process.waitForFinished();
}

void Job::start()
{
    if (m_state != State::Waiting)
        return;
    m_state = State::Running;
    m_killsAtStart = outOfMemoryKills();
    m_process.setProcessEnvironment(m_worker.environment);
    m_process.setChildProcessModifier(prepareChild);
    m_process.setStandardInputFile(QProcess::nullDevice());
    m_process.start(m_worker.program, m_worker.before + m_spec.arguments + m_worker.after, QIODevice::ReadOnly);
    if (m_state == State::Running) // start() may have failed, and said so, already
        Q_EMIT changed();
}

void Job::cancel()
{
    if (m_state == State::Waiting) {
        end(State::Cancelled);
    } else if (m_state == State::Running) {
        m_state = State::Stopping;
        m_process.terminate();
        m_grace.start();
        Q_EMIT changed();
    }
}

void Job::stopNow()
{
    cancel();
    if (m_process.state() == QProcess::NotRunning || m_process.waitForFinished(m_worker.graceMs))
        return;
    m_process.kill();
    m_process.waitForFinished();
}

void Job::readErrors()
{
    m_partialLine += m_process.readAllStandardError();
    qsizetype start = 0;
    for (qsizetype end = m_partialLine.indexOf('\n'); end >= 0; end = m_partialLine.indexOf('\n', start)) {
        takeLine(m_partialLine.mid(start, end - start));
        start = end + 1;
    }
    m_partialLine.remove(0, start);
    if (m_partialLine.size() > longestLine)
        takeLine(std::exchange(m_partialLine, {}).left(longestLine));
}

void Job::readOutput()
{
    m_output += m_process.readAllStandardOutput();
    m_output.truncate(longestOutput);
}

void Job::takeLine(const QByteArray &line)
{
    if (line.isEmpty())
        return;
    auto parsed = parseWorkerLine(line);
    if (auto *progress = std::get_if<WorkerProgress>(&parsed)) {
        m_progress = std::move(*progress);
        m_progressAt = QDateTime::currentDateTime();
    } else if (const auto *notice = std::get_if<WorkerNotice>(&parsed)) {
        m_notices << notice->text;
    } else if (const auto *piece = std::get_if<WorkerPiece>(&parsed)) {
        Q_EMIT wrote(piece->run, piece->text);
    } else if (auto *step = std::get_if<WorkerStep>(&parsed)) {
        m_step = std::move(step->text);
    } else if (auto *error = std::get_if<WorkerError>(&parsed)) {
        m_error = std::move(*error);
    } else {
        m_tail << std::get<WorkerText>(parsed).text;
        while (std::size_t(m_tail.size()) > m_worker.tailLines)
            m_tail.removeFirst();
    }
    Q_EMIT changed();
}

void Job::onProcessFinished(int exitCode, QProcess::ExitStatus status)
{
    readErrors();
    readOutput();
    takeLine(std::exchange(m_partialLine, {}));
    if (status == QProcess::NormalExit && exitCode == 0)
        return end(State::Done);
    // Also of a worker that had to be killed: what the user asked for is what happened.
    if (m_state == State::Stopping || (status == QProcess::NormalExit && exitCode == cancelledStatus))
        return end(State::Cancelled);
    if (status == QProcess::CrashExit && exitCode == SIGKILL)
        m_error = {QStringLiteral("killed"),
                   outOfMemoryKills() > m_killsAtStart ? tr("The system ran out of memory and killed the worker.")
                                                       : tr("The worker was killed, perhaps for memory.")};
    else if (status == QProcess::CrashExit)
        m_error = {QStringLiteral("crashed"), tr("The worker crashed (signal %1).").arg(exitCode)};
    else if (m_error.detail.isEmpty())
        m_error = {codeText(ErrorCode::Internal),
                   tr("The worker ended with status %1 and said no reason.").arg(exitCode)};
    end(State::Failed);
}

void Job::onProcessError(QProcess::ProcessError error)
{
    if (error != QProcess::FailedToStart)
        return; // finished() follows
    m_error = {codeText(ErrorCode::NotFound),
               tr("%1 cannot be started: %2").arg(m_worker.program, m_process.errorString())};
    end(State::Failed);
}

void Job::end(State state)
{
    if (isFinished())
        return;
    m_grace.stop();
    m_state = state;
    Q_EMIT changed();
    Q_EMIT finished();
}

QString Job::advice() const
{
    const auto &code = m_error.code;
    if (m_state != State::Failed)
        return {};
    if (code == QStringLiteral("killed") || code == codeText(ErrorCode::OutOfMemory))
        return tr("Take fewer or shorter samples, close other programs, or use a machine with more memory. Finished "
                  "layers are kept: start it again to go on from there.");
    if (code == codeText(ErrorCode::OutOfDisk))
        return tr("Make room on the disk of the study, then start it again; finished layers are kept.");
    if (code == codeText(ErrorCode::Locked))
        return tr("Another program works on this study. Wait for it, or stop it, then start again.");
    if (code == codeText(ErrorCode::Conflict))
        return tr("Something differs from when this was begun. Put it back, or start a run of another name.");
    if (code == QStringLiteral("crashed"))
        return tr("This is a defect of the program. Finished layers are kept; please report the details.");
    return tr("Correct what the message names, then start it again.");
}

std::optional<QDateTime> Job::finishingAt() const
{
    if (m_state != State::Running || !m_progress || !m_progress->remaining)
        return std::nullopt;
    return m_progressAt.addMSecs(qint64(*m_progress->remaining * 1000.0));
}

QString Job::commandLine() const
{
    QStringList words = {shellQuoted(m_worker.program.section(u'/', -1))};
    for (const auto &argument : m_spec.arguments)
        words << shellQuoted(argument);
    return words.join(u' ');
}

} // namespace secateur::app
