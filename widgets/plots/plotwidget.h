// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QPoint>
#include <QPointF>
#include <QString>
#include <QWidget>

#include "widgets/plots/plotstyle.h"
#include "widgets/plots/plottable.h"

class QCustomPlot;
class QMouseEvent;

namespace secateur::widgets {

/// What heat maps and charts have in common: a QCustomPlot drawn in the colours of the palette at the resolution of the
/// screen it is on, the table of its numbers, and a current cell of that table which pointer, arrow keys and the linked
/// table view move. Keyboard: arrows move, Home and End go to the ends, Return activates.
class PlotWidget : public QWidget
{
    Q_OBJECT

public:
    /// A cell of table().
    struct Cell {
        int row = 0;
        int column = 0;
        friend bool operator==(const Cell &, const Cell &) = default;
    };

    [[nodiscard]] const PlotTable &table() const { return m_table; }
    [[nodiscard]] const std::optional<Cell> &current() const { return m_current; }
    /// A cell outside of the table is no cell. Emits currentChanged() when it differs.
    void setCurrent(const std::optional<Cell> &cell);
    /// What a cell says in words, for the status bar and assistive technology.
    [[nodiscard]] virtual QString describe(const Cell &cell) const = 0;
    /// As shown, `scale` times as many pixels.
    [[nodiscard]] QImage image(double scale = 2.0);
    [[nodiscard]] QCustomPlot &plot() { return *m_plot; }

Q_SIGNALS:
    void tableChanged();
    void currentChanged();
    void chosen(int row, int column); ///< by a click or by keys
    void activated(int row, int column); ///< by a double click or Return
    void hovered(const QString &text); ///< empty: the pointer is on no cell

protected:
    explicit PlotWidget(QWidget *parent);

    void setTable(PlotTable table); ///< keeps the current cell where it still exists
    [[nodiscard]] const PlotStyle &style() const { return m_style; }
    /// Draws what the cursor layer shows for `current()`.
    virtual void showCurrent() = 0;
    /// Colours and fonts from style() and font().
    virtual void restyle() = 0;
    [[nodiscard]] virtual std::optional<Cell> cellAt(const QPointF &position) const = 0;
    /// Where an arrow key leads: x to the right and y down on the screen, as a step in the table.
    [[nodiscard]] virtual Cell step(const QPoint &arrow) const { return {arrow.y(), arrow.x()}; }
    /// Called before each replot: sizes that depend on the plot's own.
    virtual void layOut() { }
    void replotCursor();
    /// Restyles and replots once all is set up; called at the end of the constructors.
    void refresh();

    bool eventFilter(QObject *watched, QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void changeEvent(QEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    void followPixelRatio();
    void onMouse(QMouseEvent *event, bool twice);
    void choose(const Cell &cell);

    QCustomPlot *m_plot;
    PlotTable m_table;
    PlotStyle m_style;
    std::optional<Cell> m_current;
};

} // namespace secateur::widgets
