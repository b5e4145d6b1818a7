// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/setchart.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "widgets/plots/qcustomplot.h"

namespace secateur::widgets {

namespace {

constexpr double smallestPercent = 0.001;
constexpr int dotRowHeight = 24;

std::size_t memberCount(const SetChartData::Combination &combination)
{
    return std::size_t(std::count(combination.members.begin(), combination.members.end(), true));
}

QPainterPath tickPath()
{
    QPainterPath path;
    path.moveTo(-3, 0);
    path.lineTo(3, 0);
    return path;
}

} // namespace

SetChart::SetChart(QWidget *parent) : PlotWidget(parent)
{
    setAccessibleName(tr("Combinations of sub-models"));
    setupPlot();
    setupDots();
    refresh();
}

void SetChart::setupPlot()
{
    QCustomPlot &canvas = plot();
    m_barRect = canvas.axisRect();
    m_barRect->axis(QCPAxis::atBottom)->setTickLabels(false);
    m_barRect->axis(QCPAxis::atBottom)->setTicks(false);
    m_barRect->axis(QCPAxis::atBottom)->grid()->setVisible(false);
    m_barRect->axis(QCPAxis::atLeft)->setSubTicks(false);
    QCPAxis *x = m_barRect->axis(QCPAxis::atBottom);
    QCPAxis *y = m_barRect->axis(QCPAxis::atLeft);
    const QStringList names{tr("in all"), tr("in exactly one"), tr("other combinations")};
    for (int kind = 0; kind < int(Kind::Count); ++kind) {
        auto *bars = new QCPBars(x, y);
        bars->setName(names[kind]);
        bars->setWidth(0.62);
        bars->setSelectable(QCP::stNone);
        bars->setPen(Qt::NoPen);
        m_bars.push_back(bars);
    }
    m_chance = new QCPGraph(x, y);
    m_chance->setName(tr("by chance"));
    m_chance->setLineStyle(QCPGraph::lsNone);
    m_chance->setSelectable(QCP::stNone);
    canvas.legend->setVisible(true);
    canvas.legend->setSelectableParts(QCPLegend::spNone);
    m_barRect->insetLayout()->setInsetAlignment(0, Qt::AlignTop | Qt::AlignRight);
}

void SetChart::setupDots()
{
    QCustomPlot &canvas = plot();
    m_dotRect = new QCPAxisRect(&canvas);
    canvas.plotLayout()->addElement(1, 0, m_dotRect);
    canvas.plotLayout()->setRowSpacing(0);
    auto *group = new QCPMarginGroup(&canvas);
    for (QCPAxisRect *rect : {m_barRect, m_dotRect})
        rect->setMarginGroup(QCP::msLeft | QCP::msRight, group);
    QCPAxis *x = m_dotRect->axis(QCPAxis::atBottom);
    QCPAxis *y = m_dotRect->axis(QCPAxis::atLeft);
    x->setVisible(false);
    x->grid()->setVisible(false);
    y->setRangeReversed(true);
    y->setTickLengthIn(0);
    for (QCPGraph **graph : {&m_links, &m_absentDots, &m_presentDots}) {
        *graph = new QCPGraph(x, y);
        (*graph)->setSelectable(QCP::stNone);
        (*graph)->setLineStyle(graph == &m_links ? QCPGraph::lsLine : QCPGraph::lsNone);
        (*graph)->setAdaptiveSampling(false);
        (*graph)->removeFromLegend();
    }
    for (auto [band, rect] : {std::pair(&m_barBand, m_barRect), std::pair(&m_dotBand, m_dotRect)}) {
        *band = new QCPItemRect(&canvas);
        (*band)->setLayer(QStringLiteral("cursor"));
        (*band)->setSelectable(false);
        (*band)->setVisible(false);
        (*band)->setClipAxisRect(rect);
        for (QCPItemPosition *corner : {(*band)->topLeft, (*band)->bottomRight}) {
            corner->setAxisRect(rect);
            corner->setAxes(rect->axis(QCPAxis::atBottom), rect->axis(QCPAxis::atLeft));
            corner->setTypeY(QCPItemPosition::ptAxisRectRatio);
        }
    }
}

void SetChart::setData(SetChartData data)
{
    m_data = std::move(data);
    PlotTable table{tr("In exactly"), {}, {tr("Weights"), tr("Share %"), tr("By chance %")}, {}, {0, 4, 4}};
    for (const auto &combination : m_data.combinations) {
        table.rows.append(nameOf(combination));
        table.values.insert(table.values.end(),
                            {combination.weights, 100.0 * combination.share, 100.0 * combination.chance});
    }
    setTable(std::move(table));
    fillBars();
    fillDots();
    showCurrent();
    refresh();
}

void SetChart::setLogarithmic(bool logarithmic)
{
    m_logarithmic = logarithmic;
    refresh();
}

SetChart::Kind SetChart::kindOf(const SetChartData::Combination &combination) const
{
    const std::size_t members = memberCount(combination);
    return members == combination.members.size() ? Kind::All : members == 1 ? Kind::One : Kind::Other;
}

QString SetChart::nameOf(const SetChartData::Combination &combination) const
{
    const std::size_t members = memberCount(combination);
    if (members == 0)
        return tr("none");
    if (members == combination.members.size() && members > 1)
        return tr("all");
    // The shorter of the two lists: of those that belong, or of those that do not.
    const bool belonging = 2 * members <= combination.members.size() || combination.members.size() < 4;
    QStringList names;
    for (int set = 0; set < m_data.sets.size() && std::size_t(set) < combination.members.size(); ++set)
        if (combination.members[std::size_t(set)] == belonging)
            names << m_data.sets[set];
    return belonging ? names.join(QLatin1String(" + ")) : tr("all but %1").arg(names.join(QLatin1String(", ")));
}

void SetChart::fillBars()
{
    for (QCPBars *bars : m_bars)
        bars->data()->clear();
    QVector<double> x;
    QVector<double> chance;
    for (std::size_t i = 0; i < m_data.combinations.size(); ++i) {
        const auto &combination = m_data.combinations[i];
        m_bars[std::size_t(kindOf(combination))]->addData(double(i), 100.0 * combination.share);
        x << double(i);
        chance << 100.0 * combination.chance;
    }
    m_chance->setData(x, chance, true);
}

void SetChart::fillDots()
{
    m_links->data()->clear();
    m_absentDots->data()->clear();
    m_presentDots->data()->clear();
    for (std::size_t i = 0; i < m_data.combinations.size(); ++i) {
        const auto &members = m_data.combinations[i].members;
        int first = -1;
        int last = -1;
        for (int set = 0; set < int(members.size()); ++set) {
            (members[std::size_t(set)] ? m_presentDots : m_absentDots)->addData(double(i), double(set));
            if (members[std::size_t(set)]) {
                first = first < 0 ? set : first;
                last = set;
            }
        }
        if (last > first) { // a vertical line, and a gap to the next
            m_links->addData(double(i), double(first));
            m_links->addData(double(i) + 1e-9, double(last));
            m_links->addData(double(i) + 2e-9, std::numeric_limits<double>::quiet_NaN());
        }
    }
}

void SetChart::restyle()
{
    for (QCPAxisRect *rect : {m_barRect, m_dotRect})
        style().apply(*rect, font());
    styleAxes();
    const QColor others = style().axis;
    m_bars[std::size_t(Kind::All)]->setBrush(QBrush(style().seriesColor(0)));
    m_bars[std::size_t(Kind::One)]->setBrush(QBrush(style().seriesColor(1)));
    m_bars[std::size_t(Kind::Other)]->setBrush(QBrush(others));
    m_chance->setScatterStyle(QCPScatterStyle(tickPath(), QPen(style().text, 1.6)));
    m_chance->setPen(QPen(style().text, 1.6));
    m_absentDots->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, style().grid, style().grid, 9));
    m_presentDots->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, style().text, style().text, 9));
    m_links->setPen(QPen(style().text, 2));
    QCPLegend *legend = plot().legend;
    legend->setFont(font());
    legend->setTextColor(style().text);
    legend->setBrush(QBrush(style().background));
    legend->setBorderPen(Qt::NoPen);
    showCurrent();
}

