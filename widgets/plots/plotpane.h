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
    [[nodiscard]] QString explanation() const { return m_text; }
    /// `brief` is what a low pane shows of it, with the whole text as a tooltip.
    void setExplanation(const QString &text, const QString &brief = {});
    void setTableShown(bool shown);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void connectBoth();
    void showTable();
    void divide();
    void showExplanation();

    PlotWidget *m_plot;
    PlotTableModel *m_model;
    QTableView *m_view;
    QSplitter *m_splitter;
    QLabel *m_explanation;
    QString m_text;
    QString m_brief;
    bool m_dividedByHand = false;
    bool m_following = false; ///< one of the two is just made to follow the other
};

} // namespace secateur::widgets
