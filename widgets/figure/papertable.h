// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figure/figuretable.h"

namespace secateur::widgets {

/// The numbers of a figure as a paper would print them: distances as a square, masks as shares instead of cell by cell.
/// In full precision; what prints them rounds.
[[nodiscard]] FigureTable paperTableOf(const analysis::FigureData &data);

/// A LaTeX `tabular` in the style of booktabs; numbers that are no integers with four decimals, special characters
/// escaped.
[[nodiscard]] QString latexOf(const FigureTable &table);
/// A Markdown table, rounded alike.
[[nodiscard]] QString markdownOf(const FigureTable &table);

/// A text as TeX prints it.
[[nodiscard]] QString texEscaped(const QString &text);

} // namespace secateur::widgets
