// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <QString>

#include "core/analysis/accuracytable.h"

/// What a table of several tasks and metrics can show on one axis, and how its numbers are written.
namespace secateur::app {

/// Numbers that may stand beside each other: one metric, found by one protocol.
struct AccuracyMeasure {
    std::string metric;
    std::string protocol;
    friend bool operator==(const AccuracyMeasure &, const AccuracyMeasure &) = default;
};

/// Those that were measured, in the order of the columns.
[[nodiscard]] std::vector<AccuracyMeasure> measuresOf(const analysis::AccuracyTable &table);
/// "acc", or "perplexity (wanda-windows-2048)" where other protocols measured a perplexity, too.
[[nodiscard]] QString measureLabel(const AccuracyMeasure &measure, const std::vector<AccuracyMeasure> &all);
/// The columns of this measure, with all rows and notices.
[[nodiscard]] analysis::AccuracyTable onlyMeasure(const analysis::AccuracyTable &table, const AccuracyMeasure &measure);

/// How values of a metric are written (analysis/measurestyle.h). Shares are in percent and their differences in points.
struct MeasureFormat {
    double scale = 1.0; ///< from the stored value to the shown one
    int decimals = 2;
    QString unit; ///< "%", or empty

    [[nodiscard]] bool isShare() const { return !unit.isEmpty(); }
    [[nodiscard]] QString number(double value) const; ///< without the unit
    [[nodiscard]] QString withUnit(double value) const;
    [[nodiscard]] QString interval(const analysis::Interval &found) const; ///< "71.2–79.9"
    [[nodiscard]] QString difference(double value) const; ///< with its sign
};

[[nodiscard]] MeasureFormat formatOf(const std::string &metric);
/// "Accuracy (%), higher is better".
[[nodiscard]] QString measureTitle(const analysis::AccuracyColumn &column);
/// "n = 100, 95 % Wilson": of all columns of a measure.
[[nodiscard]] QString measureSample(const analysis::AccuracyTable &table);

/// A task as people call it: "ARC-Easy"; a domain's held-out texts have the domain's name.
[[nodiscard]] QString columnLabel(const analysis::AccuracyColumn &column);
/// With the domain that the task measures: "ARC-Easy (csr)".
[[nodiscard]] QString columnName(const analysis::AccuracyColumn &column);

/// Whether no other sub-model is better in this column; never of the dense model, nor where there is just one.
[[nodiscard]] bool isBest(const analysis::AccuracyTable &table, std::size_t row, std::size_t column);

} // namespace secateur::app
