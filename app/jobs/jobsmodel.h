// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include "app/jobs/jobqueue.h"

namespace secateur::app {

/// The queue as a table: a row per job, in order.
class JobsModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Title, State, Progress, Speed, Finishing, ColumnCount };
    enum Role { PercentRole = Qt::UserRole }; ///< of Progress: 0 to 100, -1 unknown

    explicit JobsModel(JobQueue &queue, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    /// Null for no row.
    [[nodiscard]] Job *job(const QModelIndex &index) const;

private:
    JobQueue &m_queue;
};

[[nodiscard]] QString jobStateText(Job::State state);
/// "prune: layer 12 of 30", "hash: 45 of 98 MB"; with a step of many, "Pruning math: 12 %".
[[nodiscard]] QString progressText(const WorkerProgress &progress, const QString &step = {});

} // namespace secateur::app
