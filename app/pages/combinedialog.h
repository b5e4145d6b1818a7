// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QDialog>

#include "app/pages/combinemodel.h"
#include "app/pages/combineplan.h"
#include "app/pages/planbox.h"

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;

namespace secateur::app {

/// Which runs, by which rule: the job that makes a run of their masks.
class CombineDialog : public QDialog
{
    Q_OBJECT

public:
    explicit CombineDialog(StudySession &session, QWidget *parent = nullptr);

    /// Distances tell how much two runs will keep together; null where they are not known.
    void setDistances(std::shared_ptr<const CompareData> distances);
    /// Ticks these two alone, where none are ticked yet.
    void propose(const QString &runA, const QString &runB);

    [[nodiscard]] CombineModel &model() const { return *m_model; }
    [[nodiscard]] QComboBox &ruleBox() const { return *m_rule; }
    [[nodiscard]] QComboBox &firstBox() const { return *m_first; }
    [[nodiscard]] QLineEdit &targetEdit() const { return *m_target; }
    [[nodiscard]] QLineEdit &nameEdit() const { return *m_name; }
    [[nodiscard]] QPushButton &makeButton() const { return m_planBox->startButton(); }
    [[nodiscard]] const CombinePlan &plan() const { return m_plan; }
    [[nodiscard]] QString forecast() const;

Q_SIGNALS:
    void jobRequested(const QStringList &arguments, const QString &title);

private:
    QWidget *makeRuns();
    QWidget *makeForm();
    void refillFirst();
    void update();
    void start();
    [[nodiscard]] CombineChoice choice() const;
    [[nodiscard]] mask::CombineRule rule() const;

    StudySession &m_session;
    std::shared_ptr<const CompareData> m_distances;
    CombinePlan m_plan;
    CombineModel *m_model;
    PlanBox *m_planBox;
    QTableView *m_runs = nullptr;
    QComboBox *m_rule = nullptr;
    QLabel *m_meaning = nullptr;
    QComboBox *m_first = nullptr;
    QLineEdit *m_target = nullptr;
    QLineEdit *m_name = nullptr;
};

} // namespace secateur::app
