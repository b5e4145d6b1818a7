// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include <QObject>
#include <QPointF>
#include <QRectF>
#include <QSizeF>

namespace secateur::widgets {

/// Which part of a matrix is looked at, in cell coordinates, and the current cell: shared by all views that pan, zoom
/// and point together. The cell (row, column) covers [column, column + 1) x [row, row + 1). Cells are square.
/// Sizes of views are in device-independent pixels.
class MatrixViewport : public QObject
{
    Q_OBJECT

public:
    struct Cell {
        std::int64_t row = 0;
        std::int64_t column = 0;
        friend bool operator==(const Cell &, const Cell &) = default;
    };
    /// What is seen of a matrix: pixels per cell, and the cell coordinate in the middle.
    struct View {
        double scale = 1.0;
        QPointF centre;
        bool fitted = true;
        friend bool operator==(const View &, const View &) = default;
    };
    static constexpr double maximumScale = 64.0; ///< pixels per cell

    explicit MatrixViewport(QObject *parent = nullptr);

    /// A matrix of another shape is shown as a whole and has no current cell; one of the same shape stays as it is.
    void setMatrix(std::int64_t rows, std::int64_t columns);
    [[nodiscard]] std::int64_t rows() const { return m_rows; }
    [[nodiscard]] std::int64_t columns() const { return m_columns; }
    [[nodiscard]] bool isEmpty() const { return m_rows <= 0 || m_columns <= 0; }

    /// The place that a view has for cells. Views that share a viewport should be of one size; the last one counts.
    void setViewSize(const QSizeF &size);
    [[nodiscard]] const QSizeF &viewSize() const { return m_viewSize; }

    [[nodiscard]] double pixelsPerCell() const { return m_scale; }
    [[nodiscard]] double fittingScale() const; ///< at which the whole matrix is just seen
    [[nodiscard]] bool isFitted() const { return m_fitted; }
    /// What a view of this size shows; it may reach beyond the matrix.
    [[nodiscard]] QRectF visibleCells(const QSizeF &size) const;
    [[nodiscard]] QRectF visibleCells() const { return visibleCells(m_viewSize); }

    [[nodiscard]] View view() const { return {m_scale, m_centre, m_fitted}; }
    void setView(const View &view);

    void fit();
    /// Scales by `factor` and keeps the cell coordinate `fixed` where it is on the screen.
    void zoom(double factor, const QPointF &fixed);
    void zoomAtCentre(double factor);
    void setPixelsPerCell(double scale);
    void panBy(const QPointF &pixels); ///< moves the picture, as a hand would
    void centreOn(const QPointF &cell);

    [[nodiscard]] const std::optional<Cell> &currentCell() const { return m_cell; }
    /// Brought into the matrix. `reveal` pans as little as needed to see it.
    void setCurrentCell(const std::optional<Cell> &cell, bool reveal = true);
    /// From the current cell, or from the middle of what is seen.
    void moveCell(std::int64_t rows, std::int64_t columns);

Q_SIGNALS:
    void changed(); ///< another part, scale or matrix
    void currentCellChanged();
    /// The user looks elsewhere: after zooming or panning, not after a resize, another matrix, setView() or a cell.
    void moved(const secateur::widgets::MatrixViewport::View &before);

private:
    void apply(double scale, QPointF centre, bool fitted);
    void move(double scale, QPointF centre, bool fitted);
    void reveal(const Cell &cell);
    [[nodiscard]] QPointF clamped(QPointF centre, double scale) const;

    std::int64_t m_rows = 0;
    std::int64_t m_columns = 0;
    QSizeF m_viewSize;
    double m_scale = 1.0;
    QPointF m_centre;
    bool m_fitted = true;
    std::optional<Cell> m_cell;
};

} // namespace secateur::widgets
