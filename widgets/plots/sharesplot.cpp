// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/sharesplot.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <QKeyEvent>

#include "widgets/plots/chartparts.h"
#include "widgets/plots/qcustomplot.h"

namespace secateur::widgets {

namespace {

constexpr double barWidth = 0.8;
constexpr double percent = 100.0;

double stepOf(int key)
{
    switch (key) {
    case Qt::Key_Up: return 0.01;
    case Qt::Key_Down: return -0.01;
    case Qt::Key_PageUp: return 0.1;
    case Qt::Key_PageDown: return -0.1;
    default: return 0.0;
    }
}

} // namespace

SharesPlot::SharesPlot(QWidget *parent) : PlotWidget(parent)
{
    setAccessibleName(tr("Share to prune of each layer"));
    setupPlot();
    refresh();
}

void SharesPlot::setupPlot()
{
    QCustomPlot &canvas = plot();
    canvas.xAxis->setLabel(tr("Layer"));
    canvas.yAxis->setLabel(tr("Weights to prune, %"));
    canvas.xAxis->grid()->setVisible(false);
    canvas.xAxis->setSubTicks(false);
    canvas.yAxis->setSubTicks(false);
    m_bars = new QCPBars(canvas.xAxis, canvas.yAxis);
    m_bars->setWidthType(QCPBars::wtPlotCoords);
    m_bars->setWidth(barWidth);
    m_bars->setSelectable(QCP::stNone);
    m_mean = new QCPItemStraightLine(&canvas);
    m_mean->setSelectable(false);
    m_band = makeCursorBand(canvas);
    connect(&canvas, &QCustomPlot::mousePress, this, [this](QMouseEvent *event) {
        const auto cell = cellAt(event->position());
        if (!cell || event->button() != Qt::LeftButton)
            return;
        m_dragged = cell->row;
        ask(event->position());
    });
    connect(&canvas, &QCustomPlot::mouseMove, this, [this](QMouseEvent *event) {
        if (m_dragged)
            ask(event->position());
    });
    connect(&canvas, &QCustomPlot::mouseRelease, this, [this] {
        if (m_dragged.has_value())
            Q_EMIT settled();
        m_dragged.reset();
    });
}

void SharesPlot::ask(const QPointF &position)
{
    Q_EMIT shareWanted(*m_dragged, plot().yAxis->pixelToCoord(position.y()) / percent);
}

void SharesPlot::setShares(const std::vector<double> &shares)
{
    PlotTable table;
    table.corner = tr("Layer");
    table.columns = {tr("Weights to prune, %")};
    QVector<double> layers;
    QVector<double> values;
    for (std::size_t layer = 0; layer < shares.size(); ++layer) {
        table.rows.append(QString::number(layer));
        table.values.push_back(shares[layer] * percent);
        layers << double(layer);
        values << shares[layer] * percent;
    }
    const double mean = values.isEmpty() ? 0.0 : std::accumulate(values.begin(), values.end(), 0.0) / values.size();
    m_bars->setData(layers, values, true);
    m_mean->point1->setCoords(0.0, mean);
    m_mean->point2->setCoords(1.0, mean);
    setTable(std::move(table));
    showCurrent();
    refresh();
}

void SharesPlot::restyle()
{
    QCustomPlot &canvas = plot();
    style().apply(*canvas.axisRect(), font());
    canvas.yAxis->setRange(0.0, percent);
    canvas.xAxis->setRange(-0.5, std::max(table().rowCount(), 1) - 0.5);
    m_bars->setPen(Qt::NoPen);
    m_bars->setBrush(style().seriesColor(0));
    m_mean->setPen(QPen(style().faintText, 1.4, Qt::DashLine));
    showCurrent();
}

std::optional<PlotWidget::Cell> SharesPlot::cellAt(const QPointF &position) const
{
    const QCPAxisRect *const rect = const_cast<SharesPlot *>(this)->plot().axisRect();
    if (!rect->rect().contains(position.toPoint()))
        return std::nullopt;
    const int layer = int(std::floor(rect->axis(QCPAxis::atBottom)->pixelToCoord(position.x()) + 0.5));
    return table().contains(layer, 0) ? std::optional(Cell{layer, 0}) : std::nullopt;
}

QString SharesPlot::describe(const Cell &cell) const
{
    if (!table().contains(cell.row, cell.column))
        return {};
    return tr("Layer %1: %2 % pruned").arg(cell.row).arg(table().at(cell.row, 0), 0, 'f', 1);
}

void SharesPlot::keyPressEvent(QKeyEvent *event)
{
    const double change = stepOf(event->key());
    if (change == 0.0 || !current()) {
        PlotWidget::keyPressEvent(event);
        return;
    }
    Q_EMIT shareWanted(current()->row, table().at(current()->row, 0) / percent + change);
    Q_EMIT settled();
}

void SharesPlot::showCurrent()
{
    if (current())
        placeCursorBand(*m_band, style(), hasFocus(), current()->row - 0.5, current()->row + 0.5);
    else
        m_band->setVisible(false);
}

} // namespace secateur::widgets
