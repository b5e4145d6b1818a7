// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>
#include <QPen>

class QCPAxis;
class QCPAxisRect;
class QCPColorGradient;
class QFont;

namespace secateur::widgets {

class ColorMap;

/// The colours of all plots, made from a palette, so that plots follow the light and the dark theme.
struct PlotStyle {
    QColor background;
    QColor text;
    QColor faintText; ///< axis labels and notes: still 4.5 : 1 on the background
    QColor axis;
    QColor grid;
    QColor accent; ///< selection and cursor
    bool dark = false;

    [[nodiscard]] static PlotStyle of(const QPalette &palette);

    /// A series' pen: colours far apart for every kind of colour vision, then other dashes, so that colour is never
    /// alone.
    [[nodiscard]] QPen seriesPen(int index, double width = 1.6) const;
    [[nodiscard]] QColor seriesColor(int index) const;
    [[nodiscard]] static int seriesColorCount();

    void apply(QCPAxis &axis, const QFont &font) const;
    void apply(QCPAxisRect &rect, const QFont &font) const; ///< its background and all its axes
};

/// All 256 entries, interpolated by nothing but QCustomPlot's own rounding; values of NaN stay transparent.
[[nodiscard]] QCPColorGradient gradientOf(const ColorMap &map);
/// The hatching that shows where there is no value.
[[nodiscard]] QBrush absentBrush(const PlotStyle &style);

} // namespace secateur::widgets
