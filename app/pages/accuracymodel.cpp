// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/accuracymodel.h"

#include <limits>
#include <utility>

#include <QApplication>
#include <QFont>
#include <QPalette>

#include "core/base/text.h"
#include "widgets/common/tablefit.h"

namespace secateur::app {
namespace {

constexpr double absent = std::numeric_limits<double>::quiet_NaN();

/// "\u00d71.04" or "\u22122.3", with "\u2248" in front where the interval of the paired difference covers none.
QString comparison(const analysis::AccuracyCell &cell, const MeasureFormat &format)
{
    if (!cell.toDense)
        return {};
    const QString text = cell.ratio ? QStringLiteral("\u00d7%1").arg(QString::number(cell.ratio->value, 'f', 3))
                                    : format.difference(cell.toDense->value);
    return cell.isDistinguishable() ? text : AccuracyModel::tr("\u2248 %1").arg(text);
}

/// The domain below the task.
QString inTwoLines(QString name)
{
    return name.replace(QStringLiteral(" ("), QStringLiteral("\n("));
}

/// "p = 0.031 (McNemar: 12 right with dense alone, 3 with the run alone)".
QString significanceWords(const analysis::Significance &test)
{
    const QString p = test.p < 0.0001 ? AccuracyModel::tr("p < 0.0001")
                                      : AccuracyModel::tr("p = %1").arg(QString::number(test.p, 'f', 4));
    return test.test == analysis::PairedTest::McNemar
        ? AccuracyModel::tr("%1 (exact McNemar: %2 items right with dense alone, %3 with the sub-model alone)")
              .arg(p)
              .arg(test.discordant.onlyFirst)
              .arg(test.discordant.onlySecond)
        : AccuracyModel::tr("%1 (paired t test)").arg(p);
}

/// The number with what surrounds it.
QString measuredWords(const analysis::AccuracyCell &cell, const MeasureFormat &format)
{
    if (cell.seeds)
        return AccuracyModel::tr("%1, mean of %2 calibration seeds from %3")
            .arg(format.withUnit(cell.measured.value))
            .arg(cell.seeds->seeds)
            .arg(format.interval(cell.measured.interval));
    return AccuracyModel::tr("%1, 95 % interval %2, n = %3")
        .arg(format.withUnit(cell.measured.value), format.interval(cell.measured.interval))
        .arg(cell.n);
}

/// How the sub-model stands to dense; empty for dense.
QString comparedWords(const analysis::AccuracyCell &cell, const MeasureFormat &format)
{
    if (!cell.toDense)
        return {};
    QString text;
    if (cell.ratio)
        text += AccuracyModel::tr("; \u00d7%1 of dense").arg(QString::number(cell.ratio->value, 'f', 3));
    text += (format.isShare() ? AccuracyModel::tr("; difference to dense %1 points (%2)")
                              : AccuracyModel::tr("; difference to dense %1 (%2)"))
                .arg(format.difference(cell.toDense->value), format.interval(cell.toDense->interval));
    if (cell.test)
        text += QStringLiteral(", ") + significanceWords(*cell.test);
    if (cell.isDistinguishable())
        return text;
    return text
        + (cell.seeds ? AccuracyModel::tr(": the seeds do not agree on its sign")
                      : AccuracyModel::tr(": on these items it cannot be told from dense"));
}

QString rowLabel(const analysis::AccuracyRow &row)
{
    return row.isDense() ? AccuracyModel::tr("dense") : QString::fromStdString(row.run);
}

} // namespace

QString describeCell(const analysis::AccuracyTable &table, std::size_t row, std::size_t column)
{
    const auto &task = table.columns[column];
    const auto format = formatOf(task.metric);
    const QString where = AccuracyModel::tr("%1 on %2").arg(rowLabel(table.rows[row]), columnName(task));
    const auto &cell = table.at(row, column);
    if (!cell)
        return AccuracyModel::tr("%1: not measured").arg(where);
    QString text =
        AccuracyModel::tr("%1: %2 %3").arg(where, QString::fromStdString(task.metric), measuredWords(*cell, format));
    if (task.isMean())
        text += AccuracyModel::tr(", the mean of %1 tasks").arg(task.meanOf.size());
    if (cell->unscored > 0)
        text += AccuracyModel::tr(" (%1 more could not be scored)").arg(cell->unscored);
    if (isBest(table, row, column))
        text += AccuracyModel::tr(", the best of the sub-models");
    return text + comparedWords(*cell, format);
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
    const auto format = formatOf(m_table.columns[std::size_t(column)].metric);
    QString first = format.number(cell->measured.value);
    if (isBest(m_table, std::size_t(row), std::size_t(column)))
        first.prepend(QStringLiteral("\u2605 "));
    if (const QString compared = comparison(*cell, format); !compared.isEmpty())
        first += QStringLiteral("   ") + compared;
    return m_detail == Detail::Brief ? first : first + QLatin1Char('\n') + format.interval(cell->measured.interval);
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
        return inTwoLines(columnName(column));
    QString text = tr("%1: %2 of %3 items. Protocol %4, %5. Intervals: %6")
                       .arg(columnName(column), QString::fromStdString(column.metric))
                       .arg(column.items)
                       .arg(QString::fromStdString(column.protocol), QString::fromStdString(column.compute),
                            QString::fromStdString(column.interval));
    if (column.isMean())
        text += tr(". The mean of %1, each of the same weight").arg(QString::fromStdString(joined(column.meanOf)));
    return text;
}

widgets::AccuracyChartData chartDataOf(const analysis::AccuracyTable &table)
{
    widgets::AccuracyChartData data;
    MeasureFormat format;
    if (!table.columns.empty()) {
        const auto &column = table.columns.front();
        format = formatOf(column.metric);
        data.valueTitle = measureTitle(column) + QLatin1Char('\n') + measureSample(table);
        data.metric = QString::fromStdString(column.metric);
        data.unit = format.unit;
        data.decimals = format.decimals;
        data.mayBeLogarithmic = !format.isShare();
    }
    for (const auto &column : table.columns)
        data.tasks << columnName(column);
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
                series.bars.push_back({cell->measured.value * format.scale, cell->measured.interval.low * format.scale,
                                       cell->measured.interval.high * format.scale, table.isOwnDomain(row, column)});
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
    const auto addColumns = [&plain](const QString &name, const MeasureFormat &format) {
        plain.columns << name << AccuracyModel::tr("%1 low").arg(name) << AccuracyModel::tr("%1 high").arg(name);
        plain.decimals.insert(plain.decimals.end(), 3, format.decimals);
        plain.scales.insert(plain.scales.end(), 3, format.scale);
        plain.units << format.unit << format.unit << format.unit;
    };
    const MeasureFormat ratio{.scale = 1.0, .decimals = 3, .unit = {}};
    for (const auto &column : table.columns) {
        const auto format = formatOf(column.metric);
        addColumns(QStringLiteral("%1 %2").arg(columnName(column), QString::fromStdString(column.metric)), format);
        addColumns((column.lowerIsBetter ? AccuracyModel::tr("%1 / dense") : AccuracyModel::tr("%1 - dense"))
                       .arg(columnName(column)),
                   column.lowerIsBetter ? ratio : format);
    }
    const auto addValues = [&plain](const std::optional<analysis::Estimate> &found) {
        plain.values.push_back(found ? found->value : absent);
        plain.values.push_back(found ? found->interval.low : absent);
        plain.values.push_back(found ? found->interval.high : absent);
    };
    for (std::size_t row = 0; row < table.rows.size() && !table.columns.empty(); ++row) {
        plain.rows << rowLabel(table.rows[row]);
        for (std::size_t column = 0; column < table.columns.size(); ++column) {
            const auto &cell = table.at(row, column);
            addValues(cell ? std::optional(cell->measured) : std::nullopt);
            if (table.columns[column].lowerIsBetter)
                addValues(cell ? cell->ratio : std::nullopt);
            else
                addValues(cell ? cell->toDense : std::nullopt);
        }
    }
    return plain;
}

} // namespace secateur::app
