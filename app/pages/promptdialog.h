// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QPointer>

#include "app/jobs/jobqueue.h"
#include "app/pages/promptplan.h"
#include "app/pages/promptview.h"
#include "widgets/common/emptystate.h"

class QDoubleSpinBox;
class QLabel;
class QListWidget;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QStackedWidget;

namespace secateur::app {

/// A prompt, continued by several models side by side. The job's result is kept here only: closing the window keeps it,
/// another study or the end of the program does not.
class PromptDialog : public QDialog
{
    Q_OBJECT

public:
    explicit PromptDialog(StudySession &session, QWidget *parent = nullptr);

    /// Where its jobs will be; without one it waits for nothing.
    void watchJobs(const JobQueue &queue);
    void setPrompt(const QString &text);
    void generate();
    void cancel();

    [[nodiscard]] const PromptPlan &plan() const { return m_plan; }
    [[nodiscard]] bool isWorking() const { return m_job != nullptr && !m_job->isFinished(); }
    [[nodiscard]] QString status() const;
    [[nodiscard]] PromptView &view() const { return *m_view; }
    [[nodiscard]] QListWidget &models() const { return *m_models; }

Q_SIGNALS:
    void jobsRequested(const std::vector<secateur::app::JobSpec> &jobs);
    void openRequested(const QString &pageId);
    void statusChanged(const QString &text);

protected:
    void showEvent(QShowEvent *event) override;

private:
    QWidget *makeForm();
    QWidget *makeModels();
    QWidget *makeNumbers();
    QWidget *makeButtons();
    QWidget *makeResult();
    QWidget *makeEmpty();
    void onStudyChanged();
    void refillModels();
    void update();
    void findModel(bool folder);
    void follow();
    void onJobChanged();
    void present();
    [[nodiscard]] QString waitingText() const;
    [[nodiscard]] QStringList checkedNames() const;
    void copy(QString (*format)(const PromptResult &));

    StudySession &m_session;
    const JobQueue *m_queue = nullptr;
    QPointer<Job> m_job; ///< the latest of ours
    QString m_mark; ///< of our jobs among all
    QString m_outcome; ///< of the latest job that ended, in words
    PromptRequest m_request;
    PromptPlan m_plan;
    PromptView *m_view;
    QStackedWidget *m_stack = nullptr;
    widgets::EmptyState *m_empty = nullptr;
    QPushButton *m_goToPrune = nullptr;
    QList<QPushButton *> m_find; ///< the model's file or folder
    QPlainTextEdit *m_prompt = nullptr;
    QPlainTextEdit *m_along = nullptr;
    QListWidget *m_models = nullptr;
    QSpinBox *m_tokens = nullptr;
    QDoubleSpinBox *m_temperature = nullptr;
    QSpinBox *m_seed = nullptr;
    QPushButton *m_generate = nullptr;
    QPushButton *m_cancel = nullptr;
    QLabel *m_status = nullptr;
    QList<QAction *> m_copyActions; ///< of what was generated
    QAction *m_copyCommand = nullptr; ///< of what would be
    bool m_filling = false; ///< the list is just made to follow something
    bool m_chosenByHand = false; ///< the models; until then those are checked that the window shows
};

} // namespace secateur::app
