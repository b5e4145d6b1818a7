// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/analysis/measurestyle.h"
#include "widgets/figure/colormap.h"
#include "widgets/figure/scenes.h"

namespace secateur::widgets {
namespace {

using analysis::LayerSeries;

constexpr double thinPt = 0.5;
constexpr double normalPt = 1.0;
/// Bars narrower than this run together on paper.
constexpr double leastBarMm = 0.35;
/// More pairs than this are told by their spread and mean, because nobody can tell so many colours apart.
constexpr qsizetype mostNamedPairs = 8;

constexpr double wholeShare = 100.0; // of shares, which are shown in percent; all steps of an axis divide it

/// One axis of layers, one of values from zero.
struct Chart {
    QList<LegendEntry> legend;
    QString xTitle;
    QStringList groups; ///< names in place of the numbers of layers
    QStringList yTitles; ///< the first that fits
    std::size_t layers = 0;
    double largest = 1.0; ///< value to be shown
    double limit = std::numeric_limits<double>::infinity(); ///< no value can lie beyond, so neither does the axis
    // Filled by layOut():
    QRectF plot;
    int panel = -1;
    Ticks ticks;

    [[nodiscard]] double slot() const { return plot.width() / double(std::max<std::size_t>(layers, 1)); }
    [[nodiscard]] double x(double layer) const { return plot.left() + slot() * (layer + 0.5); }
    [[nodiscard]] double y(double value) const { return plot.bottom() - plot.height() * value / ticks.end; }
};

QString text(const std::string &bytes)
{
    return QString::fromStdString(bytes);
}

/// What the legend calls each series: "python – math", without the tail that all runs of the figure share.
QStringList seriesNames(const std::vector<LayerSeries> &series, const std::vector<LayerSeries> &others = {})
{
    QStringList all;
    for (const auto *const list : {&series, &others})
        for (const auto &one : *list)
            for (const auto &run : one.runs)
                if (const QString name = text(run); !all.contains(name))
                    all << name;
    const QStringList cut = shortNames(all);
    QStringList names;
    for (const auto &one : series) {
        QStringList parts;
        for (const auto &run : one.runs)
            parts << cut[all.indexOf(text(run))];
        names << parts.join(QStringLiteral(" – "));
    }
    return names;
}

/// Every k-th layer gets a label, such that labels do not touch.
std::size_t labelStep(const SceneBuilder &builder, const Chart &chart)
{
    const double label = builder.textWidth(QString::number(chart.layers)) + 0.6 * builder.em();
    for (std::size_t power = 1;; power *= 10)
        for (const std::size_t factor : {1, 2, 5})
            if (double(factor * power) * chart.slot() >= label || factor * power > chart.layers)
                return factor * power;
}

void drawAxes(SceneBuilder &builder, const Chart &chart)
{
    const double tick = 0.3 * builder.em();
    const QRectF &plot = chart.plot;
    for (const double value : chart.ticks.values()) {
        const double y = chart.y(value);
        if (value > 0.0)
            builder.addStroke(Role::Axis, chart.panel,
                              {{QPointF(plot.left(), y), QPointF(plot.right(), y)}, thinPt * mmPerPt, gridColor, {}});
        builder.addStroke(Role::Axis, -1,
                          {{QPointF(plot.left() - tick, y), QPointF(plot.left(), y)}, thinPt * mmPerPt, inkColor, {}});
        builder.addText(Role::Label, {plot.left() - tick - builder.gap() / 2, y}, chart.ticks.text(value),
                        TextAlign::Right, TextRest::Middle);
    }
    const std::size_t step = chart.groups.isEmpty() ? labelStep(builder, chart) : 1;
    for (std::size_t layer = 0; layer < chart.layers; layer += step) {
        const double x = chart.x(double(layer));
        builder.addStroke(
            Role::Axis, -1,
            {{QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + tick)}, thinPt * mmPerPt, inkColor, {}});
        const QString label = chart.groups.isEmpty()
            ? QString::number(layer)
            : builder.fitted(chart.groups[qsizetype(layer)], chart.slot() - 0.5 * builder.em());
        builder.addText(Role::Label, {x, plot.bottom() + tick + builder.gap() / 2}, label, TextAlign::Center,
                        TextRest::Top);
    }
    builder.addText(Role::Label, {plot.center().x(), plot.bottom() + tick + builder.gap() * 1.2 + builder.lineHeight()},
                    chart.xTitle, TextAlign::Center, TextRest::Top);
}

/// Legend on top, titles outside, and the plot in what is left.
Result<void> layOut(SceneBuilder &builder, const FigureSpec &spec, Chart &chart)
{
    const double tick = 0.3 * builder.em();
    const double margin = builder.margin();
    const double legend = builder.legendHeight(chart.legend, spec.widthMm - 2 * margin);
    const double top = margin + (legend > 0.0 ? legend + builder.gap() : builder.capHeight() / 2);
    const double below = tick + builder.gap() * 1.7 + 2 * builder.lineHeight();
    chart.ticks = ticksFor(chart.largest, std::clamp(int((spec.heightMm - top - below) / (2.5 * builder.em())), 1, 6));
    chart.ticks.end = std::min(chart.ticks.end, chart.limit);
    builder.setValueEnd(chart.ticks.end);
    QStringList labels;
    for (const double value : chart.ticks.values())
        labels << chart.ticks.text(value);
    const double left = margin + builder.lineHeight() + builder.gap() * 1.5 + builder.widest(labels) + tick;
    // Half of a label may stand out to the right of the last tick.
    const double right = spec.widthMm - margin - builder.textWidth(QString::number(chart.layers)) / 2;
    chart.plot = QRectF(QPointF(left, top), QPointF(right, spec.heightMm - below));
    const bool fits = chart.plot.width() >= std::max(5 * builder.em(), builder.textWidth(chart.xTitle))
        && chart.plot.height() >= 4 * builder.em();
    if (!fits
        || !builder.addTurnedTitle(margin + builder.capHeight() / 2, chart.plot.center().y(), top - builder.gap() / 2,
                                   spec.heightMm - margin, chart.yTitles))
        return tooSmall(spec, "its axes and a legend of " + std::to_string(chart.legend.size()) + " entries");
    chart.panel = builder.addPanel(chart.plot);
    drawAxes(builder, chart);
    if (legend > 0.0)
        builder.addLegend(chart.legend, margin, spec.widthMm - margin, margin);
    return {};
}

/// Where there is one layer a line would be a point, so it becomes a short dash.
void drawLine(SceneBuilder &builder, const Chart &chart, const std::vector<double> &values, const LegendEntry &style)
{
    QPolygonF points;
    const auto flush = [&] {
        if (points.size() == 1)
            points = {points[0] - QPointF(chart.slot() * 0.4, 0), points[0] + QPointF(chart.slot() * 0.4, 0)};
        if (!points.isEmpty())
            builder.addStroke(Role::Data, chart.panel, {points, style.widthMm, style.color, style.dashMm});
        points.clear();
    };
    for (std::size_t layer = 0; layer < values.size(); ++layer) {
        if (std::isfinite(values[layer]))
            points << QPointF(chart.x(double(layer)), chart.y(values[layer]));
        else
            flush();
    }
    flush();
}

void drawBars(SceneBuilder &builder, const Chart &chart, const std::vector<LayerSeries> &series)
{
    const double width = chart.slot() * 0.84 / double(series.size());
    for (std::size_t s = 0; s < series.size(); ++s)
        for (std::size_t layer = 0; layer < series[s].values.size(); ++layer) {
            const double value = series[s].values[layer];
            if (!std::isfinite(value))
                continue;
            const double left = chart.x(double(layer)) - chart.slot() * 0.42 + width * double(s);
            const double top = chart.y(value);
            builder.addRect(Role::Data, chart.panel, QRectF(left, top, width, chart.plot.bottom() - top),
                            chart.legend[qsizetype(s)].color);
        }
}

/// A stair at the heights of the layers, across their whole slots.
void drawStair(SceneBuilder &builder, const Chart &chart, const std::vector<double> &values, const LegendEntry &style)
{
    QPolygonF points;
    for (std::size_t layer = 0; layer < values.size(); ++layer)
        points << QPointF(chart.x(double(layer) - 0.5), chart.y(values[layer]))
               << QPointF(chart.x(double(layer) + 0.5), chart.y(values[layer]));
    // A light line under the dark one, which would not be seen on dark bars.
    builder.addStroke(Role::Axis, chart.panel, {points, style.widthMm + 1.2 * mmPerPt, 0xffffffff, {}});
    builder.addStroke(Role::Baseline, chart.panel, {points, style.widthMm, style.color, style.dashMm});
}

double largestOf(const std::vector<LayerSeries> &series)
{
    double largest = 0.0;
    for (const auto &one : series)
        for (const double value : one.values)
            if (std::isfinite(value))
                largest = std::max(largest, value);
    return largest;
}

std::vector<double> meanOf(const std::vector<LayerSeries> &series)
{
    std::vector<double> mean(series.empty() ? 0 : series.front().values.size(), 0.0);
    for (const auto &one : series)
        for (std::size_t i = 0; i < mean.size(); ++i)
            mean[i] += one.values[i] / double(series.size());
    return mean;
}

/// Series told apart by colour and by dashes, so that grey print and lines on top of each other stay readable.
QList<LegendEntry> styles(const QStringList &names, const QString &palette, bool lines)
{
    const auto colors = ColorMap::named(palette).seriesColors(int(names.size()));
    static const std::vector<std::vector<double>> dashes = {{}, {1.6, 0.8}, {0.5, 0.6}, {2.4, 0.6, 0.5, 0.6}};
    QList<LegendEntry> entries;
    for (qsizetype i = 0; i < names.size(); ++i)
        entries << LegendEntry{names[i], colors[i], lines, normalPt * mmPerPt,
                               lines ? dashes[std::size_t(i) % dashes.size()] : std::vector<double>()};
    return entries;
}

Result<void> checkSeries(const std::vector<LayerSeries> &series, const FigureSpec &spec)
{
    if (series.empty() || series.front().values.empty())
        return failure(ErrorCode::InvalidArgument, "there are no values to draw");
    for (const auto &one : series)
        if (one.values.size() != series.front().values.size())
            return failure(ErrorCode::Internal, "the series of a figure differ in length");
    if (double(series.front().values.size()) > spec.widthMm * 20)
        return tooSmall(spec, std::to_string(series.front().values.size()) + " layers");
    return {};
}

QString setName(analysis::SetKind set)
{
    return set == analysis::SetKind::Kept ? QStringLiteral("kept") : QStringLiteral("pruned");
}

LegendEntry floorStyle(const QStringList &names)
{
    return {names.size() == 1 ? QStringLiteral("same domain (%1)").arg(names.front())
                              : QStringLiteral("same domain, mean of %1").arg(names.size()),
            inkColor,
            true,
            0.8 * mmPerPt,
            {0.5, 0.6}};
}

/// All pairs thin, their mean bold.
void drawSpread(SceneBuilder &builder, const Chart &chart, const std::vector<LayerSeries> &pairs)
{
    for (const auto &pair : pairs)
        drawLine(builder, chart, pair.values, chart.legend[0]);
    drawLine(builder, chart, meanOf(pairs), chart.legend[1]);
}

QList<LegendEntry> spreadStyles(std::size_t pairs, const QString &palette)
{
    const auto &map = ColorMap::named(palette);
    return {{QStringLiteral("%1 pairs").arg(pairs), map.at(0.6), true, thinPt * mmPerPt, {}},
            {QStringLiteral("their mean"), map.at(0.05), true, 1.5 * mmPerPt, {}}};
}

} // namespace

