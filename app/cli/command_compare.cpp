// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "app/cli/commands.h"
#include "app/cli/domainpartsoutcome.h"
#include "app/cli/text.h"
#include "core/base/file.h"
#include "core/engine/domainparts.h"
#include "core/engine/effects.h"
#include "core/engine/light.h"

namespace secateur::cli {
namespace {

const std::string &runName(const engine::CompareReport &report, std::size_t run)
{
    return report.runs[run].recipe.name;
}

nlohmann::ordered_json effectsJson(const engine::CompareReport &report)
{
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const auto &[pair, size] : engine::effectsOf(report).found) {
        list.push_back({{"a", pair.a},
                        {"b", pair.b},
                        {"method", pair.method},
                        {"target", pair.target},
                        {"value", size.value},
                        {"cross", size.cross},
                        {"floor", size.floor},
                        {"random", size.random},
                        {"samples", {size.samplesA, size.samplesB}}});
        list.back()["low"] = size.interval ? nlohmann::ordered_json(size.interval->low) : nlohmann::ordered_json();
        list.back()["high"] = size.interval ? nlohmann::ordered_json(size.interval->high) : nlohmann::ordered_json();
    }
    return list;
}

nlohmann::ordered_json reportJson(const engine::CompareReport &report, const std::string &set)
{
    nlohmann::ordered_json runs = nlohmann::ordered_json::array();
    for (const auto &run : report.runs)
        runs.push_back(run.recipe.name);
    nlohmann::ordered_json pairs = nlohmann::ordered_json::array();
    for (const auto &pair : report.pairs) {
        nlohmann::ordered_json sublayers = nlohmann::ordered_json::object();
        for (const auto &name : report.sublayers)
            if (const auto found = pair.perSublayer.find(name); found != pair.perSublayer.end())
                sublayers[shortSublayer(name)] = found->second;
        pairs.push_back({{"a", runName(report, pair.a)},
                         {"b", runName(report, pair.b)},
                         {"whole", pair.whole},
                         {"per_layer", pair.perLayer},
                         {"per_sublayer", sublayers},
                         {"hamming", pair.hamming},
                         {"random", pair.random}});
    }
    nlohmann::ordered_json floor = nlohmann::ordered_json::array();
    for (const auto &pair : report.sameDomain)
        floor.push_back({{"a", runName(report, pair.a)}, {"b", runName(report, pair.b)}, {"whole", pair.whole}});
    return {{"set", set},
            {"runs", runs},
            {"pairs", pairs},
            {"baselines", {{"random", report.random}, {"same_domain", floor}}},
            {"effects", effectsJson(report)}};
}

std::string pairsText(const engine::CompareReport &report)
{
    Table table({{"Run A"},
                 {"Run B"},
                 {"Distance", Table::Align::Right},
                 {"Layers from", Table::Align::Right},
                 {"to", Table::Align::Right},
                 {"Hamming", Table::Align::Right}});
    for (const auto &pair : report.pairs) {
        const auto [low, high] = std::minmax_element(pair.perLayer.begin(), pair.perLayer.end());
        const bool layers = low != pair.perLayer.end();
        table.addRow({runName(report, pair.a), runName(report, pair.b), fixed(pair.whole, 4),
                      layers ? fixed(*low, 4) : "-", layers ? fixed(*high, 4) : "-", fixed(pair.hamming, 4)});
    }
    return table.text();
}

std::string baselinesText(const engine::CompareReport &report)
{
    std::string text;
    for (const auto &pair : report.sameDomain)
        text += "Same-domain floor " + fixed(pair.whole, 4) + " (" + printable(runName(report, pair.a)) + ", "
            + printable(runName(report, pair.b)) + "): two samples of one domain lie this far apart, so only more "
            + "than this tells domains apart.\n";
    if (report.sameDomain.empty())
        text += "Same-domain floor: not known; prune one domain again with another --seed, to see how far apart two "
                "samples of the same domain lie.\n";
    return text + "Random baseline " + fixed(report.random, 4)
        + ": masks of these sparsities chosen by chance would lie this far apart.\n";
}

std::string effectsText(const engine::CompareReport &report)
{
    const auto effects = engine::effectsOf(report);
    if (effects.found.empty())
        return "Effect size: not known (" + printable(effects.reason) + ")\n";
    Table table({{"Domain A"},
                 {"Domain B"},
                 {"Target"},
                 {"Effect", Table::Align::Right},
                 {"95 % interval"},
                 {"Samples"},
                 {"Across", Table::Align::Right},
                 {"Floor", Table::Align::Right}});
    for (const auto &[pair, size] : effects.found)
        table.addRow(
            {pair.a, pair.b, pair.method + " " + pair.target, fixed(size.value, 3),
             size.interval ? fixed(size.interval->low, 3) + " to " + fixed(size.interval->high, 3) : "not known",
             std::to_string(size.samplesA) + ", " + std::to_string(size.samplesB), fixed(size.cross, 4),
             fixed(size.floor, 4)});
    return "Effect size of a domain: (across - floor) / (random - floor); 0: as two samples of one domain, 1: as "
           "chance. The\ninterval is a bootstrap over samples, of both domains where each has two; with few of them, "
           "read it as too narrow.\n\n"
        + table.text();
}

class Compare : public Command
{
public:
    std::string name() const override { return "compare"; }
    std::string summary() const override { return "Jaccard distances between the masks of all pairs of runs"; }
    std::vector<std::string> examples() const override
    {
        return {"compare code.secateur", "compare code.secateur --runs python,math --json",
                "compare code.secateur --set kept", "compare code.secateur --runs python,math --columns",
                "compare code.secateur --parts heads --csv heads.csv"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("STUDY", m_request.study, "The study's folder", "").required();
        arguments.list("-r,--runs", m_request.runs, "A,B,...", "Names or ids of the runs to compare (default: all)");
        arguments
            .text("--set", m_set, "SET",
                  "Compare the pruned weights (pruned, the default, as in the paper) or the kept")
            .oneOf({"pruned", "kept"});
        arguments.flag("--columns", m_columns,
                       "Also: the share of each pair's differences that few input columns hold");
        const Argument parts =
            arguments
                .text(
                    "--parts", m_parts, "PARTS",
                    "Also: the core of the domains (weights that all runs keep) and what is one's own (kept by exactly "
                    "one), by layers, attention heads or neurons (rows); without --runs, of one run per domain")
                .oneOf({"layers", "heads", "neurons"});
        arguments.path("--csv", m_csv, "Write all parts to a table").needs(parts);
        arguments.path("-m,--model", m_model,
                       "With --parts heads: the model, when it is no longer where the study last saw it", "MODEL");
    }
    Result<Outcome> run(const Session &session) override
    {
        m_request.set = m_set == "kept" ? analysis::SetKind::Kept : analysis::SetKind::Pruned;
        m_request.threads = session.threads;
        const std::string set = m_set.empty() ? "pruned" : m_set;
        SECATEUR_TRY(report, engine::compare(m_request, session.context));
        const std::string title = "Jaccard distance of the " + set + " weights: 0 the same, 1 nothing in common\n\n";
        Outcome outcome{reportJson(report, set),
                        title + pairsText(report) + "\n" + baselinesText(report) + "\n" + effectsText(report),
                        std::move(report.notices), 0};
        if (m_columns)
            SECATEUR_CHECK(addColumns(report, session.context, outcome));
        if (!m_parts.empty())
            SECATEUR_CHECK(addParts(session.context, outcome));
        return outcome;
    }

private:
    [[nodiscard]] Result<void> addColumns(const engine::CompareReport &report, const RunContext &context,
                                          Outcome &outcome) const
    {
        ColumnsOutcome columns;
        for (std::size_t i = 0; i < report.pairs.size(); ++i) {
            const auto &pair = report.pairs[i];
            SECATEUR_TRY(
                shares, engine::columnShares(m_request.study, report.runs[pair.a].id, report.runs[pair.b].id, context));
            outcome.json["pairs"][i]["columns"] = columns.add(runName(report, pair.a), runName(report, pair.b), shares);
        }
        outcome.text += "\n" + columns.text();
        return {};
    }

    [[nodiscard]] Result<void> addParts(const RunContext &context, Outcome &outcome) const
    {
        engine::DomainPartsRequest request;
        request.study = m_request.study;
        request.runs = m_request.runs;
        request.set = m_set.empty() ? analysis::SetKind::Kept : m_request.set; // what a sub-model has
        request.model = m_model;
        request.kind = m_parts == "heads" ? engine::PartKind::Heads
            : m_parts == "neurons"        ? engine::PartKind::Neurons
                                          : engine::PartKind::Layers;
        if (m_csv)
            SECATEUR_CHECK(engine::checkOutsideStudy(*m_csv, m_request.study));
        SECATEUR_TRY(report, engine::domainParts(request, context));
        if (m_csv)
            SECATEUR_CHECK(writeFileAtomically(*m_csv, partsCsv(report)));
        outcome.json["parts"] = partsJson(report, request.kind);
        outcome.text += "\n" + partsText(report, request.kind, request.set);
        outcome.notices.insert(outcome.notices.end(), report.notices.begin(), report.notices.end());
        return {};
    }

    engine::CompareRequest m_request;
    std::string m_set; ///< empty: pruned for distances, kept for parts
    bool m_columns = false;
    std::string m_parts;
    std::optional<std::filesystem::path> m_csv;
    std::optional<std::filesystem::path> m_model;
};

} // namespace

std::unique_ptr<Command> makeCompare()
{
    return std::make_unique<Compare>();
}

} // namespace secateur::cli
