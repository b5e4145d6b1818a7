// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "widgets/plots/plotwidget.h"

class QAction;
class QLabel;
class QSplitter;
class QTableView;

namespace secateur::widgets {

class PlotTableModel;

/// A plot with the table of its numbers beside it (or below it), the two showing the same current cell, and a line of
/// words that says how to read it.
class PlotPane : public QWidget
{
    Q_OBJECT

public:
    /// Owns `plot`. `direction` is where the table stands: Qt::Horizontal, at the right.
    PlotPane(PlotWidget *plot, Qt::Orientation direction, QWidget *parent = nullptr);

    [[nodiscard]] PlotWidget &plot() const { return *m_plot; }
    [[nodiscard]] QTableView &tableView() const { return *m_view; }
    [[nodiscard]] QString explanation() const;
    void setExplanation(const QString &text);
    void setTableShown(bool shown);

private:
    void connectBoth();
    void showTable();

    PlotWidget *m_plot;
    PlotTableModel *m_model;
    QTableView *m_view;
    QSplitter *m_splitter;
    QLabel *m_explanation;
    bool m_following = false; ///< one of the two is just made to follow the other
};

} // namespace secateur::widgets
