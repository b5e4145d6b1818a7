// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/accuracychart.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "widgets/plots/chartparts.h"
#include "widgets/plots/qcustomplot.h"

namespace secateur::widgets {

namespace {

/// Share of a task's width that its bars take together.
constexpr double groupWidth = 0.8;
/// From this ratio of the largest to the smallest value on, the smallest would be a line on the axis.
constexpr double logarithmicFrom = 30.0;

PlotTable tableOf(const AccuracyChartData &data)
{
    PlotTable table;
    table.columns = data.tasks;
    for (const auto &series : data.series) {
        table.rows.append(series.name);
        for (int task = 0; task < data.tasks.size(); ++task)
            table.values.push_back(std::size_t(task) < series.bars.size() ? series.bars[std::size_t(task)].value
                                                                          : std::numeric_limits<double>::quiet_NaN());
    }
    table.decimals.assign(std::size_t(data.tasks.size()), data.decimals);
    return table;
}

} // namespace

AccuracyChart::AccuracyChart(QWidget *parent) : PlotWidget(parent)
{
    setAccessibleName(tr("Accuracy of dense and sub-models"));
    setupPlot();
    refresh();
}

void AccuracyChart::setupPlot()
{
    QCustomPlot &canvas = plot();
    canvas.xAxis->grid()->setVisible(false);
    canvas.xAxis->setSubTicks(false);
    canvas.xAxis->setTickLength(0);
    canvas.yAxis->setSubTicks(false);
    placeLegendAbove(canvas);
    m_band = makeCursorBand(canvas);
}

void AccuracyChart::layOut()
{
    QStringList names;
    for (const auto &series : m_data.series)
        names << series.name;
    wrapLegend(plot(), names, font());
    settleLayout(plot());
    fitOutlines();
    fitValueTitle(plot(), m_data.valueTitle, QLatin1Char(','), font());
}

/// Thin bars get thin outlines and whiskers, or these would be all there is to see.
void AccuracyChart::fitOutlines()
{
    const QCPAxis &axis = *plot().xAxis;
    const double pixels = std::fabs(axis.coordToPixel(barWidth()) - axis.coordToPixel(0.0));
    for (const Drawn &drawn : m_drawn) {
        drawn.emphasised->setPen(QPen(style().text, pixels < 12.0 ? 1.0 : 2.0));
        for (QCPErrorBars *const errors : drawn.errors) {
            errors->setPen(QPen(style().text, pixels < 12.0 ? 1.0 : 1.2));
            errors->setWhiskerWidth(std::min(6.0, pixels / 2.0));
        }
    }
}

void AccuracyChart::setData(AccuracyChartData data)
{
    m_data = std::move(data);
    PlotTable table = tableOf(m_data);
    table.corner = tr("Model");
    setTable(std::move(table));
    setRange();
    makeSeries();
    showCurrent();
    refresh();
}

double AccuracyChart::barWidth() const
{
    return groupWidth / double(std::max<std::size_t>(m_data.series.size(), 1));
}

double AccuracyChart::barCentre(int task, int series) const
{
    return task - groupWidth / 2.0 + barWidth() * (series + 0.5);
}

void AccuracyChart::setRange()
{
    double least = std::numeric_limits<double>::infinity();
    double most = 0.0;
    for (const auto &series : m_data.series)
        for (const auto &bar : series.bars) {
            if (std::isnan(bar.value))
                continue;
            least = std::min(least, std::min(bar.low, bar.value));
            most = std::max(most, std::max(bar.high, bar.value));
        }
    QCPAxis *const axis = plot().yAxis;
    m_logarithmic = m_data.mayBeLogarithmic && least > 0.0 && std::isfinite(least) && most > logarithmicFrom * least;
    if (m_logarithmic) {
        axis->setScaleType(QCPAxis::stLogarithmic);
        axis->setTicker(QSharedPointer<QCPAxisTickerLog>::create());
        axis->setRange(std::pow(10.0, std::floor(std::log10(least))), most * 1.5);
    } else {
        axis->setScaleType(QCPAxis::stLinear);
        axis->setTicker(QSharedPointer<QCPAxisTicker>::create());
        axis->setRange(0.0, most > 0.0 ? most * 1.08 : 1.0);
    }
}

void AccuracyChart::makeSeries()
{
    plot().clearPlottables();
    m_drawn.clear();
    auto ticker = QSharedPointer<QCPAxisTickerText>::create();
    for (int task = 0; task < m_data.tasks.size(); ++task)
        ticker->addTick(task, QString(m_data.tasks[task]).replace(QLatin1String(" ("), QLatin1String("\n(")));
    plot().xAxis->setTicker(ticker);
    plot().xAxis->setRange(-0.5, std::max(int(m_data.tasks.size()), 1) - 0.5);
    for (int index = 0; index < int(m_data.series.size()); ++index) {
        Drawn drawn;
        drawn.plain = makeBars(index, false, drawn);
        drawn.emphasised = makeBars(index, true, drawn);
        drawn.emphasised->removeFromLegend();
        m_drawn.push_back(std::move(drawn));
    }
    plot().legend->setVisible(!m_drawn.empty());
}

QCPBars *AccuracyChart::makeBars(int index, bool emphasised, Drawn &drawn)
{
    const auto &series = m_data.series[std::size_t(index)];
    auto *bars = new QCPBars(plot().xAxis, plot().yAxis);
    bars->setName(series.name);
    bars->setWidthType(QCPBars::wtPlotCoords);
    bars->setWidth(barWidth() * 0.9);
    bars->setBaseValue(m_logarithmic ? plot().yAxis->range().lower : 0.0);
    bars->setSelectable(QCP::stNone);
    auto *errors = new QCPErrorBars(plot().xAxis, plot().yAxis);
    errors->removeFromLegend();
    errors->setDataPlottable(bars);
    errors->setSelectable(QCP::stNone);
    for (int task = 0; task < int(series.bars.size()); ++task) {
        const auto &bar = series.bars[std::size_t(task)];
        if (std::isnan(bar.value) || bar.emphasised != emphasised)
            continue;
        bars->addData(barCentre(task, index), bar.value);
        errors->addData(std::max(0.0, bar.value - bar.low), std::max(0.0, bar.high - bar.value));
    }
    drawn.errors.push_back(errors);
    return bars;
}

void AccuracyChart::restyle()
{
    QCustomPlot &canvas = plot();
    style().apply(*canvas.axisRect(), font());
    int colour = 0;
    for (std::size_t i = 0; i < m_drawn.size(); ++i) {
        const bool reference = m_data.series[i].reference;
        const bool again = colour >= PlotStyle::seriesColorCount();
        const QColor fill = reference ? style().axis : style().seriesColor(colour++);
        const QBrush brush(fill, again && !reference ? Qt::Dense4Pattern : Qt::SolidPattern);
        m_drawn[i].plain->setBrush(brush);
        m_drawn[i].plain->setPen(Qt::NoPen);
        m_drawn[i].emphasised->setBrush(brush);
        for (QCPErrorBars *const errors : m_drawn[i].errors)
            errors->setSymbolGap(0);
    }
    canvas.legend->setBrush(Qt::NoBrush);
    canvas.legend->setFont(font());
    canvas.legend->setTextColor(style().text);
    showCurrent();
}

std::optional<PlotWidget::Cell> AccuracyChart::cellAt(const QPointF &position) const
{
    const QCPAxisRect *rect = const_cast<AccuracyChart *>(this)->plot().axisRect();
    if (!rect->rect().contains(position.toPoint()) || m_data.series.empty())
        return std::nullopt;
    const double x = rect->axis(QCPAxis::atBottom)->pixelToCoord(position.x());
    const int task = int(std::floor(x + 0.5));
    if (!table().contains(0, task))
        return std::nullopt;
    const int count = int(m_data.series.size());
    const double inside = (x - task) / groupWidth + 0.5; // 0 … 1 over the bars of the task
    return Cell{std::clamp(int(std::floor(inside * count)), 0, count - 1), task};
}

QString AccuracyChart::describe(const Cell &cell) const
{
    if (!table().contains(cell.row, cell.column))
        return {};
    const auto &series = m_data.series[std::size_t(cell.row)];
    const QString where = tr("%1 on %2").arg(series.name, m_data.tasks[cell.column]);
    const auto &bar = series.bars[std::size_t(cell.column)];
    if (std::isnan(bar.value))
        return tr("%1: not measured").arg(where);
    const auto number = [this](double value) { return QString::number(value, 'f', m_data.decimals) + m_data.unit; };
    return tr("%1: %2 %3, 95 % interval %4 to %5")
        .arg(where, m_data.metric, number(bar.value), number(bar.low), number(bar.high));
}

void AccuracyChart::showCurrent()
{
    if (!current()) {
        m_band->setVisible(false);
        return;
    }
    const double centre = barCentre(current()->column, current()->row);
    placeCursorBand(*m_band, style(), hasFocus(), centre - barWidth() / 2.0, centre + barWidth() / 2.0);
}

} // namespace secateur::widgets
