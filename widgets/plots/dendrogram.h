// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/clustering.h"
#include "widgets/plots/plotstyle.h"

class QCPAxisRect;
class QCPCurve;
class QCustomPlot;
class QFont;

namespace secateur::widgets {

/// The tree of a clustering, drawn above the columns of a heat map: leaf i stands at x = i, and two clusters are joined
/// at the height of their mean distance.
class Dendrogram
{
public:
    /// Takes the cell (row, 0) of the plot's layout.
    Dendrogram(QCustomPlot &plot, int row);

    void setClustering(const analysis::Clustering &clustering);
    [[nodiscard]] QCPAxisRect &rect() { return *m_rect; }
    [[nodiscard]] QCPCurve &curve() { return *m_curve; }
    void restyle(const PlotStyle &style, const QFont &font);
    /// The width of the columns below.
    void setWidth(int width);
    /// Without a tree it takes no room.
    void setShown(bool shown);

    static constexpr int height = 64;

private:
    QCPAxisRect *m_rect;
    QCPCurve *m_curve;
    int m_shownHeight = height;
};

} // namespace secateur::widgets
