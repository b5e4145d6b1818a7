// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QStringList>

class QTableView;

namespace secateur::widgets {

/// What a table wants to be seen without scrolling: its headers, all rows and columns, the frame. Pixels.
[[nodiscard]] QSize contentSize(const QTableView &view);

/// The greatest height of the view up to `most` at which no row is cut: headers, whole rows (at least one), the frame,
/// and a scroll bar below where the columns need more than `width`. Pixels.
[[nodiscard]] int heightOfWholeRows(const QTableView &view, int most, int width);

/// Names without the parts that all of them have: "python-wanda-0.5" and "math-wanda-0.5" become "python" and "math".
/// Parts are what stands between hyphens. As they are where there is one name, or where two would read the same.
[[nodiscard]] QStringList withoutSharedParts(const QStringList &names);

} // namespace secateur::widgets
