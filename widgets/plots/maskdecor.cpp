// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/maskdecor.h"

#include <algorithm>
#include <cmath>

#include <QFontMetrics>
#include <QPainter>

#include "widgets/plots/maskwindow.h"

namespace secateur::widgets {

namespace {

constexpr int stripSize = 24;
constexpr double gridScale = 10.0; ///< pixels per cell from which cells are outlined
constexpr double smallestBand = 5.0; ///< pixels; heads closer than that would be a hatching

/// 1, 2, 5, 10, … cells, at least `pixels` apart.
std::int64_t tickStep(double pixelsPerCell, double pixels)
{
    std::int64_t decade = 1;
    for (;; decade *= 10)
        for (const std::int64_t factor : {1, 2, 5})
            if (double(factor * decade) * pixelsPerCell >= pixels)
                return factor * decade;
}

QColor withAlpha(QColor colour, int alpha)
{
    colour.setAlpha(alpha);
    return colour;
}

std::int64_t firstTick(double from, std::int64_t step)
{
    return std::max<std::int64_t>(0, std::int64_t(std::ceil(from / double(step))) * step);
}

float meanOf(const std::vector<float> &shares, const CellSpan &span)
{
    float sum = 0.0F;
    for (std::uint32_t cell = span.begin; cell < span.end; ++cell)
        sum += shares[cell];
    return sum / float(span.size());
}

} // namespace

MaskLayout MaskLayout::of(const QRect &widget, const QFont &font)
{
    const QFontMetrics metrics(font);
    const int left = metrics.horizontalAdvance(QStringLiteral("00000")) + 10;
    const int top = metrics.height() + 6;
    MaskLayout layout;
    layout.picture = widget.adjusted(left, top, -stripSize - 4, -stripSize - 4);
    if (layout.picture.width() < 1 || layout.picture.height() < 1)
        layout.picture.setSize(QSize(1, 1));
    const QRect &picture = layout.picture;
    layout.rowRuler = QRect(widget.left(), picture.top(), left - 3, picture.height());
    layout.columnRuler = QRect(picture.left(), widget.top(), picture.width(), top - 3);
    layout.rowMargin = QRect(picture.right() + 4, picture.top(), stripSize, picture.height());
    layout.columnMargin = QRect(picture.left(), picture.bottom() + 4, picture.width(), stripSize);
    return layout;
}

MaskDecor::MaskDecor(QPainter &painter, const MatrixViewport &viewport, const MaskLayout &layout,
                     const MaskPalette &palette)
    : m_painter(painter), m_viewport(viewport), m_layout(layout), m_palette(palette),
      m_cells(viewport.visibleCells(layout.picture.size()))
{
}

double MaskDecor::xOf(double column) const
{
    return m_layout.picture.left() + (column - m_cells.left()) * m_viewport.pixelsPerCell();
}

double MaskDecor::yOf(double row) const
{
    return m_layout.picture.top() + (row - m_cells.top()) * m_viewport.pixelsPerCell();
}

QRectF MaskDecor::cellRect(const MatrixViewport::Cell &cell) const
{
    const double side = m_viewport.pixelsPerCell();
    return {xOf(double(cell.column)), yOf(double(cell.row)), side, side};
}

void MaskDecor::drawGrid()
{
    if (m_viewport.pixelsPerCell() < gridScale)
        return;
    m_painter.setPen(QPen(withAlpha(m_palette.line, 70), 1));
    const double lastColumn = std::min(m_cells.right(), double(m_viewport.columns()));
    const double lastRow = std::min(m_cells.bottom(), double(m_viewport.rows()));
    const double top = std::max(yOf(0), double(m_layout.picture.top()));
    const double left = std::max(xOf(0), double(m_layout.picture.left()));
    for (auto column = firstTick(m_cells.left(), 1); double(column) <= lastColumn; ++column)
        m_painter.drawLine(QPointF(std::round(xOf(double(column))), top),
                           QPointF(std::round(xOf(double(column))), yOf(lastRow)));
    for (auto row = firstTick(m_cells.top(), 1); double(row) <= lastRow; ++row)
        m_painter.drawLine(QPointF(left, std::round(yOf(double(row)))),
                           QPointF(xOf(lastColumn), std::round(yOf(double(row)))));
}

void MaskDecor::drawHeads(const HeadBands &heads)
{
    const double band = double(heads.cells) * m_viewport.pixelsPerCell();
    if (heads.cells <= 0 || band < smallestBand)
        return;
    const double last = double(heads.alongRows ? m_viewport.rows() : m_viewport.columns());
    const double from = heads.alongRows ? m_cells.top() : m_cells.left();
    const double to = std::min(last, heads.alongRows ? m_cells.bottom() : m_cells.right());
    const QRect &strip = heads.alongRows ? m_layout.rowMargin : m_layout.columnMargin;
    for (auto cell = firstTick(from - double(heads.cells), heads.cells); double(cell) < to; cell += heads.cells) {
        m_painter.setPen(QPen(withAlpha(m_palette.headLine, 190), 1));
        const double at = std::round(heads.alongRows ? yOf(double(cell)) : xOf(double(cell)));
        if (cell > 0 && heads.alongRows)
            m_painter.drawLine(QPointF(m_layout.picture.left(), at), QPointF(strip.right(), at));
        else if (cell > 0)
            m_painter.drawLine(QPointF(at, m_layout.picture.top()), QPointF(at, strip.bottom()));
        if (band < 1.2 * m_painter.fontMetrics().height() || (!heads.alongRows && band < 26.0))
            continue;
        const QRectF label = heads.alongRows ? QRectF(strip.left(), at, strip.width(), band)
                                             : QRectF(at, strip.top(), band, strip.height());
        m_painter.setPen(m_palette.text);
        m_painter.drawText(label, Qt::AlignCenter, QStringLiteral("h%1").arg(cell / heads.cells));
    }
}

void MaskDecor::drawRulers()
{
    m_painter.setPen(m_palette.text);
    drawColumnRuler();
    drawRowRuler();
}

void MaskDecor::drawColumnRuler()
{
    const QRect &ruler = m_layout.columnRuler;
    const std::int64_t step = tickStep(m_viewport.pixelsPerCell(), 52.0);
    // Views of one viewport may differ by a pixel; none of them shall lose its first tick for that.
    const double slack = 1.0 / m_viewport.pixelsPerCell();
    const double last = std::min(m_cells.right(), double(m_viewport.columns()));
    for (auto column = firstTick(m_cells.left() - slack, step); double(column) < last; column += step) {
        // Of one visible cell the middle, of a tiny one the edge: the same to the eye.
        const double x = xOf(double(column) + 0.5);
        if (x < ruler.left() - 1.0 || x > ruler.right() + 1.0)
            continue;
        m_painter.drawLine(QPointF(x, ruler.bottom() - 3), QPointF(x, ruler.bottom()));
        const double half = std::min(26.0, std::max(x - ruler.left() + 20.0, 1.0));
        m_painter.drawText(QRectF(x - half, ruler.top(), 2 * half, ruler.height() - 3), Qt::AlignCenter,
                           QString::number(column));
    }
}

void MaskDecor::drawRowRuler()
{
    const QRect &ruler = m_layout.rowRuler;
    const std::int64_t step = tickStep(m_viewport.pixelsPerCell(), 34.0);
    const double slack = 1.0 / m_viewport.pixelsPerCell();
    const double last = std::min(m_cells.bottom(), double(m_viewport.rows()));
    for (auto row = firstTick(m_cells.top() - slack, step); double(row) < last; row += step) {
        const double y = yOf(double(row) + 0.5);
        if (y < ruler.top() - 1.0 || y > ruler.bottom() + 1.0)
            continue;
        m_painter.drawLine(QPointF(ruler.right() - 3, y), QPointF(ruler.right(), y));
        m_painter.drawText(QRectF(ruler.left(), y - 10.0, ruler.width() - 6, 20.0), Qt::AlignRight | Qt::AlignVCenter,
                           QString::number(row));
    }
}

void MaskDecor::drawMargins(const MaskMargins &margins)
{
    drawBars(m_layout.rowMargin, margins.rows, true);
    drawBars(m_layout.columnMargin, margins.cols, false);
}

/// Bars from 0 to the largest share of the whole matrix, so that they do not change their scale while panning.
void MaskDecor::drawBars(const QRect &strip, const std::vector<float> &shares, bool alongRows)
{
    if (shares.empty())
        return;
    const float largest = std::max(*std::max_element(shares.begin(), shares.end()), 1e-6F);
    const int pixels = alongRows ? strip.height() : strip.width();
    const auto spans =
        cellsOfPixels(alongRows ? m_cells.top() : m_cells.left(), m_viewport.pixelsPerCell(), pixels, shares.size());
    const QColor colour = withAlpha(m_palette.line, 110);
    for (int pixel = 0; pixel < pixels; ++pixel) {
        const CellSpan &span = spans[std::size_t(pixel)];
        if (span.empty())
            continue;
        const double size = double(meanOf(shares, span) / largest) * stripSize;
        if (alongRows)
            m_painter.fillRect(QRectF(strip.left(), strip.top() + pixel, size, 1), colour);
        else
            m_painter.fillRect(QRectF(strip.left() + pixel, strip.top(), 1, size), colour);
    }
}

void MaskDecor::drawCurrentCell()
{
    const auto &cell = m_viewport.currentCell();
    if (!cell)
        return;
    const QRectF rect = cellRect(*cell);
    const QRectF matrix(xOf(0), yOf(0), double(m_viewport.columns()) * m_viewport.pixelsPerCell(),
                        double(m_viewport.rows()) * m_viewport.pixelsPerCell());
    const QRectF picture = QRectF(m_layout.picture).intersected(matrix);
    const QRectF around = rect.adjusted(-3, -3, 3, 3);
    const QPointF middle = rect.center();
    m_painter.setClipRect(m_layout.picture);
    m_painter.setPen(QPen(withAlpha(m_palette.cross, 170), 1));
    m_painter.drawLine(QPointF(picture.left(), middle.y()), QPointF(around.left(), middle.y()));
    m_painter.drawLine(QPointF(around.right(), middle.y()), QPointF(picture.right(), middle.y()));
    m_painter.drawLine(QPointF(middle.x(), picture.top()), QPointF(middle.x(), around.top()));
    m_painter.drawLine(QPointF(middle.x(), around.bottom()), QPointF(middle.x(), picture.bottom()));
    m_painter.setPen(QPen(m_palette.cross, 2));
    m_painter.setBrush(Qt::NoBrush);
    m_painter.drawRect(rect.width() >= 6.0 ? rect : around);
    m_painter.setClipping(false);
}

} // namespace secateur::widgets
