// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/figurespreview.h"

#include <algorithm>
#include <cmath>

#include <QEvent>
#include <QPainter>
#include <QResizeEvent>
#include <QWheelEvent>

#include "widgets/figure/scenepainter.h"

namespace secateur::app {
namespace {

constexpr int desk = 16; ///< pixels around the paper
constexpr double leastZoom = 0.1;
constexpr double mostZoom = 16.0;
constexpr double mostPixels = 40e6;

} // namespace

FiguresPreview::FiguresPreview(QWidget *parent) : QScrollArea(parent), m_paper(new QWidget)
{
    setAlignment(Qt::AlignCenter);
    setBackgroundRole(QPalette::Mid);
    setFrameShape(QFrame::StyledPanel);
    setAccessibleName(tr("Preview of the figure"));
    m_paper->setAccessibleName(tr("The figure"));
    m_paper->installEventFilter(this);
    m_paper->hide();
    setWidget(m_paper);
    setFocusPolicy(Qt::StrongFocus);
}

void FiguresPreview::setScene(std::shared_ptr<const widgets::FigureScene> scene)
{
    m_scene = std::move(scene);
    m_paper->setVisible(m_scene != nullptr);
    m_paper->setAccessibleDescription(m_scene ? m_scene->title : QString());
    if (!m_scene) {
        m_task.cancel();
        m_image = {};
        m_drawn.reset();
        return;
    }
    refresh();
}

double FiguresPreview::pixelsPerMm() const
{
    return logicalDpiX() / 25.4;
}

double FiguresPreview::fittingZoom() const
{
    const QSize room = maximumViewportSize() - QSize(2 * desk, 2 * desk);
    const double zoom = std::min(room.width() / (m_scene->widthMm * pixelsPerMm()),
                                 room.height() / (m_scene->heightMm * pixelsPerMm()));
    return std::clamp(zoom, leastZoom, mostZoom);
}

void FiguresPreview::zoomToFit()
{
    m_fits = true;
    refresh();
}

void FiguresPreview::setZoom(double zoom)
{
    m_fits = false;
    m_zoom = std::clamp(zoom, leastZoom, mostZoom);
    refresh();
}

void FiguresPreview::refresh()
{
    if (!m_scene)
        return;
    if (m_fits)
        m_zoom = fittingZoom();
    const double area = m_scene->widthMm * m_scene->heightMm * std::pow(pixelsPerMm() * devicePixelRatioF(), 2);
    m_zoom = std::min(m_zoom, std::sqrt(mostPixels / area));
    const double scale = m_zoom * pixelsPerMm();
    m_paper->resize(int(std::lround(m_scene->widthMm * scale)), int(std::lround(m_scene->heightMm * scale)));
    draw();
    Q_EMIT zoomChanged(m_zoom);
}

/// Off the window's thread: the masks of a mask figure may be a hundred thousand rectangles.
void FiguresPreview::draw()
{
    const double dpi = m_zoom * logicalDpiX() * devicePixelRatioF();
    if (m_drawn == m_scene && dpi == m_drawnDpi)
        return;
    m_task.start([scene = m_scene, dpi](const std::stop_token &) { return widgets::renderScene(*scene, dpi); },
                 [this, scene = m_scene, dpi](const std::shared_ptr<const QImage> &image) {
                     m_image = *image;
                     m_drawn = scene;
                     m_drawnDpi = dpi;
                     m_paper->update();
                 });
}

void FiguresPreview::paintPaper()
{
    QPainter painter(m_paper);
    painter.fillRect(m_paper->rect(), Qt::white);
    if (m_image.isNull())
        return;
    // Pixel by pixel once it is drawn for this zoom; stretched until then.
    const QSizeF exact = QSizeF(m_image.size()) / m_paper->devicePixelRatioF();
    if (m_drawn == m_scene && std::abs(exact.width() - m_paper->width()) < 1.0) {
        painter.drawImage(QRectF(QPointF(0, 0), exact), m_image);
        return;
    }
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(QRectF(m_paper->rect()), m_image);
}

bool FiguresPreview::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_paper || event->type() != QEvent::Paint)
        return QScrollArea::eventFilter(watched, event);
    paintPaper();
    return true;
}

void FiguresPreview::resizeEvent(QResizeEvent *event)
{
    QScrollArea::resizeEvent(event);
    if (m_fits)
        refresh();
}

void FiguresPreview::wheelEvent(QWheelEvent *event)
{
    if (!(event->modifiers() & Qt::ControlModifier)) {
        QScrollArea::wheelEvent(event);
        return;
    }
    setZoom(m_zoom * std::pow(1.2, event->angleDelta().y() / 120.0));
    event->accept();
}

} // namespace secateur::app
