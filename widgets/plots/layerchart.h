// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>

#include "widgets/plots/plotwidget.h"

class QCPBars;
class QCPBarsGroup;
class QCPGraph;
class QCPItemRect;
class QCPItemStraightLine;
class QCPItemText;

namespace secateur::widgets {

/// One value per layer for each of several pairs of runs, and what to read them against.
struct LayerChartData {
    struct Series {
        QString name; ///< "python \u2013 math"
        std::vector<double> values; ///< one per layer; NaN: none
        QString label = {}; ///< shorter than the name, for the legend; empty: the name
    };
    QString valueTitle; ///< "Jaccard distance"
    std::vector<Series> series;
    double baseline = std::numeric_limits<double>::quiet_NaN(); ///< where chance would be
    QString baselineName; ///< "by chance"
    std::vector<double> floor; ///< per layer: same domain, other sample; empty: not known
    QString floorName; ///< "same domain, other sample"
};

/// Where the value axis ends. It begins at 0.
enum class ValueRange { Unit, Baseline, Data };

/// Bars or lines of a distance over the layers. The baseline is a labelled line (or, where it lies above the axis, a
/// note that says so), the floor a dotted curve. Rows of the table are layers, columns series.
class LayerChart : public PlotWidget
{
    Q_OBJECT

public:
    enum class Mode { Bars, Lines };

    explicit LayerChart(QWidget *parent = nullptr);

    void setData(LayerChartData data);
    [[nodiscard]] const LayerChartData &data() const { return m_data; }
    void setMode(Mode mode);
    [[nodiscard]] Mode mode() const { return m_mode; }
    void setRange(ValueRange range);
    /// For a small place: without titles of the axes, which have to be said beside it, and with few marks. For good.
    void makeCompact();
    /// Of the values; the axis itself reaches so much further that no bar lies under the baseline's words.
    [[nodiscard]] double rangeEnd() const;
    /// Whether the baseline lies inside the axis, so that its line can be seen.
    [[nodiscard]] bool baselineInside() const;
    /// What is written at the baseline; empty without one.
    [[nodiscard]] QString baselineText() const;

    [[nodiscard]] QString describe(const Cell &cell) const override;
    [[nodiscard]] QSize sizeHint() const override { return {640, 340}; }

protected:
    void showCurrent() override;
    void restyle() override;
    void layOut() override;
    [[nodiscard]] std::optional<Cell> cellAt(const QPointF &position) const override;
    /// Left and right walk the layers, up and down the series.
    [[nodiscard]] Cell step(const QPoint &arrow) const override { return {arrow.x(), arrow.y()}; }

private:
    void setupPlot();
    void makeSeries();
    void makeBars(int index, const QVector<double> &layers);
    void makeLine(int index, const QVector<double> &layers);
    void makeFloor(const QVector<double> &layers);
    void styleReferences();
    void leaveRoomForTheNote();
    [[nodiscard]] QString labelOf(int index) const;
    [[nodiscard]] double greatestValue() const;
    [[nodiscard]] int layerCount() const { return table().rowCount(); }

    LayerChartData m_data;
    Mode m_mode = Mode::Bars;
    ValueRange m_range = ValueRange::Data;
    bool m_compact = false;
    std::vector<QCPBars *> m_bars;
    std::vector<QCPGraph *> m_lines;
    QCPGraph *m_floor = nullptr;
    QCPBarsGroup *m_group = nullptr;
    QCPItemStraightLine *m_baselineLine = nullptr;
    QCPItemText *m_baselineNote = nullptr;
    QCPItemRect *m_band = nullptr;
};

} // namespace secateur::widgets
