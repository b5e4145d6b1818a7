// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/accuracymodel.h"

#include <limits>
#include <utility>

#include <QApplication>
#include <QFont>
#include <QPalette>

#include "widgets/common/tablefit.h"

namespace secateur::app {
namespace {

constexpr double absent = std::numeric_limits<double>::quiet_NaN();

QString number(double value)
{
    return value < 1000.0 ? QString::number(value, 'f', 2) : QString::number(value, 'g', 4);
}

QString interval(const analysis::Interval &found)
{
    return QStringLiteral("%1\u2013%2").arg(number(found.low), number(found.high));
}

/// "×1.04", or "≈ dense ×1.01" where the interval of the paired difference covers none.
QString ratioText(const analysis::AccuracyCell &cell)
{
    if (!cell.ratio || !cell.toDense)
        return {};
    const QString times = QStringLiteral("\u00d7%1").arg(QString::number(cell.ratio->value, 'f', 3));
    return cell.toDense->interval.covers(0.0) ? AccuracyModel::tr("\u2248 %1").arg(times) : times;
}

QString rowLabel(const analysis::AccuracyRow &row)
{
    return row.isDense() ? AccuracyModel::tr("dense") : QString::fromStdString(row.run);
}

} // namespace

QString columnLabel(const analysis::AccuracyColumn &column)
{
    return QString::fromStdString(column.domain.empty() ? column.task : column.domain);
}

QString describeCell(const analysis::AccuracyTable &table, std::size_t row, std::size_t column)
{
    const auto &task = table.columns[column];
    const QString where = AccuracyModel::tr("%1 on %2").arg(rowLabel(table.rows[row]), columnLabel(task));
    const auto &cell = table.at(row, column);
    if (!cell)
        return AccuracyModel::tr("%1: not measured").arg(where);
    QString text = AccuracyModel::tr("%1: %2 %3, 95 % interval %4, over %5 texts")
                       .arg(where, QString::fromStdString(task.metric), number(cell->measured.value),
                            interval(cell->measured.interval))
                       .arg(cell->n);
    if (cell->unscored > 0)
        text += AccuracyModel::tr(" (%1 more could not be scored)").arg(cell->unscored);
    if (!cell->toDense || !cell->ratio)
        return text;
    text += AccuracyModel::tr("; \u00d7%1 of dense, difference %2 (%3)")
                .arg(QString::number(cell->ratio->value, 'f', 3), number(cell->toDense->value),
                     interval(cell->toDense->interval));
    return cell->toDense->interval.covers(0.0)
        ? text + AccuracyModel::tr(": on these texts it cannot be told from dense")
        : text;
}

void AccuracyModel::setTable(analysis::AccuracyTable table)
{
    beginResetModel();
    m_table = std::move(table);
    endResetModel();
}

int AccuracyModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() || m_table.columns.empty() ? 0 : int(m_table.rows.size());
}

int AccuracyModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_table.columns.size());
}

QString AccuracyModel::cellText(int row, int column) const
{
    const auto &cell = m_table.at(std::size_t(row), std::size_t(column));
    if (!cell)
        return QStringLiteral("\u2013");
    const QString ratio = ratioText(*cell);
    const QString first =
        ratio.isEmpty() ? number(cell->measured.value) : number(cell->measured.value) + QStringLiteral("   ") + ratio;
    return m_detail == Detail::Brief ? first : first + QLatin1Char('\n') + interval(cell->measured.interval);
}

QVariant AccuracyModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto row = std::size_t(index.row());
    const auto column = std::size_t(index.column());
    const bool own = m_table.isOwnDomain(row, column);
    switch (role) {
    case Qt::DisplayRole: return cellText(index.row(), index.column());
    case Qt::EditRole: {
        const auto &cell = m_table.at(row, column);
        return cell ? QVariant(cell->measured.value) : QVariant();
    }
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole: return describeCell(m_table, row, column);
    case Qt::TextAlignmentRole: return int(Qt::AlignRight | Qt::AlignVCenter);
    case Qt::FontRole: {
        QFont font;
        font.setBold(own);
        return font;
    }
    case Qt::BackgroundRole: {
        if (!own)
            return {};
        QColor tint = QApplication::palette().color(QPalette::Highlight);
        tint.setAlpha(45);
        return QBrush(tint);
    }
    default: return {};
    }
}

QVariant AccuracyModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    const bool across = orientation == Qt::Horizontal;
    if (section < 0 || section >= (across ? columnCount() : rowCount()))
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((across ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    if (!across) {
        const auto &row = m_table.rows[std::size_t(section)];
        if (role == Qt::DisplayRole)
            return rowLabel(row);
        return row.isDense() ? tr("The model before pruning")
                             : tr("%1, pruned for %2 (%3, %4)")
                                   .arg(rowLabel(row), QString::fromStdString(row.domain),
                                        QString::fromStdString(row.method), QString::fromStdString(row.target));
    }
    const auto &column = m_table.columns[std::size_t(section)];
    if (role == Qt::DisplayRole)
        return columnLabel(column);
    return tr("%1 of %2 texts. Protocol %3, %4. Intervals: %5")
        .arg(QString::fromStdString(column.metric))
        .arg(column.items)
        .arg(QString::fromStdString(column.protocol), QString::fromStdString(column.compute),
             QString::fromStdString(column.interval));
}

widgets::AccuracyChartData chartDataOf(const analysis::AccuracyTable &table)
{
    widgets::AccuracyChartData data;
    data.valueTitle = AccuracyModel::tr("Perplexity (lower is better)");
    for (const auto &column : table.columns)
        data.tasks << columnLabel(column);
    QStringList names;
    for (const auto &row : table.rows)
        if (!row.isDense())
            names << rowLabel(row);
    names = widgets::withoutSharedParts(names);
    for (std::size_t row = 0; row < table.rows.size() && !table.columns.empty(); ++row) {
        const bool dense = table.rows[row].isDense();
        widgets::AccuracyChartData::Series series{dense ? rowLabel(table.rows[row]) : names.takeFirst(), dense, {}};
        for (std::size_t column = 0; column < table.columns.size(); ++column) {
            const auto &cell = table.at(row, column);
            if (cell)
                series.bars.push_back({cell->measured.value, cell->measured.interval.low, cell->measured.interval.high,
                                       table.isOwnDomain(row, column)});
            else
                series.bars.push_back({absent, absent, absent, false});
        }
        data.series.push_back(std::move(series));
    }
    return data;
}

widgets::PlotTable plotTableOf(const analysis::AccuracyTable &table)
{
    widgets::PlotTable plain;
    plain.corner = AccuracyModel::tr("Model");
    for (const auto &column : table.columns) {
        const QString name = columnLabel(column);
        plain.columns << name << AccuracyModel::tr("%1 low").arg(name) << AccuracyModel::tr("%1 high").arg(name)
                      << AccuracyModel::tr("%1 / dense").arg(name);
        plain.decimals.insert(plain.decimals.end(), {2, 2, 2, 3});
    }
    for (std::size_t row = 0; row < table.rows.size() && !table.columns.empty(); ++row) {
        plain.rows << rowLabel(table.rows[row]);
        for (std::size_t column = 0; column < table.columns.size(); ++column) {
            const auto &cell = table.at(row, column);
            plain.values.push_back(cell ? cell->measured.value : absent);
            plain.values.push_back(cell ? cell->measured.interval.low : absent);
            plain.values.push_back(cell ? cell->measured.interval.high : absent);
            plain.values.push_back(cell && cell->ratio ? cell->ratio->value : absent);
        }
    }
    return plain;
}

} // namespace secateur::app
