// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/comparepage.h"

#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QStackedWidget>
#include <QTabWidget>
#include <QVBoxLayout>

#include "app/pages/combinedialog.h"
#include "widgets/common/emptystate.h"

namespace secateur::app {

using widgets::HeatScale;

namespace {

constexpr std::size_t cachedResults = 4;
constexpr int progressInterval = 100; // milliseconds
constexpr int lowPage = 760; // pixels; below it the plots need the room more than the table of accuracy does

/// Finds a result, or null; `cache` holds the newest first.
template <typename Value>
std::shared_ptr<const Value> cached(const std::deque<std::pair<CompareInput, std::shared_ptr<const Value>>> &cache,
                                    const CompareInput &input)
{
    const auto found =
        std::find_if(cache.begin(), cache.end(), [&](const auto &entry) { return entry.first == input; });
    return found == cache.end() ? nullptr : found->second;
}

template <typename Value>
void remember(std::deque<std::pair<CompareInput, std::shared_ptr<const Value>>> &cache, const CompareInput &input,
              std::shared_ptr<const Value> value)
{
    cache.emplace_front(input, std::move(value));
    if (cache.size() > cachedResults)
        cache.pop_back();
}

} // namespace

ComparePage::ComparePage(StudySession &studySession, QWidget *parent) : Page(studySession, parent)
{
    setupActions();
    setupUi();
    connectSignals();
}

void ComparePage::connectSignals()
{
    for (int tab = 0; tab < m_tabs->count(); ++tab)
        connectTab(static_cast<CompareTab *>(m_tabs->widget(tab)));
    for (QComboBox *box : {m_set, m_measure, m_scale}) {
        connect(box, &QComboBox::currentIndexChanged, this, &ComparePage::showState);
        recordChoices(*box, session().undoStack());
    }
    connect(m_tabs, &QTabWidget::currentChanged, this, [this] {
        startCombining();
        m_sublayers->askForColumns();
    });
    connect(m_sets, &CompareSetsTab::runsChanged, this, &ComparePage::startCombining);
    connect(m_sublayers, &CompareSublayersTab::columnsWanted, this, &ComparePage::startColumns);
    connect(m_follow, &QAction::toggled, this, &ComparePage::followSelection);
    connect(m_showTable, &QAction::toggled, this, [this](bool on) {
        for (int tab = 0; tab < m_tabs->count(); ++tab)
            static_cast<CompareTab *>(m_tabs->widget(tab))->pane().setTableShown(on);
    });
    connect(&session().selection(), &Selection::changed, this, &ComparePage::followSelection);
    connect(&session(), &StudySession::studyChanged, this, &ComparePage::update);
    connect(&session(), &StudySession::runsChanged, this, &ComparePage::update);
    connect(&m_progressTimer, &QTimer::timeout, this, &ComparePage::showProgress);
    m_progressTimer.setInterval(progressInterval);
    update();
}

void ComparePage::connectTab(CompareTab *tab)
{
    connect(tab, &CompareTab::picked, this, &ComparePage::onPicked);
    connect(tab, &CompareTab::opened, this, &ComparePage::openMasks);
    connect(tab, &CompareTab::hovered, this, &ComparePage::statusChanged);
}

CompareTab &ComparePage::currentTab() const
{
    return *static_cast<CompareTab *>(m_tabs->currentWidget());
}

void ComparePage::activate()
{
    m_active = true;
    m_accuracy->activate();
    update();
}

CompareInput ComparePage::wanted() const
{
    CompareInput input{session().folder(), {}};
    for (const auto &run : session().runs())
        input.runs.push_back(run.id);
    return input;
}

void ComparePage::update()
{
    const CompareInput input = wanted();
    if (input.runs.size() < 2) {
        stopTasks();
        showData(nullptr);
        showMessage(tr("Nothing to compare yet"),
                    input.runs.empty()
                        ? tr("Here you see how far apart the sub-models of different domains are. Prune the model for "
                             "two domains or more; a second run of one domain with another seed shows how much of the "
                             "distance is chance.")
                        : tr("There is one sub-model. Prune the model for a second domain to see how far apart the "
                             "two are."),
                    true);
    } else if (m_data && input == m_shown) {
        return;
    } else if (m_active) {
        startComparing();
    }
}

void ComparePage::startComparing()
{
    const CompareInput input = wanted();
    if (const auto known = cached(m_cache, input)) {
        stopTasks();
        m_shown = input;
        showData(known);
        return;
    }
    stopTasks();
    m_comparing = true;
    m_progress = std::make_shared<CompareProgress>();
    m_compareTask.start(
        [input, progress = m_progress](const std::stop_token &stop) { return compareRuns(input, stop, progress); },
        [this, input](const auto &result) { onCompared(input, *result); });
    if (!m_data)
        showMessage(tr("Comparing\u2026"), tr("The masks of all sub-models are read once, layer by layer."), false);
    m_progressTimer.start();
    showProgress();
}

void ComparePage::onCompared(const CompareInput &input, const Result<CompareData> &result)
{
    m_comparing = false;
    if (!result) {
        showData(nullptr);
        const bool stopped = result.error().code == ErrorCode::Cancelled;
        showMessage(stopped ? tr("Stopped") : tr("The sub-models could not be compared"),
                    stopped ? QString() : QString::fromStdString(result.error().detail), false);
    } else {
        m_shown = input;
        const auto distances = std::make_shared<const CompareData>(*result);
        remember(m_cache, input, distances);
        showData(distances);
    }
    showProgress();
}

void ComparePage::startCombining()
{
    if (!m_data || m_tabs->currentWidget() != m_sets)
        return;
    const CompareInput input{m_shown.study, m_sets->chosenRuns()};
    if (const auto known = cached(m_combinations, input)) {
        m_combineTask.cancel();
        m_combining = false;
        m_sets->setCombinations(known);
        showProgress();
        return;
    }
    if (input.runs.empty()) {
        m_combineTask.cancel();
        m_combining = false;
        m_sets->setCombinations(nullptr);
        showProgress();
        return;
    }
    m_combining = true;
    m_progress = std::make_shared<CompareProgress>();
    m_combineTask.start(
        [input, progress = m_progress](const std::stop_token &stop) { return combineRuns(input, stop, progress); },
        [this, input](const auto &result) {
            m_combining = false;
            if (*result) {
                const auto table = std::make_shared<const analysis::CombinationTable>(**result);
                remember(m_combinations, input, table);
                m_sets->setCombinations(table);
            } else {
                Q_EMIT statusChanged(QString::fromStdString(result->error().detail));
            }
            showProgress();
        });
    m_progressTimer.start();
    showProgress();
}

/// Two runs, a second for a large model: without a bar of progress, for everything else is there to look at.
void ComparePage::startColumns(const QString &runA, const QString &runB)
{
    if (m_tabs->currentWidget() != m_sublayers)
        return;
    const CompareInput input{m_shown.study, {runA.toStdString(), runB.toStdString()}};
    if (const auto known = cached(m_columns, input))
        return m_sublayers->setColumns(runA, runB, known);
    m_columnsTask.start(
        [input](const std::stop_token &stop) {
            return engine::columnShares(input.study, input.runs[0], input.runs[1], RunContext(stop, {}));
        },
        [this, input, runA, runB](const auto &result) {
            if (!*result)
                return;
            const auto shares = std::make_shared<const engine::ColumnShares>(**result);
            remember(m_columns, input, shares);
            m_sublayers->setColumns(runA, runB, shares);
        });
}

void ComparePage::makeRunOfMasks()
{
    if (!m_combineDialog) {
        m_combineDialog = new CombineDialog(session(), this);
        connect(m_combineDialog, &CombineDialog::jobRequested, this, &ComparePage::jobRequested);
    }
    m_combineDialog->setDistances(m_data);
    m_combineDialog->propose(session().selection().runA(), session().selection().runB());
    m_combineDialog->show();
    m_combineDialog->raise();
    m_combineDialog->activateWindow();
}

void ComparePage::showData(const std::shared_ptr<const CompareData> &distances)
{
    m_data = distances;
    if (m_combineDialog)
        m_combineDialog->setDistances(distances);
    if (distances) {
        m_stack->setCurrentIndex(1);
        QStringList notices;
        for (const std::string &notice : distances->report().notices)
            notices << QString::fromStdString(notice);
        m_notices->setText(notices.join(QLatin1Char('\n')));
        m_notices->setVisible(!notices.isEmpty());
    }
    showState();
    followSelection();
    startCombining();
}

void ComparePage::showState()
{
    constexpr HeatScale scales[] = {HeatScale::Data, HeatScale::Baseline, HeatScale::Unit};
    CompareState state;
    state.data = m_data;
    state.view.set = m_set->currentIndex() == 1 ? analysis::SetKind::Kept : analysis::SetKind::Pruned;
    state.view.measure = m_measure->currentIndex() == 1 ? Measure::Hamming : Measure::Jaccard;
    state.scale = scales[std::clamp(m_scale->currentIndex(), 0, 2)];
    for (int tab = 0; tab < m_tabs->count(); ++tab)
        static_cast<CompareTab *>(m_tabs->widget(tab))->setState(state);
}

void ComparePage::showMessage(const QString &title, const QString &text, bool offerPrune)
{
    m_empty->setText(title, text);
    m_empty->findChild<QPushButton *>(QStringLiteral("goToPrune"))->setVisible(offerPrune);
    m_empty->findChild<QPushButton *>(QStringLiteral("tryAgain"))->setVisible(!offerPrune && !isComputing());
    m_stack->setCurrentIndex(0);
    m_notices->hide();
}

void ComparePage::followSelection()
{
    if (!m_follow->isChecked() || m_picking)
        return;
    m_picked = session().selection().state();
    for (int tab = 0; tab < m_tabs->count(); ++tab)
        static_cast<CompareTab *>(m_tabs->widget(tab))->follow(m_picked);
}

void ComparePage::onPicked(const Selection::State &selection)
{
    m_picked = selection;
    if (!m_follow->isChecked())
        return;
    const QScopedValueRollback picking(m_picking, true); // the tab that was clicked already shows it
    session().selection().setState(selection);
    for (int tab = 0; tab < m_tabs->count(); ++tab)
        if (auto *other = static_cast<CompareTab *>(m_tabs->widget(tab)); other != sender())
            other->follow(selection);
}

void ComparePage::showProgress()
{
    const bool busy = isComputing();
    m_progressBox->setVisible(busy);
    if (!busy) {
        m_progressTimer.stop();
        return;
    }
    m_progressText->setText(m_comparing ? tr("Comparing masks, layer by layer")
                                        : tr("Counting combinations, layer by layer"));
    m_progressBar->setRange(0, int(m_progress->total));
    m_progressBar->setValue(int(m_progress->done));
}

void ComparePage::stopTasks()
{
    m_compareTask.cancel();
    m_combineTask.cancel();
    m_columnsTask.cancel();
    m_comparing = false;
    m_combining = false;
    showProgress();
}

void ComparePage::cancel()
{
    const bool comparing = m_comparing;
    stopTasks();
    if (comparing && !m_data)
        showMessage(tr("Stopped"), tr("No distances have been computed."), false);
}

void ComparePage::again()
{
    m_cache.clear();
    m_combinations.clear();
    m_columns.clear();
    m_data.reset();
    m_active = true;
    update();
}

void ComparePage::resizeEvent(QResizeEvent *event)
{
    Page::resizeEvent(event);
    m_accuracy->setVisibleRows(height() < lowPage ? 3 : 5);
}

void ComparePage::openMasks()
{
    // Also when the page is not linked: opening asks for just this.
    Selection::State wantedState = m_picked;
    if (wantedState.sublayer.isEmpty() && m_data && !m_data->sublayers().empty())
        wantedState.sublayer = QString::fromStdString(m_data->sublayers().front());
    session().selection().setState(wantedState);
    Q_EMIT openRequested(QStringLiteral("masks"));
}

void ComparePage::copyImage()
{
    QApplication::clipboard()->setImage(currentTab().pane().plot().image());
    Q_EMIT statusChanged(tr("Copied the plot as an image"));
}

} // namespace secateur::app
