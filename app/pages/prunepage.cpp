// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/prunepage.h"

#include <algorithm>

#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLocale>
#include <QVBoxLayout>

#include "app/pages/layersdialog.h"
#include "app/pages/pruneforecast.h"
#include "core/architecture/modelarchive.h"
#include "core/base/system.h"
#include "widgets/common/formrow.h"
#include "widgets/common/theme.h"

namespace secateur::app {
namespace {

/// Entries of the list of Layers.
enum Layers { AllLayersAlike, OwlLayers, DrawnLayers };

QString fromStd(const std::string &text)
{
    return QString::fromStdString(text);
}

QString methodLabel(PruneMethod method)
{
    switch (method) {
    case PruneMethod::Wanda: return PrunePage::tr("&Wanda: weight times activation");
    case PruneMethod::WandaVariant: return PrunePage::tr("Wanda varia&nt: share of scores per row");
    case PruneMethod::Magnitude: return PrunePage::tr("&Magnitude: weight alone, no data");
    case PruneMethod::Random: return PrunePage::tr("&Random: by chance, for control");
    }
    return {};
}

QString bytes(std::uint64_t value)
{
    return QLocale().formattedDataSize(qint64(value), 1, QLocale::DataSizeTraditionalFormat);
}

} // namespace

PrunePage::PrunePage(StudySession &session, QWidget *parent)
    : Page(session, parent), m_start(new QAction(tr("&Start Pruning"), this)), m_domains(new QListWidget),
      m_targets(new QLineEdit(QStringLiteral("0.5"))), m_seeds(new QLineEdit(QStringLiteral("0"))),
      m_layers(new QComboBox), m_statistics(new QComboBox), m_table(new widgets::DataTable(tr("Runs to be made"))),
      m_forecast(widgets::makeText({})), m_startButton(new QPushButton)
{
    m_start->setObjectName(QStringLiteral("prune.start"));
    connect(m_start, &QAction::triggered, this, &PrunePage::start);
    connect(m_startButton, &QPushButton::clicked, m_start, &QAction::trigger);
    setupUi();
    for (auto *const box : m_methods)
        connect(box, &QCheckBox::toggled, this, &PrunePage::updatePlan);
    connect(m_targets, &QLineEdit::textChanged, this, &PrunePage::updatePlan);
    connect(m_seeds, &QLineEdit::textChanged, this, &PrunePage::updatePlan);
    connect(m_layers, &QComboBox::currentIndexChanged, this, &PrunePage::updatePlan);
    connect(m_layers, &QComboBox::activated, this, &PrunePage::onLayersChosen);
    connect(m_statistics, &QComboBox::currentIndexChanged, this, &PrunePage::updatePlan);
    connect(m_domains, &QListWidget::itemChanged, this, &PrunePage::updatePlan);
    connect(&session.domains(), &DomainPlans::changed, this, &PrunePage::refillDomains);
    connect(&session, &StudySession::runsChanged, this, &PrunePage::updatePlan);
    connect(&session, &StudySession::studyChanged, this, &PrunePage::updatePlan);
    refillDomains();
}

void PrunePage::watchJobs(const JobQueue &queue)
{
    m_jobs = &queue;
    for (const auto signal : {&JobQueue::replaced, &JobQueue::jobChanged})
        connect(&queue, signal, this, &PrunePage::showStates);
    for (const auto signal : {&JobQueue::inserted, &JobQueue::removed, &JobQueue::stateChanged})
        connect(&queue, signal, this, &PrunePage::showStates);
    showStates();
}

QWidget *PrunePage::makeChoices()
{
    constexpr int domainsHeight = 110;
    constexpr int choicesWidth = 360;
    auto *const widget = new QWidget;
    widget->setFixedWidth(choicesWidth);
    auto *const form = new QFormLayout(widget);
    form->setContentsMargins(0, 0, 0, 0);
    form->setRowWrapPolicy(QFormLayout::WrapAllRows);
    const auto row = [form](const QString &label, QWidget *field, const QString &help) {
        widgets::addFormRow(*form, label, field, help);
    };
    m_domains->setFixedHeight(domainsHeight);
    row(tr("&Domains"), m_domains, tr("Those checked are pruned for; set them up on the Calibrate page"));
    auto *const methods = new QVBoxLayout;
    for (const auto method : allPruneMethods) {
        auto *const box = new QCheckBox(methodLabel(method));
        box->setChecked(method == PruneMethod::Wanda);
        m_methods.push_back(box);
        methods->addWidget(box);
    }
    form->addRow(tr("Methods"), methods);
    row(tr("&Targets"), m_targets, tr("Shares of weights to prune and N:M patterns, for example 0.5 0.7 2:4"));
    row(tr("&Layers"), makeLayers(), tr("How each target is spread over the layers; drawn shares replace the targets"));
    row(tr("&Seeds"), m_seeds,
        tr("Of the choice of samples, for example 0 1 2 or 0-4; more than one shows how much "
           "distance chance alone makes"));
    m_statistics->addItem(tr("of the model as it is pruned, layer by layer"), QStringLiteral("pruned"));
    m_statistics->addItem(tr("of the dense model (makes other sparsities exact later)"), QStringLiteral("dense"));
    m_statistics->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    row(tr("&Activations"), m_statistics, tr("Which model's activations the scores come from"));
    return widget;
}

QWidget *PrunePage::makeLayers()
{
    m_layers->addItem(tr("all alike"));
    m_layers->addItem(tr("by OWL: those with more outliers less"));
    m_layers->addItem(tr("as drawn\u2026"));
    m_layers->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    return m_layers;
}

/// The last entry opens the dialog, also when it is chosen again; without an answer all is as it was.
void PrunePage::onLayersChosen(int index)
{
    if (index != DrawnLayers)
        return;
    if (!m_config || !*m_config) {
        m_layers->setCurrentIndex(AllLayersAlike);
        m_forecast->setText(tr("Open the model first: its layers are not known yet."));
        return;
    }
    const auto targets = parseTargets(m_targets->text());
    const double first = targets && !targets->empty() ? targetRatio(targets->front()) : 0.5;
    LayersDialog dialog(m_shares.empty() ? std::vector<double>(std::size_t((*m_config)->layers), first) : m_shares,
                        session().runs(), this);
    if (dialog.exec() == QDialog::Accepted)
        setDrawnShares(dialog.shares());
    else if (m_shares.empty())
        m_layers->setCurrentIndex(AllLayersAlike);
}

void PrunePage::setDrawnShares(const std::vector<double> &shares)
{
    constexpr double percent = 100.0;
    m_shares = shares;
    const auto [least, most] = std::ranges::minmax_element(shares);
    m_layers->setItemText(
        DrawnLayers, tr("as drawn: %1 % to %2 %").arg(*least * percent, 0, 'f', 1).arg(*most * percent, 0, 'f', 1));
    m_layers->setCurrentIndex(DrawnLayers);
    updatePlan();
}

/// Of a model with other layers.
void PrunePage::forgetShares()
{
    m_shares.clear();
    m_layers->setItemText(DrawnLayers, tr("as drawn\u2026"));
    if (m_layers->currentIndex() == DrawnLayers)
        m_layers->setCurrentIndex(AllLayersAlike);
}

std::optional<selection::LayerRule> PrunePage::layerRule() const
{
    selection::LayerRule rule;
    if (m_layers->currentIndex() == AllLayersAlike || (m_layers->currentIndex() == DrawnLayers && m_shares.empty()))
        return std::nullopt;
    if (m_layers->currentIndex() == DrawnLayers) {
        rule.kind = selection::LayerRule::Kind::Table;
        rule.table = m_shares;
    }
    return rule;
}

void PrunePage::setupUi()
{
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_startButton->setDefault(true);
    auto *const last = new QHBoxLayout;
    last->addWidget(m_forecast, 1);
    last->addWidget(m_startButton);
    auto *const right = new QVBoxLayout;
    right->addWidget(
        widgets::makeText(tr("Every domain is combined with every method, target and seed. The runs are made "
                             "one after another; each finished layer is kept, whatever happens.")));
    right->addWidget(m_table, 1);
    right->addLayout(last);
    auto *const left = new QVBoxLayout;
    left->addWidget(makeChoices());
    left->addStretch(1);
    auto *const both = new QHBoxLayout;
    both->setSpacing(20);
    both->addLayout(left);
    both->addLayout(right, 1);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 16, 20, 16);
    column->addWidget(widgets::makeHeading(tr("Sub-models to make")));
    column->addLayout(both, 1);
}