Result<void> drawLayerDistances(SceneBuilder &builder, const FigureSpec &spec, const analysis::LayerDistances &data)
{
    SECATEUR_CHECK(checkSeries(data.pairs, spec));
    const bool spread = qsizetype(data.pairs.size()) > mostNamedPairs;
    Chart chart;
    chart.layers = data.pairs.front().values.size();
    const double slot = spec.widthMm * 0.85 / double(chart.layers);
    const bool bars = !spread && slot * 0.84 / double(data.pairs.size()) >= leastBarMm;
    chart.legend = spread ? spreadStyles(data.pairs.size(), spec.palette)
                          : styles(seriesNames(data.pairs, data.sameDomain), spec.palette, !bars);
    const LegendEntry floor = floorStyle(seriesNames(data.sameDomain, data.pairs));
    const LegendEntry random = {QStringLiteral("random masks"), baselineColor, true, 0.8 * mmPerPt, {1.6, 0.8}};
    if (!data.sameDomain.empty())
        chart.legend << floor;
    chart.legend << random;
    chart.xTitle =
        data.sublayer.empty() ? QStringLiteral("Layer") : QStringLiteral("Layer (%1)").arg(text(data.sublayer));
    chart.yTitles = {QStringLiteral("Jaccard distance (%1)").arg(setName(data.set)), QStringLiteral("Jaccard distance"),
                     QStringLiteral("Distance")};
    chart.largest = std::max({largestOf(data.pairs), largestOf(data.sameDomain), data.random});
    SECATEUR_CHECK(layOut(builder, spec, chart));
    if (spread)
        drawSpread(builder, chart, data.pairs);
    else if (bars)
        drawBars(builder, chart, data.pairs);
    else
        for (std::size_t i = 0; i < data.pairs.size(); ++i)
            drawLine(builder, chart, data.pairs[i].values, chart.legend[qsizetype(i)]);
    if (!data.sameDomain.empty())
        drawStair(builder, chart, meanOf(data.sameDomain), floor);
    drawStair(builder, chart, std::vector<double>(chart.layers, data.random), random);
    builder.addFrame(chart.panel);
    builder.setTitle(QStringLiteral("Jaccard distance of the %1 weights, layer by layer").arg(setName(data.set)));
    return {};
}

