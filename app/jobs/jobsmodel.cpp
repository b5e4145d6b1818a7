// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/jobsmodel.h"

#include <QCoreApplication>
#include <QLocale>

namespace secateur::app {
namespace {

QString words(const char *text)
{
    return QCoreApplication::translate("JobsModel", text);
}

int percent(const Job &job)
{
    if (job.state() == Job::State::Done)
        return 100;
    if (!job.progress() || job.progress()->total == 0)
        return -1;
    return int(100.0 * double(job.progress()->done) / double(job.progress()->total));
}

QString progressCell(const Job &job)
{
    if (job.state() == Job::State::Failed)
        return job.error().detail;
    if (job.state() == Job::State::Waiting || !job.progress())
        return {};
    return progressText(*job.progress(), job.step());
}

QString finishingCell(const Job &job)
{
    const auto at = job.finishingAt();
    return at ? words("by %1").arg(QLocale().toString(at->time(), QStringLiteral("HH:mm"))) : QString();
}

QString text(const Job &job, int column)
{
    switch (column) {
    case JobsModel::Title: return job.spec().title;
    case JobsModel::State: return jobStateText(job.state());
    case JobsModel::Progress: return progressCell(job);
    case JobsModel::Speed:
        if (job.state() == Job::State::Running && job.progress() && job.progress()->tokensPerSecond)
            return words("%1 tokens/s").arg(QLocale().toString(qint64(*job.progress()->tokensPerSecond)));
        return {};
    case JobsModel::Finishing: return finishingCell(job);
    default: return {};
    }
}

} // namespace

QString jobStateText(Job::State state)
{
    switch (state) {
    case Job::State::Waiting: return words("waiting");
    case Job::State::Running: return words("running");
    case Job::State::Stopping: return words("stopping");
    case Job::State::Done: return words("done");
    case Job::State::Failed: return words("failed");
    case Job::State::Cancelled: return words("cancelled");
    }
    return {};
}

QString progressText(const WorkerProgress &progress, const QString &step)
{
    const QLocale locale;
    if (progress.unit == QStringLiteral("percent"))
        return words("%1: %2 %").arg(step.isEmpty() ? progress.stage : step).arg(progress.done);
    if (progress.unit == QStringLiteral("layers"))
        return words("%1: layer %2 of %3").arg(progress.stage).arg(progress.done).arg(progress.total);
    const bool bytes = progress.unit == QStringLiteral("bytes");
    const auto amount = [&](std::uint64_t count) {
        return locale.toString(qulonglong(bytes ? count / 1000000 : count));
    };
    const QString unit = bytes ? QStringLiteral("MB") : progress.unit;
    if (progress.total == 0)
        return words("%1: %2 %3").arg(progress.stage, amount(progress.done), unit);
    return words("%1: %2 of %3 %4").arg(progress.stage, amount(progress.done), amount(progress.total), unit);
}

JobsModel::JobsModel(JobQueue &queue, QObject *parent) : QAbstractTableModel(parent), m_queue(queue)
{
    const auto refresh = [this](int row) { Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1)); };
    connect(&queue, &JobQueue::aboutToInsert, this, [this](int row) { beginInsertRows({}, row, row); });
    connect(&queue, &JobQueue::inserted, this, [this] { endInsertRows(); });
    connect(&queue, &JobQueue::aboutToRemove, this, [this](int row) { beginRemoveRows({}, row, row); });
    connect(&queue, &JobQueue::removed, this, [this] { endRemoveRows(); });
    connect(&queue, &JobQueue::replaced, this, refresh);
    connect(&queue, &JobQueue::jobChanged, this, refresh);
}

int JobsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_queue.jobs().size());
}

int JobsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(ColumnCount);
}

Job *JobsModel::job(const QModelIndex &index) const
{
    const bool isRow = index.isValid() && std::size_t(index.row()) < m_queue.jobs().size();
    return isRow ? m_queue.jobs()[std::size_t(index.row())].get() : nullptr;
}

QVariant JobsModel::data(const QModelIndex &index, int role) const
{
    const auto *found = job(index);
    if (found == nullptr)
        return {};
    if (role == Qt::DisplayRole || role == Qt::ToolTipRole)
        return text(*found, index.column());
    if (role == PercentRole && index.column() == Progress)
        return percent(*found);
    return {};
}

QVariant JobsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Title: return words("Job");
    case State: return words("State");
    case Progress: return words("Progress");
    case Speed: return words("Speed");
    case Finishing: return words("Finishing");
    default: return {};
    }
}

} // namespace secateur::app