void PrunePage::setTargets(const QString &text)
{
    m_targets->setText(text);
}

void PrunePage::setSeeds(const QString &text)
{
    m_seeds->setText(text);
}

/// Keeps what was unchecked; a new domain is checked.
void PrunePage::refillDomains()
{
    QStringList unchecked;
    for (int row = 0; row < m_domains->count(); ++row)
        if (m_domains->item(row)->checkState() == Qt::Unchecked)
            unchecked << m_domains->item(row)->text();
    m_domains->blockSignals(true);
    m_domains->clear();
    for (const auto &plan : session().domains().plans()) {
        auto *const item = new QListWidgetItem(plan.name, m_domains);
        item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
        item->setCheckState(unchecked.contains(plan.name) ? Qt::Unchecked : Qt::Checked);
    }
    m_domains->blockSignals(false);
    updatePlan();
}

/// For the forecast: dimensions only, which takes milliseconds, but the disk may be slow.
void PrunePage::readModel()
{
    const auto model = session().modelPath();
    if (model.empty() || model == m_read)
        return;
    m_read = model;
    m_config.reset();
    m_task.start(
        [model](const std::stop_token &) -> Config {
            SECATEUR_TRY(archive, architecture::ModelArchive::open(model));
            return archive->config();
        },
        [this](const std::shared_ptr<const Config> &config) {
            m_config = config;
            if (*m_config && m_shares.size() != std::size_t((**m_config).layers))
                forgetShares();
            updatePlan();
        });
}

