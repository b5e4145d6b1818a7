// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plotpane.h"

#include <QHeaderView>
#include <QLabel>
#include <QScopedValueRollback>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include "widgets/plots/plottablemodel.h"

namespace secateur::widgets {

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
    m_view->setMinimumSize(160, 90);
    m_explanation->setWordWrap(true);
    m_explanation->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_explanation->setContentsMargins(4, 2, 4, 2);

    m_splitter->addWidget(m_plot);
    m_splitter->addWidget(m_view);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setSizes({600, 350});
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
}

QString PlotPane::explanation() const
{
    return m_explanation->text();
}

void PlotPane::setExplanation(const QString &text)
{
    m_explanation->setText(text);
    m_explanation->setVisible(!text.isEmpty());
}

void PlotPane::setTableShown(bool shown)
{
    m_view->setVisible(shown);
}

} // namespace secateur::widgets
