// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "widgets/plots/plotwidget.h"

class QCPBars;
class QCPBarsGroup;
class QCPErrorBars;
class QCPItemRect;

namespace secateur::widgets {

/// How good several models are at several tasks, with intervals.
struct AccuracyChartData {
    struct Bar {
        double value = 0.0; ///< NaN: not measured
        double low = 0.0;
        double high = 0.0;
        bool emphasised = false; ///< of the model's own domain
    };
    struct Series {
        QString name; ///< of the model
        bool reference = false; ///< the dense one, drawn in grey
        std::vector<Bar> bars; ///< one per task
    };
    QString valueTitle; ///< "acc in %, higher is better"; a second line is left out where the axis is short
    QString metric; ///< "acc"
    QString unit; ///< "%" for shares, or empty
    int decimals = 2;
    bool mayBeLogarithmic = true; ///< shares are best read from 0
    QStringList tasks;
    std::vector<Series> series;
};

/// Bars in groups, one group per task and one bar per model, with error bars. Emphasised bars are outlined. Values that
/// lie far apart get a logarithmic axis. Rows of the table are models, columns tasks.
class AccuracyChart : public PlotWidget
{
    Q_OBJECT

public:
    explicit AccuracyChart(QWidget *parent = nullptr);

    void setData(AccuracyChartData data);
    [[nodiscard]] const AccuracyChartData &data() const { return m_data; }
    [[nodiscard]] bool isLogarithmic() const { return m_logarithmic; }

    [[nodiscard]] QString describe(const Cell &cell) const override;
    [[nodiscard]] QSize sizeHint() const override { return {560, 320}; }

protected:
    void showCurrent() override;
    void restyle() override;
    void layOut() override;
    [[nodiscard]] std::optional<Cell> cellAt(const QPointF &position) const override;

private:
    /// The bars of one model: emphasised and others are two plottables, for each has one outline.
    struct Drawn {
        QCPBars *plain = nullptr;
        QCPBars *emphasised = nullptr;
        std::vector<QCPErrorBars *> errors;
    };

    void setupPlot();
    void makeSeries();
    QCPBars *makeBars(int index, bool emphasised, Drawn &drawn);
    void setRange();
    void fitOutlines();
    [[nodiscard]] double barWidth() const;
    [[nodiscard]] double barCentre(int task, int series) const;

    AccuracyChartData m_data;
    std::vector<Drawn> m_drawn;
    QCPItemRect *m_band = nullptr;
    bool m_logarithmic = false;
};

} // namespace secateur::widgets
