// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plotaccessible.h"

#include <algorithm>
#include <cmath>

#include <QAccessible>

#include "widgets/plots/accessiblegrid.h"
#include "widgets/plots/heatmap.h"
#include "widgets/plots/maskview.h"

namespace secateur::widgets {

namespace {

class AccessibleHeatMap : public AccessibleGrid
{
public:
    explicit AccessibleHeatMap(HeatMap *map) : AccessibleGrid(map), m_map(map) { }
    int rowCount() const override { return m_map->table().rowCount(); }
    int columnCount() const override { return m_map->table().columnCount(); }
    QString rowDescription(int row) const override { return m_map->table().rows.value(row); }
    QString columnDescription(int column) const override { return m_map->table().columns.value(column); }
    QString cellText(int row, int column) const override { return m_map->describe({row, column}); }
    std::optional<Place> currentPlace() const override
    {
        const auto &cell = m_map->current();
        return cell ? std::optional(Place{cell->row, cell->column}) : std::nullopt;
    }

private:
    HeatMap *m_map;
};

class AccessibleMask : public AccessibleGrid
{
public:
    explicit AccessibleMask(MaskView *view) : AccessibleGrid(view), m_view(view) { }
    int rowCount() const override { return int(m_view->content().rows()); }
    int columnCount() const override { return int(m_view->content().cols()); }
    QString rowDescription(int row) const override { return MaskView::tr("Row %1").arg(row); }
    QString columnDescription(int column) const override { return MaskView::tr("Column %1").arg(column); }
    QString cellText(int row, int column) const override
    {
        return MaskView::tr("Row %1, column %2: %3")
            .arg(row)
            .arg(column)
            .arg(m_view->content().describe(std::size_t(row), std::size_t(column)));
    }
    std::optional<Place> currentPlace() const override
    {
        const auto &cell = m_view->viewport().currentCell();
        const bool inside = cell && cell->row < rowCount() && cell->column < columnCount();
        return inside ? std::optional(Place{int(cell->row), int(cell->column)}) : std::nullopt;
    }

private:
    MaskView *m_view;
};

/// "30 values from 0.412 to 0.628; layer 3: 0.500"
QString summaryOf(const PlotWidget &plot, int column)
{
    const PlotTable &table = plot.table();
    double least = INFINITY;
    double most = -INFINITY;
    int count = 0;
    for (int row = 0; row < table.rowCount(); ++row)
        if (const double value = table.at(row, column) * table.scaleOf(column); std::isfinite(value)) {
            least = std::min(least, value);
            most = std::max(most, value);
            ++count;
        }
    if (count == 0)
        return PlotWidget::tr("no values");
    const auto number = [&](double value) { return QString::number(value, 'f', table.decimalsOf(column)); };
    QString text = PlotWidget::tr("%1 values from %2 to %3").arg(count).arg(number(least), number(most));
    if (const auto &cell = plot.current())
        text += PlotWidget::tr("; %1: %2").arg(table.rows.value(cell->row), table.text(cell->row, column));
    return text;
}

class AccessibleChart : public AccessibleList
{
public:
    explicit AccessibleChart(PlotWidget *plot) : AccessibleList(plot), m_plot(plot) { }
    int childCount() const override { return m_plot->table().columnCount(); }
    QString itemName(int item) const override { return m_plot->table().heading(item); }
    QString itemValue(int item) const override { return summaryOf(*m_plot, item); }
    bool isCurrent(int item) const override { return m_plot->current() && m_plot->current()->column == item; }

private:
    PlotWidget *m_plot;
};

QAccessibleInterface *makeInterface(const QString &, QObject *object)
{
    if (auto *const map = qobject_cast<HeatMap *>(object))
        return new AccessibleHeatMap(map);
    if (auto *const view = qobject_cast<MaskView *>(object))
        return new AccessibleMask(view);
    if (auto *const plot = qobject_cast<PlotWidget *>(object))
        return new AccessibleChart(plot);
    return nullptr;
}

} // namespace

void installPlotAccessibility()
{
    static const bool installed = [] {
        QAccessible::installFactory(makeInterface);
        return true;
    }();
    static_cast<void>(installed);
}

} // namespace secateur::widgets