Result<void> drawSparsityProfile(SceneBuilder &builder, const FigureSpec &spec, const analysis::SparsityProfile &data)
{
    SECATEUR_CHECK(checkSeries(data.runs, spec));
    Chart chart;
    chart.layers = data.runs.front().values.size();
    chart.legend = styles(seriesNames(data.runs), spec.palette, true);
    chart.xTitle =
        data.sublayer.empty() ? QStringLiteral("Layer") : QStringLiteral("Layer (%1)").arg(text(data.sublayer));
    chart.yTitles = {QStringLiteral("Share of pruned weights"), QStringLiteral("Pruned share")};
    chart.largest = std::max(largestOf(data.runs), 0.01);
    SECATEUR_CHECK(layOut(builder, spec, chart));
    for (std::size_t i = 0; i < data.runs.size(); ++i)
        drawLine(builder, chart, data.runs[i].values, chart.legend[qsizetype(i)]);
    builder.addFrame(chart.panel);
    builder.setTitle(QStringLiteral("Share of pruned weights, layer by layer"));
    return {};
}

QStringList groupNames(const analysis::AccuracyTable &data)
{
    QStringList names;
    for (const auto &column : data.columns)
        names << text(!column.label.empty() ? column.label : column.domain.empty() ? column.task : column.domain);
    return names;
}

