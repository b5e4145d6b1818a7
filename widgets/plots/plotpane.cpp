// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plotpane.h"

#include <QHeaderView>
#include <QLabel>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include "widgets/common/tablefit.h"
#include "widgets/plots/plottablemodel.h"

namespace secateur::widgets {

namespace {

constexpr int leastPlot = 250; ///< pixels that the plot keeps where the pane has them
constexpr int leastRows = 4; ///< in height of rows that the table keeps, headers and scroll bar included
constexpr int lowPane = 400; ///< pixels; below it the plot needs the room more than the words do

} // namespace

PlotPane::PlotPane(PlotWidget *plot, Qt::Orientation direction, QWidget *parent)
    : QWidget(parent), m_plot(plot), m_model(new PlotTableModel(this)), m_view(new QTableView(this)),
      m_splitter(new QSplitter(direction, this)), m_explanation(new QLabel(this))
{
    m_view->setModel(m_model);
    m_view->setAccessibleName(tr("%1: data table").arg(plot->accessibleName()));
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_view->setAlternatingRowColors(true);
    m_view->setTabKeyNavigation(false);
    m_view->verticalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_view->verticalHeader()->setMaximumWidth(fontMetrics().averageCharWidth() * 24);
    m_view->verticalHeader()->setTextElideMode(Qt::ElideRight);
    m_view->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    m_view->setMinimumSize(160, m_view->verticalHeader()->defaultSectionSize() * leastRows / 2);
    m_explanation->setWordWrap(true);
    m_explanation->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_explanation->setContentsMargins(4, 2, 4, 2);

    m_splitter->addWidget(m_plot);
    m_splitter->addWidget(m_view);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 0);
    connect(m_splitter, &QSplitter::splitterMoved, this, [this] { m_dividedByHand = true; });
    m_splitter->setChildrenCollapsible(false);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(4);
    layout->addWidget(m_splitter, 1);
    layout->addWidget(m_explanation);
    connectBoth();
    showTable();
}

void PlotPane::connectBoth()
{
    connect(m_plot, &PlotWidget::tableChanged, this, &PlotPane::showTable);
    connect(m_plot, &PlotWidget::currentChanged, this, [this] {
        if (m_following)
            return;
        const QScopedValueRollback following(m_following, true);
        const auto &cell = m_plot->current();
        m_view->setCurrentIndex(cell ? m_model->index(cell->row, cell->column) : QModelIndex());
    });
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex &index) {
        if (m_following || !index.isValid())
            return;
        const QScopedValueRollback following(m_following, true);
        m_plot->setCurrent(PlotWidget::Cell{index.row(), index.column()});
        Q_EMIT m_plot->hovered(m_plot->describe({index.row(), index.column()}));
        Q_EMIT m_plot->chosen(index.row(), index.column());
    });
    connect(m_view, &QTableView::activated, this,
            [this](const QModelIndex &index) { Q_EMIT m_plot->activated(index.row(), index.column()); });
}

void PlotPane::showTable()
{
    const QScopedValueRollback following(m_following, true);
    m_model->setTable(m_plot->table());
    m_view->resizeColumnsToContents();
    if (const auto &cell = m_plot->current())
        m_view->setCurrentIndex(m_model->index(cell->row, cell->column));
    divide();
}

/// The table takes what it needs, but leaves the plot most of the room.
void PlotPane::divide()
{
    if (m_dividedByHand)
        return;
    const bool beside = m_splitter->orientation() == Qt::Horizontal;
    const QSize whole = m_splitter->size();
    const QSize content = contentSize(*m_view);
    const int all = beside ? whole.width() : whole.height();
    const int scrollBar = m_view->verticalScrollBar()->sizeHint().width();
    const int wanted = beside ? content.width() + (content.height() > whole.height() ? scrollBar : 0)
                              : heightOfWholeRows(*m_view, std::min(all * 2 / 5, all - leastPlot), whole.width());
    const int rows = m_view->verticalHeader()->defaultSectionSize() * leastRows + 2 * m_view->frameWidth();
    const int least = beside ? m_view->minimumWidth() : heightOfWholeRows(*m_view, rows, whole.width());
    const int table = std::clamp(wanted, least, std::max(least, all * 2 / 5));
    m_splitter->setSizes({all - table - m_splitter->handleWidth(), table});
}

void PlotPane::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    showExplanation();
    layout()->activate(); // so that the splitter has its new size
    divide();
}

void PlotPane::setExplanation(const QString &text, const QString &brief)
{
    m_text = text;
    m_brief = brief;
    showExplanation();
}

void PlotPane::showExplanation()
{
    const bool low = height() < lowPane && !m_brief.isEmpty();
    m_explanation->setText(low ? m_brief : m_text);
    m_explanation->setToolTip(low ? m_text : QString());
    m_explanation->setVisible(!m_text.isEmpty());
}

void PlotPane::setTableShown(bool shown)
{
    m_view->setVisible(shown);
}

} // namespace secateur::widgets
