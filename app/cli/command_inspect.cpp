// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>

#include "app/cli/commands.h"
#include "app/cli/text.h"
#include "core/base/system.h"
#include "core/engine/light.h"

namespace secateur::cli {
namespace {

nlohmann::ordered_json reportJson(const engine::InspectReport &report)
{
    const auto orNull = [](const std::optional<std::int32_t> &id) {
        return id ? nlohmann::ordered_json(*id) : nlohmann::ordered_json(nullptr);
    };
    nlohmann::ordered_json sublayers = nlohmann::ordered_json::array();
    for (const auto &sublayer : report.sublayers)
        sublayers.push_back({{"name", sublayer.name}, {"rows", sublayer.rows}, {"cols", sublayer.cols}});
    nlohmann::ordered_json experts;
    if (report.experts.count > 0)
        experts = {{"count", report.experts.count},
                   {"per_token", report.experts.perToken},
                   {"shared", report.experts.sharedSize > 0}};
    return {{"architecture", report.architecture},
            {"family", report.family},
            {"parameters", report.parameters},
            {"prunable_parameters", report.prunableParameters},
            {"layers", report.layers},
            {"hidden_size", report.hiddenSize},
            {"dtype", report.dtype},
            {"file_bytes", report.fileBytes},
            {"tokenizer",
             {{"kind", report.tokenizerKind},
              {"vocab_size", report.vocabSize},
              {"bos", orNull(report.bos)},
              {"eos", orNull(report.eos)}}},
            {"experts", experts},
            {"sublayers", sublayers},
            {"memory", {{"prune_peak_bytes", report.prunePeakBytes}}}};
}

std::string reportText(const engine::InspectReport &report)
{
    const double share = report.parameters ? 100.0 * double(report.prunableParameters) / double(report.parameters) : 0;
    const auto idText = [](const std::optional<std::int32_t> &id) { return id ? std::to_string(*id) : "none"; };
    Table facts({{""}, {""}});
    facts.addRow({"Architecture", report.architecture + " (family " + report.family + ")"});
    facts.addRow({"Parameters", grouped(report.parameters)});
    facts.addRow({"Prunable",
                  grouped(report.prunableParameters) + " (" + fixed(share, 1) + " %), in the linears of "
                      + std::to_string(report.layers) + " layers"});
    facts.addRow({"Hidden size", std::to_string(report.hiddenSize)});
    if (report.experts.count > 0)
        facts.addRow({"Experts",
                      std::to_string(report.experts.count) + " in each layer, "
                          + std::to_string(report.experts.perToken) + " for each token"
                          + (report.experts.sharedSize > 0 ? ", and one for all tokens" : "")});
    facts.addRow({"Stored as", report.dtype + ", " + bytesText(report.fileBytes)});
    facts.addRow({"Tokenizer",
                  report.tokenizerKind + ", " + grouped(report.vocabSize) + " tokens, bos " + idText(report.bos)
                      + ", eos " + idText(report.eos)});
    facts.addRow({"Pruning needs",
                  "about " + bytesText(report.prunePeakBytes) + " of memory for 128 samples of up to 2048 tokens"});
    Table sublayers({{"Sublayer"}, {"Rows", Table::Align::Right}, {"Columns", Table::Align::Right}});
    std::set<std::string> told;
    for (const auto &sublayer : report.sublayers)
        if (const std::string kind = sublayerKind(sublayer.name); told.insert(kind).second)
            sublayers.addRow({kind, std::to_string(sublayer.rows), std::to_string(sublayer.cols)});
    return facts.text().substr(1) + "\n" + sublayers.text();
}

class Inspect : public Command
{
public:
    std::string name() const override { return "inspect"; }
    std::string summary() const override
    {
        return "Say what a model is, whether it can be pruned, and what that needs";
    }
    std::vector<std::string> examples() const override
    {
        return {"inspect models/SmolLM2-135M-Instruct.gguf", "inspect ~/models/Llama-3.2-1B --json"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("MODEL", m_model, "Hugging Face folder or GGUF file", "").required();
    }
    Result<Outcome> run(const Session &session) override
    {
        SECATEUR_TRY(report, engine::inspect(m_model, session.threads));
        return Outcome{reportJson(report), reportText(report), std::move(report.notices), 0};
    }

private:
    std::filesystem::path m_model;
};

} // namespace

std::unique_ptr<Command> makeInspect()
{
    return std::make_unique<Inspect>();
}

} // namespace secateur::cli
