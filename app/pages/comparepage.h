// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <memory>
#include <utility>

#include <QTimer>

#include "app/pages/accuracypanel.h"
#include "app/pages/comparetabs.h"
#include "app/pages/comparework.h"
#include "app/pages/page.h"
#include "widgets/common/latesttask.h"

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QStackedWidget;
class QTabWidget;

namespace secateur::widgets {
class EmptyState;
}

namespace secateur::app {

class CombineDialog;

/// How far apart the sub-models' masks are (the paper's Figure 4): per layer, per matrix, all against all, and as sets.
/// Distances are computed on a worker thread when the page is looked at, once per set of runs.
class ComparePage : public Page
{
    Q_OBJECT

public:
    explicit ComparePage(StudySession &session, QWidget *parent = nullptr);

    [[nodiscard]] QString id() const override { return QStringLiteral("compare"); }
    [[nodiscard]] QString title() const override { return tr("Compare"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("view-statistics"); }
    void activate() override;

    [[nodiscard]] QTabWidget &tabs() const { return *m_tabs; }
    [[nodiscard]] CompareTab &currentTab() const;
    /// The dialog of "Make a Run of Masks"; null before it was asked for.
    [[nodiscard]] CombineDialog *combineDialog() const { return m_combineDialog; }
    /// Accuracy of the same runs, below the distances.
    [[nodiscard]] AccuracyPanel &accuracy() const { return *m_accuracy; }
    [[nodiscard]] bool isComputing() const { return m_comparing || m_combining; }

private:
    void resizeEvent(QResizeEvent *event) override;
    void setupActions();
    void setupUi();
    QWidget *makeControls();
    QWidget *makeProgress();
    QWidget *makeAccuracy();
    void showAccuracy();
    void connectSignals();
    void connectTab(CompareTab *tab);

    void update();
    void startComparing();
    void onCompared(const CompareInput &input, const Result<CompareData> &result);
    void startCombining();
    void startColumns(const QString &runA, const QString &runB);
    void makeRunOfMasks();
    void showData(const std::shared_ptr<const CompareData> &distances);
    void showState();
    void showMessage(const QString &title, const QString &text, bool offerPrune);
    void followSelection();
    void onPicked(const Selection::State &selection);
    void showProgress();
    void stopTasks();
    void cancel();
    void again();
    void openMasks();
    void copyImage();
    [[nodiscard]] CompareInput wanted() const;

    QList<QAction *> m_copyActions;
    QAction *m_follow = nullptr;
    QAction *m_showTable = nullptr;
    QAction *m_showAccuracy = nullptr;
    QStackedWidget *m_stack = nullptr;
    widgets::EmptyState *m_empty = nullptr;
    QTabWidget *m_tabs = nullptr;
    CompareSublayersTab *m_sublayers = nullptr;
    CompareSetsTab *m_sets = nullptr;
    CombineDialog *m_combineDialog = nullptr;
    QAction *m_combine = nullptr;
    QWidget *m_accuracyBox = nullptr;
    AccuracyPanel *m_accuracy = nullptr;
    QPushButton *m_toAccuracy = nullptr;
    QComboBox *m_set = nullptr;
    QComboBox *m_measure = nullptr;
    QComboBox *m_scale = nullptr;
    QWidget *m_progressBox = nullptr;
    QLabel *m_progressText = nullptr;
    QProgressBar *m_progressBar = nullptr;
    QLabel *m_notices = nullptr;

    widgets::LatestTask<Result<CompareData>> m_compareTask;
    widgets::LatestTask<Result<analysis::CombinationTable>> m_combineTask;
    widgets::LatestTask<Result<engine::ColumnShares>> m_columnsTask;
    std::shared_ptr<CompareProgress> m_progress = std::make_shared<CompareProgress>();
    QTimer m_progressTimer;
    CompareInput m_shown; ///< what m_data is of
    std::shared_ptr<const CompareData> m_data;
    /// The last few results, newest first.
    std::deque<std::pair<CompareInput, std::shared_ptr<const CompareData>>> m_cache;
    std::deque<std::pair<CompareInput, std::shared_ptr<const analysis::CombinationTable>>> m_combinations;
    std::deque<std::pair<CompareInput, std::shared_ptr<const engine::ColumnShares>>> m_columns; ///< of pairs
    Selection::State m_picked; ///< the last choice made here, which an independent page does not share
    bool m_active = false;
    bool m_comparing = false; ///< its result has not been shown yet
    bool m_combining = false;
    bool m_picking = false;
};

} // namespace secateur::app
