// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/bootstrap.h"
#include "core/analysis/comparison.h"
#include "core/analysis/proportions.h"

/// How good the sub-models of a study are, as plain values: gathered by the engine (engine/evaluate.h).
namespace secateur::analysis {

/// A measured number, or the difference of two, with its interval of 95 %.
struct Estimate {
    double value = 0.0;
    Interval interval;
};

/// With a domain behind it: the name of a column that is the mean over the domain's tasks.
inline constexpr const char *meanPrefix = "mean:";

struct AccuracyRow {
    std::string run; ///< name; "dense" for the unpruned model
    std::string id; ///< likewise
    std::string domain; ///< whose data the run was calibrated on; empty for dense
    std::string method;
    std::string target;
    std::string recipe = {}; ///< equal for runs that differ in their calibration sample alone; empty: unknown
    std::string sample = {}; ///< which calibration sample, where recipe is known
    std::size_t seeds = 1; ///< runs that this row is the mean of

    [[nodiscard]] bool isDense() const { return id == "dense"; }
};

/// A task as it was measured; all cells of a column may be compared with each other.
struct AccuracyColumn {
    std::string task; ///< "perplexity:python", "mean:csr"
    std::string domain; ///< "python"; empty: the texts are nobody's
    std::string metric; ///< "perplexity"; how it is shown: measurestyle.h
    std::string label; ///< what people call the task: "ARC-Easy"; empty: its name
    bool lowerIsBetter = true;
    std::string protocol; ///< "heldout-perplexity-1"
    std::string interval; ///< how the intervals were made
    std::string compute; ///< "f32"
    std::uint64_t items = 0;
    std::vector<std::string> meanOf = {}; ///< tasks, each of the same weight; empty: it is a task itself

    [[nodiscard]] bool isMean() const { return !meanOf.empty(); }
};

struct AccuracyCell {
    Estimate measured;
    std::uint64_t n = 0; ///< items that count
    std::uint64_t unscored = 0;
    std::string evaluation; ///< id; empty: of several
    /// Against dense on the same items, resampled in pairs; none for dense itself, and where dense was not measured.
    std::optional<Estimate> toDense;
    /// Value divided by that of dense, with the same resamples.
    std::optional<Estimate> ratio;
    std::optional<Significance> test; ///< of toDense
    std::optional<SeedSummary>
        seeds; ///< where it is a mean over seeds; then intervals go from the lowest to the highest

    /// Whether the interval says that run and dense differ; true without a comparison.
    [[nodiscard]] bool isDistinguishable() const { return !toDense || !toDense->interval.covers(0.0); }
};

/// Runs by tasks; a cell is empty where nothing was measured.
struct AccuracyTable {
    std::vector<AccuracyRow> rows; ///< dense first
    std::vector<AccuracyColumn> columns;
    std::vector<std::optional<AccuracyCell>> cells; ///< row-major
    std::vector<std::string> notices; ///< what was left out, and why

    [[nodiscard]] const std::optional<AccuracyCell> &at(std::size_t row, std::size_t column) const
    {
        return cells[row * columns.size() + column];
    }
    /// Whether the run was calibrated on the domain whose texts these are.
    [[nodiscard]] bool isOwnDomain(std::size_t row, std::size_t column) const
    {
        return !columns[column].domain.empty() && columns[column].domain == rows[row].domain;
    }
};

/// Columns of this table in another order, or some of them; `chosen` holds their numbers.
[[nodiscard]] AccuracyTable selectColumns(const AccuracyTable &table, const std::vector<std::size_t> &chosen);

/// Whether there are runs that differ in their calibration sample alone.
[[nodiscard]] bool hasSeveralSeeds(const AccuracyTable &table);
/// Each group of such runs as one row, in the place of its first: values are means over them, and intervals go from the
/// lowest to the highest of their values, which a notice says. Cells that one of the runs lacks are empty. Other rows
/// stay as they are.
[[nodiscard]] AccuracyTable meansOverSeeds(const AccuracyTable &table);

} // namespace secateur::analysis
