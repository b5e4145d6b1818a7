// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "app/session/studysession.h"
#include "core/engine/distanceaccuracy.h"
#include "widgets/common/latesttask.h"
#include "widgets/plots/plotpane.h"
#include "widgets/plots/scatterchart.h"

class QComboBox;
class QLabel;

namespace secateur::app {

/// Accuracy in a domain against the distance of a run's mask to the domain's own: a point per run and domain, and their
/// rank correlation. Of the measure that the Accuracy page shows.
class DistanceDialog : public QDialog
{
    Q_OBJECT

public:
    explicit DistanceDialog(StudySession &session, QWidget *parent = nullptr);

    /// Read on a worker thread. All columns of the table must be of one measure.
    void showTable(analysis::AccuracyTable table);
    /// The table is still being read, and will be shown by showTable().
    void showReading();
    [[nodiscard]] bool isLoading() const { return m_loading; }
    [[nodiscard]] widgets::ScatterChart &chart() const { return *m_chart; }
    [[nodiscard]] widgets::PlotPane &pane() const { return *m_pane; }
    [[nodiscard]] QComboBox &sets() const { return *m_sets; }

Q_SIGNALS:
    void runChosen(const QString &id); ///< of the current point

private:
    QWidget *makeControls();
    void load();
    /// Shows that something is read, unless an earlier plot stands there.
    void beginLoading(const QString &what);
    void present(const Result<engine::DistanceAccuracyReport> &result);
    void copy(QString (*format)(const widgets::PlotTable &));

    StudySession &m_session;
    widgets::LatestTask<Result<engine::DistanceAccuracyReport>> m_task;
    analysis::AccuracyTable m_table;
    analysis::DistanceAccuracy m_shown;
    widgets::ScatterChart *m_chart;
    widgets::PlotPane *m_pane;
    QLabel *m_reading; ///< in place of the pane, until there is something to show
    QComboBox *m_sets = nullptr;
    bool m_loading = false;
};

[[nodiscard]] widgets::ScatterData scatterDataOf(const analysis::DistanceAccuracy &data);

} // namespace secateur::app