QString accuracyTitle(const analysis::AccuracyColumn &column)
{
    return text(analysis::styleOf(column.metric).titleWithUnit())
        + (column.lowerIsBetter ? QStringLiteral(" (lower is better)") : QString());
}

QString groupsTitle(const analysis::AccuracyTable &data)
{
    const bool texts = std::ranges::all_of(data.columns, [](const analysis::AccuracyColumn &column) {
        return column.metric == "perplexity" && !column.domain.empty();
    });
    return texts ? QStringLiteral("Texts of the domain") : QStringLiteral("Task");
}

analysis::AccuracyTable asShown(analysis::AccuracyTable data)
{
    for (std::size_t i = 0; i < data.cells.size(); ++i)
        if (auto &cell = data.cells[i]) {
            const double scale = analysis::styleOf(data.columns[i % data.columns.size()].metric).scale;
            auto &[value, interval] = cell->measured;
            value *= scale;
            interval = {interval.low * scale, interval.high * scale};
        }
    return data;
}

namespace {

constexpr QRgb denseColor = 0xffa6a6a6;

/// Dense in grey, the sub-models in the palette's colours.
QList<LegendEntry> accuracyStyles(const analysis::AccuracyTable &data, const QString &palette)
{
    QStringList runs;
    for (const auto &row : data.rows)
        if (!row.isDense())
            runs << text(row.run);
    QList<LegendEntry> models = styles(shortNames(runs), palette, false);
    QList<LegendEntry> entries;
    for (const auto &row : data.rows)
        entries << (row.isDense() ? LegendEntry{QStringLiteral("dense"), denseColor} : models.takeFirst());
    return entries;
}

/// An interval as a line with feet, on a light ground so that it is seen on dark bars, too.
void drawInterval(SceneBuilder &builder, const Chart &chart, double x, double width, const analysis::Interval &interval)
{
    const double low = chart.y(interval.low);
    const double high = chart.y(interval.high);
    const double foot = std::min(0.3 * width, 0.25 * builder.em());
    const QPolygonF lines[] = {{QPointF(x, low), QPointF(x, high)},
                               {QPointF(x - foot, low), QPointF(x + foot, low)},
                               {QPointF(x - foot, high), QPointF(x + foot, high)}};
    constexpr double line = 0.6 * mmPerPt;
    for (const auto &points : lines)
        builder.addStroke(Role::Axis, chart.panel, {points, line + 0.9 * mmPerPt, 0xffffffff, {}});
    for (const auto &points : lines)
        builder.addStroke(Role::Baseline, chart.panel, {points, line, inkColor, {}});
}

void drawAccuracyBars(SceneBuilder &builder, const Chart &chart, const analysis::AccuracyTable &data, double width)
{
    const auto eachCell = [&](auto draw) {
        for (std::size_t column = 0; column < data.columns.size(); ++column)
            for (std::size_t row = 0; row < data.rows.size(); ++row)
                if (const auto &cell = data.at(row, column); cell && std::isfinite(cell->measured.value))
                    draw(row, chart.x(double(column)) - chart.slot() * 0.42 + width * double(row), cell->measured);
    };
    eachCell([&](std::size_t row, double left, const analysis::Estimate &measured) {
        const double top = chart.y(measured.value);
        builder.addRect(Role::Data, chart.panel, QRectF(left, top, width, chart.plot.bottom() - top),
                        chart.legend[qsizetype(row)].color);
    });
    eachCell([&](std::size_t, double left, const analysis::Estimate &measured) {
        drawInterval(builder, chart, left + width / 2, width, measured.interval);
    });
}

} // namespace

