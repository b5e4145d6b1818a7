// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/pruneoutcome.h"

#include <algorithm>
#include <ranges>

#include "app/cli/text.h"
#include "core/base/system.h"
#include "core/base/text.h"

namespace secateur::cli {
namespace {

nlohmann::ordered_json sublayersJson(const store::RunManifest &manifest)
{
    nlohmann::ordered_json sublayers = nlohmann::ordered_json::array();
    for (const auto &sublayer : manifest.sublayers) {
        sublayers.push_back({{"layer", sublayer.id.layer.value},
                             {"name", sublayer.id.sublayer},
                             {"rows", sublayer.rows},
                             {"cols", sublayer.cols},
                             {"pruned", sublayer.pruned}});
        if (sublayer.alpha)
            sublayers.back()["alpha"] = *sublayer.alpha;
    }
    return sublayers;
}

/// Pruned share of each kind of sublayer over all layers.
std::string sublayersText(const store::RunManifest &manifest)
{
    Table table({{"Sublayer"},
                 {"Pruned", Table::Align::Right},
                 {"Weights", Table::Align::Right},
                 {"Share", Table::Align::Right}});
    struct Kind {
        std::string name;
        std::uint64_t pruned = 0;
        std::uint64_t total = 0;
    };
    std::vector<Kind> kinds;
    for (const auto &sublayer : manifest.sublayers) {
        const std::string name = sublayerKind(sublayer.id.sublayer);
        auto kind = std::ranges::find(kinds, name, &Kind::name);
        if (kind == kinds.end())
            kind = kinds.insert(kind, Kind{name});
        kind->pruned += sublayer.pruned;
        kind->total += sublayer.rows * sublayer.cols;
    }
    for (const auto &[name, pruned, total] : kinds)
        table.addRow({name, grouped(pruned), grouped(total),
                      fixed(total ? 100.0 * double(pruned) / double(total) : 0.0, 2) + " %"});
    return table.text();
}

std::string secondsText(const std::map<std::string, double> &seconds)
{
    std::vector<std::string> parts;
    for (const auto &[name, value] : seconds)
        if (name != "total")
            parts.push_back(name + " " + fixed(value, 1) + " s");
    const auto total = seconds.find("total");
    const std::string whole = total == seconds.end() ? "-" : fixed(total->second, 1) + " s";
    return parts.empty() ? whole : whole + " (" + joined(parts, ", ") + ")";
}

/// What it was made from.
std::string originText(const store::RunRecipe &recipe)
{
    std::string text;
    if (recipe.combination) {
        const auto &runs = recipe.combination->runs;
        text = "Made by " + mask::ruleName(recipe.combination->rule) + " of ";
        for (const auto &run : runs)
            text += (&run == &runs.front() ? "" : ", ") + printable(run.name)
                + (run.weight == 1.0 ? "" : " (weight " + fixed(run.weight, 2) + ")");
        text += ", which were calibrated";
    } else {
        text = "Calibrated";
    }
    return text + " on " + grouped(recipe.calibrationTokens) + " tokens in " + grouped(recipe.calibrationSequences)
        + " sequences\n";
}

/// Which records were drawn from, where not from all.
std::string filterText(const store::RunRecipe &recipe)
{
    const auto outcome = data::filterOutcome(recipe.calibration);
    return outcome ? "Drawn from " + grouped(outcome->taken) + " of " + grouped(outcome->records) + " records, where "
            + printable(outcome->filter) + "\n"
                   : std::string();
}

/// Whether fewer texts would have done.
std::string convergenceText(const store::RunManifest &manifest)
{
    std::vector<std::string> parts;
    for (const auto &[sequences, distance] : manifest.outcome.normConvergence)
        parts.push_back(fixed(100.0 * distance, 1) + " % (" + grouped(sequences) + ")");
    return parts.empty() ? std::string()
                         : "Norms of the first sequences alone would differ by " + joined(parts, ", ") + "\n";
}

/// Which experts were pruned by statistics of few tokens, the least used first, and no more than a few by name.
std::string expertsText(const store::RunManifest &manifest)
{
    const auto &use = manifest.outcome.experts;
    if (!use)
        return {};
    std::string text = "Experts: " + grouped(use->seldom.size()) + " of " + grouped(use->experts)
        + " seldom used, with less than a tenth of the " + fixed(use->evenTokens, 0)
        + " tokens that each would get if all were used alike";
    if (use->unused() > 0)
        text += "; " + grouped(use->unused()) + " not at all, pruned by their weights alone";
    auto seldom = use->seldom;
    std::ranges::stable_sort(seldom, {}, &store::ExpertUse::Seldom::tokens);
    constexpr std::size_t mostNamed = 8;
    std::vector<std::string> names;
    for (const auto &[layer, expert, tokens] : seldom | std::views::take(mostNamed))
        names.push_back(std::to_string(expert) + " of layer " + std::to_string(layer.value) + " (" + grouped(tokens)
                        + ")");
    if (seldom.size() > mostNamed)
        names.push_back("…");
    return text + (names.empty() ? "" : ": " + joined(names, ", ")) + "\n";
}

/// How far apart layers are where they are not pruned alike.
std::string layersText(const store::RunRecipe &recipe)
{
    if (recipe.layerSparsity.empty())
        return {};
    const auto [least, most] = std::ranges::minmax_element(recipe.layerSparsity);
    const auto number = [&recipe](auto at) { return std::to_string(at - recipe.layerSparsity.begin()); };
    return "Layers pruned from " + fixed(100.0 * *least, 2) + " % (layer " + number(least) + ") to "
        + fixed(100.0 * *most, 2) + " % (layer " + number(most) + ")\n";
}

/// Why the masks are not those of pruning to them.
std::string approximateText(const store::RunRecipe &recipe)
{
    if (!recipe.approximate)
        return {};
    if (recipe.combination)
        return "Approximate: the norms of the runs were measured behind layers pruned by their own masks, not by "
               "these; "
               "prune with --statistics dense to make this exact\n";
    return "Approximate: the norms of the parent run were measured behind layers pruned to its sparsity, not to this "
           "one; prune with --statistics dense to make this exact\n";
}

nlohmann::ordered_json combinationJson(const store::Combination &combination)
{
    nlohmann::ordered_json runs = nlohmann::ordered_json::array();
    for (const auto &run : combination.runs)
        runs.push_back({{"run", run.name}, {"id", run.id}, {"domain", run.domain}, {"weight", run.weight}});
    return {{"rule", mask::ruleName(combination.rule)}, {"runs", runs}};
}

} // namespace

nlohmann::ordered_json expertsJson(const store::ExpertUse &use)
{
    nlohmann::ordered_json seldom = nlohmann::ordered_json::array();
    for (const auto &[layer, expert, tokens] : use.seldom)
        seldom.push_back({{"layer", layer.value}, {"expert", expert}, {"tokens", tokens}});
    return {{"experts", use.experts}, {"even_tokens", use.evenTokens}, {"seldom_used", seldom}};
}

Outcome pruneOutcome(const engine::PruneReport &report)
{
    const store::RunManifest &manifest = report.manifest;
    const store::RunRecipe &recipe = manifest.recipe;
    Outcome outcome;
    outcome.json = {{"run", recipe.name},
                    {"id", manifest.id},
                    {"domain", recipe.domain},
                    {"method", methodName(recipe.method)},
                    {"target", recipe.target},
                    {"statistics", statisticsName(recipe.statistics)},
                    {"sparsity", manifest.sparsity()},
                    {"approximate", recipe.approximate},
                    {"tokens", recipe.calibrationTokens},
                    {"sequences", recipe.calibrationSequences},
                    {"resumed_layers", report.resumedLayers},
                    {"seconds", manifest.outcome.seconds},
                    {"peak_rss_bytes", manifest.outcome.peakResidentBytes},
                    {"notices", report.notices},
                    {"sublayers", sublayersJson(manifest)}};
    if (const auto filter = data::filterOutcome(recipe.calibration))
        outcome.json["filter"] = {{"where", filter->filter}, {"records", filter->records}, {"taken", filter->taken}};
    for (const auto &[sequences, distance] : manifest.outcome.normConvergence)
        outcome.json["norm_convergence"].push_back({{"sequences", sequences}, {"distance", distance}});
    if (manifest.outcome.experts)
        outcome.json["experts"] = expertsJson(*manifest.outcome.experts);
    if (!recipe.layerSparsity.empty())
        outcome.json["layer_sparsity"] = recipe.layerSparsity;
    if (recipe.combination)
        outcome.json["combination"] = combinationJson(*recipe.combination);
    outcome.text = "Run " + printable(recipe.name) + " (" + manifest.id + "): " + grouped(manifest.pruned()) + " of "
        + grouped(manifest.total()) + " prunable weights pruned, " + fixed(100.0 * manifest.sparsity(), 2) + " %\n"
        + originText(recipe) + filterText(recipe) + convergenceText(manifest) + expertsText(manifest)
        + layersText(recipe) + "Time " + secondsText(manifest.outcome.seconds) + ", peak memory "
        + bytesText(manifest.outcome.peakResidentBytes) + "\n" + approximateText(recipe) + "\n"
        + sublayersText(manifest);
    outcome.notices = report.notices;
    return outcome;
}

} // namespace secateur::cli
