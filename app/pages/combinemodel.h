// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QAbstractTableModel>

#include "core/store/runinfo.h"

namespace secateur::app {

/// The finished runs of a study, each of which may be ticked, with a weight that counts where scores are combined.
class CombineModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { RunColumn, DomainColumn, MethodColumn, KeptColumn, WeightColumn, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    /// What is ticked and weighed stays so, by the runs' ids.
    void setRuns(const std::vector<store::RunManifest> &runs);
    void setChosen(const QString &id, bool chosen);
    /// Whether weights are shown and can be edited.
    void setWeighted(bool weighted);

    [[nodiscard]] std::vector<store::RunManifest> chosenRuns() const; ///< oldest first
    [[nodiscard]] double weightOf(const std::string &id) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex &index) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;

Q_SIGNALS:
    void choiceChanged(); ///< a tick or a weight

private:
    struct Row {
        store::RunManifest run;
        bool chosen = false;
        double weight = 1.0;
    };
    [[nodiscard]] QString textOf(const Row &row, int column) const;

    std::vector<Row> m_rows;
    bool m_weighted = false;
};

} // namespace secateur::app
