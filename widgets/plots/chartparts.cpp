// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/chartparts.h"

#include <algorithm>

#include <QFontMetrics>

#include "widgets/plots/plotstyle.h"
#include "widgets/plots/qcustomplot.h"

namespace secateur::widgets {

void placeLegendAbove(QCustomPlot &canvas)
{
    canvas.plotLayout()->insertRow(0);
    canvas.axisRect()->insetLayout()->take(canvas.legend);
    canvas.plotLayout()->addElement(0, 0, canvas.legend);
    canvas.plotLayout()->setRowStretchFactor(0, 0.001);
    canvas.plotLayout()->setRowSpacing(0);
    canvas.legend->setMargins({8, 4, 8, 0});
    canvas.legend->setBorderPen(Qt::NoPen);
    canvas.legend->setSelectableParts(QCPLegend::spNone);
}

void wrapLegend(QCustomPlot &canvas, const QStringList &names, const QFont &font)
{
    constexpr int iconAndGaps = 64;
    const QFontMetrics metrics(font);
    int widest = 0;
    for (const auto &name : names)
        widest = std::max(widest, metrics.horizontalAdvance(name));
    canvas.legend->setWrap(std::max(1, canvas.width() / (widest + iconAndGaps)));
    canvas.legend->setFillOrder(QCPLayoutGrid::foColumnsFirst, true);
}

void settleLayout(QCustomPlot &canvas)
{
    for (const auto phase : {QCPLayoutElement::upPreparation, QCPLayoutElement::upMargins, QCPLayoutElement::upLayout})
        canvas.plotLayout()->update(phase);
}

void fitValueTitle(QCustomPlot &canvas, const QString &title, QChar end, const QFont &font)
{
    const auto fits = [&](const QString &text) {
        return QFontMetrics(font).size(0, text).width() <= canvas.axisRect()->height();
    };
    const QString line = title.section(QLatin1Char('\n'), 0, 0);
    canvas.yAxis->setLabel(fits(title) ? title : fits(line) ? line : title.section(end, 0, 0));
}

QCPItemRect *makeCursorBand(QCustomPlot &canvas)
{
    auto *const band = new QCPItemRect(&canvas);
    band->setLayer(QStringLiteral("cursor"));
    band->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
    band->bottomRight->setTypeY(QCPItemPosition::ptAxisRectRatio);
    band->setSelectable(false);
    band->setVisible(false);
    return band;
}

void placeCursorBand(QCPItemRect &band, const PlotStyle &style, bool focused, double left, double right)
{
    QColor fill = style.accent;
    fill.setAlpha(focused ? 70 : 40);
    band.setBrush(QBrush(fill));
    band.setPen(QPen(style.accent, focused ? 2 : 1));
    band.topLeft->setCoords(left, 0.0);
    band.bottomRight->setCoords(right, 1.0);
    band.setVisible(true);
}

} // namespace secateur::widgets
