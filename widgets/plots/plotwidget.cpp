// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plotwidget.h"

#include <algorithm>
#include <utility>

#include <QKeyEvent>
#include <QVBoxLayout>

#include "widgets/plots/plotaccessible.h"
#include "widgets/plots/qcustomplot.h"

namespace secateur::widgets {

namespace {

std::optional<QPoint> arrowOf(int key)
{
    switch (key) {
    case Qt::Key_Left: return QPoint(-1, 0);
    case Qt::Key_Right: return QPoint(1, 0);
    case Qt::Key_Up: return QPoint(0, -1);
    case Qt::Key_Down: return QPoint(0, 1);
    default: return std::nullopt;
    }
}

} // namespace

PlotWidget::PlotWidget(QWidget *parent) : QWidget(parent), m_plot(new QCustomPlot(this))
{
    installPlotAccessibility();
    setFocusPolicy(Qt::StrongFocus);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(m_plot);
    m_plot->setFocusPolicy(Qt::NoFocus);
    m_plot->setNoAntialiasingOnDrag(true);
    m_plot->setMouseTracking(true);
    // The cursor moves on its own buffer, so that following the pointer does not draw the plot again.
    m_plot->addLayer(QStringLiteral("cursor"));
    m_plot->layer(QStringLiteral("cursor"))->setMode(QCPLayer::lmBuffered);
    m_plot->installEventFilter(this);
    connect(m_plot, &QCustomPlot::beforeReplot, this, [this] { layOut(); });
    connect(m_plot, &QCustomPlot::mousePress, this, [this](QMouseEvent *event) { onMouse(event, false); });
    connect(m_plot, &QCustomPlot::mouseDoubleClick, this, [this](QMouseEvent *event) { onMouse(event, true); });
    connect(m_plot, &QCustomPlot::mouseMove, this, [this](QMouseEvent *event) {
        const auto cell = cellAt(event->position());
        Q_EMIT hovered(cell ? describe(*cell) : QString());
    });
}

void PlotWidget::refresh()
{
    m_style = PlotStyle::of(palette());
    m_plot->setBackground(QBrush(m_style.background));
    restyle();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void PlotWidget::setTable(PlotTable table)
{
    m_table = std::move(table);
    if (m_current && !m_table.contains(m_current->row, m_current->column))
        m_current.reset();
    Q_EMIT tableChanged();
}

void PlotWidget::setCurrent(const std::optional<Cell> &cell)
{
    const auto valid = cell && m_table.contains(cell->row, cell->column) ? cell : std::nullopt;
    if (valid == m_current)
        return;
    m_current = valid;
    setAccessibleDescription(valid ? describe(*valid) : QString());
    showCurrent();
    replotCursor();
    Q_EMIT currentChanged();
}

QImage PlotWidget::image(double scale)
{
    return m_plot->toPixmap(0, 0, scale).toImage();
}

void PlotWidget::replotCursor()
{
    if (QCPLayer *cursor = m_plot->layer(QStringLiteral("cursor")))
        cursor->replot();
}

void PlotWidget::choose(const Cell &cell)
{
    setCurrent(cell);
    Q_EMIT hovered(describe(cell));
    Q_EMIT chosen(cell.row, cell.column);
}

void PlotWidget::onMouse(QMouseEvent *event, bool twice)
{
    const auto cell = cellAt(event->position());
    if (!cell || event->button() != Qt::LeftButton)
        return;
    choose(*cell);
    if (twice)
        Q_EMIT activated(cell->row, cell->column);
}

void PlotWidget::keyPressEvent(QKeyEvent *event)
{
    const Cell from = m_current.value_or(Cell{0, 0});
    const Cell last{m_table.rowCount() - 1, m_table.columnCount() - 1};
    if (last.row < 0 || last.column < 0) {
        QWidget::keyPressEvent(event);
        return;
    }
    if (const auto arrow = arrowOf(event->key())) {
        const Cell move = m_current ? step(*arrow) : Cell{0, 0}; // the first key shows where the cursor is
        choose({std::clamp(from.row + move.row, 0, last.row), std::clamp(from.column + move.column, 0, last.column)});
    } else if (event->key() == Qt::Key_Home) {
        choose({0, 0});
    } else if (event->key() == Qt::Key_End) {
        choose(last);
    } else if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && m_current) {
        Q_EMIT activated(m_current->row, m_current->column);
    } else {
        QWidget::keyPressEvent(event);
    }
}

void PlotWidget::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange
        || event->type() == QEvent::StyleChange)
        refresh();
}

void PlotWidget::focusInEvent(QFocusEvent *event)
{
    QWidget::focusInEvent(event);
    showCurrent();
    replotCursor();
}

void PlotWidget::focusOutEvent(QFocusEvent *event)
{
    QWidget::focusOutEvent(event);
    showCurrent();
    replotCursor();
}

bool PlotWidget::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_plot && event->type() == QEvent::Paint)
        followPixelRatio();
    if (watched == m_plot && event->type() == QEvent::Leave)
        Q_EMIT hovered(QString());
    return QWidget::eventFilter(watched, event);
}

void PlotWidget::followPixelRatio()
{
    // QCustomPlot 2.1 asks for the pixel ratio once, when it is made; a window may move to another screen.
    if (qFuzzyCompare(m_plot->bufferDevicePixelRatio(), devicePixelRatioF()))
        return;
    m_plot->setBufferDevicePixelRatio(devicePixelRatioF());
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

} // namespace secateur::widgets
