// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/plotwidget.h"

class QCPBars;
class QCPItemRect;
class QCPItemStraightLine;

namespace secateur::widgets {

/// A bar for each layer, from 0 to 100 %, that can be dragged. What dragging means is decided by whoever listens: the
/// plot shows the shares it is given. Keyboard: left and right choose a layer, up and down ask for one point more or
/// less, Page up and Page down for ten.
class SharesPlot : public PlotWidget
{
    Q_OBJECT

public:
    explicit SharesPlot(QWidget *parent = nullptr);

    void setShares(const std::vector<double> &shares); ///< of 1, one per layer
    [[nodiscard]] QString describe(const Cell &cell) const override;
    [[nodiscard]] QSize sizeHint() const override { return {640, 280}; }

Q_SIGNALS:
    void shareWanted(int layer, double share); ///< while dragging, and by keys
    void settled(); ///< the button was let go, or a key pressed

protected:
    void showCurrent() override;
    void restyle() override;
    [[nodiscard]] std::optional<Cell> cellAt(const QPointF &position) const override;
    [[nodiscard]] Cell step(const QPoint &arrow) const override { return {arrow.x(), 0}; }
    void keyPressEvent(QKeyEvent *event) override;

private:
    void setupPlot();
    void ask(const QPointF &position);

    QCPBars *m_bars = nullptr;
    QCPItemStraightLine *m_mean = nullptr;
    QCPItemRect *m_band = nullptr;
    std::optional<int> m_dragged;
};

} // namespace secateur::widgets
