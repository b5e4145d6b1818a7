// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/promptdialog.h"

#include <limits>

#include <QAction>
#include <QClipboard>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QShortcut>
#include <QSpinBox>
#include <QStackedWidget>
#include <QToolButton>
#include <QUuid>
#include <QVBoxLayout>

#include "app/jobs/jobsmodel.h"
#include "widgets/common/formrow.h"
#include "widgets/common/menubutton.h"
#include "widgets/figure/figurecommand.h"

namespace secateur::app {
namespace {

constexpr int formWidth = 300;
constexpr int briefLetters = 30; ///< of the prompt in the list of jobs
enum Page { EmptyPage, WorkPage };

QPlainTextEdit *makeWriter(const QString &name, const QString &help)
{
    auto *const text = new QPlainTextEdit;
    text->setTabChangesFocus(true);
    text->setAccessibleName(name);
    text->setAccessibleDescription(help);
    text->setPlaceholderText(help);
    return text;
}

void addLabelled(QVBoxLayout &column, const QString &label, QWidget *field, int stretch)
{
    auto *const text = new QLabel(label);
    text->setBuddy(field);
    column.addWidget(text);
    column.addWidget(field, stretch);
}

} // namespace

PromptDialog::PromptDialog(StudySession &session, QWidget *parent)
    : QDialog(parent), m_session(session), m_mark(QUuid::createUuid().toString()), m_view(new PromptView)
{
    setWindowTitle(tr("Prompt the Models"));
    m_stack = new QStackedWidget;
    m_stack->addWidget(makeEmpty());
    auto *const work = new QWidget;
    auto *const row = new QHBoxLayout(work);
    row->setContentsMargins({});
    row->addWidget(makeForm());
    row->addWidget(makeResult(), 1);
    m_stack->addWidget(work);
    auto *const column = new QVBoxLayout(this);
    column->addWidget(m_stack);
    resize(1180, 740);
    auto *const shortcut = new QShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return), this);
    connect(shortcut, &QShortcut::activated, this, &PromptDialog::generate);
    connect(&session, &StudySession::studyChanged, this, &PromptDialog::onStudyChanged);
    connect(&session, &StudySession::runsChanged, this, &PromptDialog::refillModels);
    connect(&session.selection(), &Selection::changed, this, [this] {
        if (!m_chosenByHand)
            refillModels();
    });
    refillModels();
}

QWidget *PromptDialog::makeEmpty()
{
    m_empty = new widgets::EmptyState({}, {});
    m_goToPrune = m_empty->addButton(tr("Make a sub-model"));
    connect(m_goToPrune, &QPushButton::clicked, this, [this] {
        Q_EMIT openRequested(QStringLiteral("prune"));
        close();
    });
    for (const bool folder : {false, true}) {
        m_find << m_empty->addButton(folder ? tr("Find the folder\u2026") : tr("Find the GGUF file\u2026"));
        connect(m_find.last(), &QPushButton::clicked, this, [this, folder] { findModel(folder); });
    }
    return m_empty;
}

QWidget *PromptDialog::makeForm()
{
    auto *const form = new QWidget;
    form->setFixedWidth(formWidth);
    auto *const column = new QVBoxLayout(form);
    column->setContentsMargins({});
    m_prompt = makeWriter(tr("Prompt"), tr("The text that every checked model continues"));
    m_along = makeWriter(tr("Compare along"), tr("What the reference writes; or a text of your own behind the prompt"));
    m_along->setFixedHeight(3 * m_along->fontMetrics().lineSpacing() + 12);
    addLabelled(*column, tr("&Prompt"), m_prompt, 3);
    addLabelled(*column, tr("&Models"), makeModels(), 2);
    addLabelled(*column, tr("Compare &along"), m_along, 0);
    column->addWidget(makeNumbers());
    column->addWidget(makeButtons());
    connect(m_prompt, &QPlainTextEdit::textChanged, this, &PromptDialog::update);
    connect(m_along, &QPlainTextEdit::textChanged, this, &PromptDialog::update);
    return form;
}

