// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/maskview.h"

#include <cmath>

#include <QEvent>
#include <QPainter>

#include "widgets/plots/plotaccessible.h"

namespace secateur::widgets {

namespace {

QFont smallFont(QFont font)
{
    if (font.pointSizeF() > 0)
        font.setPointSizeF(std::max(7.0, font.pointSizeF() * 0.85));
    return font;
}

} // namespace

MaskView::MaskView(MatrixViewport &viewport, QWidget *parent)
    : QWidget(parent), m_viewport(viewport), m_palette(MaskPalette::forPalette(palette()))
{
    installPlotAccessibility();
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    grabGesture(Qt::PinchGesture);
    m_settleTimer.setSingleShot(true);
    m_settleTimer.setInterval(settleMilliseconds);
    connect(&m_settleTimer, &QTimer::timeout, this, &MaskView::settle);
    connect(&m_viewport, &MatrixViewport::changed, this, qOverload<>(&MaskView::update));
    connect(&m_viewport, &MatrixViewport::currentCellChanged, this, [this] {
        updateDescription();
        update();
    });
    setTitle(tr("Mask"));
    updateDescription();
}

void MaskView::setTitle(const QString &title)
{
    setAccessibleName(title);
}

void MaskView::setContent(const MaskContent &content)
{
    if (content == m_content)
        return;
    m_content = content;
    m_frameIsStale = true;
    updateDescription();
    update();
}

void MaskView::setHeads(const HeadBands &heads)
{
    if (heads == m_heads)
        return;
    m_heads = heads;
    update();
}

void MaskView::setCellNote(const QString &note)
{
    if (note == m_note)
        return;
    m_note = note;
    updateDescription();
}

void MaskView::setMessage(const QString &message)
{
    m_message = message;
    updateDescription();
    update();
}

MaskLayout MaskView::layoutOfParts() const
{
    return MaskLayout::of(rect(), smallFont(font()));
}

QRect MaskView::pictureRect() const
{
    return layoutOfParts().picture;
}

CellWindow MaskView::window() const
{
    const QRect picture = pictureRect();
    const QRectF cells = m_viewport.visibleCells(picture.size());
    const double ratio = devicePixelRatioF();
    return {cells.left(), cells.top(), m_viewport.pixelsPerCell() * ratio,
            QSize(int(std::lround(picture.width() * ratio)), int(std::lround(picture.height() * ratio)))};
}

QPointF MaskView::cellCoordinates(const QPointF &position) const
{
    const QRect picture = pictureRect();
    const QRectF cells = m_viewport.visibleCells(picture.size());
    return cells.topLeft() + (position - QPointF(picture.topLeft())) / m_viewport.pixelsPerCell();
}

std::optional<MatrixViewport::Cell> MaskView::cellAt(const QPointF &position) const
{
    const QPointF at = cellCoordinates(position);
    const MatrixViewport::Cell cell{std::int64_t(std::floor(at.y())), std::int64_t(std::floor(at.x()))};
    const bool inside = !m_content.isEmpty() && QRectF(pictureRect()).contains(position) && cell.row >= 0
        && cell.column >= 0 && cell.row < m_viewport.rows() && cell.column < m_viewport.columns();
    return inside ? std::optional(cell) : std::nullopt;
}

QPointF MaskView::positionOf(const MatrixViewport::Cell &cell) const
{
    const QRect picture = pictureRect();
    const QRectF cells = m_viewport.visibleCells(picture.size());
    const QPointF middle(double(cell.column) + 0.5, double(cell.row) + 0.5);
    return QPointF(picture.topLeft()) + (middle - cells.topLeft()) * m_viewport.pixelsPerCell();
}

void MaskView::updateFrame()
{
    const CellWindow wanted = window();
    if (!m_frameIsStale && wanted == m_frameWindow)
        return;
    m_frame = m_content.draw(wanted, m_palette, MaskQuality::Moving);
    m_frameWindow = wanted;
    m_frameIsStale = false;
    m_settling.cancel();
    m_settled = false;
    m_settleTimer.start();
}

void MaskView::settle()
{
    m_settling.start([content = m_content, window = m_frameWindow, palette = m_palette](
                         const std::stop_token &) { return content.draw(window, palette, MaskQuality::Settled); },
                     [this](const std::shared_ptr<const QImage> &image) {
                         if (m_frameIsStale)
                             return;
                         m_frame = *image;
                         m_settled = true;
                         update();
                         Q_EMIT settled();
                     });
}

void MaskView::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setFont(smallFont(font()));
    const MaskLayout parts = layoutOfParts();
    if (m_content.isEmpty()) {
        painter.fillRect(parts.picture, QColor(m_palette.outside));
        painter.setPen(m_palette.text);
        painter.setFont(font());
        painter.drawText(parts.picture.adjusted(12, 12, -12, -12), Qt::AlignCenter | Qt::TextWordWrap, m_message);
        return;
    }
    updateFrame();
    painter.drawImage(parts.picture, m_frame);
    MaskDecor decor(painter, m_viewport, parts, m_palette);
    painter.setClipRect(parts.picture);
    decor.drawGrid();
    painter.setClipping(false);
    decor.drawMargins(*m_content.margins());
    painter.setClipRect(parts.picture | parts.rowMargin | parts.columnMargin);
    decor.drawHeads(m_heads);
    painter.setClipping(false);
    decor.drawRulers();
    decor.drawCurrentCell();
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(parts.picture.adjusted(-1, -1, 1, 1));
    }
}

void MaskView::resizeEvent(QResizeEvent *)
{
    m_viewport.setViewSize(pictureRect().size());
}

void MaskView::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) {
        m_palette = MaskPalette::forPalette(palette());
        m_frameIsStale = true;
        update();
    }
    if (event->type() == QEvent::FontChange)
        m_viewport.setViewSize(pictureRect().size());
    QWidget::changeEvent(event);
}

QString MaskView::cellText() const
{
    const auto &cell = m_viewport.currentCell();
    if (m_content.isEmpty())
        return m_message;
    if (!cell)
        return tr("No cell chosen. %1 rows, %2 columns. Arrow keys choose a cell.")
            .arg(m_content.rows())
            .arg(m_content.cols());
    const QString state = m_content.describe(std::size_t(cell->row), std::size_t(cell->column));
    const QString text = tr("Row %1, column %2: %3").arg(cell->row).arg(cell->column).arg(state);
    return m_note.isEmpty() ? text : text + QStringLiteral(". ") + m_note;
}

void MaskView::updateDescription()
{
    setAccessibleDescription(cellText());
}

QSize MaskView::sizeHint() const
{
    return {420, 420};
}

QSize MaskView::minimumSizeHint() const
{
    return {180, 160};
}

} // namespace secateur::widgets
