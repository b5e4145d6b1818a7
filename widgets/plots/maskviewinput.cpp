// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <QApplication>
#include <QGestureEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QWheelEvent>

#include "widgets/plots/maskview.h"

/// What a mask view does with mouse, touch and keys.
namespace secateur::widgets {

namespace {

constexpr double zoomStep = 1.25;

} // namespace

bool MaskView::event(QEvent *event)
{
    if (event->type() == QEvent::Gesture && pinch(*static_cast<QGestureEvent *>(event)))
        return true;
    if (event->type() == QEvent::NativeGesture) {
        const auto &gesture = *static_cast<QNativeGestureEvent *>(event);
        if (gesture.gestureType() == Qt::ZoomNativeGesture) {
            zoomAround(gesture.position(), 1.0 + gesture.value());
            return true;
        }
    }
    return QWidget::event(event);
}

bool MaskView::pinch(QGestureEvent &event)
{
    const auto *const gesture = static_cast<QPinchGesture *>(event.gesture(Qt::PinchGesture));
    if (!gesture)
        return false;
    zoomAround(mapFromGlobal(gesture->hotSpot()), gesture->scaleFactor());
    return true;
}

void MaskView::zoomAround(const QPointF &position, double factor)
{
    if (!m_content.isEmpty())
        m_viewport.zoom(factor, cellCoordinates(position));
}

void MaskView::wheelEvent(QWheelEvent *event)
{
    const QPoint turned = event->angleDelta();
    if (event->modifiers() & Qt::ShiftModifier)
        m_viewport.panBy(QPointF(turned.x() + turned.y(), 0.0) / 2.0);
    else // a notch is 120
        zoomAround(event->position(), std::pow(zoomStep, double(turned.y()) / 120.0));
    event->accept();
}

void MaskView::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton)
        return QWidget::mousePressEvent(event);
    m_pressed = event->position();
    m_dragged = event->position();
    m_dragging = false;
}

void MaskView::mouseMoveEvent(QMouseEvent *event)
{
    if (!m_pressed) {
        Q_EMIT hovered(cellAt(event->position()));
        return;
    }
    if (!m_dragging && (event->position() - *m_pressed).manhattanLength() < double(QApplication::startDragDistance()))
        return;
    m_dragging = true;
    setCursor(Qt::ClosedHandCursor);
    m_viewport.panBy(event->position() - m_dragged);
    m_dragged = event->position();
}

void MaskView::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton || !m_pressed)
        return;
    if (!m_dragging)
        if (const auto cell = cellAt(event->position()))
            m_viewport.setCurrentCell(cell);
    m_pressed.reset();
    m_dragging = false;
    unsetCursor();
}

void MaskView::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (const auto cell = cellAt(event->position()); cell && event->button() == Qt::LeftButton)
        Q_EMIT cellActivated(*cell);
}

void MaskView::leaveEvent(QEvent *)
{
    Q_EMIT hovered(std::nullopt);
}

void MaskView::keyPressEvent(QKeyEvent *event)
{
    if (!m_content.isEmpty() && (moveByKey(*event) || zoomByKey(*event)))
        return;
    if (event->key() == Qt::Key_Escape && m_viewport.currentCell())
        m_viewport.setCurrentCell(std::nullopt);
    else if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && m_viewport.currentCell())
        Q_EMIT cellActivated(*m_viewport.currentCell());
    else
        QWidget::keyPressEvent(event);
}

bool MaskView::moveByKey(const QKeyEvent &event)
{
    if (event.modifiers() & (Qt::AltModifier | Qt::MetaModifier))
        return false;
    const std::int64_t step = event.modifiers() & Qt::ShiftModifier ? 10 : 1;
    const auto page = std::int64_t(std::max(1.0, m_viewport.visibleCells().height() * 0.9));
    const std::int64_t beyond = std::max(m_viewport.rows(), m_viewport.columns());
    const bool corner = event.modifiers() & Qt::ControlModifier;
    switch (event.key()) {
    case Qt::Key_Left: m_viewport.moveCell(0, -step); return true;
    case Qt::Key_Right: m_viewport.moveCell(0, step); return true;
    case Qt::Key_Up: m_viewport.moveCell(-step, 0); return true;
    case Qt::Key_Down: m_viewport.moveCell(step, 0); return true;
    case Qt::Key_PageUp: m_viewport.moveCell(-page, 0); return true;
    case Qt::Key_PageDown: m_viewport.moveCell(page, 0); return true;
    case Qt::Key_Home: m_viewport.moveCell(corner ? -beyond : 0, -beyond); return true;
    case Qt::Key_End: m_viewport.moveCell(corner ? beyond : 0, beyond); return true;
    default: return false;
    }
}

bool MaskView::zoomByKey(const QKeyEvent &event)
{
    if (event.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier))
        return false;
    switch (event.key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal: m_viewport.zoomAtCentre(zoomStep); return true;
    case Qt::Key_Minus: m_viewport.zoomAtCentre(1.0 / zoomStep); return true;
    case Qt::Key_0: m_viewport.fit(); return true;
    case Qt::Key_1: m_viewport.setPixelsPerCell(1.0); return true;
    default: return false;
    }
}

} // namespace secateur::widgets
