// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figure/figuretable.h"
#include "widgets/figure/scenebuilder.h"

/// One function per kind of figure; makeScene() picks. Each returns InvalidArgument when the page is too small.
namespace secateur::widgets {

[[nodiscard]] Result<void> drawLayerDistances(SceneBuilder &builder, const FigureSpec &spec,
                                              const analysis::LayerDistances &data);
[[nodiscard]] Result<void> drawSparsityProfile(SceneBuilder &builder, const FigureSpec &spec,
                                               const analysis::SparsityProfile &data);
[[nodiscard]] Result<void> drawDistanceMatrix(SceneBuilder &builder, const FigureSpec &spec,
                                              const analysis::DistanceMatrix &data);
[[nodiscard]] Result<void> drawMasks(SceneBuilder &builder, const FigureSpec &spec, const analysis::MaskPair &data);

[[nodiscard]] Result<void> drawAccuracy(SceneBuilder &builder, const FigureSpec &spec,
                                        const analysis::AccuracyTable &data);
/// What a group of bars is called: the task, or the domain whose texts they are.
[[nodiscard]] QStringList groupNames(const analysis::AccuracyTable &data);
/// What all groups are: tasks, or texts of domains.
[[nodiscard]] QString groupsTitle(const analysis::AccuracyTable &data);
/// "Accuracy (%)", "Perplexity (lower is better)".
[[nodiscard]] QString accuracyTitle(const analysis::AccuracyColumn &column);
/// With measured values and their intervals in the unit in which they are drawn.
[[nodiscard]] analysis::AccuracyTable asShown(analysis::AccuracyTable data);

[[nodiscard]] Result<void> drawDistanceAccuracy(SceneBuilder &builder, const FigureSpec &spec,
                                                const analysis::DistanceAccuracy &data);
/// From where to where the axes of a scatter go, with room around the points; y in the unit in which it is drawn.
struct ScatterAxes {
    ColorRange x;
    ColorRange y;
};
[[nodiscard]] ScatterAxes scatterAxes(const analysis::DistanceAccuracy &data);
/// For pgfplots, a line per point: x, and for each domain y and how far its interval reaches up and down, first of the
/// runs of other domains, then of its own; "nan" where the point is none of these.
[[nodiscard]] FigureTable scatterTable(const analysis::DistanceAccuracy &data);

/// The height at which the panels of a mask figure fill its width.
[[nodiscard]] double maskHeight(const FigureSpec &spec, const analysis::MaskPair &data);
/// The pictures of the panels of a mask figure, a pixel per cell unless the spec's resolution is too low for that.
[[nodiscard]] std::vector<QImage> maskImages(const FigureSpec &spec, const analysis::MaskPair &data,
                                             const std::vector<QRectF> &panels);

[[nodiscard]] tl::unexpected<Error> tooSmall(const FigureSpec &spec, const std::string &what);

/// Cells of a matrix that may be rectangles, along one side; beyond, an image with a pixel per cell is smaller.
inline constexpr std::size_t mostVectorCells = 200;

} // namespace secateur::widgets