QWidget *PromptDialog::makeModels()
{
    m_models = new QListWidget;
    m_models->setAccessibleName(tr("Models"));
    m_models->setAccessibleDescription(
        tr("All are compared with the dense model, or without it with the first that is checked"));
    m_models->setToolTip(m_models->accessibleDescription());
    connect(m_models, &QListWidget::itemChanged, this, [this] {
        if (m_filling)
            return;
        m_chosenByHand = true;
        update();
    });
    return m_models;
}

QWidget *PromptDialog::makeNumbers()
{
    auto *const widget = new QWidget;
    auto *const form = new QFormLayout(widget);
    form->setContentsMargins({});
    m_tokens = new QSpinBox;
    m_tokens->setRange(1, 4096);
    m_tokens->setValue(int(m_request.maxNewTokens));
    widgets::addFormRow(*form, tr("Max. &new tokens"), m_tokens, tr("Of each model; fewer where it ends by itself"));
    m_temperature = new QDoubleSpinBox;
    m_temperature->setRange(0.0, 10.0);
    m_temperature->setSingleStep(0.1);
    m_temperature->setSpecialValueText(tr("0, the likeliest each time"));
    widgets::addFormRow(*form, tr("&Temperature"), m_temperature,
                        tr("Of sampling; divergences always compare what the models themselves expect"));
    m_seed = new QSpinBox;
    m_seed->setRange(0, std::numeric_limits<int>::max());
    widgets::addFormRow(*form, tr("See&d"), m_seed,
                        tr("Every model draws with this seed; it matters at a temperature"));
    connect(m_tokens, &QSpinBox::valueChanged, this, &PromptDialog::update);
    connect(m_temperature, &QDoubleSpinBox::valueChanged, this, &PromptDialog::update);
    connect(m_seed, &QSpinBox::valueChanged, this, &PromptDialog::update);
    return widget;
}

QWidget *PromptDialog::makeButtons()
{
    auto *const widget = new QWidget;
    m_generate = new QPushButton(tr("&Generate"));
    m_generate->setDefault(true);
    m_generate->setToolTip(tr("Ctrl+Return"));
    connect(m_generate, &QPushButton::clicked, this, &PromptDialog::generate);
    m_cancel = new QPushButton(tr("&Cancel"));
    m_cancel->setAutoDefault(false);
    m_cancel->setToolTip(tr("Stops generating; the texts so far stay"));
    connect(m_cancel, &QPushButton::clicked, this, &PromptDialog::cancel);
    m_status = widgets::makeText({});
    m_status->setAccessibleName(tr("State"));
    auto *const row = new QHBoxLayout;
    row->addWidget(m_generate, 1);
    row->addWidget(m_cancel);
    auto *const column = new QVBoxLayout(widget);
    column->setContentsMargins({});
    column->addLayout(row);
    column->addWidget(m_status);
    return widget;
}

QWidget *PromptDialog::makeResult()
{
    const auto addCopy = [this](const QString &text, QString (*format)(const PromptResult &)) {
        auto *const action = new QAction(text, this);
        connect(action, &QAction::triggered, this, [this, format] { copy(format); });
        m_copyActions << action;
    };
    addCopy(tr("Text"), toText);
    addCopy(tr("Markdown, with the comparison"), toMarkdown);
    m_copyCommand = new QAction(tr("Command line"), this);
    connect(m_copyCommand, &QAction::triggered, this, [this] {
        QGuiApplication::clipboard()->setText(widgets::shellLine(QStringLiteral("secateur-cli"), m_plan.arguments));
        Q_EMIT statusChanged(tr("Copied the command"));
    });
    auto *const copyButton =
        widgets::makeMenuButton(tr("Copy as"), tr("Copy the texts"), m_copyActions + QList{m_copyCommand});
    copyButton->setFocusPolicy(Qt::TabFocus);
    auto *const close = new QPushButton(tr("Close"));
    close->setAutoDefault(false);
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    auto *const row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(copyButton);
    row->addWidget(close);
    auto *const widget = new QWidget;
    auto *const column = new QVBoxLayout(widget);
    column->setContentsMargins({});
    column->addWidget(m_view, 1);
    column->addLayout(row);
    return widget;
}

