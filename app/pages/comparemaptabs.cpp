// SPDX-License-Identifier: GPL-3.0-or-later
#include <numeric>

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>

#include "app/pages/comparetabs.h"

namespace secateur::app {

using widgets::HeatMap;
using widgets::PlotWidget;

namespace {

/// A check box that writes the numbers into the cells.
QCheckBox *valuesBox(HeatMap &map, bool shown, QWidget *parent)
{
    auto *box = new QCheckBox(CompareTab::tr("&Numbers in cells"), parent);
    box->setToolTip(CompareTab::tr("Written where the cells have room for them"));
    QObject::connect(box, &QCheckBox::toggled, &map, &HeatMap::setValuesShown);
    box->setChecked(shown);
    return box;
}

} // namespace

CompareSublayersTab::CompareSublayersTab(QWidget *parent)
    : CompareTab(new HeatMap, Qt::Vertical, parent), m_runs{new QComboBox(this), new QComboBox(this)}
{
    map().setAccessibleName(tr("Distance of two sub-models by layer and sublayer"));
    const QStringList labels{tr("Sub-model &A"), tr("Sub-model &B")};
    for (int side = 0; side < 2; ++side) {
        auto *label = new QLabel(labels[side], this);
        label->setBuddy(m_runs[side]);
        m_runs[side]->setAccessibleName(QString(labels[side]).remove(QLatin1Char('&')));
        m_runs[side]->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        choices().addWidget(label);
        choices().addWidget(m_runs[side]);
        connect(m_runs[side], &QComboBox::currentIndexChanged, this, [this] {
            m_columns.reset();
            refresh();
            announce(withRuns(selection()));
        });
    }
    choices().addWidget(valuesBox(map(), false, this));
    choices().addStretch(1);
}

HeatMap &CompareSublayersTab::map() const
{
    return static_cast<HeatMap &>(pane().plot());
}

void CompareSublayersTab::refill()
{
    const QStringList names = state().data ? state().data->runNames() : QStringList();
    for (QComboBox *box : m_runs) {
        const QSignalBlocker quiet(box);
        box->clear();
        box->addItems(names);
    }
    setRuns(0, int(names.size()) - 1); // the last is more likely another domain than the second
    follow(selection());
}

void CompareSublayersTab::setRuns(int a, int b)
{
    m_columns.reset();
    const QSignalBlocker quietA(m_runs[0]);
    const QSignalBlocker quietB(m_runs[1]);
    m_runs[0]->setCurrentIndex(a);
    m_runs[1]->setCurrentIndex(b);
}

void CompareSublayersTab::refresh()
{
    const auto &known = state().data;
    const int a = m_runs[0]->currentIndex();
    const int b = m_runs[1]->currentIndex();
    map().setScale(state().scale);
    if (!known || a < 0 || b < 0 || a == b) {
        map().setData({});
        pane().setExplanation(known ? tr("Choose two different sub-models.") : QString());
        return;
    }
    map().setData(known->sublayerMap(known->pairOf(std::size_t(a), std::size_t(b)), state().view));
    explain();
    askForColumns();
}

void CompareSublayersTab::askForColumns()
{
    const auto pair = withRuns({});
    if (!m_columns && state().data && pair.runA != pair.runB)
        Q_EMIT columnsWanted(pair.runA, pair.runB);
}

void CompareSublayersTab::explain()
{
    const auto &known = state().data;
    const auto floor = known->floor(state().view, {});
    const std::size_t pair =
        known->pairOf(std::size_t(m_runs[0]->currentIndex()), std::size_t(m_runs[1]->currentIndex()));
    const QString more = effectWords(*known, {pair}, state().view, {}).whole + columnWords();
    pane().setExplanation(baselineWords(map().data().baseline, floor)
                              + (more.isEmpty() ? QString() : QStringLiteral("<br>") + more),
                          briefBaselineWords(map().data().baseline, floor) + QLatin1Char(' ') + more);
}

QString CompareSublayersTab::columnWords() const
{
    if (!m_columns || m_columns->whole.differences() == 0)
        return {};
    const auto percent = [](double share) { return QString::number(100.0 * share, 'f', 1); };
    return tr("<b>Half of the differences sit in %1 % of the input columns</b> (spread evenly, it were 50 %); the 5 % "
              "with the most hold %2 %.")
        .arg(percent(m_columns->whole.columnsFor(0.5)), percent(m_columns->whole.shareIn(0.05)));
}

void CompareSublayersTab::setColumns(const QString &runA, const QString &runB,
                                     std::shared_ptr<const engine::ColumnShares> columns)
{
    const auto pair = withRuns({});
    if (!state().data || pair.runA != runA || pair.runB != runB)
        return; // another pair is shown by now
    m_columns = std::move(columns);
    explain();
}

Selection::State CompareSublayersTab::withRuns(Selection::State selection) const
{
    const int a = m_runs[0]->currentIndex();
    const int b = m_runs[1]->currentIndex();
    if (state().data && a >= 0 && b >= 0) {
        selection.runA = state().data->runId(std::size_t(a));
        selection.runB = state().data->runId(std::size_t(b));
    }
    return selection;
}

Selection::State CompareSublayersTab::pick(Selection::State selection, int row, int column) const
{
    selection = withRuns(std::move(selection));
    selection.layer = std::uint32_t(column);
    selection.sublayer = QString::fromStdString(state().data->sublayers()[std::size_t(row)]);
    selection.cell.reset();
    return selection;
}

void CompareSublayersTab::follow(const Selection::State &selection)
{
    remember(selection);
    if (!state().data)
        return;
    const auto a = state().data->runOf(selection.runA);
    const auto b = state().data->runOf(selection.runB);
    if (a && b && a != b && (int(*a) != m_runs[0]->currentIndex() || int(*b) != m_runs[1]->currentIndex())) {
        setRuns(int(*a), int(*b));
        refresh();
    }
    const auto &sublayers = state().data->sublayers();
    const auto found = std::find(sublayers.begin(), sublayers.end(), selection.sublayer.toStdString());
    if (found != sublayers.end())
        map().setCurrent(PlotWidget::Cell{int(found - sublayers.begin()), int(selection.layer)});
    else
        map().setCurrent(std::nullopt);
}

CompareRunsTab::CompareRunsTab(QWidget *parent)
    : CompareTab(new HeatMap, Qt::Horizontal, parent), m_scope(new ScopePicker(this)),
      m_clustered(new QCheckBox(tr("&Order by likeness"), this))
{
    map().setAccessibleName(tr("Distances of all sub-models"));
    m_clustered->setToolTip(tr("Average-linkage clustering: sub-models that are close stand beside each other, and the "
                               "tree shows at which mean distance they join"));
    m_clustered->setChecked(true);
    choices().addWidget(m_scope);
    choices().addWidget(m_clustered);
    choices().addWidget(valuesBox(map(), true, this));
    choices().addStretch(1);
    connect(m_scope, &ScopePicker::changed, this, [this] { refresh(); });
    connect(m_clustered, &QCheckBox::toggled, this, [this] { refresh(); });
}

HeatMap &CompareRunsTab::map() const
{
    return static_cast<HeatMap &>(pane().plot());
}

void CompareRunsTab::refill()
{
    m_scope->fill(state().data.get());
}

void CompareRunsTab::refresh()
{
    const auto &known = state().data;
    map().setScale(state().scale);
    if (!known) {
        map().setData({});
        pane().setExplanation({});
        return;
    }
    const CompareScope scope = m_scope->scope();
    auto clustering = m_clustered->isChecked() ? known->clustering(state().view, scope) : analysis::Clustering{};
    m_order = clustering.order;
    if (m_order.empty()) {
        m_order.resize(known->report().runs.size());
        std::iota(m_order.begin(), m_order.end(), std::size_t(0));
    }
    auto content = known->runMap(state().view, scope, m_order);
    content.clustering = std::move(clustering);
    map().setData(std::move(content));
    pane().setExplanation(tr("Compared: %1. ").arg(scopeText(scope))
                              + baselineWords(map().data().baseline, known->floor(state().view, scope)),
                          tr("Compared: %1. ").arg(scopeText(scope))
                              + briefBaselineWords(map().data().baseline, known->floor(state().view, scope)));
    follow(selection());
}

Selection::State CompareRunsTab::pick(Selection::State selection, int row, int column) const
{
    selection.runA = state().data->runId(m_order[std::size_t(row)]);
    selection.runB = state().data->runId(m_order[std::size_t(column)]);
    return m_scope->applied(std::move(selection));
}

void CompareRunsTab::follow(const Selection::State &selection)
{
    remember(selection);
    if (!state().data)
        return;
    const auto placeOf = [this](const QString &id) {
        const auto run = state().data->runOf(id);
        const auto found = run ? std::find(m_order.begin(), m_order.end(), *run) : m_order.end();
        return found == m_order.end() ? -1 : int(found - m_order.begin());
    };
    map().setCurrent(PlotWidget::Cell{placeOf(selection.runA), placeOf(selection.runB)});
}

} // namespace secateur::app
