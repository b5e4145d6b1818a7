// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/heatmap.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/figure/colormap.h"
#include "widgets/plots/dendrogram.h"
#include "widgets/plots/qcustomplot.h"

namespace secateur::widgets {

namespace {

constexpr int largestCell = 72;
constexpr int smallestSquare = 5; ///< pixels
/// Beyond this no cell has room for its number anyway.
constexpr std::size_t mostTexts = 600;

QSharedPointer<QCPAxisTickerText> textTicker(const QStringList &labels, int step)
{
    QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    ticker->setSubTickCount(0);
    for (int i = 0; i < labels.size(); i += step)
        ticker->addTick(i, labels[i]);
    return ticker;
}

/// Three decimals; ".118" as in statistics, for distances below 1 are many and cells are narrow.
QString shortNumber(double value)
{
    if (std::isnan(value))
        return {};
    const QString text = QString::number(value, 'f', 3);
    return value == 0.0 ? QStringLiteral("0") : text.startsWith(QLatin1Char('0')) ? text.mid(1) : text;
}

} // namespace

HeatMap::HeatMap(QWidget *parent) : PlotWidget(parent), m_colorMap(QStringLiteral("viridis"))
{
    setAccessibleName(tr("Heat map"));
    setupPlot();
    refresh();
}

HeatMap::~HeatMap() = default;

void HeatMap::setupPlot()
{
    QCustomPlot &canvas = plot();
    QCPAxisRect *rect = canvas.axisRect();
    canvas.plotLayout()->setRowSpacing(2);
    rect->setSizeConstraintRect(QCPLayoutElement::scrInnerRect);
    rect->setMinimumSize(1, 1);
    rect->axis(QCPAxis::atLeft)->setRangeReversed(true);
    for (QCPAxis *axis : rect->axes()) {
        axis->grid()->setVisible(false);
        axis->setTickLengthOut(3);
        axis->setTickLengthIn(0);
    }
    m_map = new QCPColorMap(rect->axis(QCPAxis::atBottom), rect->axis(QCPAxis::atLeft));
    m_map->setInterpolate(false);
    m_map->setTightBoundary(false);
    m_map->setSelectable(QCP::stNone);
    m_bar = new QCPColorScale(&canvas);
    m_bar->setType(QCPAxis::atRight);
    m_bar->setBarWidth(14);
    m_bar->setRangeDrag(false);
    m_bar->setRangeZoom(false);
    canvas.plotLayout()->addElement(0, 1, m_bar);
    auto *group = new QCPMarginGroup(&canvas);
    rect->setMarginGroup(QCP::msBottom | QCP::msTop, group);
    m_bar->setMarginGroup(QCP::msBottom | QCP::msTop, group);
    // Two frames, so that the cursor shows on light cells and on dark ones.
    for (QCPItemRect **item : {&m_cursorOuter, &m_cursorInner}) {
        *item = new QCPItemRect(&canvas);
        (*item)->setLayer(QStringLiteral("cursor"));
        (*item)->setVisible(false);
        (*item)->setSelectable(false);
        (*item)->setClipToAxisRect(false);
        for (QCPItemPosition *corner : {(*item)->topLeft, (*item)->bottomRight})
            corner->setAxes(m_map->keyAxis(), m_map->valueAxis());
    }
}

void HeatMap::setData(HeatMapData data)
{
    m_data = std::move(data);
    m_data.values.resize(std::size_t(m_data.rows.size() * m_data.columns.size()),
                         std::numeric_limits<double>::quiet_NaN());
    const bool tree = !m_data.clustering.merges.empty();
    if (tree && !m_dendrogram) {
        plot().plotLayout()->insertRow(0);
        m_dendrogram = std::make_unique<Dendrogram>(plot(), 0);
        auto *group = new QCPMarginGroup(&plot());
        m_dendrogram->rect().setMarginGroup(QCP::msLeft | QCP::msRight, group);
        m_map->keyAxis()->axisRect()->setMarginGroup(QCP::msLeft | QCP::msRight, group);
    }
    if (m_dendrogram) {
        m_dendrogram->setClustering(m_data.clustering);
        m_dendrogram->setShown(tree);
    }
    fillMap();
    fillLabels();
    setTable({m_data.rowTitle + QStringLiteral(" \u00d7 ") + m_data.columnTitle,
              m_data.rows,
              m_data.columns,
              m_data.values,
              {}});
    makeValueTexts();
    showCurrent();
    refresh();
}

void HeatMap::fillMap()
{
    const int rows = int(m_data.rows.size());
    const int columns = int(m_data.columns.size());
    auto *cells = new QCPColorMapData(std::max(columns, 1), std::max(rows, 1), QCPRange(0, std::max(columns - 1, 0)),
                                      QCPRange(0, std::max(rows - 1, 0)));
    cells->fill(std::numeric_limits<double>::quiet_NaN());
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column)
            cells->setCell(column, row, m_data.values[std::size_t(row * columns + column)]);
    m_map->setData(cells); // takes it over
    // Cells are centred on their numbers: without the halves the outermost would be cut.
    m_map->keyAxis()->setRange(-0.5, std::max(columns, 1) - 0.5);
    m_map->valueAxis()->setRange(-0.5, std::max(rows, 1) - 0.5);
}

