// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <numbers>

#include <QtCore/QLocale>

#include "core/analysis/measurestyle.h"
#include "widgets/figure/colormap.h"
#include "widgets/figure/scenes.h"

namespace secateur::widgets {
namespace {

using analysis::DistanceAccuracy;
using analysis::DistancePoint;

constexpr double markPt = 0.9; ///< width of a mark's outline
constexpr double whiskerPt = 0.6;

QString text(const std::string &bytes)
{
    return QString::fromStdString(bytes);
}

double scaleOf(const DistanceAccuracy &data)
{
    return analysis::styleOf(data.measure.metric).scale;
}

/// The plot and what maps values into it.
struct Chart {
    QList<LegendEntry> legend;
    ScatterAxes axes;
    double xStep = 1.0;
    double yStep = 1.0;
    QRectF plot;
    int panel = -1;

    [[nodiscard]] double x(double value) const
    {
        return plot.left() + plot.width() * (value - axes.x.low) / (axes.x.high - axes.x.low);
    }
    [[nodiscard]] double y(double value) const
    {
        return plot.bottom() - plot.height() * (value - axes.y.low) / (axes.y.high - axes.y.low);
    }
};

/// Multiples of the step inside a range.
QList<double> ticksIn(const ColorRange &range, double step)
{
    QList<double> values;
    for (double at = std::ceil(range.low / step - 1e-9); at * step <= range.high * (1.0 + 1e-9); at += 1.0)
        values << at * step;
    return values;
}

QString tickText(double value, double step)
{
    // No "-0" for the zero that rounding left.
    return Ticks{step, 0.0}.text(std::abs(value) < step * 1e-6 ? 0.0 : value);
}

void drawAxes(SceneBuilder &builder, const Chart &chart, const QString &xTitle)
{
    const double tick = 0.3 * builder.em();
    const QRectF &plot = chart.plot;
    for (const double value : ticksIn(chart.axes.y, chart.yStep)) {
        const double y = chart.y(value);
        builder.addStroke(Role::Axis, chart.panel,
                          {{QPointF(plot.left(), y), QPointF(plot.right(), y)}, 0.5 * mmPerPt, gridColor, {}});
        builder.addStroke(Role::Axis, -1,
                          {{QPointF(plot.left() - tick, y), QPointF(plot.left(), y)}, 0.5 * mmPerPt, inkColor, {}});
        builder.addText(Role::Label, {plot.left() - tick - builder.gap() / 2, y}, tickText(value, chart.yStep),
                        TextAlign::Right, TextRest::Middle);
    }
    for (const double value : ticksIn(chart.axes.x, chart.xStep)) {
        const double x = chart.x(value);
        builder.addStroke(Role::Axis, -1,
                          {{QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + tick)}, 0.5 * mmPerPt, inkColor, {}});
        builder.addText(Role::Label, {x, plot.bottom() + tick + builder.gap() / 2}, tickText(value, chart.xStep),
                        TextAlign::Center, TextRest::Top);
    }
    builder.addText(Role::Label, {plot.center().x(), plot.bottom() + tick + builder.gap() * 1.2 + builder.lineHeight()},
                    xTitle, TextAlign::Center, TextRest::Top);
}

double stepFor(const ColorRange &range, int wanted)
{
    return ticksFor(range.high - range.low, wanted).step;
}

/// The first that is no wider.
QString firstFitting(const SceneBuilder &builder, const QStringList &texts, double width)
{
    for (const QString &one : texts)
        if (builder.textWidth(one) <= width)
            return one;
    return {};
}

QStringList correlationTitles(const DistanceAccuracy &data)
{
    const QString whole = text(analysis::correlationText(data)).replace(QLatin1Char('-'), QChar(0x2212));
    QString brief = whole;
    brief.replace(QLatin1String("Spearman "), QString(QChar(0x03c1)) + QLatin1String(" = "));
    return {whole, brief, brief.section(QLatin1String(" ("), 0, 0)};
}

/// Legend, correlation and plot from top to bottom.
Result<void> layOut(SceneBuilder &builder, const FigureSpec &spec, const DistanceAccuracy &data, Chart &chart)
{
    const double tick = 0.3 * builder.em();
    const double margin = builder.margin();
    const double legend = builder.legendHeight(chart.legend, spec.widthMm - 2 * margin);
    const double words = margin + legend + builder.gap();
    const double top = words + builder.lineHeight() + builder.gap();
    const double below = tick + builder.gap() * 1.7 + 2 * builder.lineHeight();
    chart.yStep = stepFor(chart.axes.y, std::clamp(int((spec.heightMm - top - below) / (2.5 * builder.em())), 1, 6));
    QStringList labels;
    for (const double value : ticksIn(chart.axes.y, chart.yStep))
        labels << tickText(value, chart.yStep);
    const double left = margin + builder.lineHeight() + builder.gap() * 1.5 + builder.widest(labels) + tick;
    const double right = spec.widthMm - margin - builder.textWidth(QStringLiteral("0.00")) / 2;
    chart.plot = QRectF(QPointF(left, top), QPointF(right, spec.heightMm - below));
    chart.xStep = stepFor(chart.axes.x, std::clamp(int((right - left) / (4.0 * builder.em())), 1, 6));
    const QString set = data.set == analysis::SetKind::Kept ? QStringLiteral("kept") : QStringLiteral("pruned");
    const QString xTitle = firstFitting(builder,
                                        {QStringLiteral("Jaccard distance to the domain's mask (%1)").arg(set),
                                         QStringLiteral("Distance to the domain's mask"),
                                         QStringLiteral("Mask distance"), QStringLiteral("Distance")},
                                        std::max(0.0, right - left));
    const QString correlation = firstFitting(builder, correlationTitles(data), spec.widthMm - 2 * margin);
    const QStringList yTitles = {accuracyTitle(data.measure),
                                 text(analysis::styleOf(data.measure.metric).titleWithUnit())};
    const bool fits = chart.plot.width() >= 5 * builder.em() && chart.plot.height() >= 4 * builder.em()
        && !xTitle.isEmpty() && !correlation.isEmpty();
    if (!fits
        || !builder.addTurnedTitle(margin + builder.capHeight() / 2, chart.plot.center().y(), top - builder.gap() / 2,
                                   spec.heightMm - margin, yTitles))
        return tooSmall(spec, "its axes and a legend of " + std::to_string(chart.legend.size()) + " entries");
    chart.panel = builder.addPanel(chart.plot);
    drawAxes(builder, chart, xTitle);
    builder.addLegend(chart.legend, margin, spec.widthMm - margin, margin);
    builder.addText(Role::Legend, {margin, words}, correlation, TextAlign::Left, TextRest::Top);
    return {};
}

void drawWhisker(SceneBuilder &builder, const Chart &chart, const DistancePoint &point, double scale, QRgb color)
{
    const double x = chart.x(point.distance);
    const double foot = 0.2 * builder.em();
    const double low = chart.y(point.measured.interval.low * scale);
    const double high = chart.y(point.measured.interval.high * scale);
    const QPolygonF lines[] = {{QPointF(x, low), QPointF(x, high)},
                               {QPointF(x - foot, low), QPointF(x + foot, low)},
                               {QPointF(x - foot, high), QPointF(x + foot, high)}};
    for (const auto &points : lines)
        builder.addStroke(Role::Baseline, chart.panel, {points, whiskerPt * mmPerPt, color, {}});
}

/// An outline, filled where the run is the domain's own.
void drawMark(SceneBuilder &builder, const Chart &chart, const DistancePoint &point, double scale,
              const LegendEntry &style)
{
    const QPointF at(chart.x(point.distance), chart.y(point.measured.value * scale));
    const double radius = markRadius(builder.em());
    builder.addStroke(Role::Data, chart.panel,
                      {markOutline(style.mark, at, radius), markPt * mmPerPt, style.color, {}});
    if (point.own) // a line as wide as the way to the middle
        builder.addStroke(Role::Data, chart.panel,
                          {markOutline(style.mark, at, radius / 2.0), radius, style.color, {}});
}

} // namespace

