// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGui/QPainter>

#include "widgets/figure/figurescene.h"

namespace secateur::widgets {

/// Draws a scene with its top left corner at the painter's origin, `unitsPerMm` of the painter's units to a millimetre.
/// `raster`: the painter draws pixels, and pictures are resampled to them by area, so that no cell is lost or doubled.
void paintScene(const FigureScene &scene, QPainter &painter, double unitsPerMm, bool raster);

/// The scene on white paper, `dpi` pixels an inch; what the preview shows and PNG files hold.
[[nodiscard]] QImage renderScene(const FigureScene &scene, double dpi);

/// An image at another size; each new pixel is the mean of what it covers.
[[nodiscard]] QImage resampled(const QImage &image, QSize size);

} // namespace secateur::widgets
