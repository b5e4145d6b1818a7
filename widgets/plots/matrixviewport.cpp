// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/matrixviewport.h"

#include <algorithm>
#include <cmath>

namespace secateur::widgets {

namespace {

/// A smaller extent than the view's is put into its middle; a larger one always fills the view.
double clampedAlong(double centre, double extent, double seen)
{
    if (extent <= seen)
        return extent / 2.0;
    return std::clamp(centre, seen / 2.0, extent - seen / 2.0);
}

/// The centre that shows [at, at + 1) with a margin of a cell, moved as little as possible.
double revealedAlong(double centre, double at, double seen)
{
    const double half = std::max(0.5, seen / 2.0 - 1.0);
    return std::clamp(centre, at + 1.0 - half, std::max(at + 1.0 - half, at + half));
}

} // namespace

MatrixViewport::MatrixViewport(QObject *parent) : QObject(parent) { }

void MatrixViewport::setMatrix(std::int64_t rows, std::int64_t columns)
{
    if (rows == m_rows && columns == m_columns)
        return;
    m_rows = std::max<std::int64_t>(0, rows);
    m_columns = std::max<std::int64_t>(0, columns);
    m_fitted = true;
    m_scale = std::min(fittingScale(), maximumScale);
    m_centre = clamped({double(m_columns) / 2.0, double(m_rows) / 2.0}, m_scale);
    Q_EMIT changed();
    setCurrentCell(std::nullopt);
}

void MatrixViewport::setViewSize(const QSizeF &size)
{
    if (size == m_viewSize || size.isEmpty())
        return;
    m_viewSize = size;
    apply(m_fitted ? fittingScale() : m_scale, m_centre, m_fitted);
    Q_EMIT changed();
}

double MatrixViewport::fittingScale() const
{
    if (isEmpty() || m_viewSize.isEmpty())
        return 1.0;
    return std::min(m_viewSize.width() / double(m_columns), m_viewSize.height() / double(m_rows));
}

QRectF MatrixViewport::visibleCells(const QSizeF &size) const
{
    const QSizeF cells = size / m_scale;
    return {m_centre.x() - cells.width() / 2.0, m_centre.y() - cells.height() / 2.0, cells.width(), cells.height()};
}

void MatrixViewport::fit()
{
    move(fittingScale(), m_centre, true);
}

void MatrixViewport::zoom(double factor, const QPointF &fixed)
{
    if (!(factor > 0.0) || !std::isfinite(factor))
        return;
    const double smallest = std::min(fittingScale(), maximumScale);
    const double scale = std::clamp(m_scale * factor, smallest, maximumScale);
    move(scale, fixed + (m_centre - fixed) * (m_scale / scale), scale <= smallest);
}

void MatrixViewport::zoomAtCentre(double factor)
{
    const bool useCell = m_cell && visibleCells().contains(double(m_cell->column) + 0.5, double(m_cell->row) + 0.5);
    zoom(factor, useCell ? QPointF(double(m_cell->column) + 0.5, double(m_cell->row) + 0.5) : m_centre);
}

void MatrixViewport::setPixelsPerCell(double scale)
{
    if (scale > 0.0)
        zoomAtCentre(scale / m_scale);
}

void MatrixViewport::panBy(const QPointF &pixels)
{
    move(m_scale, m_centre - pixels / m_scale, m_fitted);
}

void MatrixViewport::centreOn(const QPointF &cell)
{
    move(m_scale, cell, m_fitted);
}

void MatrixViewport::setCurrentCell(const std::optional<Cell> &cell, bool alsoReveal)
{
    std::optional<Cell> inside;
    if (cell && !isEmpty())
        inside = Cell{std::clamp<std::int64_t>(cell->row, 0, m_rows - 1),
                      std::clamp<std::int64_t>(cell->column, 0, m_columns - 1)};
    if (inside == m_cell)
        return;
    m_cell = inside;
    if (m_cell && alsoReveal)
        reveal(*m_cell);
    Q_EMIT currentCellChanged();
}

void MatrixViewport::moveCell(std::int64_t rows, std::int64_t columns)
{
    if (m_cell)
        setCurrentCell(Cell{m_cell->row + rows, m_cell->column + columns});
    else
        setCurrentCell(Cell{std::int64_t(m_centre.y()), std::int64_t(m_centre.x())});
}

void MatrixViewport::apply(double scale, QPointF centre, bool fitted)
{
    scale = std::min(scale, maximumScale);
    centre = clamped(centre, scale);
    if (scale == m_scale && centre == m_centre && fitted == m_fitted)
        return;
    m_scale = scale;
    m_centre = centre;
    m_fitted = fitted;
    Q_EMIT changed();
}

void MatrixViewport::move(double scale, QPointF centre, bool fitted)
{
    const View before = view();
    apply(scale, centre, fitted);
    if (before != view())
        Q_EMIT moved(before);
}

void MatrixViewport::setView(const View &view)
{
    if (isEmpty() || !(view.scale > 0.0))
        return;
    apply(view.fitted ? fittingScale() : std::max(view.scale, fittingScale()), view.centre, view.fitted);
}

void MatrixViewport::reveal(const Cell &cell)
{
    const QRectF seen = visibleCells();
    apply(m_scale,
          {revealedAlong(m_centre.x(), double(cell.column), seen.width()),
           revealedAlong(m_centre.y(), double(cell.row), seen.height())},
          m_fitted);
}

QPointF MatrixViewport::clamped(QPointF centre, double scale) const
{
    return {clampedAlong(centre.x(), double(m_columns), m_viewSize.width() / scale),
            clampedAlong(centre.y(), double(m_rows), m_viewSize.height() / scale)};
}

} // namespace secateur::widgets