double markRadius(double em)
{
    return 0.26 * em;
}

QPolygonF markOutline(int mark, QPointF centre, double radius)
{
    static constexpr int corners[] = {24, 4, 3, 4, 3, 5}; // circle, square, triangle, diamond, triangle, pentagon
    static constexpr double turns[] = {0.0, 0.125, 0.25, 0.0, 0.75, 0.25}; // of the first corner, from the right
    const std::size_t kind = std::size_t(mark) % std::size(corners);
    QPolygonF outline;
    for (int corner = 0; corner <= corners[kind]; ++corner) {
        const double angle = 2.0 * std::numbers::pi * (turns[kind] + double(corner) / corners[kind]);
        outline << centre + radius * QPointF(std::cos(angle), -std::sin(angle));
    }
    return outline;
}

ScatterAxes scatterAxes(const DistanceAccuracy &data)
{
    const double scale = scaleOf(data);
    double farthest = 0.0;
    double least = INFINITY;
    double most = -INFINITY;
    for (const auto &point : data.points) {
        farthest = std::max(farthest, point.distance);
        least = std::min({least, point.measured.value * scale, point.measured.interval.low * scale});
        most = std::max({most, point.measured.value * scale, point.measured.interval.high * scale});
    }
    const double right = farthest > 0.0 ? farthest : 1.0;
    const double margin = most > least ? 0.08 * (most - least) : std::max(0.1 * std::abs(most), 0.1);
    return {{-0.05 * right, 1.07 * right}, {least - margin, most + margin}};
}

