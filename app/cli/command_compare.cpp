// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "app/cli/commands.h"
#include "app/cli/text.h"
#include "core/engine/light.h"

namespace secateur::cli {
namespace {

/// "q_proj" of "self_attn.q_proj".
std::string shortName(const std::string &sublayer)
{
    return sublayer.substr(sublayer.rfind('.') + 1);
}

const std::string &runName(const engine::CompareReport &report, std::size_t run)
{
    return report.runs[run].recipe.name;
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
                sublayers[shortName(name)] = found->second;
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
            {"baselines", {{"random", report.random}, {"same_domain", floor}}}};
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

class Compare : public Command
{
public:
    std::string name() const override { return "compare"; }
    std::string summary() const override { return "Jaccard distances between the masks of all pairs of runs"; }
    std::vector<std::string> examples() const override
    {
        return {"compare code.secateur", "compare code.secateur --runs python,math --json",
                "compare code.secateur --set kept"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("STUDY", m_request.study, "The study's folder", "").required();
        arguments.list("-r,--runs", m_request.runs, "A,B,...", "Names or ids of the runs to compare (default: all)");
        arguments
            .text("--set", m_set, "SET",
                  "Compare the pruned weights (pruned, the default, as in the paper) or the kept")
            .oneOf({"pruned", "kept"});
    }
    Result<Outcome> run(const Session &session) override
    {
        m_request.set = m_set == "kept" ? analysis::SetKind::Kept : analysis::SetKind::Pruned;
        m_request.threads = session.threads;
        SECATEUR_TRY(report, engine::compare(m_request, session.context));
        const std::string title = "Jaccard distance of the " + m_set + " weights: 0 the same, 1 nothing in common\n\n";
        return Outcome{reportJson(report, m_set), title + pairsText(report) + "\n" + baselinesText(report),
                       std::move(report.notices), 0};
    }

private:
    engine::CompareRequest m_request;
    std::string m_set = "pruned";
};

} // namespace

std::unique_ptr<Command> makeCompare()
{
    return std::make_unique<Compare>();
}

} // namespace secateur::cli