void PromptDialog::watchJobs(const JobQueue &queue)
{
    m_queue = &queue;
    connect(&queue, &JobQueue::inserted, this, &PromptDialog::follow);
    connect(&queue, &JobQueue::replaced, this, &PromptDialog::follow);
    connect(&queue, &JobQueue::stateChanged, this, &PromptDialog::onJobChanged);
}

void PromptDialog::setPrompt(const QString &text)
{
    m_prompt->setPlainText(text);
}

QString PromptDialog::status() const
{
    return m_status->text();
}

void PromptDialog::showEvent(QShowEvent *event)
{
    QDialog::showEvent(event);
    update(); // the model may have gone in the meantime
    m_prompt->setFocus();
}

void PromptDialog::onStudyChanged()
{
    m_chosenByHand = false;
    cancel();
    m_job.clear();
    m_view->begin({});
    m_outcome.clear();
    refillModels();
}

void PromptDialog::refillModels()
{
    const QScopedValueRollback filling(m_filling, true);
    QStringList checked = {QString::fromLatin1(store::denseRun), m_session.selection().runA(),
                           m_session.selection().runB()};
    if (m_chosenByHand)
        checked = m_request.runs;
    m_models->clear();
    const auto add = [&](const QString &id, const QString &name) {
        auto *const item = new QListWidgetItem(name, m_models);
        item->setData(Qt::UserRole, id);
        item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
        item->setCheckState(checked.contains(id) ? Qt::Checked : Qt::Unchecked);
    };
    add(QString::fromLatin1(store::denseRun), tr("dense"));
    for (const auto &run : m_session.runs())
        add(QString::fromStdString(run.id), QString::fromStdString(run.recipe.name));
    update();
}

void PromptDialog::update()
{
    m_request.prompt = m_prompt->toPlainText();
    m_request.along = m_along->toPlainText();
    m_request.runs.clear();
    for (int row = 0; row < m_models->count(); ++row)
        if (m_models->item(row)->checkState() == Qt::Checked)
            m_request.runs << m_models->item(row)->data(Qt::UserRole).toString();
    m_request.maxNewTokens = std::uint64_t(m_tokens->value());
    m_request.temperature = m_temperature->value();
    m_request.seed = std::uint64_t(m_seed->value());
    m_seed->setEnabled(m_request.temperature > 0.0);
    m_plan = planPrompt(m_session, m_request);
    using Obstacle = PromptPlan::Obstacle;
    const bool gone = m_plan.obstacle == Obstacle::ModelGone;
    if (gone)
        m_empty->setText(tr("The model is not there"),
                         m_plan.problem
                             + tr(" Sub-models are masks of its weights, so generating needs them. Say where "
                                  "the model is now."));
    else if (m_plan.obstacle == Obstacle::NoRuns)
        m_empty->setText(
            tr("No sub-models to ask yet"),
            tr("Here the dense model and its sub-models continue the same prompt side by side, and you see "
               "at which token their expectations part. Make a sub-model first."));
    m_goToPrune->setVisible(!gone);
    for (auto *const button : m_find)
        button->setVisible(gone);
    m_stack->setCurrentIndex(gone || m_plan.obstacle == Obstacle::NoRuns ? EmptyPage : WorkPage);
    m_generate->setEnabled(m_plan.problem.isEmpty() && !isWorking());
    m_generate->setAccessibleDescription(m_plan.problem);
    m_cancel->setEnabled(isWorking());
    for (auto *const action : m_copyActions)
        action->setEnabled(!m_view->result().isEmpty());
    m_copyCommand->setEnabled(m_plan.problem.isEmpty());
    if (!isWorking())
        m_status->setText(m_plan.problem.isEmpty() ? m_outcome : m_plan.problem);
}

