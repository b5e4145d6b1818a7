// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/accuracypage.h"

#include <limits>

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/engine/evaluate.h"
#include "widgets/common/emptystate.h"
#include "widgets/common/formrow.h"
#include "widgets/common/menubutton.h"

namespace secateur::app {

AccuracyPage::AccuracyPage(StudySession &studySession, Setting<QString> *taskFiles, QWidget *parent)
    : Page(studySession, parent), m_dialog(new MeasureDialog(studySession, taskFiles, this)),
      m_prompt(new PromptDialog(studySession, this)), m_distances(new DistanceDialog(studySession, this)),
      m_panel(new AccuracyPanel(studySession, AccuracyPanel::Size::Full, this))
{
    setupActions();
    setupUi();
    connect(m_limit, &QSpinBox::valueChanged, this, &AccuracyPage::update);
    connect(m_seed, &QSpinBox::valueChanged, this, &AccuracyPage::update);
    connect(m_dialog, &MeasureDialog::jobRequested, this, &AccuracyPage::jobRequested);
    connect(m_prompt, &PromptDialog::jobsRequested, this, &AccuracyPage::jobsRequested);
    connect(m_prompt, &PromptDialog::openRequested, this, &AccuracyPage::openRequested);
    connect(m_prompt, &PromptDialog::statusChanged, this, &AccuracyPage::statusChanged);
    connect(m_panel, &AccuracyPanel::hovered, this, &AccuracyPage::statusChanged);
    connect(m_panel, &AccuracyPanel::changed, this, [this] {
        if (m_distances->isVisible())
            m_distances->showTable(m_panel->wholeTable());
    });
    connect(m_distances, &DistanceDialog::runChosen, this,
            [this](const QString &id) { session().selection().setRunA(id); });
    connect(&session(), &StudySession::studyChanged, this, &AccuracyPage::update);
    connect(&session(), &StudySession::runsChanged, this, &AccuracyPage::update);
    connect(&session(), &StudySession::evaluationsChanged, this, &AccuracyPage::update);
    connect(&session().domains(), &DomainPlans::changed, this, &AccuracyPage::update);
    update();
}

void AccuracyPage::setupActions()
{
    m_measure = makeAction(QStringLiteral("accuracy.measure"), tr("&Measure Perplexity"), [this] { measure(); });
    m_measureTasks = makeAction(QStringLiteral("accuracy.measureTasks"), tr("Measure on &Tasks\u2026"), [this] {
        m_dialog->show();
        m_dialog->raise();
    });
    m_askModels = makeAction(QStringLiteral("accuracy.prompt"), tr("&Prompt the Models\u2026"), [this] {
        m_prompt->show();
        m_prompt->raise();
        m_prompt->activateWindow();
    });
    m_askModels->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_G));
    makeAction(QStringLiteral("accuracy.items"), tr("Show the &Items of a Measurement"),
               [this] { m_panel->openItems(); });
    m_showDistances = makeAction(QStringLiteral("accuracy.distances"), tr("Show Accuracy against Mask &Distance"),
                                 [this] { showDistances(); });
    const auto addCopy = [this](const QString &name, const QString &text,
                                QString (*format)(const widgets::PlotTable &)) {
        m_copyActions << makeAction(name, text, [this, format] { copyTable(plotTableOf(m_panel->table()), format); });
    };
    addCopy(QStringLiteral("accuracy.copyCsv"), tr("Copy the Measurements as CSV"), widgets::toCsv);
    addCopy(QStringLiteral("accuracy.copyLatex"), tr("Copy the Measurements as LaTeX"), widgets::toLatex);
    addCopy(QStringLiteral("accuracy.copyMarkdown"), tr("Copy the Measurements as Markdown"), widgets::toMarkdown);
    m_copyActions << makeAction(QStringLiteral("accuracy.copyImage"), tr("Copy the Accuracy Chart as an Image"),
                                [this] { copyImage(); });
}

void AccuracyPage::setupUi()
{
    m_stack = new QStackedWidget(this);
    m_empty = new widgets::EmptyState({}, {}, m_stack);
    m_goToPrune = m_empty->addButton(tr("Go to Prune"));
    connect(m_goToPrune, &QPushButton::clicked, this, [this] { Q_EMIT openRequested(QStringLiteral("prune")); });
    m_firstMeasure = m_empty->addButton(tr("Measure perplexity"));
    connect(m_firstMeasure, &QPushButton::clicked, m_measure, &QAction::trigger);
    m_firstTasks = m_empty->addButton(tr("Measure on tasks\u2026"));
    connect(m_firstTasks, &QPushButton::clicked, m_measureTasks, &QAction::trigger);
    m_firstPrompt = m_empty->addButton(tr("Prompt the models\u2026"));
    connect(m_firstPrompt, &QPushButton::clicked, m_askModels, &QAction::trigger);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_panel);
    auto *const distances = new QPushButton(tr("Against distance\u2026"));
    distances->setToolTip(tr("A plot of accuracy in a domain against the distance to the domain's mask"));
    connect(distances, &QPushButton::clicked, m_showDistances, &QAction::trigger);
    m_panel->addTool(distances);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 16, 20, 16);
    column->addWidget(widgets::makeHeading(tr("Does each sub-model keep its own domain?")));
    column->addWidget(makeControls());
    column->addWidget(m_stack, 1);
}

