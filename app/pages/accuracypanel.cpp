// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/accuracypanel.h"

#include <algorithm>

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include "core/engine/evaluate.h"
#include "widgets/common/emptystate.h"
#include "widgets/common/formrow.h"
#include "widgets/common/tablefit.h"

namespace secateur::app {

namespace {

/// The chart stands beside the table where it keeps this many pixels, and more than half of the width.
constexpr int chartBeside = 520;
constexpr int lowestChart = 250; ///< pixels, below the table
constexpr int longestName = 30; ///< letters of a model's name in the table; the rest is in its tooltip

} // namespace

AccuracyPanel::AccuracyPanel(StudySession &session, Size size, QWidget *parent)
    : QWidget(parent), m_session(session),
      m_model(new AccuracyModel(size == Size::Full ? AccuracyModel::Detail::Full : AccuracyModel::Detail::Brief, this)),
      m_view(new QTableView(this)), m_splitter(new QSplitter(Qt::Vertical, this)), m_items(new ItemsDialog(this)),
      m_reading(widgets::makeText(tr("Reading what was measured\u2026"), this)), m_words(widgets::makeText({}, this))
{
    setupView();
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_view);
    if (size == Size::Full)
        setupChart();
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins({});
    column->addWidget(makeMeasures());
    column->addWidget(m_splitter, 1);
    column->addWidget(m_reading, 1);
    column->addWidget(m_words);
    m_reading->setAlignment(Qt::AlignCenter);
    showReading();
    connect(&session, &StudySession::evaluationsChanged, this, &AccuracyPanel::load);
    connect(&session, &StudySession::runsChanged, this, &AccuracyPanel::load);
    connect(&session.selection(), &Selection::changed, this, &AccuracyPanel::followSelection);
}

void AccuracyPanel::setupView()
{
    m_view->setModel(m_model);
    m_view->setAccessibleName(tr("Accuracy of models by tasks"));
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_view->setTabKeyNavigation(false);
    m_view->setWordWrap(false);
    m_view->horizontalHeader()->setHighlightSections(false);
    m_view->verticalHeader()->setHighlightSections(true);
    m_view->verticalHeader()->setTextElideMode(Qt::ElideMiddle);
    m_view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel); // a column may be wider than the view
    m_view->setMinimumSize(160, 90);
    m_view->setShowGrid(false);
    m_view->setAlternatingRowColors(true);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex &index) {
        if (index.isValid())
            choose(index.row(), index.column());
    });
    auto *const items = new QAction(tr("Show its items"), m_view);
    m_view->addAction(items);
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(items, &QAction::triggered, this, &AccuracyPanel::openItems);
    connect(m_view, &QTableView::activated, this, &AccuracyPanel::openItems);
    m_view->setMouseTracking(true);
    connect(m_view, &QTableView::entered, this,
            [this](const QModelIndex &index) { Q_EMIT hovered(index.data(Qt::ToolTipRole).toString()); });
}

void AccuracyPanel::setupChart()
{
    m_chart = new widgets::AccuracyChart(this);
    m_chart->setMinimumSize(320, 160);
    m_splitter->addWidget(m_chart);
    m_splitter->setStretchFactor(0, 0);
    m_splitter->setStretchFactor(1, 1);
    connect(m_splitter, &QSplitter::splitterMoved, this, [this] { m_dividedByHand = true; });
    connect(m_chart, &widgets::PlotWidget::hovered, this, &AccuracyPanel::hovered);
    connect(m_chart, &widgets::PlotWidget::chosen, this, &AccuracyPanel::choose);
    connect(m_chart, &widgets::PlotWidget::activated, this, &AccuracyPanel::openItems);
}

void AccuracyPanel::activate()
{
    if (m_active)
        return;
    m_active = true;
    load();
}

void AccuracyPanel::load()
{
    if (!m_active)
        return;
    if (!m_session.study() || !hasMeasurements()) {
        m_task.cancel();
        show(analysis::AccuracyTable());
        return;
    }
    m_loading = true;
    showReading();
    m_task.start([folder = m_session.folder()](
                     const std::stop_token &stop) { return engine::accuracyTable(folder, {}, RunContext(stop, {})); },
                 [this](const auto &result) { show(*result); });
}

