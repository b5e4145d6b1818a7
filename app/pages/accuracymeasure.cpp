// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/accuracymeasure.h"

#include <algorithm>
#include <cmath>

#include <QCoreApplication>

#include "core/analysis/measurestyle.h"

namespace secateur::app {
namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("AccuracyMeasure", text);
}

} // namespace

std::vector<AccuracyMeasure> measuresOf(const analysis::AccuracyTable &table)
{
    std::vector<AccuracyMeasure> all;
    for (const auto &column : table.columns) {
        AccuracyMeasure measure{column.metric, column.protocol};
        if (std::ranges::find(all, measure) == all.end())
            all.push_back(std::move(measure));
    }
    return all;
}

QString measureLabel(const AccuracyMeasure &measure, const std::vector<AccuracyMeasure> &all)
{
    const QString metric = QString::fromStdString(measure.metric);
    return std::ranges::count(all, measure.metric, &AccuracyMeasure::metric) == 1
        ? metric
        : QStringLiteral("%1 (%2)").arg(metric, QString::fromStdString(measure.protocol));
}

analysis::AccuracyTable onlyMeasure(const analysis::AccuracyTable &table, const AccuracyMeasure &measure)
{
    std::vector<std::size_t> chosen;
    for (std::size_t column = 0; column < table.columns.size(); ++column)
        if (table.columns[column].metric == measure.metric && table.columns[column].protocol == measure.protocol)
            chosen.push_back(column);
    return analysis::selectColumns(table, chosen);
}

QString MeasureFormat::number(double value) const
{
    const double shown = value * scale;
    return std::fabs(shown) < 1000.0 ? QString::number(shown, 'f', decimals) : QString::number(shown, 'g', 4);
}

QString MeasureFormat::withUnit(double value) const
{
    return isShare() ? number(value) + QChar(u'\u2009') + unit : number(value);
}

QString MeasureFormat::interval(const analysis::Interval &found) const
{
    // Between negative numbers a dash would be read as a sign.
    return (found.low < 0.0 ? tr("%1 to %2") : QStringLiteral("%1\u2013%2"))
        .arg(number(found.low).replace(u'-', u'\u2212'), number(found.high).replace(u'-', u'\u2212'));
}

QString MeasureFormat::difference(double value) const
{
    const QString text = number(value);
    return text.startsWith(u'-') ? u'\u2212' + text.mid(1) : u'+' + text;
}

MeasureFormat formatOf(const std::string &metric)
{
    const auto style = analysis::styleOf(metric);
    return {.scale = style.scale, .decimals = style.decimals, .unit = QString::fromStdString(style.unit)};
}

QString measureTitle(const analysis::AccuracyColumn &column)
{
    const QString title = QString::fromStdString(analysis::styleOf(column.metric).titleWithUnit());
    return (column.lowerIsBetter ? tr("%1, lower is better") : tr("%1, higher is better")).arg(title);
}

QString measureSample(const analysis::AccuracyTable &table)
{
    if (table.columns.empty())
        return {};
    const auto [least, most] = std::ranges::minmax(table.columns, {}, &analysis::AccuracyColumn::items);
    const QString n = least.items == most.items ? QString::number(least.items)
                                                : QStringLiteral("%1\u2013%2").arg(least.items).arg(most.items);
    // How often and with which seed was resampled is in the words below the table.
    const QString interval = QString::fromStdString(table.columns.front().interval).section(u',', 0, 0);
    return tr("n = %1, %2").arg(n, interval);
}

QString columnLabel(const analysis::AccuracyColumn &column)
{
    return QString::fromStdString(column.label.empty() ? column.task : column.label);
}

QString columnName(const analysis::AccuracyColumn &column)
{
    const QString label = columnLabel(column);
    const QString domain = QString::fromStdString(column.domain);
    return domain.isEmpty() || domain == label || column.isMean() ? label
                                                                  : QStringLiteral("%1 (%2)").arg(label, domain);
}

bool isBest(const analysis::AccuracyTable &table, std::size_t row, std::size_t column)
{
    const auto &cell = table.at(row, column);
    if (!cell || table.rows[row].isDense())
        return false;
    const double sign = table.columns[column].lowerIsBetter ? -1.0 : 1.0;
    bool better = false; // than another one at least: among equals none is best
    for (std::size_t other = 0; other < table.rows.size(); ++other) {
        const auto &rival = table.at(other, column);
        if (other == row || table.rows[other].isDense() || !rival)
            continue;
        if (sign * rival->measured.value > sign * cell->measured.value)
            return false;
        better = better || sign * rival->measured.value < sign * cell->measured.value;
    }
    return better;
}

} // namespace secateur::app
