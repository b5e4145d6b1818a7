// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QRadioButton>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "app/pages/comparetabs.h"

namespace secateur::app {

using widgets::LayerChart;
using widgets::PlotWidget;

namespace {

constexpr int firstPairs = 3; ///< chosen at the beginning: more bars than that are hard to read

LayerChart::Mode modeOf(int button)
{
    return button == 0 ? LayerChart::Mode::Bars : LayerChart::Mode::Lines;
}

widgets::ValueRange rangeOf(widgets::HeatScale scale)
{
    switch (scale) {
    case widgets::HeatScale::Unit: return widgets::ValueRange::Unit;
    case widgets::HeatScale::Baseline: return widgets::ValueRange::Baseline;
    default: return widgets::ValueRange::Data;
    }
}

} // namespace

CompareLayersTab::CompareLayersTab(QWidget *parent)
    : CompareTab(new LayerChart, Qt::Vertical, parent), m_pairs(new QListWidget(this)), m_mode(new QButtonGroup(this))
{
    setupMode();
    setupPairs();
}

LayerChart &CompareLayersTab::chart() const
{
    return static_cast<LayerChart &>(pane().plot());
}

void CompareLayersTab::setupMode()
{
    choices().addWidget(new QLabel(tr("Draw as"), this));
    const QStringList names{tr("&Bars"), tr("L&ines")};
    for (int mode = 0; mode < 2; ++mode) {
        auto *button = new QRadioButton(names[mode], this);
        button->setChecked(mode == 0);
        m_mode->addButton(button, mode);
        choices().addWidget(button);
    }
    choices().addStretch(1);
    connect(m_mode, &QButtonGroup::idToggled, this, [this](int button, bool on) {
        if (on)
            chart().setMode(modeOf(button));
    });
}

void CompareLayersTab::setupPairs()
{
    m_pairs->setAccessibleName(tr("Pairs of sub-models to draw"));
    m_pairs->setTextElideMode(Qt::ElideMiddle);
    auto *column = new QVBoxLayout;
    auto *label = new QLabel(tr("&Pairs"), this);
    label->setBuddy(m_pairs);
    column->addWidget(label);
    column->addWidget(m_pairs, 1);
    body().insertLayout(0, column);
    connect(m_pairs, &QListWidget::itemChanged, this, [this] { refresh(); });
}

void CompareLayersTab::refill()
{
    const QSignalBlocker quiet(m_pairs);
    m_pairs->clear();
    if (!state().data)
        return;
    int checked = 0;
    for (std::size_t pair = 0; pair < state().data->pairCount(); ++pair) {
        auto *item = new QListWidgetItem(state().data->shortPairName(pair), m_pairs);
        item->setToolTip(state().data->pairName(pair));
        const bool first = !state().data->isSameDomain(pair) && checked < firstPairs;
        checked += first ? 1 : 0;
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setCheckState(first ? Qt::Checked : Qt::Unchecked);
    }
    const int wanted =
        m_pairs->sizeHintForColumn(0) + 2 * m_pairs->frameWidth() + m_pairs->verticalScrollBar()->sizeHint().width();
    m_pairs->setFixedWidth(
        std::clamp(wanted, fontMetrics().averageCharWidth() * 18, fontMetrics().averageCharWidth() * 36));
}

std::vector<std::size_t> CompareLayersTab::chosenPairs() const
{
    std::vector<std::size_t> pairs;
    for (int row = 0; row < m_pairs->count(); ++row)
        if (m_pairs->item(row)->checkState() == Qt::Checked)
            pairs.push_back(std::size_t(row));
    return pairs;
}

void CompareLayersTab::refresh()
{
    const auto &known = state().data;
    chart().setRange(rangeOf(state().scale));
    chart().setData(known ? known->layerChart(chosenPairs(), state().view) : widgets::LayerChartData{});
    if (!known)
        return pane().setExplanation({});
    const auto effects = effectWords(*known, chosenPairs(), state().view, {});
    const auto floor = known->floor(state().view, {});
    pane().setExplanation(baselineWords(chart().data().baseline, floor)
                              + (effects.whole.isEmpty() ? QString() : QStringLiteral("<br>") + effects.whole),
                          briefBaselineWords(chart().data().baseline, floor) + QLatin1Char(' ') + effects.brief);
}

Selection::State CompareLayersTab::pick(Selection::State selection, int row, int column) const
{
    selection.layer = std::uint32_t(row);
    selection.cell.reset();
    const auto pairs = chosenPairs();
    if (std::size_t(column) < pairs.size()) { // the last column is the floor, of no pair in particular
        const auto &pair = state().data->report().pairs[pairs[std::size_t(column)]];
        selection.runA = state().data->runId(pair.a);
        selection.runB = state().data->runId(pair.b);
    }
    return selection;
}

void CompareLayersTab::follow(const Selection::State &selection)
{
    remember(selection);
    if (!state().data)
        return;
    const auto a = state().data->runOf(selection.runA);
    const auto b = state().data->runOf(selection.runB);
    int column = 0;
    if (a && b && a != b) {
        const std::size_t pair = state().data->pairOf(*a, *b);
        m_pairs->item(int(pair))->setCheckState(Qt::Checked);
        const auto pairs = chosenPairs();
        column = int(std::find(pairs.begin(), pairs.end(), pair) - pairs.begin());
    }
    pane().plot().setCurrent(PlotWidget::Cell{int(selection.layer), column});
}

} // namespace secateur::app
