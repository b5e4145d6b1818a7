// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>
#include <memory>

#include "core/analysis/clustering.h"
#include "widgets/plots/plotwidget.h"

class QCPColorMap;
class QCPColorScale;
class QCPItemRect;
class QCPItemText;

namespace secateur::widgets {

class Dendrogram;

/// A matrix of numbers, one colour per cell, row 0 at the top.
struct HeatMapData {
    QString rowTitle; ///< "Sublayer"
    QString columnTitle; ///< "Layer"
    QString valueTitle; ///< "Jaccard distance"
    QStringList rows;
    QStringList columns;
    std::vector<double> values; ///< row-major; NaN: no value, hatched
    double baseline = std::numeric_limits<double>::quiet_NaN(); ///< where chance would be; NaN: not known
    analysis::Clustering clustering; ///< of the columns, which stand in its order; no merges: no dendrogram
};

/// Where the colours end. They begin at 0.
enum class HeatScale {
    Unit, ///< at 1: any two pictures can be compared
    Baseline, ///< at the random baseline; as Data where it is not known
    Data, ///< at the greatest value: the finest differences show
};

/// Draws a HeatMapData: square cells of whole pixels, a colour bar, a dendrogram above where there is one, and on
/// request the number in each cell that has room for it.
class HeatMap : public PlotWidget
{
    Q_OBJECT

public:
    explicit HeatMap(QWidget *parent = nullptr);
    ~HeatMap() override;

    void setData(HeatMapData data);
    [[nodiscard]] const HeatMapData &data() const { return m_data; }
    void setScale(HeatScale scale);
    [[nodiscard]] HeatScale scale() const { return m_scale; }
    [[nodiscard]] double scaleEnd() const;
    /// An id of ColorMap; viridis at first.
    void setColorMap(const QString &id);
    void setValuesShown(bool shown);
    [[nodiscard]] bool valuesShown() const { return m_valuesShown; }
    /// Side of a cell in the plot's pixels, as last drawn.
    [[nodiscard]] int cellSize() const { return m_cellSize; }
    /// The colour a cell has.
    [[nodiscard]] QColor colorOf(const Cell &cell) const;

    [[nodiscard]] QString describe(const Cell &cell) const override;
    [[nodiscard]] QSize sizeHint() const override { return {520, 420}; }

protected:
    void showCurrent() override;
    void restyle() override;
    void layOut() override;
    [[nodiscard]] std::optional<Cell> cellAt(const QPointF &position) const override;

private:
    void setupPlot();
    void fillMap();
    void fillLabels();
    void makeValueTexts();
    void styleValueTexts();
    void fitLabels(int cellWidth, int cellHeight);
    void fitBarLabel(int length);

    HeatMapData m_data;
    HeatScale m_scale = HeatScale::Data;
    QString m_colorMap;
    bool m_valuesShown = false;
    int m_cellSize = 0;
    QCPColorMap *m_map = nullptr;
    QCPColorScale *m_bar = nullptr;
    std::unique_ptr<Dendrogram> m_dendrogram;
    QCPItemRect *m_cursorOuter = nullptr;
    QCPItemRect *m_cursorInner = nullptr;
    std::vector<QCPItemText *> m_texts;
};

} // namespace secateur::widgets