void HeatMap::fillLabels()
{
    m_map->keyAxis()->setTicker(textTicker(m_data.columns, 1));
    m_map->valueAxis()->setTicker(textTicker(m_data.rows, 1));
    m_map->keyAxis()->setLabel(m_data.columnTitle);
    m_map->valueAxis()->setLabel(m_data.rowTitle);
}

double HeatMap::scaleEnd() const
{
    if (m_scale == HeatScale::Unit)
        return 1.0;
    if (m_scale == HeatScale::Baseline && m_data.baseline > 0.0)
        return m_data.baseline;
    double greatest = 0.0;
    for (const double value : m_data.values)
        greatest = std::isnan(value) ? greatest : std::max(greatest, value);
    return greatest > 0.0 ? greatest : 1.0;
}

void HeatMap::setScale(HeatScale scale)
{
    m_scale = scale;
    refresh();
}

void HeatMap::setColorMap(const QString &id)
{
    m_colorMap = id;
    refresh();
}

QColor HeatMap::colorOf(const Cell &cell) const
{
    return QColor::fromRgb(ColorMap::named(m_colorMap).at(table().at(cell.row, cell.column) / scaleEnd()));
}

void HeatMap::setValuesShown(bool shown)
{
    m_valuesShown = shown;
    makeValueTexts();
    refresh();
}

void HeatMap::makeValueTexts()
{
    for (QCPItemText *text : std::exchange(m_texts, {}))
        plot().removeItem(text);
    if (!m_valuesShown || m_data.values.size() > mostTexts)
        return;
    for (int row = 0; row < m_data.rows.size(); ++row)
        for (int column = 0; column < m_data.columns.size(); ++column) {
            auto *text = new QCPItemText(&plot());
            text->setText(shortNumber(table().at(row, column)));
            text->position->setCoords(column, row);
            text->setSelectable(false);
            text->setClipToAxisRect(false); // by itself it would be cut to the dendrogram, the first axis rect
            text->position->setAxes(m_map->keyAxis(), m_map->valueAxis());
            m_texts.push_back(text);
        }
}

void HeatMap::styleValueTexts()
{
    for (std::size_t i = 0; i < m_texts.size(); ++i) {
        const int columns = table().columnCount();
        const QColor background = colorOf({int(i) / columns, int(i) % columns});
        m_texts[i]->setFont(font());
        m_texts[i]->setColor(QColor::fromRgb(ColorMap::textColorOn(background.rgb())));
    }
}

void HeatMap::restyle()
{
    QCPAxisRect &rect = *m_map->keyAxis()->axisRect();
    style().apply(rect, font());
    rect.setBackground(absentBrush(style()));
    style().apply(*m_bar->axis(), font());
    if (m_dendrogram)
        m_dendrogram->restyle(style(), font());
    m_map->setGradient(gradientOf(ColorMap::named(m_colorMap)));
    m_map->setDataRange(QCPRange(0.0, scaleEnd()));
    m_bar->setGradient(m_map->gradient());
    m_bar->setDataRange(m_map->dataRange());
    styleValueTexts();
    showCurrent();
}

