// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "widgets/figure/colorscale.h"
#include "widgets/figure/scenes.h"

namespace secateur::widgets {
namespace {

/// Where the parts of a heat map with labels and colour bar lie.
struct MatrixPlace {
    QRectF cells;
    QRectF bar;
    double cell = 0.0;
    QStringList rows; ///< labels, fitted
    QStringList cols;
    bool turned = false; ///< the labels of the columns
    ScaleTicks ticks; ///< of the bar
    double barLabels = 0.0;
};

QString barTitle(const analysis::DistanceMatrix &data)
{
    return data.set == analysis::SetKind::Kept ? QStringLiteral("Jaccard distance (kept)")
                                               : QStringLiteral("Jaccard distance (pruned)");
}

QStringList labelsOf(const SceneBuilder &builder, const analysis::DistanceMatrix &data, double width)
{
    QStringList names;
    for (const auto &name : data.names)
        names << QString::fromStdString(name);
    QStringList labels;
    for (const QString &name : shortNames(names))
        labels << builder.fitted(name, width);
    return labels;
}

Result<MatrixPlace> place(const SceneBuilder &builder, const FigureSpec &spec, const analysis::DistanceMatrix &data,
                          const ColorScale &scale)
{
    MatrixPlace at;
    const double margin = builder.margin();
    const double count = double(data.names.size());
    at.rows = labelsOf(builder, data, 0.35 * spec.widthMm);
    const double left = margin + builder.widest(at.rows) + builder.gap();
    const double barWidth = 0.9 * builder.em();
    at.ticks = scaleTicks(scale.range, spec.heightMm > 20 * builder.em() ? 5 : 2);
    at.barLabels = builder.widest(at.ticks.texts);
    // Cells, gap, bar, its labels, its title.
    const double right = 1.2 * builder.em() + barWidth + 0.3 * builder.em() + builder.gap() + at.barLabels
        + builder.gap() + builder.lineHeight() + margin;
    // Half of the bar's topmost label stands out above it.
    const double top = margin + builder.capHeight() / 2;
    const double free = std::min(spec.widthMm - left - right, spec.heightMm - top - builder.lineHeight() - 2 * margin);
    at.turned = builder.widest(at.rows) + 0.5 * builder.em() > free / count;
    at.cols = at.turned ? labelsOf(builder, data, 0.35 * spec.heightMm) : at.rows;
    const double below = builder.gap() + (at.turned ? builder.widest(at.cols) : builder.lineHeight()) + margin;
    const double side = std::min(spec.widthMm - left - right, spec.heightMm - top - below);
    at.cell = side / count;
    if (at.cell < builder.lineHeight() * 1.05 && count > 1)
        return tooSmall(spec, "the names of " + std::to_string(data.names.size()) + " runs");
    // What is left over goes to both sides.
    const double shift = (spec.widthMm - left - right - side) / 2;
    at.cells = QRectF(left + shift, top, side, side);
    at.bar = QRectF(at.cells.right() + 1.2 * builder.em(), top, barWidth, side);
    return at;
}

/// Each cell reaches into those drawn after it, so that no viewer shows white hairlines between them; to the right only
/// a little, because smoothed edges let the upper end of that part shine through.
void drawCells(SceneBuilder &builder, const MatrixPlace &at, int panel, const analysis::DistanceMatrix &data,
               const ColorScale &scale)
{
    const std::size_t count = data.names.size();
    const double more = 1.5 * at.cell;
    for (std::size_t row = 0; row < count; ++row)
        for (std::size_t col = 0; col < count; ++col) {
            const QPointF corner = at.cells.topLeft() + QPointF(double(col), double(row)) * at.cell;
            builder.addRect(Role::Data, panel, QRectF(corner, QSizeF(at.cell + std::min(0.5 * at.cell, 0.2), more)),
                            scale.at(data.values[row * count + col]));
        }
}

void drawValues(SceneBuilder &builder, const MatrixPlace &at, const analysis::DistanceMatrix &data,
                const ColorScale &scale)
{
    const std::size_t count = data.names.size();
    if (builder.textWidth(QStringLiteral("0.00")) > 0.86 * at.cell || builder.lineHeight() > 0.8 * at.cell)
        return;
    for (std::size_t row = 0; row < count; ++row)
        for (std::size_t col = 0; col < count; ++col) {
            const double value = data.values[row * count + col];
            const QPointF center = at.cells.topLeft() + QPointF(double(col) + 0.5, double(row) + 0.5) * at.cell;
            builder.addText(Role::Label, center, QString::number(value, 'f', 2), TextAlign::Center, TextRest::Middle,
                            ColorMap::textColorOn(scale.at(value)));
        }
}

void drawNames(SceneBuilder &builder, const MatrixPlace &at)
{
    for (qsizetype i = 0; i < at.rows.size(); ++i) {
        const double along = (double(i) + 0.5) * at.cell;
        builder.addText(Role::Label, {at.cells.left() - builder.gap(), at.cells.top() + along}, at.rows[i],
                        TextAlign::Right, TextRest::Middle);
        const QPointF below(at.cells.left() + along, at.cells.bottom() + builder.gap());
        if (at.turned)
            builder.addTurnedText(Role::Label, below, at.cols[i], TextAlign::Right);
        else
            builder.addText(Role::Label, below, at.cols[i], TextAlign::Center, TextRest::Top);
    }
}

bool drawBar(SceneBuilder &builder, const MatrixPlace &at, int panel, double bottom, const QString &title,
             const ColorScale &scale)
{
    constexpr int steps = 128;
    for (int i = 0; i < steps; ++i) {
        // From the top; every step reaches down to the end and is covered by those after it.
        const double top = at.bar.top() + at.bar.height() * i / steps;
        builder.addRect(Role::Legend, panel, QRectF(QPointF(at.bar.left(), top), at.bar.bottomRight()),
                        scale.map->at(1.0 - (i + 0.5) / steps));
    }
    const double tick = 0.3 * builder.em();
    for (std::size_t i = 0; i < at.ticks.values.size(); ++i) {
        const double share = (at.ticks.values[i] - scale.range.low) / (scale.range.high - scale.range.low);
        const double y = at.bar.bottom() - at.bar.height() * share;
        builder.addStroke(
            Role::Axis, -1,
            {{QPointF(at.bar.right(), y), QPointF(at.bar.right() + tick, y)}, 0.5 * mmPerPt, inkColor, {}});
        builder.addText(Role::Legend, {at.bar.right() + tick + builder.gap() / 2, y}, at.ticks.texts[qsizetype(i)],
                        TextAlign::Left, TextRest::Middle);
    }
    const double x = at.bar.right() + tick + builder.gap() * 1.5 + at.barLabels + builder.capHeight() / 2;
    return builder.addTurnedTitle(x, at.bar.center().y(), builder.margin(), bottom,
                                  {title, QStringLiteral("Jaccard distance"), QStringLiteral("Distance")});
}

} // namespace

Result<void> drawDistanceMatrix(SceneBuilder &builder, const FigureSpec &spec, const analysis::DistanceMatrix &data)
{
    if (data.names.empty() || data.values.size() != data.names.size() * data.names.size())
        return failure(ErrorCode::Internal, "the matrix of a figure does not fit its names");
    const ColorScale scale = scaleOf(spec, data);
    SECATEUR_TRY(at, place(builder, spec, data, scale));
    const int panel = builder.addPanel(at.cells);
    const int bar = builder.addPanel(at.bar);
    drawCells(builder, at, panel, data, scale);
    drawValues(builder, at, data, scale);
    drawNames(builder, at);
    if (!drawBar(builder, at, bar, spec.heightMm - builder.margin(), barTitle(data), scale))
        return tooSmall(spec, "its colour bar");
    builder.addFrame(panel);
    builder.addFrame(bar);
    builder.setTitle(
        QStringLiteral("%1 of all pairs of runs, %2").arg(barTitle(data), QString::fromStdString(data.part)));
    return {};
}

} // namespace secateur::widgets
