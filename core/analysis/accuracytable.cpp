// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/accuracytable.h"

#include <algorithm>
#include <utility>

namespace secateur::analysis {

namespace {

/// Numbers of the rows that become one.
using Members = std::vector<std::size_t>;

/// A sample that is there twice counts once.
std::vector<Members> groupsOf(const AccuracyTable &table)
{
    std::vector<Members> groups;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        const auto &run = table.rows[row];
        const auto found = std::ranges::find_if(groups, [&](const Members &members) {
            return !run.recipe.empty() && table.rows[members.front()].recipe == run.recipe;
        });
        if (found == groups.end())
            groups.push_back({row});
        else if (std::ranges::none_of(*found,
                                      [&](std::size_t other) { return table.rows[other].sample == run.sample; }))
            found->push_back(row);
    }
    return groups;
}

std::optional<SeedSummary> summaryOf(const std::vector<const AccuracyCell *> &cells,
                                     const std::optional<Estimate> &(*part)(const AccuracyCell &))
{
    std::vector<double> values;
    for (const auto *const cell : cells) {
        const auto &estimate = part(*cell);
        if (!estimate)
            return std::nullopt;
        values.push_back(estimate->value);
    }
    return summariseSeeds(values);
}

std::optional<Estimate> spreadOf(const std::optional<SeedSummary> &summary)
{
    return summary ? std::optional(Estimate{summary->mean, {summary->lowest, summary->highest}}) : std::nullopt;
}

std::optional<AccuracyCell> meanOf(const AccuracyTable &table, const Members &members, std::size_t column)
{
    std::vector<const AccuracyCell *> cells;
    std::vector<double> values;
    for (const std::size_t row : members) {
        const auto &cell = table.at(row, column);
        if (!cell)
            return std::nullopt;
        cells.push_back(&*cell);
        values.push_back(cell->measured.value);
    }
    AccuracyCell mean;
    mean.seeds = summariseSeeds(values);
    mean.measured = *spreadOf(mean.seeds);
    mean.n = cells.front()->n;
    mean.unscored = cells.front()->unscored;
    mean.toDense = spreadOf(summaryOf(
        cells, [](const AccuracyCell &cell) -> const auto & { return cell.toDense; }));
    mean.ratio = spreadOf(summaryOf(
        cells, [](const AccuracyCell &cell) -> const auto & { return cell.ratio; }));
    return mean;
}

} // namespace

AccuracyTable selectColumns(const AccuracyTable &table, const std::vector<std::size_t> &chosen)
{
    AccuracyTable part{table.rows, {}, {}, table.notices};
    for (const std::size_t column : chosen)
        part.columns.push_back(table.columns[column]);
    for (std::size_t row = 0; row < table.rows.size(); ++row)
        for (const std::size_t column : chosen)
            part.cells.push_back(table.at(row, column));
    return part;
}

bool hasSeveralSeeds(const AccuracyTable &table)
{
    return std::ranges::any_of(groupsOf(table), [](const Members &members) { return members.size() > 1; });
}

AccuracyTable meansOverSeeds(const AccuracyTable &table)
{
    AccuracyTable means{{}, table.columns, {}, table.notices};
    std::string averaged;
    for (const auto &members : groupsOf(table)) {
        means.rows.push_back(table.rows[members.front()]);
        auto &row = means.rows.back();
        for (std::size_t column = 0; column < table.columns.size(); ++column)
            means.cells.push_back(members.size() == 1 ? table.at(members.front(), column)
                                                      : meanOf(table, members, column));
        if (members.size() == 1)
            continue;
        row.seeds = members.size();
        averaged += (averaged.empty() ? "" : ", ") + row.run + " and " + std::to_string(row.seeds - 1) + " more";
        row.run += " (" + std::to_string(row.seeds) + " seeds)";
    }
    if (!averaged.empty())
        means.notices.push_back("means over calibration seeds, with intervals from the lowest to the highest seed: "
                                + averaged + "; the intervals of other models are over items");
    return means;
}

} // namespace secateur::analysis
