// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/layerchart.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <QFontMetrics>

#include "widgets/plots/chartparts.h"
#include "widgets/plots/qcustomplot.h"

namespace secateur::widgets {

namespace {

/// Share of a layer's width that its bars take together.
constexpr double barsWidth = 0.8;
constexpr double noteGap = 8.0; ///< pixels around the baseline's words

QVector<double> layerNumbers(int count)
{
    QVector<double> layers;
    for (int layer = 0; layer < count; ++layer)
        layers << double(layer);
    return layers;
}

QVector<double> valuesOf(const std::vector<double> &values)
{
    return QVector<double>(values.begin(), values.end());
}

double greatestOf(const std::vector<double> &values, double soFar)
{
    for (const double value : values)
        soFar = std::isnan(value) ? soFar : std::max(soFar, value);
    return soFar;
}

PlotTable tableOf(const LayerChartData &data)
{
    PlotTable table;
    std::size_t layers = data.floor.size();
    for (const auto &series : data.series)
        layers = std::max(layers, series.values.size());
    for (std::size_t layer = 0; layer < layers; ++layer)
        table.rows.append(QString::number(layer));
    for (const auto &series : data.series)
        table.columns.append(series.name);
    if (!data.floor.empty())
        table.columns.append(data.floorName);
    const auto valueAt = [](const std::vector<double> &values, std::size_t layer) {
        return layer < values.size() ? values[layer] : std::numeric_limits<double>::quiet_NaN();
    };
    for (std::size_t layer = 0; layer < layers; ++layer) {
        for (const auto &series : data.series)
            table.values.push_back(valueAt(series.values, layer));
        if (!data.floor.empty())
            table.values.push_back(valueAt(data.floor, layer));
    }
    return table;
}

} // namespace

LayerChart::LayerChart(QWidget *parent) : PlotWidget(parent)
{
    setAccessibleName(tr("Distance per layer"));
    setupPlot();
    refresh();
}

void LayerChart::setupPlot()
{
    QCustomPlot &canvas = plot();
    canvas.xAxis->setLabel(tr("Layer"));
    canvas.xAxis->grid()->setVisible(false);
    canvas.xAxis->setSubTicks(false);
    canvas.yAxis->setSubTicks(false);
    m_group = new QCPBarsGroup(&canvas);
    m_group->setSpacingType(QCPBarsGroup::stPlotCoords);
    m_group->setSpacing(0.0);
    m_baselineLine = new QCPItemStraightLine(&canvas);
    m_baselineNote = new QCPItemText(&canvas);
    m_baselineNote->setPadding({4, 1, 4, 1});
    m_baselineNote->position->setTypeX(QCPItemPosition::ptAxisRectRatio);
    m_baselineLine->setSelectable(false);
    m_baselineNote->setSelectable(false);
    m_band = makeCursorBand(canvas);
    placeLegendAbove(canvas);
    canvas.legend->setVisible(true);
}

void LayerChart::layOut()
{
    QStringList names = {m_data.floorName};
    for (int index = 0; index < int(m_data.series.size()); ++index)
        names << labelOf(index);
    wrapLegend(plot(), names, font());
    settleLayout(plot());
    leaveRoomForTheNote();
    if (!m_compact)
        fitValueTitle(plot(), m_data.valueTitle, QLatin1Char(','), font());
}

QString LayerChart::labelOf(int index) const
{
    const auto &series = m_data.series[std::size_t(index)];
    return series.label.isEmpty() ? series.name : series.label;
}

void LayerChart::leaveRoomForTheNote()
{
    if (std::isnan(m_data.baseline) || m_range == ValueRange::Unit)
        return; // nothing to write, or an axis that is the same in all pictures
    const double height = plot().axisRect()->height();
    const double note = QFontMetrics(font()).height() + noteGap;
    const double top = baselineInside() ? std::max(greatestValue(), m_data.baseline) : greatestValue();
    if (height > 2.0 * note && top > 0.0)
        plot().yAxis->setRange(0.0, std::max(rangeEnd(), top * height / (height - note)));
}

void LayerChart::setData(LayerChartData data)
{
    m_data = std::move(data);
    setTable([this] {
        PlotTable table = tableOf(m_data);
        table.corner = tr("Layer");
        return table;
    }());
    makeSeries();
    showCurrent();
    refresh();
}

void LayerChart::setMode(Mode mode)
{
    if (mode == m_mode)
        return;
    m_mode = mode;
    makeSeries();
    refresh();
}

void LayerChart::setRange(ValueRange range)
{
    m_range = range;
    refresh();
}

void LayerChart::makeCompact()
{
    constexpr int marks = 2;
    m_compact = true;
    plot().xAxis->setLabel({});
    plot().yAxis->setLabel({});
    plot().yAxis->ticker()->setTickCount(marks);
    refresh();
}

void LayerChart::makeSeries()
{
    plot().clearPlottables();
    m_bars.clear();
    m_lines.clear();
    m_floor = nullptr;
    const QVector<double> layers = layerNumbers(layerCount());
    for (int index = 0; index < int(m_data.series.size()); ++index) {
        if (m_mode == Mode::Bars)
            makeBars(index, layers);
        else
            makeLine(index, layers);
    }
    if (!m_data.floor.empty())
        makeFloor(layers);
    plot().legend->setVisible(plot().plottableCount() > 0);
}

void LayerChart::makeBars(int index, const QVector<double> &layers)
{
    const auto &series = m_data.series[std::size_t(index)];
    auto *bars = new QCPBars(plot().xAxis, plot().yAxis);
    bars->setName(labelOf(index));
    bars->setWidthType(QCPBars::wtPlotCoords);
    bars->setWidth(barsWidth / double(m_data.series.size()));
    bars->setBarsGroup(m_group);
    bars->setSelectable(QCP::stNone);
    bars->setData(layers.mid(0, int(series.values.size())), valuesOf(series.values), true);
    m_bars.push_back(bars);
}

void LayerChart::makeLine(int index, const QVector<double> &layers)
{
    const auto &series = m_data.series[std::size_t(index)];
    QCPGraph *line = plot().addGraph();
    line->setName(labelOf(index));
    line->setSelectable(QCP::stNone);
    line->setData(layers.mid(0, int(series.values.size())), valuesOf(series.values), true);
    m_lines.push_back(line);
}

void LayerChart::makeFloor(const QVector<double> &layers)
{
    m_floor = plot().addGraph();
    m_floor->setName(m_data.floorName);
    m_floor->setSelectable(QCP::stNone);
    m_floor->setData(layers.mid(0, int(m_data.floor.size())), valuesOf(m_data.floor), true);
}

double LayerChart::greatestValue() const
{
    double greatest = greatestOf(m_data.floor, 0.0);
    for (const auto &series : m_data.series)
        greatest = greatestOf(series.values, greatest);
    return greatest;
}

double LayerChart::rangeEnd() const
{
    if (m_range == ValueRange::Unit)
        return 1.0;
    double greatest = greatestValue();
    if (m_range == ValueRange::Baseline && m_data.baseline > 0.0)
        greatest = std::max(greatest, m_data.baseline);
    return greatest > 0.0 ? greatest * 1.1 : 1.0;
}

bool LayerChart::baselineInside() const
{
    return !std::isnan(m_data.baseline) && m_data.baseline <= rangeEnd();
}

QString LayerChart::baselineText() const
{
    if (std::isnan(m_data.baseline))
        return {};
    const QString number = QString::number(m_data.baseline, 'f', 3);
    return baselineInside() ? tr("%1: %2").arg(m_data.baselineName, number)
                            : tr("\u2191 %1: %2, above this axis").arg(m_data.baselineName, number);
}

void LayerChart::restyle()
{
    QCustomPlot &canvas = plot();
    style().apply(*canvas.axisRect(), font());
    canvas.yAxis->setRange(0.0, rangeEnd());
    canvas.xAxis->setRange(-0.5, std::max(layerCount(), 1) - 0.5);
    for (std::size_t i = 0; i < m_bars.size(); ++i) {
        const QPen pen = style().seriesPen(int(i));
        m_bars[i]->setPen(Qt::NoPen);
        // The second round of colours is told from the first by its filling, as lines are by their dashes.
        const bool again = int(i) >= PlotStyle::seriesColorCount();
        m_bars[i]->setBrush(QBrush(pen.color(), again ? Qt::Dense4Pattern : Qt::SolidPattern));
    }
    for (std::size_t i = 0; i < m_lines.size(); ++i) {
        m_lines[i]->setPen(style().seriesPen(int(i)));
        m_lines[i]->setScatterStyle(
            QCPScatterStyle(QCPScatterStyle::ssDisc, style().seriesColor(int(i)), style().seriesColor(int(i)), 4));
    }
    canvas.legend->setBrush(Qt::NoBrush);
    canvas.legend->setFont(font());
    canvas.legend->setTextColor(style().text);
    styleReferences();
    showCurrent();
}

void LayerChart::styleReferences()
{
    if (m_floor) {
        m_floor->setPen(QPen(style().text, 1.8, Qt::DotLine));
        m_floor->setBrush(Qt::NoBrush);
    }
    const bool known = !std::isnan(m_data.baseline);
    m_baselineLine->setVisible(known && baselineInside());
    m_baselineNote->setVisible(known);
    if (!known)
        return;
    m_baselineLine->setPen(QPen(style().faintText, 1.4, Qt::DashLine));
    m_baselineLine->point1->setCoords(0.0, m_data.baseline);
    m_baselineLine->point2->setCoords(1.0, m_data.baseline);
    m_baselineNote->setText(baselineText());
    m_baselineNote->setFont(font());
    m_baselineNote->setColor(style().faintText);
    m_baselineNote->setBrush(QBrush(style().background));
    // At the top where the line is outside, and below it where a fixed axis ends close above.
    const bool hangs = !baselineInside() || (m_range == ValueRange::Unit && m_data.baseline > 0.9);
    m_baselineNote->setPositionAlignment(Qt::AlignRight | (hangs ? Qt::AlignTop : Qt::AlignBottom));
    m_baselineNote->position->setTypeY(baselineInside() ? QCPItemPosition::ptPlotCoords
                                                        : QCPItemPosition::ptAxisRectRatio);
    m_baselineNote->position->setCoords(0.995, baselineInside() ? m_data.baseline : 0.005);
}

std::optional<PlotWidget::Cell> LayerChart::cellAt(const QPointF &position) const
{
    const QCPAxisRect *rect = m_group ? const_cast<LayerChart *>(this)->plot().axisRect() : nullptr;
    if (!rect || !rect->rect().contains(position.toPoint()) || m_data.series.empty())
        return std::nullopt;
    const double x = rect->axis(QCPAxis::atBottom)->pixelToCoord(position.x());
    const int layer = int(std::floor(x + 0.5));
    if (!table().contains(layer, 0))
        return std::nullopt;
    const int count = int(m_data.series.size());
    if (m_mode == Mode::Bars) {
        const double inside = (x - layer) / barsWidth + 0.5; // 0 … 1 over the bars of the layer
        return Cell{layer, std::clamp(int(std::floor(inside * count)), 0, count - 1)};
    }
    const double y = rect->axis(QCPAxis::atLeft)->pixelToCoord(position.y());
    Cell nearest{layer, 0};
    for (int column = 1; column < table().columnCount(); ++column)
        if (std::fabs(table().at(layer, column) - y) < std::fabs(table().at(layer, nearest.column) - y))
            nearest.column = column;
    return nearest;
}

QString LayerChart::describe(const Cell &cell) const
{
    if (!table().contains(cell.row, cell.column))
        return {};
    QString text = tr("Layer %1, %2: %3 %4")
                       .arg(table().rows[cell.row], table().columns[cell.column], m_data.valueTitle,
                            table().text(cell.row, cell.column));
    QStringList notes;
    const int floorColumn = int(m_data.series.size());
    if (!m_data.floor.empty() && cell.column != floorColumn)
        notes << QStringLiteral("%1 %2").arg(m_data.floorName, table().text(cell.row, floorColumn));
    if (!std::isnan(m_data.baseline))
        notes << QStringLiteral("%1 %2").arg(m_data.baselineName, QString::number(m_data.baseline, 'f', 3));
    return notes.isEmpty() ? text : QStringLiteral("%1 (%2)").arg(text, notes.join(QLatin1String(", ")));
}

void LayerChart::showCurrent()
{
    if (current())
        placeCursorBand(*m_band, style(), hasFocus(), current()->row - 0.5, current()->row + 0.5);
    else
        m_band->setVisible(false);
}

} // namespace secateur::widgets
