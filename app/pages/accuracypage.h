// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/pages/accuracypanel.h"
#include "app/pages/accuracyplan.h"
#include "app/pages/distancedialog.h"
#include "app/pages/measuredialog.h"
#include "app/pages/page.h"
#include "app/pages/promptdialog.h"

class QLabel;
class QPushButton;
class QSpinBox;
class QStackedWidget;
class QToolButton;

namespace secateur::widgets {
class EmptyState;
}

namespace secateur::app {

/// Does a sub-model keep its own domain better than the others do? Measures perplexity by a job, and shows what was
/// measured.
class AccuracyPage : public Page
{
    Q_OBJECT

public:
    /// `taskFiles` remembers where the items of tasks are; may be null.
    explicit AccuracyPage(StudySession &session, Setting<QString> *taskFiles = nullptr, QWidget *parent = nullptr);

    [[nodiscard]] QString id() const override { return QStringLiteral("accuracy"); }
    [[nodiscard]] QString title() const override { return tr("Accuracy"); }
    void activate() override;
    void watchJobs(const JobQueue &queue) override { m_prompt->watchJobs(queue); }

    [[nodiscard]] AccuracyPanel &panel() const { return *m_panel; }
    [[nodiscard]] QString forecast() const;
    [[nodiscard]] MeasureDialog &dialog() const { return *m_dialog; }
    [[nodiscard]] PromptDialog &promptDialog() const { return *m_prompt; }
    [[nodiscard]] DistanceDialog &distances() const { return *m_distances; }

private:
    void setupActions();
    void setupUi();
    QWidget *makeControls();
    void update();
    void measure();
    void showDistances();
    void copyImage();

    QAction *m_measure = nullptr;
    QAction *m_measureTasks = nullptr;
    QAction *m_askModels = nullptr;
    QAction *m_showDistances = nullptr;
    MeasureDialog *m_dialog;
    PromptDialog *m_prompt;
    DistanceDialog *m_distances;
    QList<QAction *> m_copyActions;
    AccuracyPanel *m_panel;
    AccuracyPlan m_plan;
    QStackedWidget *m_stack = nullptr;
    widgets::EmptyState *m_empty = nullptr;
    QPushButton *m_goToPrune = nullptr;
    QPushButton *m_firstMeasure = nullptr;
    QPushButton *m_firstTasks = nullptr;
    QPushButton *m_firstPrompt = nullptr;
    QWidget *m_controls = nullptr;
    QSpinBox *m_limit = nullptr;
    QSpinBox *m_seed = nullptr;
    QPushButton *m_measureButton = nullptr;
    QLabel *m_forecast = nullptr;
};

} // namespace secateur::app
