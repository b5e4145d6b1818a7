// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QDialog>

#include "app/pages/pathfield.h"
#include "app/pages/planbox.h"
#include "app/session/studysession.h"
#include "core/engine/applyforecast.h"
#include "widgets/common/latesttask.h"

class QLabel;

namespace secateur::app {

/// Which masks, onto which dense model, and where to: the job that makes a sub-model without a study.
class ApplyDialog : public QDialog
{
    Q_OBJECT

public:
    explicit ApplyDialog(StudySession &session, QWidget *parent = nullptr);

    [[nodiscard]] PathField &archiveField() const { return *m_archive; }
    [[nodiscard]] PathField &modelField() const { return *m_model; }
    [[nodiscard]] PathField &placeField() const { return *m_place; }
    [[nodiscard]] QPushButton &applyButton() const { return m_planBox->startButton(); }
    /// What will be written; empty where that is not known.
    [[nodiscard]] QString statement() const;
    /// Of `secateur-cli`; empty where it cannot be done.
    [[nodiscard]] QStringList arguments() const;

Q_SIGNALS:
    void jobRequested(const QStringList &arguments, const QString &title);

protected:
    void showEvent(QShowEvent *event) override;

private:
    QLayout *makeFields();
    void chooseArchive();
    void chooseModel(bool folder);
    void choosePlace();
    void takeModel();
    void read();
    void update();
    void start();
    [[nodiscard]] QString archiveProblem() const;
    [[nodiscard]] QString modelProblem() const;
    [[nodiscard]] QString targetProblem() const;
    [[nodiscard]] QString missing() const; ///< what is still to be said; empty: nothing

    StudySession &m_session;
    widgets::LatestTask<engine::ApplyForecast> m_task;
    std::shared_ptr<const engine::ApplyForecast> m_forecast; ///< null while it is being made
    QString m_taken; ///< the open model, as it was put into the field
    PathField *m_archive;
    PathField *m_model;
    PathField *m_place;
    QLabel *m_statement;
    PlanBox *m_planBox;
};

} // namespace secateur::app