void HeatMap::layOut()
{
    QCPAxisRect *rect = m_map->keyAxis()->axisRect();
    const int columns = std::max(table().columnCount(), 1);
    const int rows = std::max(table().rowCount(), 1);
    // How much room there would be. Several turns, for the labels depend on the cells' size, and that on the labels;
    // the last one only measures, so that cells are square whatever the labels came to. Where squares would be specks,
    // as with the rows of hundreds of experts, cells fill the room there is.
    constexpr int turns = 3;
    int width = 0;
    int height = 0;
    for (int turn = 0; turn < turns; ++turn) {
        rect->setMaximumSize(QWIDGETSIZE_MAX, QWIDGETSIZE_MAX);
        if (m_dendrogram)
            m_dendrogram->setWidth(QWIDGETSIZE_MAX);
        for (const auto phase :
             {QCPLayoutElement::upPreparation, QCPLayoutElement::upMargins, QCPLayoutElement::upLayout})
            plot().plotLayout()->update(phase);
        m_cellSize = std::clamp(std::min(rect->width() / columns, rect->height() / rows), 1, largestCell);
        const bool square = m_cellSize >= smallestSquare;
        width = square ? m_cellSize : std::clamp(rect->width() / columns, 1, largestCell);
        height = square ? m_cellSize : std::clamp(rect->height() / rows, 1, largestCell);
        if (turn + 1 < turns) {
            fitLabels(width, height);
            fitBarLabel(height * rows);
        }
    }
    rect->setMaximumSize(width * columns, height * rows);
    if (m_dendrogram)
        m_dendrogram->setWidth(width * columns);
    const bool fits = QFontMetrics(font()).horizontalAdvance(QStringLiteral(".000")) + 4 <= m_cellSize;
    for (QCPItemText *text : m_texts)
        text->setVisible(fits);
}

void HeatMap::fitLabels(int cellWidth, int cellHeight)
{
    const QFontMetrics metrics(font());
    int widest = 0;
    for (const QString &label : m_data.columns)
        widest = std::max(widest, metrics.horizontalAdvance(label));
    const bool numbers = widest <= metrics.horizontalAdvance(QStringLiteral("000"));
    const bool tooWide = widest + 6 > cellWidth;
    m_map->keyAxis()->setTickLabelRotation(tooWide && !numbers ? 45 : 0);
    const int needed = numbers ? widest + 6 : metrics.height();
    m_map->keyAxis()->setTicker(textTicker(m_data.columns, std::max(1, (needed + cellWidth - 1) / cellWidth)));
    m_map->valueAxis()->setTicker(
        textTicker(m_data.rows, std::max(1, (metrics.height() + cellHeight - 1) / cellHeight)));
}

void HeatMap::fitBarLabel(int length)
{
    // The whole title, or what stands before its comma, or nothing: never text beyond the bar.
    const QFontMetrics metrics(font());
    QString label = m_data.valueTitle;
    if (metrics.horizontalAdvance(label) > length)
        label = label.section(QLatin1Char(','), 0, 0);
    m_bar->axis()->setLabel(metrics.horizontalAdvance(label) > length ? QString() : label);
    m_bar->axis()->ticker()->setTickCount(std::clamp(length / 40, 2, 6));
}

std::optional<PlotWidget::Cell> HeatMap::cellAt(const QPointF &position) const
{
    const QRect rect = m_map->keyAxis()->axisRect()->rect();
    if (!rect.contains(position.toPoint()))
        return std::nullopt;
    const Cell cell{int(std::floor(m_map->valueAxis()->pixelToCoord(position.y()) + 0.5)),
                    int(std::floor(m_map->keyAxis()->pixelToCoord(position.x()) + 0.5))};
    return table().contains(cell.row, cell.column) ? std::optional(cell) : std::nullopt;
}

QString HeatMap::describe(const Cell &cell) const
{
    if (!table().contains(cell.row, cell.column))
        return {};
    QString text = QStringLiteral("%1 %2, %3 %4: %5 %6")
                       .arg(m_data.rowTitle, m_data.rows[cell.row], m_data.columnTitle, m_data.columns[cell.column],
                            m_data.valueTitle, table().text(cell.row, cell.column));
    if (!std::isnan(m_data.baseline))
        text += tr(" (by chance %1)").arg(QString::number(m_data.baseline, 'f', 3));
    return text;
}

void HeatMap::showCurrent()
{
    const bool shown = current().has_value();
    m_cursorOuter->setVisible(shown);
    m_cursorInner->setVisible(shown);
    if (!shown)
        return;
    for (QCPItemRect *item : {m_cursorOuter, m_cursorInner}) {
        item->topLeft->setCoords(current()->column - 0.5, current()->row - 0.5);
        item->bottomRight->setCoords(current()->column + 0.5, current()->row + 0.5);
    }
    m_cursorOuter->setPen(QPen(Qt::white, hasFocus() ? 5 : 4));
    m_cursorInner->setPen(QPen(hasFocus() ? style().accent.darker(130) : QColor(Qt::black), 2));
}

} // namespace secateur::widgets
