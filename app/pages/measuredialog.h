// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "app/pages/measureplan.h"
#include "app/pages/planbox.h"
#include "app/settings/setting.h"

class QListWidget;
class QSpinBox;
class QTableWidget;

namespace secateur::app {

/// Tasks times models: what to measure, from which files, and the job that does it.
class MeasureDialog : public QDialog
{
    Q_OBJECT

public:
    /// `files` remembers which file holds a task's items, as JSON by the task's name; may be null.
    MeasureDialog(StudySession &session, Setting<QString> *files, QWidget *parent = nullptr);

    void setChosen(const QString &task, bool chosen);
    void setFile(const QString &task, const QString &file);
    [[nodiscard]] const AccuracyPlan &plan() const { return m_plan; }
    [[nodiscard]] bool mayRunCode() const { return m_session.mayRunPrograms(); }

Q_SIGNALS:
    void jobRequested(const QStringList &arguments, const QString &title);

private:
    QWidget *makeTasks();
    QWidget *makeModels();
    QWidget *makeNumbers();
    /// Tasks of another study, with the files and choices that still apply.
    void refillTasks();
    void refillModels();
    void updateRow(int row);
    void chooseFile(int row);
    void onItemChanged(int row);
    void update();
    void start();
    void requestJob();
    [[nodiscard]] QString forecast() const;
    void remember() const;
    [[nodiscard]] QString remembered(const QString &task) const;

    StudySession &m_session;
    Setting<QString> *m_files;
    PlanBox *m_planBox;
    MeasureRequest m_request;
    AccuracyPlan m_plan;
    QTableWidget *m_tasks = nullptr;
    QListWidget *m_models = nullptr;
    QSpinBox *m_limit = nullptr;
    QSpinBox *m_seed = nullptr;
    bool m_filling = false; ///< the lists are just made to follow something
};

} // namespace secateur::app
