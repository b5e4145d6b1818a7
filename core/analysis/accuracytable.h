// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/bootstrap.h"

/// How good the sub-models of a study are, as plain values: gathered by the engine (engine/evaluate.h).
namespace secateur::analysis {

/// A measured number, or the difference of two, with its interval of 95 %.
struct Estimate {
    double value = 0.0;
    Interval interval;
};

struct AccuracyRow {
    std::string run; ///< name; "dense" for the unpruned model
    std::string id; ///< likewise
    std::string domain; ///< whose data the run was calibrated on; empty for dense
    std::string method;
    std::string target;

    [[nodiscard]] bool isDense() const { return id == "dense"; }
};

/// A task as it was measured; all cells of a column may be compared with each other.
struct AccuracyColumn {
    std::string task; ///< "perplexity:python"
    std::string domain; ///< "python"; empty: the texts are nobody's
    std::string metric; ///< "perplexity"; how it is shown: measurestyle.h
    std::string label; ///< what people call the task: "ARC-Easy"; empty: its name
    bool lowerIsBetter = true;
    std::string protocol; ///< "heldout-perplexity-1"
    std::string interval; ///< how the intervals were made
    std::string compute; ///< "f32"
    std::uint64_t items = 0;
};

struct AccuracyCell {
    Estimate measured;
    std::uint64_t n = 0; ///< items that count
    std::uint64_t unscored = 0;
    std::string evaluation; ///< id
    /// Against dense on the same items, resampled in pairs; none for dense itself, and where dense was not measured.
    std::optional<Estimate> toDense;
    /// Value divided by that of dense, with the same resamples.
    std::optional<Estimate> ratio;
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

} // namespace secateur::analysis
