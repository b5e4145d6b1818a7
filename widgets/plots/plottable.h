// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include <QString>
#include <QStringList>

namespace secateur::widgets {

/// The numbers behind a plot: one row per layer, run or combination, one column per series. What the linked table view
/// shows, what assistive technology reads, and what is copied.
struct PlotTable {
    QString corner; ///< what the rows are: "Layer"
    QStringList rows;
    QStringList columns;
    std::vector<double> values; ///< row-major; NaN: there is no value
    std::vector<int> decimals = {}; ///< per column; missing ones are 4
    std::vector<double> scales = {}; ///< per column, from the value to the number that is shown; missing ones are 1
    QStringList units = {}; ///< per column, of the number that is shown; missing ones have none

    [[nodiscard]] int rowCount() const { return int(rows.size()); }
    [[nodiscard]] int columnCount() const { return int(columns.size()); }
    [[nodiscard]] bool contains(int row, int column) const;
    /// NaN outside.
    [[nodiscard]] double at(int row, int column) const;
    [[nodiscard]] int decimalsOf(int column) const;
    [[nodiscard]] double scaleOf(int column) const;
    /// The column's name, with the unit of what text() says: "ARC-Easy (%)".
    [[nodiscard]] QString heading(int column) const;
    /// As shown: in the column's unit, rounded to its decimals; an en dash for no value.
    [[nodiscard]] QString text(int row, int column) const;
};

/// Comma-separated, RFC 4180, with all digits of the values (shares from 0 to 1, not percent) and a point whatever the
/// locale.
[[nodiscard]] QString toCsv(const PlotTable &table);
/// A LaTeX `tabular` in the style of booktabs, rounded as shown, special characters escaped.
[[nodiscard]] QString toLatex(const PlotTable &table);
/// A Markdown table, rounded as shown.
[[nodiscard]] QString toMarkdown(const PlotTable &table);

} // namespace secateur::widgets
