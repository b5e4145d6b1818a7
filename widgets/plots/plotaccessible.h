// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace secateur::widgets {

/// Teaches assistive technology what plots are, of which QCustomPlot and a painted widget tell nothing: heat maps and
/// mask views are tables of cells, charts are lists of series. Called by the plots themselves; once is enough.
///
/// A mask has millions of cells: any can be asked for by row and column, but only the current one is listed as a child,
/// so that a walk through the tree ends.
void installPlotAccessibility();

} // namespace secateur::widgets