void PromptDialog::findModel(bool folder)
{
    const QString title = tr("Where the model is now");
    const QString path = folder ? QFileDialog::getExistingDirectory(this, title)
                                : QFileDialog::getOpenFileName(this, title, {}, tr("GGUF models (*.gguf)"));
    if (path.isEmpty())
        return;
    m_session.setModelPath(path.toStdString()); // the worker checks that it is the same model
    update();
}

void PromptDialog::generate()
{
    update();
    if (!m_generate->isEnabled())
        return;
    QString brief = m_request.prompt.simplified();
    if (brief.size() > briefLetters)
        brief = brief.left(briefLetters - 1) + QChar(u'\u2026');
    m_view->begin(checkedNames());
    Q_EMIT jobsRequested({{tr("Prompt \u201c%1\u201d").arg(brief), m_plan.arguments, m_mark}});
}

void PromptDialog::cancel()
{
    if (isWorking())
        m_job->cancel();
}

/// The latest job with our mark is the one that is shown; it may have been started again from the list of jobs.
void PromptDialog::follow()
{
    Job *latest = nullptr;
    for (const auto &job : m_queue->jobs())
        if (job->spec().forView == m_mark)
            latest = job.get();
    if (latest == nullptr || latest == m_job || latest->isFinished())
        return;
    m_job = latest;
    m_view->begin(checkedNames());
    connect(latest, &Job::changed, this, &PromptDialog::onJobChanged);
    connect(latest, &Job::wrote, this, [this, latest](const QString &run, const QString &text) {
        if (latest == m_job)
            m_view->append(run, text);
    });
    connect(latest, &Job::finished, this, [this, latest] {
        if (latest == m_job)
            present();
    });
    onJobChanged();
}

QStringList PromptDialog::checkedNames() const
{
    QStringList names;
    for (int row = 0; row < m_models->count(); ++row)
        if (m_models->item(row)->checkState() == Qt::Checked)
            names << (row == 0 ? QString::fromLatin1(store::denseRun) : m_models->item(row)->text());
    return names;
}

QString PromptDialog::waitingText() const
{
    if (m_queue->isPaused())
        return tr("Waiting: the queue of jobs is paused.");
    const auto *const running = m_queue->running();
    return running != nullptr ? tr("Waiting for \u201c%1\u201d, which works now.").arg(running->spec().title)
                              : tr("Waiting");
}

void PromptDialog::onJobChanged()
{
    if (!m_job || m_job->isFinished())
        return;
    if (m_job->state() == Job::State::Waiting)
        m_status->setText(waitingText());
    else if (m_job->state() == Job::State::Stopping)
        m_status->setText(tr("Stopping\u2026"));
    else
        m_status->setText(m_job->progress() ? progressText(*m_job->progress()) : tr("Starting\u2026"));
    m_generate->setEnabled(false);
    m_cancel->setEnabled(m_job->state() != Job::State::Stopping);
}

void PromptDialog::present()
{
    if (m_job->state() == Job::State::Failed) {
        m_outcome = m_job->error().detail + QLatin1Char(' ') + m_job->advice();
    } else if (m_job->output().isEmpty()) {
        m_outcome = tr("Cancelled.");
    } else if (auto result = readPromptResult(m_job->output()); !result) {
        m_outcome = QString::fromStdString(result.error().detail);
    } else {
        QStringList words;
        for (const auto &notice : result->report.notices)
            words << QString::fromStdString(notice);
        if (result->report.cancelled)
            words << tr("Cancelled; the texts so far stay.");
        else if (result->report.models.size() > 1)
            words << (result->report.choicesPart
                          ? tr("The greedy choices part first at position %1.").arg(*result->report.choicesPart)
                          : tr("All models make the same greedy choices."));
        m_view->showResult(std::move(*result));
        m_outcome = words.join(QLatin1Char('\n'));
    }
    update();
}

void PromptDialog::copy(QString (*format)(const PromptResult &))
{
    QGuiApplication::clipboard()->setText(format(m_view->result()));
    Q_EMIT statusChanged(tr("Copied the texts of %n model(s)", nullptr, int(m_view->result().report.models.size())));
}

} // namespace secateur::app
