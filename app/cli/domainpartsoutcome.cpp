// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/domainpartsoutcome.h"

#include <algorithm>
#include <numeric>

#include "app/cli/text.h"

namespace secateur::cli {
namespace {

using analysis::PartCounts;
using engine::DomainPart;
using engine::DomainPartsReport;
using engine::PartKind;
using nlohmann::ordered_json;

constexpr double curveShares[] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5};
constexpr std::size_t shownParts = 20;

std::string percent(double share)
{
    return fixed(100.0 * share, 1) + " %";
}

double shareOf(std::uint64_t part, std::uint64_t total)
{
    return total == 0 ? 0.0 : double(part) / double(total);
}

ordered_json countsJson(const DomainPartsReport &report, const PartCounts &counts)
{
    ordered_json specific = ordered_json::object();
    for (std::size_t run = 0; run < report.runs.size(); ++run)
        specific[report.runs[run].recipe.name] = counts.onlyIn[run];
    return {{"weights", counts.total}, {"core", counts.inAll}, {"none", counts.inNone}, {"specific", specific}};
}

const char *nameOf(PartKind kind)
{
    switch (kind) {
    case PartKind::Layers: return "layers";
    case PartKind::Heads: return "heads";
    case PartKind::Neurons: return "neurons";
    }
    return "layers";
}

/// All layers; of heads and neurons those with the largest specific shares.
std::vector<const DomainPart *> partsToShow(const DomainPartsReport &report, PartKind kind)
{
    std::vector<const DomainPart *> parts;
    for (const DomainPart &part : report.parts)
        parts.push_back(&part);
    if (kind == PartKind::Layers)
        return parts;
    std::ranges::stable_sort(parts, std::greater(),
                             [](const DomainPart *part) { return shareOf(part->counts.inOne(), part->counts.total); });
    parts.resize(std::min(parts.size(), shownParts));
    return parts;
}

std::vector<std::string> cellsOf(const PartCounts &counts)
{
    std::vector<std::string> cells = {grouped(counts.total), percent(shareOf(counts.inAll, counts.total)),
                                      percent(shareOf(counts.inNone, counts.total))};
    for (const std::uint64_t only : counts.onlyIn)
        cells.push_back(percent(shareOf(only, counts.total)));
    return cells;
}

/// As CSV has it: quoted where it must be.
std::string csvField(const std::string &text)
{
    if (text.find_first_of(",\"\n\r") == std::string::npos)
        return text;
    std::string quoted = "\"";
    for (const char c : text)
        quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

} // namespace

ordered_json ColumnsOutcome::add(const std::string &runA, const std::string &runB, const engine::ColumnShares &shares)
{
    ordered_json curve = ordered_json::array();
    std::vector<std::string> row = {runA, runB, percent(shares.whole.columnsFor(0.5))};
    for (const double columns : curveShares) {
        const double differences = shares.whole.shareIn(columns);
        curve.push_back({{"columns", columns}, {"differences", differences}});
        row.push_back(percent(differences));
    }
    m_rows.push_back(std::move(row));
    ordered_json sublayers = ordered_json::object();
    for (const auto &[name, share] : shares.perSublayer)
        sublayers[shortSublayer(name)] = share.columnsFor(0.5);
    return {{"half", shares.whole.columnsFor(0.5)},
            {"differences", shares.whole.differences()},
            {"curve", curve},
            {"per_sublayer", sublayers}};
}

std::string ColumnsOutcome::text() const
{
    std::vector<Table::Column> columns = {{"Run A"}, {"Run B"}, {"Half in", Table::Align::Right}};
    for (const double share : curveShares)
        columns.push_back({"In " + fixed(100.0 * share, 0) + " %", Table::Align::Right});
    Table table(columns);
    for (const auto &row : m_rows)
        table.addRow(row);
    return "Share of the differing weights that the input columns with the most of them hold; \"half in\" is the share "
           "of columns\nthat holds half of the differences. Spread evenly, half were in 50 %.\n\n"
        + table.text();
}

ordered_json partsJson(const DomainPartsReport &report, PartKind kind)
{
    ordered_json runs = ordered_json::array();
    for (const auto &run : report.runs)
        runs.push_back(run.recipe.name);
    ordered_json result = {{"kind", nameOf(kind)}, {"runs", runs}, {"whole", countsJson(report, report.whole)}};
    ordered_json parts = ordered_json::array();
    for (const DomainPart &part : report.parts) {
        if (kind == PartKind::Neurons)
            break;
        parts.push_back({{"layer", part.layer}});
        if (kind == PartKind::Heads)
            parts.back().update({{"sublayer", part.sublayer}, {"index", part.index}});
        parts.back().update(countsJson(report, part.counts));
    }
    result["parts"] = parts;
    return result;
}

std::string partsText(const DomainPartsReport &report, PartKind kind, analysis::SetKind set)
{
    using Align = Table::Align;
    std::vector<Table::Column> columns = {{"Layer", Align::Right}};
    if (kind != PartKind::Layers)
        columns.insert(columns.end(), {{"Sublayer"}, {kind == PartKind::Heads ? "Head" : "Row", Align::Right}});
    columns.insert(columns.end(), {{"Weights", Align::Right}, {"Core", Align::Right}, {"None", Align::Right}});
    for (const auto &run : report.runs)
        columns.push_back({"Only " + run.recipe.name, Align::Right});
    Table table(columns);
    const auto add = [&](std::vector<std::string> row, const PartCounts &counts) {
        row.resize(kind == PartKind::Layers ? 1 : 3);
        const auto cells = cellsOf(counts);
        row.insert(row.end(), cells.begin(), cells.end());
        table.addRow(row);
    };
    const auto shown = partsToShow(report, kind);
    for (const DomainPart *const part : shown)
        add({std::to_string(part->layer), part->sublayer, std::to_string(part->index)}, part->counts);
    add({"all"}, report.whole);
    const std::string verb = set == analysis::SetKind::Kept ? "kept" : "pruned";
    std::string title = "Core: weights that all runs have " + verb + "; none: no run; only: that run and no other";
    if (shown.size() < report.parts.size())
        title += ".\nThe " + std::to_string(shown.size()) + " of " + grouped(report.parts.size()) + " " + nameOf(kind)
            + " with the largest share of one's own; --csv FILE writes all";
    return title + "\n\n" + table.text();
}

std::string partsCsv(const DomainPartsReport &report)
{
    std::string text = "layer,sublayer,index,weights,core,specific,none";
    for (const auto &run : report.runs)
        text += "," + csvField("only " + run.recipe.name);
    text += "\n";
    for (const DomainPart &part : report.parts) {
        text += std::to_string(part.layer) + "," + csvField(part.sublayer) + "," + std::to_string(part.index);
        for (const std::uint64_t count :
             {part.counts.total, part.counts.inAll, part.counts.inOne(), part.counts.inNone})
            text += "," + std::to_string(count);
        for (const std::uint64_t only : part.counts.onlyIn)
            text += "," + std::to_string(only);
        text += "\n";
    }
    return text;
}

} // namespace secateur::cli
