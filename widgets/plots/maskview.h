// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QImage>
#include <QTimer>
#include <QWidget>

#include "widgets/common/latesttask.h"
#include "widgets/plots/maskcontent.h"
#include "widgets/plots/maskdecor.h"
#include "widgets/plots/matrixviewport.h"

class QGestureEvent;

namespace secateur::widgets {

/// Shows a mask, its weights, or the difference of two masks, with rulers, density margins, boundaries of attention
/// heads and the current cell. Views that share a viewport pan, zoom and point together.
///
/// Mouse: drag pans, the wheel and pinching zoom around the pointer, Shift+wheel pans sideways, a click chooses a cell.
/// Keys: arrows walk cells (Shift: ten), Home/End/Page Up/Page Down go far, + and - zoom around the current cell, 0
/// shows the whole matrix, 1 a pixel per cell, Return activates the cell, Escape forgets it.
///
/// While moving, frames come from the density pyramid; once nothing moved for `settleMilliseconds`, the exact one is
/// drawn on a worker thread.
class MaskView : public QWidget
{
    Q_OBJECT

public:
    static constexpr int settleMilliseconds = 80;

    explicit MaskView(MatrixViewport &viewport, QWidget *parent = nullptr);

    /// For assistive technology; the view does not draw it.
    void setTitle(const QString &title);
    void setContent(const MaskContent &content);
    [[nodiscard]] const MaskContent &content() const { return m_content; }
    void setHeads(const HeadBands &heads);
    /// Said after the cell's own state, e.g. its weight.
    void setCellNote(const QString &note);
    /// Instead of a picture, when there is none.
    void setMessage(const QString &message);
    [[nodiscard]] MatrixViewport &viewport() const { return m_viewport; }

    [[nodiscard]] QRect pictureRect() const;
    [[nodiscard]] std::optional<MatrixViewport::Cell> cellAt(const QPointF &position) const;
    /// Where a cell's middle is drawn.
    [[nodiscard]] QPointF positionOf(const MatrixViewport::Cell &cell) const;
    [[nodiscard]] bool isSettled() const { return m_settled; }
    /// The picture alone, as last drawn.
    [[nodiscard]] const QImage &frame() const { return m_frame; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void hovered(const std::optional<secateur::widgets::MatrixViewport::Cell> &cell);
    void cellActivated(const secateur::widgets::MatrixViewport::Cell &cell); ///< Return or double click
    void settled();

protected:
    bool event(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;

private:
    [[nodiscard]] MaskLayout layoutOfParts() const;
    [[nodiscard]] CellWindow window() const;
    [[nodiscard]] QPointF cellCoordinates(const QPointF &position) const;
    [[nodiscard]] QString cellText() const;
    void updateFrame();
    void settle();
    void updateDescription();
    void zoomAround(const QPointF &position, double factor);
    bool pinch(QGestureEvent &event);
    bool moveByKey(const QKeyEvent &event);
    bool zoomByKey(const QKeyEvent &event);

    MatrixViewport &m_viewport;
    MaskContent m_content;
    HeadBands m_heads;
    MaskPalette m_palette;
    QString m_note;
    QString m_message;

    QImage m_frame;
    CellWindow m_frameWindow;
    bool m_frameIsStale = true;
    bool m_settled = false;
    QTimer m_settleTimer;
    LatestTask<QImage> m_settling;

    std::optional<QPointF> m_pressed;
    QPointF m_dragged;
    bool m_dragging = false;
};

} // namespace secateur::widgets
