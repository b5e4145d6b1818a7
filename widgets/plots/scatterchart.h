// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "widgets/plots/plotwidget.h"

class QCPErrorBars;
class QCPGraph;
class QCPItemTracer;

namespace secateur::widgets {

/// Points with an interval upwards and downwards, in groups.
struct ScatterData {
    struct Point {
        QString name; ///< "python on math"
        double x = 0.0; ///< at least 0
        double y = 0.0;
        double low = 0.0;
        double high = 0.0;
        int series = 0;
        bool emphasised = false; ///< drawn filled
    };
    QString xTitle;
    QString xName; ///< of the table's column
    QString yTitle; ///< a second line is left out where the axis is short
    QString yName;
    QString unit; ///< of y as it is shown: "%", or empty
    double scale = 1.0; ///< from y to the number that is shown
    int decimals = 2; ///< of that number
    bool mayBeLogarithmic = true;
    QStringList series;
    std::vector<Point> points;
};

/// Points told apart by colour and shape, with error bars. Rows of the table are points; its columns are x, y and the
/// ends of the interval.
class ScatterChart : public PlotWidget
{
    Q_OBJECT

public:
    explicit ScatterChart(QWidget *parent = nullptr);

    void setData(ScatterData data);
    [[nodiscard]] const ScatterData &data() const { return m_data; }
    [[nodiscard]] bool isLogarithmic() const { return m_logarithmic; }

    [[nodiscard]] QString describe(const Cell &cell) const override;
    [[nodiscard]] QSize sizeHint() const override { return {560, 380}; }

protected:
    void showCurrent() override;
    void restyle() override;
    void layOut() override;
    [[nodiscard]] std::optional<Cell> cellAt(const QPointF &position) const override;

private:
    /// The points of a series that are drawn alike.
    struct Drawn {
        int series = 0;
        bool emphasised = false;
        QCPGraph *graph = nullptr;
        QCPErrorBars *errors = nullptr;
    };

    void setRange();
    void makeSeries();
    void addPoints(int series, bool emphasised);
    [[nodiscard]] QPointF pixelOf(const ScatterData::Point &point) const;

    ScatterData m_data;
    std::vector<Drawn> m_drawn;
    QCPItemTracer *m_ring = nullptr;
    bool m_logarithmic = false;
};

} // namespace secateur::widgets
