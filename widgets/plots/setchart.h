// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/plotwidget.h"

class QCPAxisRect;
class QCPBars;
class QCPGraph;
class QCPItemRect;

namespace secateur::widgets {

/// How many weights belong to exactly which of several sets (runs).
struct SetChartData {
    struct Combination {
        std::vector<bool> members; ///< one per set
        double share = 0.0; ///< of all weights, in [0, 1]
        double chance = 0.0; ///< the share that independent sets of these sizes would have
        double weights = 0.0; ///< counted
    };
    QStringList sets;
    std::vector<double> setShares; ///< of all weights
    std::vector<Combination> combinations; ///< as drawn, from the left
    QString shareTitle; ///< "Share of weights kept (%)"
};

/// An UpSet plot (Lex et al. 2014): a bar for each combination of sets, below it a column of dots that says which sets
/// belong to it, and a tick where chance would put the bar. Rows of the table are combinations.
class SetChart : public PlotWidget
{
    Q_OBJECT

public:
    explicit SetChart(QWidget *parent = nullptr);

    void setData(SetChartData data);
    [[nodiscard]] const SetChartData &data() const { return m_data; }
    /// Shares from 0.001 % to 100 % on one page; the height of a bar is then no measure of its share.
    void setLogarithmic(bool logarithmic);
    [[nodiscard]] bool isLogarithmic() const { return m_logarithmic; }
    /// "python + java", "all", "none".
    [[nodiscard]] QString nameOf(const SetChartData::Combination &combination) const;

    [[nodiscard]] QString describe(const Cell &cell) const override;
    [[nodiscard]] QSize sizeHint() const override { return {640, 420}; }

protected:
    void showCurrent() override;
    void restyle() override;
    [[nodiscard]] std::optional<Cell> cellAt(const QPointF &position) const override;
    [[nodiscard]] Cell step(const QPoint &arrow) const override { return {arrow.x(), arrow.y()}; }

private:
    enum class Kind { All, One, Other, Count };

    void setupPlot();
    void setupDots();
    void fillBars();
    void fillDots();
    void styleAxes();
    [[nodiscard]] Kind kindOf(const SetChartData::Combination &combination) const;

    SetChartData m_data;
    bool m_logarithmic = false;
    QCPAxisRect *m_barRect = nullptr;
    QCPAxisRect *m_dotRect = nullptr;
    std::vector<QCPBars *> m_bars; ///< one per Kind, each in a colour of its own
    QCPGraph *m_chance = nullptr;
    QCPGraph *m_absentDots = nullptr;
    QCPGraph *m_presentDots = nullptr;
    QCPGraph *m_links = nullptr;
    QCPItemRect *m_barBand = nullptr;
    QCPItemRect *m_dotBand = nullptr;
};

} // namespace secateur::widgets
