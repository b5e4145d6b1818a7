// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QWidget>

#include "widgets/plots/maskcontent.h"
#include "widgets/plots/matrixviewport.h"

namespace secateur::widgets {

/// The whole matrix, small, and a frame around what the views of a viewport show. Dragging the frame, clicking beside
/// it or the arrow keys move it; the wheel zooms.
class MaskOverview : public QWidget
{
    Q_OBJECT

public:
    explicit MaskOverview(MatrixViewport &viewport, QWidget *parent = nullptr);

    void setContent(const MaskContent &content);
    /// Where the matrix is drawn, and the frame.
    [[nodiscard]] QRectF matrixRect() const;
    [[nodiscard]] QRectF frameRect() const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;

private:
    [[nodiscard]] double scale() const; ///< pixels per cell
    void updateDescription();

    MatrixViewport &m_viewport;
    MaskContent m_content;
    MaskPalette m_palette;
    QImage m_image;
    QPointF m_grip; ///< from the frame's middle to where it was taken hold of, in cells
};

} // namespace secateur::widgets