void SetChart::styleAxes()
{
    const double count = std::max<double>(double(m_data.combinations.size()), 1.0);
    for (QCPAxisRect *rect : {m_barRect, m_dotRect})
        rect->axis(QCPAxis::atBottom)->setRange(-0.7, count - 0.3);
    double greatest = 0.0;
    for (const auto &combination : m_data.combinations)
        greatest = std::max({greatest, 100.0 * combination.share, 100.0 * combination.chance});
    QCPAxis *y = m_barRect->axis(QCPAxis::atLeft);
    y->setLabel(m_data.shareTitle);
    y->setScaleType(m_logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    y->setTicker(m_logarithmic ? QSharedPointer<QCPAxisTicker>(new QCPAxisTickerLog)
                               : QSharedPointer<QCPAxisTicker>(new QCPAxisTicker));
    y->setSubTicks(false);
    for (QCPBars *bars : m_bars)
        bars->setBaseValue(m_logarithmic ? smallestPercent : 0.0);
    if (m_logarithmic)
        y->setRange(smallestPercent, std::max(greatest * 1.5, 2 * smallestPercent));
    else
        y->setRange(0.0, greatest > 0.0 ? greatest * 1.08 : 1.0);

    QSharedPointer<QCPAxisTickerText> names(new QCPAxisTickerText);
    names->setSubTickCount(0);
    for (int set = 0; set < m_data.sets.size(); ++set) {
        const double share = std::size_t(set) < m_data.setShares.size() ? m_data.setShares[std::size_t(set)] : 0.0;
        names->addTick(set, tr("%1 (%2 %)").arg(m_data.sets[set], QString::number(100.0 * share, 'f', 1)));
    }
    const int sets = std::max(int(m_data.sets.size()), 1);
    m_dotRect->axis(QCPAxis::atLeft)->setTicker(names);
    m_dotRect->axis(QCPAxis::atLeft)->setRange(-0.6, sets - 0.4);
    m_dotRect->setMinimumSize(0, sets * dotRowHeight);
    m_dotRect->setMaximumSize(QWIDGETSIZE_MAX, sets * dotRowHeight);
}

std::optional<PlotWidget::Cell> SetChart::cellAt(const QPointF &position) const
{
    for (const QCPAxisRect *rect : {m_barRect, m_dotRect}) {
        if (!rect->rect().contains(position.toPoint()))
            continue;
        const int row = int(std::floor(rect->axis(QCPAxis::atBottom)->pixelToCoord(position.x()) + 0.5));
        if (table().contains(row, 0))
            return Cell{row, 1};
    }
    return std::nullopt;
}

QString SetChart::describe(const Cell &cell) const
{
    if (!table().contains(cell.row, cell.column))
        return {};
    return tr("In exactly %1: %L2 weights, %3 % of all (by chance %4 %)")
        .arg(table().rows[cell.row])
        .arg(std::llround(table().at(cell.row, 0)))
        .arg(table().text(cell.row, 1), table().text(cell.row, 2));
}

void SetChart::showCurrent()
{
    for (QCPItemRect *band : {m_barBand, m_dotBand}) {
        band->setVisible(current().has_value());
        if (!current())
            continue;
        QColor fill = style().accent;
        fill.setAlpha(hasFocus() ? 70 : 40);
        band->setBrush(QBrush(fill));
        band->setPen(Qt::NoPen);
        band->topLeft->setCoords(current()->row - 0.45, 0.0);
        band->bottomRight->setCoords(current()->row + 0.45, 1.0);
    }
}

} // namespace secateur::widgets
