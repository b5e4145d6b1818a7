// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "app/pages/comparetabs.h"
#include "widgets/common/numbertext.h"

namespace secateur::app {

using widgets::SetChart;

namespace {

constexpr std::size_t mostCombinations = 24; ///< columns that still can be told apart

QString percent(std::uint64_t part, std::uint64_t total)
{
    return QString::number(total == 0 ? 0.0 : 100.0 * double(part) / double(total), 'f', 2);
}

} // namespace

CompareSetsTab::CompareSetsTab(QWidget *parent)
    : CompareTab(new SetChart, Qt::Horizontal, parent), m_scope(new ScopePicker(this)), m_runs(new QListWidget(this))
{
    auto *logarithmic = new QCheckBox(tr("Lo&garithmic"), this);
    logarithmic->setToolTip(tr("Shows the rare combinations; the heights of bars are then no measure of their shares"));
    choices().addWidget(m_scope);
    choices().addWidget(logarithmic);
    choices().addStretch(1);
    m_runs->setAccessibleName(tr("Sub-models to combine"));
    m_runs->setFixedWidth(fontMetrics().averageCharWidth() * 26);
    auto *column = new QVBoxLayout;
    auto *label = new QLabel(tr("Sub-&models"), this);
    label->setBuddy(m_runs);
    column->addWidget(label);
    column->addWidget(m_runs, 1);
    body().insertLayout(0, column);
    connect(m_scope, &ScopePicker::changed, this, [this] { refresh(); });
    connect(logarithmic, &QCheckBox::toggled, &chart(), &SetChart::setLogarithmic);
    connect(m_runs, &QListWidget::itemChanged, this, [this] {
        m_table.reset();
        refresh();
        Q_EMIT runsChanged();
    });
}

SetChart &CompareSetsTab::chart() const
{
    return static_cast<SetChart &>(pane().plot());
}

void CompareSetsTab::refill()
{
    const QSignalBlocker quiet(m_runs);
    m_scope->fill(state().data.get());
    m_runs->clear();
    m_table.reset();
    if (!state().data)
        return;
    for (std::size_t run = 0; run < state().data->report().runs.size(); ++run) {
        auto *item = new QListWidgetItem(state().data->runNames().at(int(run)), m_runs);
        item->setData(Qt::UserRole, state().data->runId(run));
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        // Six sub-models have 64 combinations already.
        item->setCheckState(run < 6 ? Qt::Checked : Qt::Unchecked);
    }
    Q_EMIT runsChanged();
}

std::vector<std::string> CompareSetsTab::chosenRuns() const
{
    std::vector<std::string> ids;
    for (int row = 0; row < m_runs->count() && ids.size() < analysis::maxCombinationRuns; ++row)
        if (m_runs->item(row)->checkState() == Qt::Checked)
            ids.push_back(m_runs->item(row)->data(Qt::UserRole).toString().toStdString());
    return ids;
}

QStringList CompareSetsTab::chosenNames() const
{
    QStringList names;
    for (const std::string &id : chosenRuns())
        if (const auto run = state().data->runOf(QString::fromStdString(id)))
            names << state().data->runNames().at(int(*run));
    return names;
}

void CompareSetsTab::setCombinations(std::shared_ptr<const analysis::CombinationTable> table)
{
    m_table = std::move(table);
    refresh();
}

void CompareSetsTab::refresh()
{
    if (!state().data || !m_table) {
        chart().setData({});
        pane().setExplanation({});
        return;
    }
    chart().setData(setChart(*m_table, chosenNames(), state().view.set, m_scope->scope(), mostCombinations));
    explain();
}

void CompareSetsTab::explain()
{
    const auto counts = combinationsOf(*m_table, state().view.set, m_scope->scope());
    const auto total = counts.total();
    const bool kept = state().view.set == analysis::SetKind::Kept;
    QString text = kept ? tr("Of the weights of %1, <b>%2 %</b> are kept by all of these sub-models, <b>%3 %</b> by "
                             "exactly one, %4 % by none. ")
                        : tr("Of the weights of %1, <b>%2 %</b> are pruned in all of these sub-models, <b>%3 %</b> in "
                             "exactly one, %4 % in none. ");
    text = text.arg(scopeText(m_scope->scope()), percent(counts.inAll(), total), percent(counts.inExactly(1), total),
                    percent(counts.inNone(), total));
    text += ownWords(combinationsOf(*m_table, analysis::SetKind::Kept, m_scope->scope()));
    const std::size_t combinations = counts.exactly.size() - 1;
    if (combinations > mostCombinations)
        text += tr("Drawn are the %1 largest of %2 combinations. ").arg(mostCombinations).arg(combinations);
    text += tr("A tick shows where a bar would end if the sub-models chose their weights independently.");
    pane().setExplanation(text);
}

/// The core of the domains in weights, and each one's own share: of kept weights, whatever is drawn.
QString CompareSetsTab::ownWords(const analysis::CombinationCounts &counts) const
{
    const QStringList names = chosenNames();
    if (counts.runs < 2 || names.size() != qsizetype(counts.runs))
        return {};
    QStringList own;
    for (std::size_t run = 0; run < counts.runs; ++run)
        own << tr("%1 %2 %").arg(names[qsizetype(run)].toHtmlEscaped(),
                                 percent(counts.exactly[std::size_t(1) << run], counts.total()));
    const QString core = widgets::groupedNumber(qlonglong(counts.inAll()));
    return tr("Core of the domains: %1 weights that all keep. Kept by one alone: %2. ")
        .arg(core, own.join(QStringLiteral(", ")));
}

Selection::State CompareSetsTab::pick(Selection::State selection, int row, int) const
{
    // A combination of two is a pair of runs; any other leaves the runs as they are.
    const auto &combinations = chart().data().combinations;
    const auto ids = chosenRuns();
    QStringList members;
    for (std::size_t run = 0; run < ids.size() && std::size_t(row) < combinations.size(); ++run)
        if (combinations[std::size_t(row)].members[run])
            members << QString::fromStdString(ids[run]);
    if (members.size() == 2) {
        selection.runA = members[0];
        selection.runB = members[1];
    }
    return m_scope->applied(std::move(selection));
}

void CompareSetsTab::follow(const Selection::State &selection)
{
    remember(selection); // a matrix or a pair is no combination
}

} // namespace secateur::app
