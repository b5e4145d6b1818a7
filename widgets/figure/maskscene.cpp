// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>

#include "widgets/figure/maskcells.h"
#include "widgets/figure/scenes.h"

namespace secateur::widgets {
namespace {

using mask::BitMatrix;

constexpr QRgb prunedColor = 0xfff7f5f0;
constexpr QRgb sameKeptColor = 0xffc6cad0; // apart from pruned and from differing in grey print, too
constexpr QRgb differColor = 0xffcc0000;
constexpr QRgb blankColor = 0xffffffff; // of pruned weights, as the paper leaves them

/// Runs of equal cells as rectangles. Each reaches into what is drawn after it, so that no viewer shows hairlines.
void drawRuns(SceneBuilder &builder, int panel, const QRectF &rect, const MaskCells &cells)
{
    const double w = rect.width() / double(cells.cols());
    const double h = rect.height() / double(cells.rows());
    for (std::size_t row = 0; row < cells.rows(); ++row)
        for (std::size_t col = 0; col < cells.cols();) {
            std::size_t end = col + 1;
            while (end < cells.cols() && cells.at(row, end) == cells.at(row, col))
                ++end;
            const QPointF corner = rect.topLeft() + QPointF(double(col) * w, double(row) * h);
            builder.addRect(Role::Data, panel, QRectF(corner, QSizeF((double(end - col) + 0.5) * w, 1.5 * h)),
                            cells.at(row, col));
            col = end;
        }
}

/// The panels of the figure: their common size, and what surrounds them.
struct MaskPlace {
    std::vector<QRectF> panels;
    double titleY = 0.0; ///< top of the titles
    QPointF legend; ///< top left
};

QList<LegendEntry> legendOf(const MaskCells &mask, bool difference)
{
    if (mask.weights && difference)
        return {{QStringLiteral("pruned"), blankColor}, {QStringLiteral("kept in one of the two"), differColor}};
    if (mask.weights)
        return {{QStringLiteral("pruned"), blankColor}};
    QList<LegendEntry> entries = {{QStringLiteral("kept"), mask.colors[1]}, {QStringLiteral("pruned"), mask.colors[0]}};
    if (difference)
        entries << LegendEntry{QStringLiteral("differs"), differColor}
                << LegendEntry{QStringLiteral("kept in both"), sameKeptColor};
    return entries;
}

/// The colour bar of weights, with its title and ends, all in a row.
struct WeightBar {
    QString title = QStringLiteral("Weight");
    QStringList ends;
    double bar = 0.0;
    double width = 0.0; ///< of all; 0: there is none
};

WeightBar barOf(const SceneBuilder &builder, const MaskCells &mask)
{
    WeightBar bar;
    if (!mask.weights)
        return bar;
    const QString end = QString::number(mask.scale.range.high);
    bar.ends = {QStringLiteral("\u2212") + end, end};
    bar.bar = 7 * builder.em();
    bar.width = builder.textWidth(bar.title) + bar.bar + builder.widest(bar.ends) * 2 + 3 * builder.gap();
    return bar;
}

/// All below the panels: the boxes, and the colour bar at their right where that fits, else in a row of its own.
struct MaskLegend {
    QList<LegendEntry> entries;
    WeightBar bar;

