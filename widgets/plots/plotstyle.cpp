// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plotstyle.h"

#include <array>

#include "widgets/figure/colormap.h"
#include "widgets/plots/qcustomplot.h"

namespace secateur::widgets {

namespace {

/// Chosen for steps in lightness between neighbours, with blue against orange first; no pair is red against green.
constexpr std::array<QRgb, 6> onLight = {0xff1d5fa6, 0xffc4610b, 0xff6a3d9a, 0xff0f8b8d, 0xffb0306a, 0xff6b6b6b};
constexpr std::array<QRgb, 6> onDark = {0xff6fb1f0, 0xfff2a24b, 0xffb79be6, 0xff54d0c8, 0xffee86b3, 0xffb8b8b8};
constexpr std::array<Qt::PenStyle, 3> dashes = {Qt::SolidLine, Qt::DashLine, Qt::DashDotLine};

QColor mixed(const QColor &a, const QColor &b, double share)
{
    const auto channel = [share](int x, int y) { return int(x * share + y * (1.0 - share) + 0.5); };
    return {channel(a.red(), b.red()), channel(a.green(), b.green()), channel(a.blue(), b.blue())};
}

} // namespace

PlotStyle PlotStyle::of(const QPalette &palette)
{
    PlotStyle style;
    style.background = palette.color(QPalette::Base);
    style.text = palette.color(QPalette::Text);
    style.faintText = mixed(style.text, style.background, 0.75);
    style.axis = mixed(style.text, style.background, 0.55);
    style.grid = mixed(style.text, style.background, 0.12);
    style.accent = palette.color(QPalette::Highlight);
    style.dark = style.background.lightness() < style.text.lightness();
    return style;
}

int PlotStyle::seriesColorCount()
{
    return int(onLight.size());
}

QColor PlotStyle::seriesColor(int index) const
{
    const std::size_t slot = std::size_t(index) % onLight.size();
    return QColor::fromRgb(dark ? onDark[slot] : onLight[slot]);
}

QPen PlotStyle::seriesPen(int index, double width) const
{
    const std::size_t round = std::size_t(index) / onLight.size();
    return {QBrush(seriesColor(index)), width, dashes[round % dashes.size()]};
}

void PlotStyle::apply(QCPAxis &target, const QFont &font) const
{
    const QPen pen(axis, 1);
    target.setBasePen(pen);
    target.setTickPen(pen);
    target.setSubTickPen(pen);
    target.setTickLabelColor(text);
    target.setLabelColor(faintText);
    target.setTickLabelFont(font);
    target.setLabelFont(font);
    target.setSelectableParts(QCPAxis::spNone);
    target.grid()->setPen(QPen(grid, 1));
    target.grid()->setSubGridVisible(false);
    target.grid()->setZeroLinePen(QPen(grid, 1));
}

void PlotStyle::apply(QCPAxisRect &rect, const QFont &font) const
{
    rect.setBackground(QBrush(background));
    for (QCPAxis *one : rect.axes())
        apply(*one, font);
}

QCPColorGradient gradientOf(const ColorMap &map)
{
    QMap<double, QColor> stops;
    for (std::size_t i = 0; i < map.table().size(); ++i)
        stops.insert(double(i) / 255.0, QColor::fromRgb(map.table()[i]));
    QCPColorGradient gradient;
    gradient.setLevelCount(256);
    gradient.setColorStops(stops);
    gradient.setNanHandling(QCPColorGradient::nhTransparent);
    return gradient;
}

QBrush absentBrush(const PlotStyle &style)
{
    return {style.axis, Qt::BDiagPattern};
}

} // namespace secateur::widgets
