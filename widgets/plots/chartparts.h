// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

class QCPItemRect;
class QCustomPlot;
class QFont;

/// Parts that charts of bars and lines have in common.
namespace secateur::widgets {

struct PlotStyle;

/// Puts the legend into a row of its own above the plot, so that it never covers a bar. For once per plot.
void placeLegendAbove(QCustomPlot &canvas);
/// As many entries in a line of the legend as the plot is wide.
void wrapLegend(QCustomPlot &canvas, const QStringList &names, const QFont &font);
/// Lays the plot out anew, so that sizes which are asked for before it is drawn are those it will have.
void settleLayout(QCustomPlot &canvas);
/// The title of the y axis: all of it, or its first line, or what stands before `end`, as long as the axis allows.
void fitValueTitle(QCustomPlot &canvas, const QString &title, QChar end, const QFont &font);
/// A band over the whole height on the layer of the cursor; the plot owns it, and it is hidden at first.
[[nodiscard]] QCPItemRect *makeCursorBand(QCustomPlot &canvas);
/// Shows that band from `left` to `right` on the x axis, in the accent of the style, stronger with the focus.
void placeCursorBand(QCPItemRect &band, const PlotStyle &style, bool focused, double left, double right);

} // namespace secateur::widgets
