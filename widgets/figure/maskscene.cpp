// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "widgets/figure/colormap.h"
#include "widgets/figure/scenes.h"

namespace secateur::widgets {
namespace {

using mask::BitMatrix;

constexpr QRgb prunedColor = 0xfff7f5f0;
constexpr QRgb sameKeptColor = 0xffe3e7eb;
constexpr QRgb differColor = 0xffcc0000;

/// What a panel shows of each cell, as a class with a color: 0 pruned, 1 kept, 2 differs.
struct Cells {
    const BitMatrix *a = nullptr;
    const BitMatrix *b = nullptr; ///< null: a alone
    std::array<QRgb, 3> colors{};

    [[nodiscard]] std::size_t rows() const { return a->rows(); }
    [[nodiscard]] std::size_t cols() const { return a->cols(); }
    [[nodiscard]] unsigned at(std::size_t row, std::size_t col) const
    {
        const bool kept = a->test(row, col);
        return b && b->test(row, col) != kept ? 2U : unsigned(kept);
    }
};

QRgb mixed(const std::array<std::uint32_t, 3> &counts, const std::array<QRgb, 3> &colors)
{
    const double total = double(counts[0]) + counts[1] + counts[2];
    double red = 0.0;
    double green = 0.0;
    double blue = 0.0;
    for (std::size_t i = 0; i < 3; ++i) {
        const double share = counts[i] / total;
        red += share * qRed(colors[i]);
        green += share * qGreen(colors[i]);
        blue += share * qBlue(colors[i]);
    }
    return qRgb(int(std::lround(red)), int(std::lround(green)), int(std::lround(blue)));
}

/// A pixel per cell, or per block of `side` x `side` cells, whose colours are mixed.
QImage imageOf(const Cells &cells, std::size_t side)
{
    const auto width = int((cells.cols() + side - 1) / side);
    const auto height = int((cells.rows() + side - 1) / side);
    QImage image(width, height, QImage::Format_RGB32);
    std::vector<std::array<std::uint32_t, 3>> counts;
    for (int y = 0; y < height; ++y) {
        counts.assign(std::size_t(width), {});
        const std::size_t end = std::min(cells.rows(), (std::size_t(y) + 1) * side);
        for (std::size_t row = std::size_t(y) * side; row < end; ++row)
            for (std::size_t col = 0; col < cells.cols(); ++col)
                ++counts[col / side][cells.at(row, col)];
        auto *const line = reinterpret_cast<QRgb *>(image.scanLine(y));
        for (int x = 0; x < width; ++x)
            line[x] = mixed(counts[std::size_t(x)], cells.colors);
    }
    return image;
}

/// Runs of equal cells as rectangles. Each reaches into what is drawn after it, so that no viewer shows hairlines.
void drawRuns(SceneBuilder &builder, int panel, const QRectF &rect, const Cells &cells)
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
                            cells.colors[cells.at(row, col)]);
            col = end;
        }
}

/// Cells along one side of a pixel, such that pixels are no finer than the spec wants them.
std::size_t blockSide(const QRectF &rect, const Cells &cells, int dpi)
{
    const double pixelsPerMm = dpi / 25.4;
    const double wanted = std::max(double(cells.cols()) / (rect.width() * pixelsPerMm),
                                   double(cells.rows()) / (rect.height() * pixelsPerMm));
    return std::size_t(std::max(1.0, std::ceil(wanted)));
}

/// The panels of the figure: their common size, and what surrounds them.
struct MaskPlace {
    std::vector<QRectF> panels;
    double titleY = 0.0; ///< top of the titles
    QPointF legend; ///< top left
};

QList<LegendEntry> legendOf(const Cells &mask, bool difference)
{
    QList<LegendEntry> entries = {{QStringLiteral("kept"), mask.colors[1]}, {QStringLiteral("pruned"), mask.colors[0]}};
    if (difference)
        entries << LegendEntry{QStringLiteral("differs"), differColor}
                << LegendEntry{QStringLiteral("kept in both"), sameKeptColor};
    return entries;
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
                  const QList<LegendEntry> &legend)
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
    frame.below =
        frame.under + builder.gap() + builder.legendHeight(legend, spec.widthMm - margin - frame.left) + margin;
    const double free = spec.widthMm - frame.left - margin - lastCol / 2 - (frame.count - 1) * frame.between;
    frame.width = free / frame.count;
    return frame;
}

Result<MaskPlace> place(const SceneBuilder &builder, const FigureSpec &spec, const analysis::MaskPair &data,
                        const QList<LegendEntry> &legend)
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

void drawPanel(SceneBuilder &builder, const FigureSpec &spec, const QRectF &rect, const Cells &cells,
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
std::vector<Cells> cellsOf(const FigureSpec &spec, const analysis::MaskPair &data)
{
    const std::array<QRgb, 3> colors = {prunedColor, ColorMap::named(spec.palette).at(0.12), differColor};
    std::vector<Cells> cells;
    for (const BitMatrix &kept : data.kept)
        cells.push_back({&kept, nullptr, colors});
    if (data.kept.size() == 2)
        cells.push_back({&data.kept[0], &data.kept[1], {prunedColor, sameKeptColor, differColor}});
    return cells;
}

Result<void> checkMasks(const analysis::MaskPair &data)
{
    const bool counted = data.kept.size() == data.names.size() && (data.kept.size() == 1 || data.kept.size() == 2);
    if (!counted || data.kept.front().size() == 0)
        return failure(ErrorCode::Internal, "a mask figure needs one or two masks that are not empty");
    if (data.kept.front().rows() != data.kept.back().rows() || data.kept.front().cols() != data.kept.back().cols())
        return failure(ErrorCode::Internal, "the two masks of a figure differ in shape");
    return {};
}

} // namespace

double maskHeight(const FigureSpec &spec, const analysis::MaskPair &data)
{
    const SceneBuilder builder(spec);
    const MaskFrame frame = frameOf(builder, spec, data, legendOf(cellsOf(spec, data).front(), data.kept.size() == 2));
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
    SECATEUR_CHECK(checkMasks(data));
    const auto cells = cellsOf(spec, data);
    const auto legend = legendOf(cells.front(), cells.size() == 3);
    SECATEUR_TRY(at, place(builder, spec, data, legend));
    QStringList names;
    for (const auto &name : data.names)
        names << QString::fromStdString(name);
    names = shortNames(names) << QStringLiteral("Difference");
    for (std::size_t i = 0; i < cells.size(); ++i)
        drawPanel(builder, spec, at.panels[i], cells[i], names[qsizetype(i)], at);
    for (std::size_t i = 0; i < at.panels.size(); ++i)
        drawTicks(builder, at.panels[i], data.kept.front(), at.legend.y(), i == 0);
    builder.addLegend(legend, at.legend.x(), spec.widthMm - builder.margin(), at.legend.y());
    builder.setTitle(QStringLiteral("Masks of layer %1, %2")
                         .arg(QString::number(data.id.layer.value), QString::fromStdString(data.id.sublayer)));
    return {};
}

} // namespace secateur::widgets