QWidget *AccuracyPanel::makeMeasures()
{
    m_measuresRow = new QWidget(this);
    m_measures = new QComboBox(m_measuresRow);
    m_measures->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_measures->setAccessibleName(tr("Measure"));
    m_measures->setToolTip(tr("Which numbers are shown: those of one metric, found by one protocol"));
    m_measuresLabel = new QLabel(tr("Meas&ure"), m_measuresRow);
    m_measuresLabel->setBuddy(m_measures);
    widgets::fitUnderlined(*m_measuresLabel);
    m_seeds = new QCheckBox(tr("A&verage seeds"), m_measuresRow);
    m_seeds->setToolTip(tr("Shows runs that differ in their calibration sample alone as one: the mean, and an interval "
                           "from the lowest to the highest"));
    connect(m_seeds, &QCheckBox::toggled, this, &AccuracyPanel::showMeasure);
    auto *const row = new QHBoxLayout(m_measuresRow);
    row->setContentsMargins({});
    row->addWidget(m_measuresLabel);
    row->addWidget(m_measures);
    row->addWidget(m_seeds);
    row->addStretch(1);
    connect(m_measures, &QComboBox::activated, this, [this](int index) {
        m_measure = measuresOf(m_all)[std::size_t(index)];
        showMeasure();
    });
    return m_measuresRow;
}

void AccuracyPanel::show(const Result<analysis::AccuracyTable> &result)
{
    m_loading = false;
    m_all = result ? *result : analysis::AccuracyTable();
    if (!result)
        m_all.notices.push_back(result.error().detail);
    showReading();
    fillMeasures();
    showMeasure();
}

/// Many items take seconds to be read; an empty chart would say that nothing was measured. What is shown already stays.
void AccuracyPanel::showReading()
{
    const bool nothingYet = m_loading && m_all.columns.empty();
    m_reading->setVisible(nothingYet);
    m_splitter->setVisible(!nothingYet);
    layout()->activate(); // so that the splitter has its size when it is divided
}

/// Keeps the one that is shown as long as there is anything of it; begins with that of most tasks.
void AccuracyPanel::fillMeasures()
{
    const auto measures = measuresOf(m_all);
    auto shown = std::ranges::find(measures, m_measure);
    if (shown == measures.end())
        shown = std::ranges::max_element(measures, {}, [this](const AccuracyMeasure &measure) {
            return onlyMeasure(m_all, measure).columns.size();
        });
    m_measure = measures.empty() ? AccuracyMeasure() : *shown;
    m_measures->clear();
    for (const auto &measure : measures)
        m_measures->addItem(measureLabel(measure, measures));
    m_measures->setCurrentIndex(int(shown - measures.begin()));
    showTools();
}

void AccuracyPanel::addTool(QWidget *tool)
{
    m_measuresRow->layout()->addWidget(tool);
    showTools();
}

/// The row takes its height only where there is something to choose.
void AccuracyPanel::showTools()
{
    const bool choice = m_measures->count() > 1;
    m_measures->setVisible(choice);
    m_measuresLabel->setVisible(choice);
    m_seeds->setVisible(analysis::hasSeveralSeeds(m_all));
    const auto *const tools = m_measuresRow->layout();
    const bool more = tools->count() > 4; // label, measures, seeds, room
    m_measuresRow->setVisible(choice || more || analysis::hasSeveralSeeds(m_all));
}

void AccuracyPanel::showMeasure()
{
    const QScopedValueRollback following(m_following, true);
    auto table = onlyMeasure(m_all, m_measure);
    if (m_seeds->isChecked())
        table = analysis::meansOverSeeds(table);
    if (m_chart)
        m_chart->setData(chartDataOf(table));
    m_model->setTable(std::move(table));
    fitCells();
    showWords();
    followSelection();
    Q_EMIT changed();
}

/// As wide and high as the contents, with room to breathe, which the view's own sizes lack.
void AccuracyPanel::fitCells()
{
    constexpr QSize room(18, 8);
    m_view->resizeColumnsToContents();
    m_view->resizeRowsToContents();
    for (int column = 0; column < m_model->columnCount(); ++column)
        m_view->setColumnWidth(column, m_view->columnWidth(column) + room.width());
    for (int row = 0; row < m_model->rowCount(); ++row)
        m_view->setRowHeight(row, m_view->rowHeight(row) + room.height());
    // The current row's name is bold, which the header's own width does not know.
    QFont bold = m_view->verticalHeader()->font();
    bold.setBold(true);
    const QFontMetrics metrics(bold);
    int widest = 0;
    for (int row = 0; row < m_model->rowCount(); ++row)
        widest = std::max(widest, metrics.horizontalAdvance(m_model->headerData(row, Qt::Vertical).toString()));
    m_view->verticalHeader()->setFixedWidth(std::min(widest, metrics.averageCharWidth() * longestName) + room.width());
    fitTable();
}

void AccuracyPanel::setVisibleRows(int rows)
{
    if (m_visibleRows == rows)
        return;
    m_visibleRows = rows;
    fitTable();
}

/// Compact, the table is no higher than its rows, so that what stands above keeps its room. In full size it takes what
/// it needs, as far as the chart is not squeezed.
void AccuracyPanel::fitTable()
{
    if (m_chart)
        divide();
    else
        fitCompact();
}

