// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QPlainTextEdit>
#include <QTableView>
#include <QToolButton>
#include <QWidget>

#include "app/jobs/jobsmodel.h"

namespace secateur::app {

/// The queue as a list, with what can be done to it, and what the chosen job has to say.
class JobsDock : public QWidget
{
    Q_OBJECT

public:
    explicit JobsDock(JobQueue &queue, QWidget *parent = nullptr);

    void cancelSelected();
    void againSelected();
    void togglePause();
    [[nodiscard]] Job *selected() const; ///< else the running one, else null

private:
    QToolButton *addButton(const QString &text, const QString &description, void (JobsDock::*handler)());
    void clearFinished() { m_queue.clearFinished(); }
    void refresh();
    void fitHeight();
    [[nodiscard]] static QString describe(const Job &job);

    JobQueue &m_queue;
    JobsModel m_model;
    QTableView *m_table;
    QWidget *m_list; ///< table and details; not there without jobs, whose place the pages can use
    QPlainTextEdit *m_details;
    QLabel *m_summary;
    QToolButton *m_pause = nullptr;
    QToolButton *m_cancel = nullptr;
    QToolButton *m_again = nullptr;
    QToolButton *m_clear = nullptr;
};

} // namespace secateur::app