FigureTable scatterTable(const DistanceAccuracy &data)
{
    const auto exact = [](double value) { return QString::number(value, 'g', QLocale::FloatingPointShortest); };
    const double scale = scaleOf(data);
    FigureTable table;
    const std::size_t columns = 1 + 6 * data.domains.size();
    for (std::size_t i = 0; i < columns; ++i)
        table.header << QString::number(i);
    for (const auto &point : data.points) {
        QStringList cells(qsizetype(columns), QStringLiteral("nan"));
        const auto domain = std::ranges::find(data.domains, point.domain) - data.domains.begin();
        const qsizetype first = 1 + 6 * domain + (point.own ? 3 : 0);
        const auto &[value, interval] = point.measured;
        cells[0] = exact(point.distance);
        cells[first] = exact(value * scale);
        cells[first + 1] = exact((interval.high - value) * scale);
        cells[first + 2] = exact((value - interval.low) * scale);
        table.rows.push_back(cells);
    }
    return table;
}

Result<void> drawDistanceAccuracy(SceneBuilder &builder, const FigureSpec &spec, const DistanceAccuracy &data)
{
    const bool finite = std::ranges::all_of(data.points, [](const DistancePoint &point) {
        return std::isfinite(point.distance) && std::isfinite(point.measured.value)
            && std::isfinite(point.measured.interval.low) && std::isfinite(point.measured.interval.high);
    });
    if (data.points.empty() || !finite)
        return failure(ErrorCode::InvalidArgument, "there are no points to draw");
    Chart chart;
    const auto colors = ColorMap::named(spec.palette).seriesColors(int(data.domains.size()));
    for (std::size_t domain = 0; domain < data.domains.size(); ++domain) {
        LegendEntry entry{text(data.domains[domain]), colors[qsizetype(domain)]};
        entry.mark = int(domain);
        chart.legend << entry;
    }
    chart.axes = scatterAxes(data);
    SECATEUR_CHECK(layOut(builder, spec, data, chart));
    const double scale = scaleOf(data);
    const auto styleOf = [&](const DistancePoint &point) -> const LegendEntry & {
        return chart.legend[std::ranges::find(data.domains, point.domain) - data.domains.begin()];
    };
    for (const auto &point : data.points)
        drawWhisker(builder, chart, point, scale, styleOf(point).color);
    for (const auto &point : data.points)
        drawMark(builder, chart, point, scale, styleOf(point));
    builder.addFrame(chart.panel);
    builder.setTitle(
        QStringLiteral("%1 of sub-models against the distance of their masks to the domain's, with "
                       "intervals of 95 %, protocol %2; %3")
            .arg(accuracyTitle(data.measure), text(data.measure.protocol), text(analysis::correlationText(data))));
    return {};
}

} // namespace secateur::widgets
