// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include <QFont>
#include <QRect>

#include "widgets/plots/maskdata.h"
#include "widgets/plots/maskpalette.h"
#include "widgets/plots/matrixviewport.h"

class QPainter;

namespace secateur::widgets {

/// Boundaries of attention heads: every `cells` rows (q, k, v) or columns (o).
struct HeadBands {
    std::int64_t cells = 0; ///< 0: none
    bool alongRows = true;
    friend bool operator==(const HeadBands &, const HeadBands &) = default;
};

/// Where the parts of a mask view are, in widget coordinates.
struct MaskLayout {
    QRect picture;
    QRect rowRuler; ///< left of the picture
    QRect columnRuler; ///< above it
    QRect rowMargin; ///< right of it
    QRect columnMargin; ///< below it

    [[nodiscard]] static MaskLayout of(const QRect &widget, const QFont &font);
};

/// Paints what surrounds and overlays the picture of a mask.
class MaskDecor
{
public:
    MaskDecor(QPainter &painter, const MatrixViewport &viewport, const MaskLayout &layout, const MaskPalette &palette);

    void drawGrid();
    void drawHeads(const HeadBands &heads);
    void drawRulers();
    void drawMargins(const MaskMargins &margins);
    void drawCurrentCell();

private:
    [[nodiscard]] QRectF cellRect(const MatrixViewport::Cell &cell) const;
    [[nodiscard]] double xOf(double column) const;
    [[nodiscard]] double yOf(double row) const;
    void drawColumnRuler();
    void drawRowRuler();
    void drawBars(const QRect &strip, const std::vector<float> &shares, bool alongRows);

    QPainter &m_painter;
    const MatrixViewport &m_viewport;
    const MaskLayout &m_layout;
    const MaskPalette &m_palette;
    QRectF m_cells;
};

} // namespace secateur::widgets
