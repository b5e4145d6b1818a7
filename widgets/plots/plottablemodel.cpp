// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plottablemodel.h"

#include <cmath>
#include <utility>

namespace secateur::widgets {

void PlotTableModel::setTable(PlotTable table)
{
    beginResetModel();
    m_table = std::move(table);
    endResetModel();
}

int PlotTableModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_table.rowCount();
}

int PlotTableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_table.columnCount();
}

QVariant PlotTableModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || !m_table.contains(index.row(), index.column()))
        return {};
    switch (role) {
    case Qt::DisplayRole: return m_table.text(index.row(), index.column());
    case Qt::EditRole: {
        const double value = m_table.at(index.row(), index.column());
        return std::isnan(value) ? QVariant() : QVariant(value);
    }
    case Qt::TextAlignmentRole: return int(Qt::AlignRight | Qt::AlignVCenter);
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1, %2: %3")
            .arg(m_table.rows[index.row()], m_table.columns[index.column()], m_table.text(index.row(), index.column()));
    default: return {};
    }
}

QVariant PlotTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    const bool across = orientation == Qt::Horizontal;
    if (section < 0 || section >= (across ? columnCount() : rowCount())
        || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    return across ? m_table.heading(section) : m_table.rows[section];
}

} // namespace secateur::widgets