void AccuracyPanel::fitCompact()
{
    if (m_model->rowCount() == 0)
        return;
    const QSize content = widgets::contentSize(*m_view);
    const int most = content.height() - m_view->verticalHeader()->length() + m_visibleRows * m_view->rowHeight(0)
        + m_view->horizontalScrollBar()->sizeHint().height();
    m_view->setFixedHeight(widgets::heightOfWholeRows(*m_view, most, width()));
    m_splitter->setMaximumHeight(m_view->maximumHeight());
}

void AccuracyPanel::divide()
{
    const QSize whole = m_splitter->size();
    QSize content = widgets::contentSize(*m_view);
    if (content.height() > whole.height())
        content.rwidth() += m_view->verticalScrollBar()->sizeHint().width();
    const int chartWidth = whole.width() - content.width() - m_splitter->handleWidth();
    const bool beside = chartWidth >= chartBeside && chartWidth > content.width();
    const auto orientation = beside ? Qt::Horizontal : Qt::Vertical;
    if (orientation != m_splitter->orientation()) {
        m_splitter->setOrientation(orientation);
        m_dividedByHand = false;
    }
    if (m_dividedByHand)
        return;
    const int all = beside ? whole.width() : whole.height();
    const int most = std::max(whole.height() / 2, whole.height() - 2 * lowestChart);
    const int table = beside ? content.width() : widgets::heightOfWholeRows(*m_view, most, whole.width());
    m_splitter->setSizes({table, all - table - m_splitter->handleWidth()});
}

void AccuracyPanel::showWords()
{
    const auto &shown = table();
    QStringList words;
    if (!shown.columns.empty()) {
        const auto &column = shown.columns.front();
        const QString compared =
            column.lowerIsBetter ? tr("\u00d7: ratio to dense") : tr("+/\u2212: difference to dense in points");
        words << tr("%1. %2; \u2248: may be chance; \u2605: best sub-model; tinted: the domain it was pruned for.")
                     .arg(measureTitle(column), compared);
        if (m_chart)
            words << tr("Protocol %1, %2; intervals: %3. A p is of one comparison alone.")
                         .arg(QString::fromStdString(column.protocol), QString::fromStdString(column.compute),
                              QString::fromStdString(column.interval));
    }
    for (const auto &notice : shown.notices)
        words << QString::fromStdString(notice);
    m_words->setText(words.join(QLatin1Char('\n')));
    m_words->setVisible(!words.isEmpty());
}

void AccuracyPanel::choose(int row, int column)
{
    if (m_following || row < 0 || row >= m_model->rowCount())
        return;
    const QScopedValueRollback following(m_following, true);
    m_view->setCurrentIndex(m_model->index(row, column));
    if (m_chart)
        m_chart->setCurrent(widgets::PlotWidget::Cell{row, column});
    Q_EMIT hovered(describeCell(table(), std::size_t(row), std::size_t(column)));
    if (m_items->isVisible())
        showItems(row, column);
    const auto &chosen = table().rows[std::size_t(row)];
    if (!chosen.isDense())
        m_session.selection().setRunA(QString::fromStdString(chosen.id));
}

void AccuracyPanel::openItems()
{
    const auto current = m_view->currentIndex();
    const bool any = current.isValid() && table().at(std::size_t(current.row()), std::size_t(current.column()));
    if (!any || table().at(std::size_t(current.row()), std::size_t(current.column()))->evaluation.empty()) {
        Q_EMIT hovered(any ? tr("This number is a mean: choose one of its tasks or seeds to read their items")
                           : tr("Choose a measured cell to read its items"));
        return;
    }
    showItems(current.row(), current.column());
    m_items->show();
    m_items->raise();
}

void AccuracyPanel::showItems(int row, int column)
{
    m_items->showItems(m_session.folder(), table(), std::size_t(row), std::size_t(column));
}

void AccuracyPanel::followSelection()
{
    const std::string wanted = m_session.selection().runA().toStdString();
    for (int row = 0; row < m_model->rowCount(); ++row) {
        if (table().rows[std::size_t(row)].id != wanted)
            continue;
        const auto current = m_view->currentIndex();
        if (current.isValid() && current.row() == row)
            return;
        const QScopedValueRollback following(m_following, true);
        const int column = current.isValid() ? current.column() : 0;
        m_view->setCurrentIndex(m_model->index(row, column));
        if (m_chart)
            m_chart->setCurrent(widgets::PlotWidget::Cell{row, column});
        return;
    }
}

void AccuracyPanel::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    layout()->activate(); // so that the splitter has its new size
    fitTable();
}

} // namespace secateur::app
