// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/datatable.h"

#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLocale>

#include "widgets/common/numbertext.h"

namespace secateur::widgets {
namespace {

constexpr int columnRoom = 12; ///< pixels beside the contents of a column, to breathe

bool isNumber(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::Double:
    case QMetaType::Float:
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::LongLong:
    case QMetaType::ULongLong: return true;
    default: return false;
    }
}

QString csvCell(const QVariant &value)
{
    if (value.typeId() == QMetaType::Double)
        return QString::number(value.toDouble(), 'g', QLocale::FloatingPointShortest);
    QString text = value.toString();
    if (!text.contains(u',') && !text.contains(u'"') && !text.contains(u'\n') && !text.contains(u'\r'))
        return text;
    return u'"' + text.replace(u'"', QStringLiteral("\"\"")) + u'"';
}

} // namespace

QString toCsv(const TableData &data)
{
    QStringList cells;
    for (const auto &column : data.columns)
        cells << csvCell(column);
    QString text = cells.join(u',') + QStringLiteral("\r\n");
    for (const auto &row : data.rows) {
        cells.clear();
        for (qsizetype column = 0; column < data.columns.size(); ++column)
            cells << (std::size_t(column) < row.size() ? csvCell(row[std::size_t(column)]) : QString());
        text += cells.join(u',') + QStringLiteral("\r\n");
    }
    return text;
}

void TableModel::setTable(TableData data)
{
    const bool sameShape = data.columns == m_data.columns && data.rows.size() == m_data.rows.size();
    if (sameShape && !data.rows.empty() && !data.columns.empty()) { // keeps where one is and what is selected
        m_data = std::move(data);
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
        return;
    }
    beginResetModel();
    m_data = std::move(data);
    endResetModel();
}

int TableModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_data.rows.size());
}

int TableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_data.columns.size());
}

QVariant TableModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto &row = m_data.rows[std::size_t(index.row())];
    if (std::size_t(index.column()) >= row.size())
        return {};
    const auto &value = row[std::size_t(index.column())];
    if (role == Qt::DisplayRole && value.typeId() == QMetaType::Double)
        return QString::number(value.toDouble(), 'g', 5);
    if (role == Qt::DisplayRole)
        return isNumber(value) ? QVariant(groupedNumber(value.toLongLong())) : value;
    if (role == Qt::ToolTipRole && !isNumber(value))
        return value; // a long text may be cut in its cell
    if (role == Qt::TextAlignmentRole && isNumber(value))
        return int(Qt::AlignRight | Qt::AlignVCenter);
    return {};
}

QVariant TableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole)
        return {};
    if (orientation == Qt::Vertical)
        return section + 1;
    return section >= 0 && section < m_data.columns.size() ? QVariant(m_data.columns[section]) : QVariant();
}

DataTable::DataTable(const QString &accessibleName, QWidget *parent) : QTableView(parent)
{
    setModel(&m_model);
    setAccessibleName(accessibleName);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setAlternatingRowColors(true);
    setShowGrid(false);
    setTabKeyNavigation(false);
    verticalHeader()->setVisible(false);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 10);
    horizontalHeader()->setHighlightSections(false);
    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex &current) {
        if (current.isValid() && !m_quiet)
            Q_EMIT rowActivated(current.row());
    });
}

void DataTable::setTable(TableData content)
{
    m_quiet = true;
    m_model.setTable(std::move(content));
    m_quiet = false;
    fitColumns();
}

/// As wide as the contents, with room to breathe; a last column that is to fill the view does so again.
int DataTable::fullWidth() const
{
    int width = 2 * frameWidth() + (verticalHeader()->isHidden() ? 0 : verticalHeader()->width());
    for (int column = 0; column < m_model.columnCount(); ++column) {
        const int name = horizontalHeader()->isHidden() ? 0 : horizontalHeader()->sectionSizeHint(column);
        width += std::max(sizeHintForColumn(column), name) + (showGrid() ? 1 : 0) + columnRoom;
    }
    return width;
}

void DataTable::fitColumns()
{
    auto *const header = horizontalHeader();
    const bool fill = header->stretchLastSection();
    header->setStretchLastSection(false);
    resizeColumnsToContents();
    for (int column = 0; column < header->count(); ++column)
        if (header->sectionResizeMode(column) == QHeaderView::Interactive)
            header->resizeSection(column, header->sectionSize(column) + columnRoom);
    if (fill && header->count() > 0) // it grows to what is left, but does not shrink to it
        header->resizeSection(header->count() - 1, header->minimumSectionSize());
    header->setStretchLastSection(fill);
}

void DataTable::showRow(int row)
{
    m_quiet = true;
    if (row >= 0 && row < m_model.rowCount())
        selectRow(row);
    else
        clearSelection();
    m_quiet = false;
}

void DataTable::copy() const
{
    const auto selected = selectionModel()->selectedRows();
    TableData chosen;
    chosen.columns = table().columns;
    for (const auto &index : selected)
        chosen.rows.push_back(table().rows[std::size_t(index.row())]);
    QApplication::clipboard()->setText(toCsv(chosen.rows.empty() ? table() : chosen));
}

void DataTable::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy))
        return copy();
    QTableView::keyPressEvent(event);
}

} // namespace secateur::widgets
