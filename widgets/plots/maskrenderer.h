// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>

#include "widgets/plots/maskdata.h"
#include "widgets/plots/maskpalette.h"
#include "widgets/plots/maskwindow.h"

/// Draws the part of a mask, of the difference of two, or of kept weights that a window shows, into an opaque image of
/// window.pixels. Only that part is looked at, so the cost depends on the pixels and not on the matrix.
///
/// At a pixel per cell and more every cell is drawn as it is. Below, a pixel is the mean of its cells: `Moving` takes
/// it from the density pyramid (or, between 1 and 8 cells per pixel, from one of the pixel's rows) and is meant for
/// frames that are gone in a moment; `Settled` counts every cell, each in exactly one pixel.
///
/// Pure functions of immutable data: any thread.
namespace secateur::widgets {

enum class MaskQuality { Moving, Settled };

[[nodiscard]] QImage drawMask(const MaskData &mask, const CellWindow &window, const MaskPalette &palette,
                              MaskQuality quality);
[[nodiscard]] QImage drawDifference(const MaskDifference &difference, const CellWindow &window,
                                    const MaskPalette &palette, MaskQuality quality);
/// Below a pixel per cell: the mean of a pixel's n cells (pruned ones as 0) times sqrt(n), so that noise keeps its
/// contrast at every zoom.
[[nodiscard]] QImage drawWeights(const KeptWeights &weights, const CellWindow &window, const MaskPalette &palette,
                                 MaskQuality quality);

} // namespace secateur::widgets