    [[nodiscard]] bool isOneRow(const SceneBuilder &builder, double width) const
    {
        const double left = width - bar.width - 2 * builder.em();
        return left > 0.0 && builder.legendHeight(entries, left) <= 1.01 * builder.lineHeight();
    }
    [[nodiscard]] double height(const SceneBuilder &builder, double width) const
    {
        const double boxes = builder.legendHeight(entries, width);
        return bar.width == 0.0 || isOneRow(builder, width) ? boxes : boxes + builder.gap() + builder.lineHeight();
    }
};

void drawWeightBar(SceneBuilder &builder, const MaskCells &mask, const WeightBar &bar, QPointF at)
{
    const double middle = at.y() + builder.capHeight() / 2;
    builder.addText(Role::Legend, {at.x(), middle}, bar.title, TextAlign::Left, TextRest::Middle);
    const double left = at.x() + builder.textWidth(bar.title) + builder.widest(bar.ends) + 2 * builder.gap();
    const QRectF rect(left, at.y(), bar.bar, builder.capHeight());
    builder.addText(Role::Legend, {rect.left() - builder.gap(), middle}, bar.ends[0], TextAlign::Right,
                    TextRest::Middle);
    builder.addText(Role::Legend, {rect.right() + builder.gap(), middle}, bar.ends[1], TextAlign::Left,
                    TextRest::Middle);
    constexpr int steps = 64;
    for (int i = 0; i < steps; ++i) {
        // Each step reaches to the end and is covered by those after it, so that there are no hairlines.
        const double x = rect.left() + rect.width() * i / steps;
        builder.addRect(Role::Legend, -1, QRectF(QPointF(x, rect.top()), rect.bottomRight()),
                        mask.scale.map->at((i + 0.5) / steps));
    }
    const QPolygonF outline = {rect.topLeft(), rect.topRight(), rect.bottomRight(), rect.bottomLeft(), rect.topLeft()};
    builder.addStroke(Role::Legend, -1, {outline, 0.5 * mmPerPt, inkColor, {}});
}

void drawLegend(SceneBuilder &builder, const MaskCells &mask, const MaskLegend &legend, QPointF at, double right)
{
    const double width = right - at.x();
    if (legend.bar.width == 0.0) {
        builder.addLegend(legend.entries, at.x(), right, at.y());
    } else if (legend.isOneRow(builder, width)) {
        builder.addLegend(legend.entries, at.x() + legend.bar.width + 2 * builder.em(), right, at.y());
        drawWeightBar(builder, mask, legend.bar, at);
    } else {
        drawWeightBar(builder, mask, legend.bar, at);
        builder.addLegend(legend.entries, at.x(), right, at.y() + builder.lineHeight() + builder.gap());
    }
}

MaskLegend wholeLegend(const SceneBuilder &builder, const MaskCells &mask, bool difference)
{
    return {legendOf(mask, difference), barOf(builder, mask)};
}

/// What surrounds the panels, and how wide each of them can be.
struct MaskFrame {
    double count = 1.0; ///< of panels
    double left = 0.0;
    double top = 0.0;
    double between = 0.0;
    double under = 0.0; ///< ticks and title below a panel
    double below = 0.0; ///< that and the legend
    double width = 0.0; ///< of a panel, at most
};

MaskFrame frameOf(const SceneBuilder &builder, const FigureSpec &spec, const analysis::MaskPair &data,
                  const MaskLegend &legend)
{
    const BitMatrix &first = data.kept.front();
    const double margin = builder.margin();
    const double lastCol = builder.textWidth(QString::number(first.cols()));
    const double zero = builder.textWidth(QStringLiteral("0"));
    MaskFrame frame;
    frame.count = data.kept.size() == 2 ? 3.0 : 1.0;
    // The number of the last row, turned title to its left; half of the last column's number to the right.
    frame.left = margin + builder.lineHeight() + builder.gap() + builder.textWidth(QString::number(first.rows()))
        + builder.gap();
    frame.between = lastCol / 2 + zero / 2 + builder.em();
    frame.top = margin + builder.lineHeight() + builder.gap();
    frame.under = 0.3 * builder.em() + builder.gap() * 1.7 + 2 * builder.lineHeight();
    frame.below = frame.under + builder.gap() + legend.height(builder, spec.widthMm - margin - frame.left) + margin;
    const double free = spec.widthMm - frame.left - margin - lastCol / 2 - (frame.count - 1) * frame.between;
    frame.width = free / frame.count;
    return frame;
}

Result<MaskPlace> place(const SceneBuilder &builder, const FigureSpec &spec, const analysis::MaskPair &data,
                        const MaskLegend &legend)
{
    const BitMatrix &first = data.kept.front();
    const MaskFrame frame = frameOf(builder, spec, data, legend);
    const double height = spec.heightMm - frame.top - frame.below;
    const double least = 2 * builder.em();
    if (frame.width < 2 * least || height < least)
        return tooSmall(spec, "panels with titles");
    // Square cells, as far as a very long matrix lets them be seen.
    const double cell = std::min(frame.width / double(first.cols()), height / double(first.rows()));
    const QSizeF size(std::max(cell * double(first.cols()), least), std::max(cell * double(first.rows()), least));
    const double shiftX = (frame.width - size.width()) / 2;
    const double top = frame.top + (height - size.height()) / 2;
    MaskPlace at;
    for (double i = 0; i < frame.count; ++i)
        at.panels.emplace_back(QPointF(frame.left + i * (frame.width + frame.between) + shiftX, top), size);
    at.titleY = top - builder.gap() - builder.lineHeight();
    at.legend = {frame.left, top + size.height() + frame.under + builder.gap()};
    return at;
}

void drawTicks(SceneBuilder &builder, const QRectF &panel, const BitMatrix &matrix, double legendTop, bool rows)
{
    const double tick = 0.3 * builder.em();
    const auto mark = [&](QPointF at, QPointF out) {
        builder.addStroke(Role::Axis, -1, {{at, at + out * tick}, 0.5 * mmPerPt, inkColor, {}});
    };
    const double under = panel.bottom() + tick + builder.gap() / 2;
    mark(panel.bottomLeft(), {0, 1});
    mark(panel.bottomRight(), {0, 1});
    builder.addText(Role::Label, {panel.left(), under}, QStringLiteral("0"), TextAlign::Center, TextRest::Top);
    builder.addText(Role::Label, {panel.right(), under}, QString::number(matrix.cols()), TextAlign::Center,
                    TextRest::Top);
    builder.addText(Role::Label, {panel.center().x(), under + builder.lineHeight() + builder.gap() / 2},
                    builder.fitted(QStringLiteral("Input column"), panel.width()), TextAlign::Center, TextRest::Top);
    if (!rows)
        return;
    const double aside = panel.left() - tick - builder.gap() / 2;
    mark(panel.topLeft(), {-1, 0});
    mark(panel.bottomLeft(), {-1, 0});
    builder.addText(Role::Label, {aside, panel.top()}, QStringLiteral("0"), TextAlign::Right, TextRest::Middle);
    builder.addText(Role::Label, {aside, panel.bottom()}, QString::number(matrix.rows()), TextAlign::Right,
                    TextRest::Middle);
    const double widest = builder.textWidth(QString::number(matrix.rows()));
    const double x = aside - widest - builder.gap() / 2 - builder.lineHeight() / 2;
    // The column left of the numbers is free from the top of the page to the legend.
    builder.addTurnedTitle(x, panel.center().y(), builder.margin(), legendTop - builder.gap(),
                           {QStringLiteral("Output row"), QStringLiteral("Row")});
}

void drawPanel(SceneBuilder &builder, const FigureSpec &spec, const QRectF &rect, const MaskCells &cells,
               const QString &title, const MaskPlace &at)
{
    const int panel = builder.addPanel(rect);
    if (std::max(cells.rows(), cells.cols()) <= mostVectorCells)
        drawRuns(builder, panel, rect, cells);
    else
        builder.addPicture(panel, rect, imageOf(cells, blockSide(rect, cells, spec.imageDpi)));
    builder.addFrame(panel);
    builder.addText(Role::Label, {rect.center().x(), at.titleY}, builder.fitted(title, rect.width() + builder.em()),
                    TextAlign::Center, TextRest::Top);
}

/// What each panel shows: the masks, and for two their difference.
std::vector<MaskCells> cellsOf(const FigureSpec &spec, const analysis::MaskPair &data)
{
    const std::array<QRgb, 3> colors = {prunedColor, ColorMap::named(spec.palette).at(0.12), differColor};
    const std::array<QRgb, 3> difference = {prunedColor, sameKeptColor, differColor};
    const std::array<QRgb, 3> blank = {blankColor, blankColor, differColor};
    const bool weights = spec.rendering == Rendering::Weights;
    const ColorScale scale = weights ? scaleOf(spec, data) : ColorScale{};
    std::vector<MaskCells> cells;
    for (const BitMatrix &kept : data.kept)
        cells.push_back({&kept, nullptr, weights ? blank : colors, weights ? data.weights.data() : nullptr, scale});
    if (data.kept.size() == 2)
        cells.push_back({&data.kept[0], &data.kept[1], weights ? blank : difference, nullptr, scale});
    return cells;
}

Result<void> checkMasks(const FigureSpec &spec, const analysis::MaskPair &data)
{
    const bool counted = data.kept.size() == data.names.size() && (data.kept.size() == 1 || data.kept.size() == 2);
    if (!counted || data.kept.front().size() == 0)
        return failure(ErrorCode::Internal, "a mask figure needs one or two masks that are not empty");
    if (spec.rendering == Rendering::Weights && data.weights.size() != data.kept.front().size())
        return failure(ErrorCode::Internal, "a figure of weights came without them");
    if (data.kept.front().rows() != data.kept.back().rows() || data.kept.front().cols() != data.kept.back().cols())
        return failure(ErrorCode::Internal, "the two masks of a figure differ in shape");
    return {};
}

} // namespace

double maskHeight(const FigureSpec &spec, const analysis::MaskPair &data)
{
    const SceneBuilder builder(spec);
    const auto legend = wholeLegend(builder, cellsOf(spec, data).front(), data.kept.size() == 2);
    const MaskFrame frame = frameOf(builder, spec, data, legend);
    const BitMatrix &first = data.kept.front();
    const double panel = frame.width * double(first.rows()) / double(first.cols());
    return frame.top + std::max(panel, 2 * builder.em()) + frame.below;
}

std::vector<QImage> maskImages(const FigureSpec &spec, const analysis::MaskPair &data,
                               const std::vector<QRectF> &panels)
{
    std::vector<QImage> images;
    const auto cells = cellsOf(spec, data);
    for (std::size_t i = 0; i < std::min(cells.size(), panels.size()); ++i)
        images.push_back(imageOf(cells[i], blockSide(panels[i], cells[i], spec.imageDpi)));
    return images;
}

Result<void> drawMasks(SceneBuilder &builder, const FigureSpec &spec, const analysis::MaskPair &data)
{
    SECATEUR_CHECK(checkMasks(spec, data));
    const auto cells = cellsOf(spec, data);
    const auto legend = wholeLegend(builder, cells.front(), cells.size() == 3);
    SECATEUR_TRY(at, place(builder, spec, data, legend));
    QStringList names;
    for (const auto &name : data.names)
        names << QString::fromStdString(name);
    names = shortNames(names) << QStringLiteral("Difference");
    for (std::size_t i = 0; i < cells.size(); ++i)
        drawPanel(builder, spec, at.panels[i], cells[i], names[qsizetype(i)], at);
    for (std::size_t i = 0; i < at.panels.size(); ++i)
        drawTicks(builder, at.panels[i], data.kept.front(), at.legend.y(), i == 0);
    drawLegend(builder, cells.front(), legend, at.legend, spec.widthMm - builder.margin());
    builder.setTitle((spec.rendering == Rendering::Weights ? QStringLiteral("Kept weights of layer %1, %2")
                                                           : QStringLiteral("Masks of layer %1, %2"))
                         .arg(QString::number(data.id.layer.value), QString::fromStdString(data.id.sublayer)));
    return {};
}

} // namespace secateur::widgets