Result<PruneGrid> PrunePage::grid() const
{
    PruneGrid grid;
    const auto &plans = session().domains().plans();
    for (std::size_t row = 0; row < plans.size() && int(row) < m_domains->count(); ++row)
        if (m_domains->item(int(row))->checkState() == Qt::Checked)
            grid.domains.push_back(plans[row]);
    for (std::size_t index = 0; index < m_methods.size(); ++index)
        if (m_methods[index]->isChecked())
            grid.methods.push_back(allPruneMethods[index]);
    SECATEUR_TRY(targets, parseTargets(m_targets->text()));
    SECATEUR_TRY(seeds, parseSeeds(m_seeds->text()));
    grid.targets = targets;
    grid.layers = layerRule();
    grid.seeds = seeds;
    grid.statistics =
        statisticsFromName(m_statistics->currentData().toString().toStdString()).value_or(StatisticsMode::Pruned);
    return grid;
}

QString PrunePage::forecastFor(const std::vector<PlannedRun> &runs) const
{
    if (runs.empty())
        return m_runs.empty() ? QString() : tr("Nothing is left to start: all of these are done or under way.");
    if (!m_config || !*m_config)
        return {};
    const auto forecast = forecastRuns(runs, **m_config, session().runs(), hostName(), physicalCores());
    const auto available = availableMemory();
    QString text =
        tr("Needs at most %1 of memory at a time; %2 are free.").arg(bytes(forecast.bytes), bytes(available));
    if (forecast.bytes > available)
        text += tr(" Take fewer or shorter samples if a job runs out of it.");
    return text + QLatin1Char('\n') + timeWords(forecast, int(runs.size()));
}

void PrunePage::updatePlan()
{
    const auto wanted = grid();
    QString problem;
    m_runs.clear();
    if (!wanted) {
        problem = fromStd(wanted.error().detail);
    } else {
        std::set<std::string> finished;
        for (const auto &run : session().runs())
            finished.insert(run.recipe.name);
        m_runs = planRuns(*wanted, session().folder(), session().modelPath(), finished);
        if (m_runs.empty())
            problem = session().domains().plans().empty()
                ? tr("Set up a domain on the Calibrate page first, or choose magnitude, which needs none.")
                : tr("Choose at least one domain, method, target and seed.");
    }
    m_problem = problem;
    showStates();
}

RunState PrunePage::stateOfRun(const PlannedRun &run) const
{
    return stateOf(run, jobOf(run, session().folder(), m_jobs), session().interrupted());
}

void PrunePage::showStates()
{
    widgets::TableData table{{tr("Run"), tr("Domain"), tr("State")}, {}};
    std::vector<PlannedRun> toMake;
    for (const auto &run : m_runs) {
        const auto state = stateOfRun(run);
        table.rows.push_back({run.name, run.domain, state.text});
        if (state.canStart)
            toMake.push_back(run);
    }
    const auto count = int(toMake.size());
    m_forecast->setText(m_problem.isEmpty() ? forecastFor(toMake) : m_problem);
    m_table->setTable(std::move(table));
    m_startButton->setText(count == 0       ? tr("Start pruning")
                               : count == 1 ? tr("Start one run")
                                            : tr("Start %1 runs").arg(count));
    m_start->setEnabled(count > 0 && session().isOpen() && !session().modelPath().empty());
    m_startButton->setEnabled(m_start->isEnabled());
}

void PrunePage::start()
{
    std::vector<JobSpec> jobs;
    for (const auto &run : m_runs)
        if (stateOfRun(run).canStart)
            jobs.push_back({tr("Prune %1").arg(run.name), run.arguments});
    if (!jobs.empty())
        Q_EMIT jobsRequested(jobs);
}

} // namespace secateur::app
