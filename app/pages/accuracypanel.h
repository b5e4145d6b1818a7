// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "app/pages/accuracymodel.h"
#include "app/pages/itemsdialog.h"
#include "app/session/studysession.h"
#include "core/base/result.h"
#include "widgets/common/latesttask.h"
#include "widgets/plots/accuracychart.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QSplitter;
class QTableView;

namespace secateur::app {

/// What was measured of a study's models, one measure at a time: the table, and in full size the chart beside it. The
/// row of sub-model A is current; moving to another row makes that one sub-model A. Read on a worker thread whenever
/// evaluations or runs changed, but not before activate().
class AccuracyPanel : public QWidget
{
    Q_OBJECT

public:
    enum class Size { Compact, Full };

    AccuracyPanel(StudySession &session, Size size, QWidget *parent = nullptr);

    void activate();
    /// How many rows a compact table shows without scrolling.
    void setVisibleRows(int rows);
    /// Whether there is anything to show, now or in a moment.
    [[nodiscard]] bool hasMeasurements() const { return !m_session.evaluations().empty(); }
    [[nodiscard]] bool isLoading() const { return m_loading; }
    /// Of the measure that is shown.
    [[nodiscard]] const analysis::AccuracyTable &table() const { return m_model->table(); }
    /// Of all runs, however those of other seeds are shown.
    [[nodiscard]] analysis::AccuracyTable wholeTable() const { return onlyMeasure(m_all, m_measure); }
    /// Hidden where there is one measure only.
    [[nodiscard]] QComboBox &measures() const { return *m_measures; }
    /// Whether runs that differ in their calibration seed alone are one row. Hidden where there are none.
    [[nodiscard]] QCheckBox &seeds() const { return *m_seeds; }
    /// Places a widget above the table, at the right.
    void addTool(QWidget *tool);
    [[nodiscard]] QTableView &view() const { return *m_view; }
    /// Shows the items behind the current cell, or asks for one to be chosen.
    void openItems();
    [[nodiscard]] ItemsDialog &items() const { return *m_items; }
    /// Null when compact.
    [[nodiscard]] widgets::AccuracyChart *chart() const { return m_chart; }

Q_SIGNALS:
    void changed(); ///< another table is shown
    void hovered(const QString &text);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void setupView();
    void setupChart();
    void load();
    QWidget *makeMeasures();
    void show(const Result<analysis::AccuracyTable> &result);
    void showReading();
    void showTools();
    void fillMeasures();
    void showMeasure();
    void fitCells();
    void fitTable();
    void fitCompact();
    void divide();
    void showWords();
    void choose(int row, int column);
    void showItems(int row, int column);
    void followSelection();

    StudySession &m_session;
    widgets::LatestTask<Result<analysis::AccuracyTable>> m_task;
    analysis::AccuracyTable m_all; ///< every measure
    AccuracyMeasure m_measure; ///< the one that is shown
    AccuracyModel *m_model;
    QTableView *m_view;
    widgets::AccuracyChart *m_chart = nullptr;
    QWidget *m_measuresRow = nullptr;
    QLabel *m_measuresLabel = nullptr;
    QComboBox *m_measures = nullptr;
    QCheckBox *m_seeds = nullptr;
    QSplitter *m_splitter;
    ItemsDialog *m_items;
    QLabel *m_reading; ///< in place of table and chart, until there is something to show
    QLabel *m_words;
    int m_visibleRows = 5; ///< when compact
    bool m_dividedByHand = false; ///< table and chart, until they change places
    bool m_active = false;
    bool m_loading = false; ///< its result has not been shown yet
    bool m_following = false; ///< table or chart are just made to follow something
};

} // namespace secateur::app
