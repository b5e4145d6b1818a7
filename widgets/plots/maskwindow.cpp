// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/maskwindow.h"

#include <algorithm>
#include <cmath>

namespace secateur::widgets {

std::vector<CellSpan> cellsOfPixels(double origin, double pixelsPerCell, int pixels, std::size_t cells)
{
    std::vector<CellSpan> spans(std::size_t(std::max(pixels, 0)));
    const double last = double(cells);
    const auto clamped = [last](double cell) { return std::uint32_t(std::clamp(cell, 0.0, last)); };
    for (std::size_t pixel = 0; pixel < spans.size(); ++pixel) {
        if (pixelsPerCell >= 1.0) {
            const double cell = std::floor(origin + (double(pixel) + 0.5) / pixelsPerCell);
            spans[pixel] = {clamped(cell), clamped(cell + 1.0)};
            continue;
        }
        // Both ends come from the same expression, so that neighbours share their edge to the bit.
        const auto edge = [&](std::size_t at) { return std::ceil(origin + double(at) / pixelsPerCell - 0.5); };
        spans[pixel] = {clamped(edge(pixel)), clamped(edge(pixel + 1))};
        // At almost exactly a cell per pixel, rounding may leave none.
        if (spans[pixel].empty() && edge(pixel) >= 0.0 && edge(pixel) < last)
            spans[pixel].end = spans[pixel].begin + 1;
    }
    return spans;
}

} // namespace secateur::widgets
