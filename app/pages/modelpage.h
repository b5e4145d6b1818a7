// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>

#include "app/pages/page.h"
#include "core/engine/light.h"
#include "widgets/common/datatable.h"
#include "widgets/common/emptystate.h"
#include "widgets/common/latesttask.h"
#include "widgets/common/signallabel.h"

namespace secateur::app {

/// What the open model is, which of its matrices can be pruned, and what pruning will need; or plainly why not.
class ModelPage : public Page
{
    Q_OBJECT

public:
    explicit ModelPage(StudySession &session, QWidget *parent = nullptr);

    [[nodiscard]] QString id() const override { return QStringLiteral("model"); }
    [[nodiscard]] QString title() const override { return tr("Model"); }
    [[nodiscard]] QList<QAction *> actions() const override { return {m_reread}; }

    /// The facts as shown, for tests.
    [[nodiscard]] const widgets::TableData &facts() const { return m_facts->table(); }
    [[nodiscard]] bool isReading() const { return m_task.isRunning(); }
    [[nodiscard]] QString verdict() const { return m_verdict->text(); }

private:
    using Report = Result<engine::InspectReport>;

    void setupUi();
    void read();
    void show(const Report &report);
    void showReport(const engine::InspectReport &report);

    widgets::LatestTask<Report> m_task;
    std::filesystem::path m_shown;
    QAction *m_reread;
    QLabel *m_name;
    QLabel *m_path;
    widgets::SignalLabel *m_verdict;
    widgets::DataTable *m_facts;
    widgets::DataTable *m_sublayers;
    QPushButton *m_next;
};

} // namespace secateur::app