Result<void> drawAccuracy(SceneBuilder &builder, const FigureSpec &spec, const analysis::AccuracyTable &table)
{
    if (table.rows.empty() || table.columns.empty() || table.cells.size() != table.rows.size() * table.columns.size())
        return failure(ErrorCode::InvalidArgument, "there are no values to draw");
    const auto data = asShown(table);
    const auto &first = data.columns.front();
    Chart chart;
    chart.layers = data.columns.size();
    chart.groups = groupNames(data);
    chart.legend = accuracyStyles(data, spec.palette);
    chart.xTitle = groupsTitle(data);
    chart.yTitles = {accuracyTitle(first), text(analysis::styleOf(first.metric).titleWithUnit())};
    chart.largest = 0.0;
    if (analysis::styleOf(first.metric).isShare())
        chart.limit = wholeShare;
    for (const auto &cell : data.cells)
        if (cell && std::isfinite(cell->measured.value))
            chart.largest =
                std::max({chart.largest, cell->measured.value,
                          std::isfinite(cell->measured.interval.high) ? cell->measured.interval.high : 0.0});
    SECATEUR_CHECK(layOut(builder, spec, chart));
    const double width = chart.slot() * 0.84 / double(data.rows.size());
    if (width < 2 * leastBarMm)
        return tooSmall(
            spec, std::to_string(data.rows.size()) + " bars in each of " + std::to_string(chart.layers) + " groups");
    drawAccuracyBars(builder, chart, data, width);
    builder.addFrame(chart.panel);
    builder.setTitle(QStringLiteral("%1 of the dense model and its sub-models with intervals of 95 %, protocol %2")
                         .arg(accuracyTitle(first), text(first.protocol)));
    return {};
}

} // namespace secateur::widgets