QWidget *AccuracyPage::makeControls()
{
    m_controls = new QWidget(this);
    auto *const row = new QHBoxLayout(m_controls);
    row->setContentsMargins({});
    const auto box = [row](const QString &label, int least, int most, int value, const QString &tip) {
        auto *const spin = new QSpinBox;
        auto *const text = new QLabel(label);
        text->setBuddy(spin);
        widgets::fitUnderlined(*text);
        spin->setRange(least, most);
        spin->setValue(value);
        spin->setAccessibleName(QString(label).remove(QLatin1Char('&')));
        spin->setToolTip(tip);
        row->addWidget(text);
        row->addWidget(spin);
        return spin;
    };
    m_limit = box(tr("&Texts per domain"), 1, 100000, int(engine::defaultItems),
                  tr("Taken at random from the records that no run of the domain was calibrated on. More texts give "
                     "narrower intervals and take longer"));
    m_limit->setObjectName(QStringLiteral("accuracy.limit"));
    m_seed = box(tr("See&d"), 0, std::numeric_limits<int>::max(), 0, tr("Of the choice of texts"));
    m_seed->setMaximumWidth(m_limit->sizeHint().width()); // seeds of ten digits are rare
    m_measureButton = new QPushButton(tr("Measure perplexity"));
    m_measureButton->setDefault(true);
    connect(m_measureButton, &QPushButton::clicked, m_measure, &QAction::trigger);
    row->addWidget(m_measureButton);
    auto *const tasks = new QPushButton(tr("Tasks\u2026"));
    tasks->setToolTip(tr("Choose what to measure: tasks with their files, and models"));
    connect(tasks, &QPushButton::clicked, m_measureTasks, &QAction::trigger);
    row->addWidget(tasks);
    auto *const prompt = new QPushButton(tr("Prompt\u2026"));
    prompt->setToolTip(tr("Let the dense model and sub-models continue one text, side by side"));
    connect(prompt, &QPushButton::clicked, m_askModels, &QAction::trigger);
    row->addWidget(prompt);
    m_forecast = new QLabel;
    m_forecast->setWordWrap(true); // else its words would make the window's narrowest width
    row->addWidget(m_forecast, 1);
    row->addWidget(widgets::makeMenuButton(tr("Copy as"), tr("Copy the measurements or their chart"), m_copyActions));
    return m_controls;
}

void AccuracyPage::activate()
{
    m_panel->activate();
    update();
}

QString AccuracyPage::forecast() const
{
    return m_forecast->text();
}

void AccuracyPage::update()
{
    m_plan = planAccuracy(session(), std::uint64_t(m_limit->value()), std::uint64_t(m_seed->value()));
    const bool possible = m_plan.problem.isEmpty();
    QString words = m_plan.problem;
    if (possible && m_plan.missing == 0)
        words = tr("All %1 measurements are there.").arg(m_plan.pairs);
    else if (possible)
        words = tr("%1 of %2 to do%3")
                    .arg(m_plan.missing)
                    .arg(m_plan.pairs)
                    .arg(m_plan.seconds ? tr(", %1").arg(roughTime(*m_plan.seconds)) : QString());
    m_forecast->setText(words);
    m_measure->setEnabled(possible);
    m_measureButton->setEnabled(possible);
    const bool measured = m_panel->hasMeasurements();
    m_stack->setCurrentIndex(measured ? 1 : 0);
    m_controls->setVisible(measured || possible);
    m_goToPrune->setVisible(session().runs().empty());
    m_firstMeasure->setVisible(possible);
    m_firstTasks->setVisible(!session().runs().empty());
    m_firstPrompt->setVisible(!session().runs().empty());
    m_askModels->setEnabled(session().isOpen());
    m_measureTasks->setEnabled(!session().runs().empty());
    if (!measured)
        m_empty->setText(tr("Nothing measured yet"),
                         tr("A sub-model should lose little on the domain it was pruned for, and more on others. "
                            "Perplexity tells how well a model predicts texts: of each domain it is measured on texts "
                            "that no run was calibrated on, for the dense model and every sub-model.")
                             + (possible ? QString() : QLatin1Char(' ') + m_plan.problem));
}

void AccuracyPage::measure()
{
    if (m_plan.problem.isEmpty())
        Q_EMIT jobRequested(m_plan.arguments, tr("Measure perplexity on %1 texts per domain").arg(m_limit->value()));
}

void AccuracyPage::showDistances()
{
    if (!m_panel->hasMeasurements()) {
        Q_EMIT statusChanged(tr("Nothing is measured yet"));
        return;
    }
    if (m_panel->isLoading())
        m_distances->showReading();
    else
        m_distances->showTable(m_panel->wholeTable());
    m_distances->show();
    m_distances->raise();
}

void AccuracyPage::copyImage()
{
    QApplication::clipboard()->setImage(m_panel->chart()->image());
    Q_EMIT statusChanged(tr("Copied the plot as an image"));
}

} // namespace secateur::app
