// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/workbenchstyle.h"

#include <QAbstractButton>
#include <QPainter>
#include <QStyleFactory>
#include <QStyleOption>

namespace secateur::widgets {
namespace {

/// Fusion darkens a button that is on, which in a dark theme is hardly to be seen.
void underlineChecked(const QStyleOption &option, QPainter &painter, const QWidget *widget)
{
    constexpr int inset = 4;
    constexpr int thickness = 2;
    const auto *const button = qobject_cast<const QAbstractButton *>(widget);
    if (button == nullptr || !button->isChecked())
        return;
    const auto group = button->isEnabled() ? QPalette::Active : QPalette::Disabled;
    painter.fillRect(option.rect.left() + inset, option.rect.bottom() - inset + 1, option.rect.width() - 2 * inset,
                     thickness, option.palette.color(group, QPalette::Link));
}

} // namespace

WorkbenchStyle::WorkbenchStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) { }

QSize WorkbenchStyle::sizeFromContents(ContentsType type, const QStyleOption *option, const QSize &size,
                                       const QWidget *widget) const
{
    constexpr int room = 14; // Fusion lets long words touch the edges
    const QSize fitted = QProxyStyle::sizeFromContents(type, option, size, widget);
    return type == CT_PushButton ? fitted.expandedTo(QSize(size.width() + 2 * room, fitted.height())) : fitted;
}

void WorkbenchStyle::drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                                   const QWidget *widget) const
{
    QProxyStyle::drawPrimitive(element, option, painter, widget);
    if (element == PE_PanelButtonCommand || element == PE_PanelButtonTool)
        underlineChecked(*option, *painter, widget);
    const bool isBox = element == PE_IndicatorCheckBox || element == PE_IndicatorItemViewItemCheck;
    if (!isBox && element != PE_IndicatorRadioButton)
        return;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setBrush(Qt::NoBrush);
    painter->setPen(QPen(option->palette.color(QPalette::PlaceholderText), 1.0));
    const QRectF edge = QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5);
    if (isBox)
        painter->drawRect(edge);
    else
        painter->drawEllipse(edge);
    painter->restore();
}

} // namespace secateur::widgets
