// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/maskoverview.h"

#include <algorithm>
#include <cmath>

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

namespace secateur::widgets {

MaskOverview::MaskOverview(MatrixViewport &viewport, QWidget *parent)
    : QWidget(parent), m_viewport(viewport), m_palette(MaskPalette::forPalette(palette()))
{
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Overview of the matrix"));
    connect(&m_viewport, &MatrixViewport::changed, this, [this] {
        updateDescription();
        update();
    });
    updateDescription();
}

void MaskOverview::setContent(const MaskContent &content)
{
    if (content == m_content)
        return;
    m_content = content;
    m_image = {};
    updateDescription();
    update();
}

double MaskOverview::scale() const
{
    const double columns = double(std::max<std::size_t>(1, m_content.cols()));
    const double rows = double(std::max<std::size_t>(1, m_content.rows()));
    return std::min((width() - 4) / columns, (height() - 4) / rows);
}

QRectF MaskOverview::matrixRect() const
{
    const QSizeF size(double(m_content.cols()) * scale(), double(m_content.rows()) * scale());
    return {(width() - size.width()) / 2.0, (height() - size.height()) / 2.0, size.width(), size.height()};
}

QRectF MaskOverview::frameRect() const
{
    const QRectF matrix = matrixRect();
    const QRectF cells =
        m_viewport.visibleCells().intersected(QRectF(0, 0, double(m_content.cols()), double(m_content.rows())));
    return {matrix.left() + cells.left() * scale(), matrix.top() + cells.top() * scale(), cells.width() * scale(),
            cells.height() * scale()};
}

void MaskOverview::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    if (m_content.isEmpty() || m_content.rows() == 0)
        return;
    const QRectF matrix = matrixRect();
    const double ratio = devicePixelRatioF();
    const QSize pixels(std::max(1, int(std::ceil(matrix.width() * ratio))),
                       std::max(1, int(std::ceil(matrix.height() * ratio))));
    if (m_image.size() != pixels)
        m_image = m_content.draw({0.0, 0.0, scale() * ratio, pixels}, m_palette, MaskQuality::Moving);
    painter.drawImage(matrix, m_image);
    const QRectF frame = frameRect();
    QColor shade(m_palette.outside);
    shade.setAlpha(150);
    painter.setClipRegion(QRegion(matrix.toAlignedRect()) - QRegion(frame.toAlignedRect()));
    painter.fillRect(matrix, shade);
    painter.setClipping(false);
    painter.setPen(QPen(hasFocus() ? palette().color(QPalette::Highlight) : m_palette.cross, 2));
    painter.drawRect(frame.adjusted(0, 0, -1, -1));
}

void MaskOverview::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) {
        m_palette = MaskPalette::forPalette(palette());
        m_image = {};
        update();
    }
    QWidget::changeEvent(event);
}

void MaskOverview::keyPressEvent(QKeyEvent *event)
{
    const QSizeF step = m_viewport.viewSize() * 0.2;
    switch (event->key()) {
    case Qt::Key_Left: m_viewport.panBy({step.width(), 0.0}); break;
    case Qt::Key_Right: m_viewport.panBy({-step.width(), 0.0}); break;
    case Qt::Key_Up: m_viewport.panBy({0.0, step.height()}); break;
    case Qt::Key_Down: m_viewport.panBy({0.0, -step.height()}); break;
    case Qt::Key_Plus:
    case Qt::Key_Equal: m_viewport.zoomAtCentre(1.25); break;
    case Qt::Key_Minus: m_viewport.zoomAtCentre(0.8); break;
    case Qt::Key_0: m_viewport.fit(); break;
    default: QWidget::keyPressEvent(event);
    }
}

void MaskOverview::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton || m_content.isEmpty())
        return QWidget::mousePressEvent(event);
    const QPointF cell = (event->position() - matrixRect().topLeft()) / scale();
    if (frameRect().contains(event->position()))
        m_grip = cell - m_viewport.visibleCells().center();
    else
        m_grip = {};
    m_viewport.centreOn(cell - m_grip);
}

void MaskOverview::mouseMoveEvent(QMouseEvent *event)
{
    if ((event->buttons() & Qt::LeftButton) && !m_content.isEmpty())
        m_viewport.centreOn((event->position() - matrixRect().topLeft()) / scale() - m_grip);
}

void MaskOverview::wheelEvent(QWheelEvent *event)
{
    if (!m_content.isEmpty())
        m_viewport.zoom(std::pow(1.25, double(event->angleDelta().y()) / 120.0),
                        (event->position() - matrixRect().topLeft()) / scale());
    event->accept();
}

void MaskOverview::updateDescription()
{
    if (m_content.isEmpty())
        return setAccessibleDescription({});
    const QRectF cells =
        m_viewport.visibleCells().intersected(QRectF(0, 0, double(m_content.cols()), double(m_content.rows())));
    setAccessibleDescription(tr("Shown: rows %1 to %2, columns %3 to %4")
                                 .arg(std::int64_t(cells.top()))
                                 .arg(std::int64_t(std::ceil(cells.bottom())) - 1)
                                 .arg(std::int64_t(cells.left()))
                                 .arg(std::int64_t(std::ceil(cells.right())) - 1));
}

QSize MaskOverview::sizeHint() const
{
    return {200, 160};
}

QSize MaskOverview::minimumSizeHint() const
{
    return {120, 90};
}

} // namespace secateur::widgets
