// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/scatterchart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "widgets/plots/chartparts.h"
#include "widgets/plots/qcustomplot.h"

namespace secateur::widgets {

namespace {

constexpr double logarithmicFrom = 30.0; ///< ratio of the largest to the smallest value
constexpr double reach = 14.0; ///< pixels around a point that are still the point
constexpr double pointSize = 8.0;
constexpr std::array shapes = {QCPScatterStyle::ssCircle,           QCPScatterStyle::ssSquare,
                               QCPScatterStyle::ssTriangle,         QCPScatterStyle::ssDiamond,
                               QCPScatterStyle::ssTriangleInverted, QCPScatterStyle::ssCross};

PlotTable tableOf(const ScatterData &data)
{
    PlotTable table;
    table.columns = QStringList{data.xName, data.yName, ScatterChart::tr("%1 low").arg(data.yName),
                                ScatterChart::tr("%1 high").arg(data.yName)};
    table.decimals = {3, data.decimals, data.decimals, data.decimals};
    table.scales = {1.0, data.scale, data.scale, data.scale};
    table.units = QStringList{QString(), data.unit, data.unit, data.unit};
    for (const auto &point : data.points) {
        table.rows << point.name;
        table.values.insert(table.values.end(), {point.x, point.y, point.low, point.high});
    }
    return table;
}

} // namespace

ScatterChart::ScatterChart(QWidget *parent) : PlotWidget(parent)
{
    setAccessibleName(tr("Distance and accuracy"));
    QCustomPlot &canvas = plot();
    canvas.xAxis->setSubTicks(false);
    canvas.yAxis->setSubTicks(false);
    placeLegendAbove(canvas);
    m_ring = new QCPItemTracer(&canvas);
    m_ring->setLayer(QStringLiteral("cursor"));
    m_ring->setStyle(QCPItemTracer::tsCircle);
    m_ring->setSize(2.2 * pointSize);
    m_ring->setSelectable(false);
    m_ring->setVisible(false);
    refresh();
}

void ScatterChart::setData(ScatterData data)
{
    m_data = std::move(data);
    PlotTable table = m_data.points.empty() ? PlotTable() : tableOf(m_data);
    table.corner = tr("Point");
    setTable(std::move(table));
    setRange();
    makeSeries();
    showCurrent();
    refresh();
}

void ScatterChart::setRange()
{
    double least = std::numeric_limits<double>::infinity();
    double most = 0.0;
    double farthest = 0.0;
    for (const auto &point : m_data.points) {
        least = std::min({least, point.low * m_data.scale, point.y * m_data.scale});
        most = std::max({most, point.high * m_data.scale, point.y * m_data.scale});
        farthest = std::max(farthest, point.x);
    }
    plot().xAxis->setLabel(m_data.xTitle);
    // Points at 0, the own ones, stand clear of the axis.
    const double right = farthest > 0.0 ? farthest : 1.0;
    plot().xAxis->setRange(-0.04 * right, 1.06 * right);
    QCPAxis *const axis = plot().yAxis;
    m_logarithmic = m_data.mayBeLogarithmic && std::isfinite(least) && least > 0.0 && most > logarithmicFrom * least;
    if (m_logarithmic) {
        axis->setScaleType(QCPAxis::stLogarithmic);
        axis->setTicker(QSharedPointer<QCPAxisTickerLog>::create());
        axis->setRange(least / 1.3, most * 1.3);
        return;
    }
    axis->setScaleType(QCPAxis::stLinear);
    axis->setTicker(QSharedPointer<QCPAxisTicker>::create());
    const double margin = m_data.points.empty() ? 0.5 : std::max(0.06 * (most - least), 1e-6);
    axis->setRange(std::isfinite(least) ? least - margin : 0.0, most + margin);
}

void ScatterChart::makeSeries()
{
    plot().clearPlottables();
    m_drawn.clear();
    for (int series = 0; series < int(m_data.series.size()); ++series)
        for (const bool emphasised : {false, true})
            addPoints(series, emphasised);
    plot().legend->setVisible(!m_drawn.empty());
}

void ScatterChart::addPoints(int series, bool emphasised)
{
    std::vector<const ScatterData::Point *> points;
    for (const auto &point : m_data.points)
        if (point.series == series && point.emphasised == emphasised)
            points.push_back(&point);
    // A series has one entry in the legend, be its points filled or not.
    const bool isNamed = std::ranges::any_of(m_drawn, [series](const Drawn &drawn) { return drawn.series == series; });
    if (points.empty())
        return;
    // The graph keeps its points by x, and error bars go by their numbers.
    std::ranges::stable_sort(points, {}, &ScatterData::Point::x);
    auto *const graph = plot().addGraph();
    graph->setName(m_data.series[series]);
    graph->setLineStyle(QCPGraph::lsNone);
    graph->setSelectable(QCP::stNone);
    if (isNamed)
        graph->removeFromLegend();
    auto *const errors = new QCPErrorBars(plot().xAxis, plot().yAxis);
    errors->removeFromLegend();
    errors->setDataPlottable(graph);
    errors->setSelectable(QCP::stNone);
    errors->setSymbolGap(pointSize);
    for (const auto *const point : points) {
        graph->addData(point->x, point->y * m_data.scale);
        errors->addData(std::max(0.0, (point->y - point->low) * m_data.scale),
                        std::max(0.0, (point->high - point->y) * m_data.scale));
    }
    m_drawn.push_back({series, emphasised, graph, errors});
}

void ScatterChart::restyle()
{
    QCustomPlot &canvas = plot();
    style().apply(*canvas.axisRect(), font());
    for (const Drawn &drawn : m_drawn) {
        const QColor color = style().seriesColor(drawn.series);
        const QPen pen(color, 1.6);
        drawn.graph->setScatterStyle(QCPScatterStyle(shapes[std::size_t(drawn.series) % shapes.size()], pen,
                                                     drawn.emphasised ? QBrush(color) : QBrush(Qt::NoBrush),
                                                     pointSize));
        QColor faint = color;
        faint.setAlphaF(0.55F);
        drawn.errors->setPen(QPen(faint, 1.0));
        drawn.errors->setWhiskerWidth(5.0);
    }
    canvas.legend->setBrush(Qt::NoBrush);
    canvas.legend->setFont(font());
    canvas.legend->setTextColor(style().text);
    showCurrent();
}

void ScatterChart::layOut()
{
    wrapLegend(plot(), m_data.series, font());
    settleLayout(plot());
    fitValueTitle(plot(), m_data.yTitle, QLatin1Char(','), font());
}

QPointF ScatterChart::pixelOf(const ScatterData::Point &point) const
{
    QCustomPlot &canvas = const_cast<ScatterChart *>(this)->plot();
    return {canvas.xAxis->coordToPixel(point.x), canvas.yAxis->coordToPixel(point.y * m_data.scale)};
}

std::optional<PlotWidget::Cell> ScatterChart::cellAt(const QPointF &position) const
{
    std::optional<Cell> nearest;
    double least = reach;
    for (std::size_t i = 0; i < m_data.points.size(); ++i) {
        const QPointF away = pixelOf(m_data.points[i]) - position;
        const double distance = std::hypot(away.x(), away.y());
        if (distance <= least) {
            least = distance;
            nearest = Cell{int(i), 1};
        }
    }
    return nearest;
}

QString ScatterChart::describe(const Cell &cell) const
{
    if (!table().contains(cell.row, cell.column))
        return {};
    const auto &point = m_data.points[std::size_t(cell.row)];
    const auto number = [this](double value) {
        return QString::number(value * m_data.scale, 'f', m_data.decimals) + m_data.unit;
    };
    return tr("%1: distance %2, %3 %4, 95 % interval %5 to %6")
        .arg(point.name, QString::number(point.x, 'f', 3), m_data.yName, number(point.y), number(point.low),
             number(point.high));
}

void ScatterChart::showCurrent()
{
    const bool any = current() && std::size_t(current()->row) < m_data.points.size();
    m_ring->setVisible(any);
    if (!any)
        return;
    const auto &point = m_data.points[std::size_t(current()->row)];
    m_ring->position->setCoords(point.x, point.y * m_data.scale);
    m_ring->setPen(QPen(style().accent, hasFocus() ? 2.5 : 1.5));
    m_ring->setBrush(Qt::NoBrush);
}

} // namespace secateur::widgets
