// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QStackedWidget>

#include "app/pages/page.h"
#include "app/pages/prunegrid.h"
#include "app/pages/runstate.h"
#include "core/architecture/modelconfig.h"
#include "widgets/common/datatable.h"
#include "widgets/common/emptystate.h"
#include "widgets/common/latesttask.h"

namespace secateur::app {

/// Which sub-models to make: domains by methods by targets by seeds, with what that takes, and the button that starts
/// it.
class PrunePage : public Page
{
    Q_OBJECT

public:
    explicit PrunePage(StudySession &session, QWidget *parent = nullptr);

    [[nodiscard]] QString id() const override { return QStringLiteral("prune"); }
    [[nodiscard]] QString title() const override { return tr("Prune"); }
    [[nodiscard]] QList<QAction *> actions() const override { return {m_start}; }
    void activate() override { readModel(); }
    void watchJobs(const JobQueue &queue) override;

    [[nodiscard]] const widgets::TableData &planned() const { return m_table->table(); }
    [[nodiscard]] QString forecast() const { return m_forecast->text(); }
    void setTargets(const QString &text);
    void setSeeds(const QString &text);
    [[nodiscard]] QComboBox &layersBox() const { return *m_layers; }
    /// Prunes each layer by its share, as the dialog does when it is accepted.
    void setDrawnShares(const std::vector<double> &shares);

private:
    using Config = Result<architecture::ModelConfig>;

    void setupUi();
    QWidget *makeChoices();
    void refillDomains();
    void readModel();
    void updatePlan();
    void showStates();
    void start();
    QWidget *makeLayers();
    void onLayersChosen(int index);
    void forgetShares();
    [[nodiscard]] std::optional<selection::LayerRule> layerRule() const;
    [[nodiscard]] RunState stateOfRun(const PlannedRun &run) const;
    [[nodiscard]] Result<PruneGrid> grid() const;
    [[nodiscard]] QString forecastFor(const std::vector<PlannedRun> &runs) const;

    widgets::LatestTask<Config> m_task;
    std::filesystem::path m_read;
    std::shared_ptr<const Config> m_config;
    std::vector<PlannedRun> m_runs;
    QString m_problem; ///< of the grid; empty: none
    const JobQueue *m_jobs = nullptr;
    QAction *m_start;
    QListWidget *m_domains;
    std::vector<QCheckBox *> m_methods;
    QLineEdit *m_targets;
    QLineEdit *m_seeds;
    QComboBox *m_layers;
    std::vector<double> m_shares; ///< of the layers, as drawn; empty: none are
    QComboBox *m_statistics;
    widgets::DataTable *m_table;
    QLabel *m_forecast;
    QPushButton *m_startButton;
};

} // namespace secateur::app
