// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include "app/pages/accuracymeasure.h"
#include "core/analysis/accuracytable.h"
#include "widgets/plots/accuracychart.h"
#include "widgets/plots/plottable.h"

namespace secateur::app {

/// One measure of an AccuracyTable as a table view wants it: models by tasks, dense first, cells of the own domain
/// emphasised, the best sub-model of each column starred. A difference to dense that its interval does not tell from
/// none is marked with "≈".
class AccuracyModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    /// One or two lines per cell: with the interval, or without.
    enum class Detail { Brief, Full };

    explicit AccuracyModel(Detail detail, QObject *parent = nullptr) : QAbstractTableModel(parent), m_detail(detail) { }

    void setTable(analysis::AccuracyTable table);
    [[nodiscard]] const analysis::AccuracyTable &table() const { return m_table; }

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

private:
    [[nodiscard]] QString cellText(int row, int column) const;

    analysis::AccuracyTable m_table;
    Detail m_detail;
};

/// A cell in words, with everything that is known of it.
[[nodiscard]] QString describeCell(const analysis::AccuracyTable &table, std::size_t row, std::size_t column);

[[nodiscard]] widgets::AccuracyChartData chartDataOf(const analysis::AccuracyTable &table);
/// For copying: per column the value, and its ratio or difference to dense, each with its interval. Shares are values
/// from 0 to 1 that are shown in percent.
[[nodiscard]] widgets::PlotTable plotTableOf(const analysis::AccuracyTable &table);

} // namespace secateur::app
