// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/sharedoptions.h"
#include "app/cli/text.h"
#include "core/base/file.h"
#include "core/engine/compute.h"
#include "core/engine/light.h"
#include "core/store/names.h"

namespace secateur::cli {
namespace {

using nlohmann::ordered_json;

ordered_json entryJson(const engine::EvaluationEntry &entry)
{
    return {{"run", entry.run},
            {"task", entry.recipe.task},
            {"metric", entry.metric.name},
            {"value", entry.metric.value},
            {"low", entry.metric.low},
            {"high", entry.metric.high},
            {"n", entry.metric.n},
            {"unscored", entry.metric.unscored},
            {"protocol", entry.recipe.protocol},
            {"known", entry.known}};
}

/// One line per item; an item that could not be scored has no predicted tokens.
std::string detailsText(const engine::EvaluateReport &report)
{
    std::string text;
    for (const auto &entry : report.results) {
        const auto &index = entry.items.counts.at("index");
        for (std::size_t item = 0; item < index.size(); ++item)
            text += jsonText({{"run", entry.run},
                              {"task", entry.recipe.task},
                              {"index", index[item]},
                              {"nll", entry.items.numbers.at("nll")[item]},
                              {"tokens", entry.items.counts.at("tokens")[item]}})
                + "\n";
    }
    return text;
}

std::string tableText(const engine::EvaluateReport &report)
{
    using Align = Table::Align;
    Table table({{"Run"},
                 {"Task"},
                 {"Perplexity", Align::Right},
                 {"95 % from", Align::Right},
                 {"to", Align::Right},
                 {"Texts", Align::Right},
                 {"Protocol"}});
    std::uint64_t unscored = 0;
    for (const auto &entry : report.results) {
        const auto &metric = entry.metric;
        table.addRow({entry.run, entry.recipe.task, fixed(metric.value, 3), fixed(metric.low, 3), fixed(metric.high, 3),
                      grouped(metric.n), entry.recipe.protocol});
        unscored += metric.unscored;
    }
    return table.text()
        + (unscored == 0
               ? ""
               : "\n" + grouped(unscored) + " texts of one token or none could not be scored and do not count\n");
}

class Evaluate : public Command
{
public:
    std::string name() const override { return "evaluate"; }
    std::string summary() const override { return "Measure the dense model and its sub-models, each domain's texts"; }
    std::vector<std::string> examples() const override
    {
        return {"evaluate code.secateur --tasks perplexity",
                "evaluate code.secateur --tasks perplexity:python --runs python,math,dense --limit 200 --json",
                "evaluate code.secateur --tasks perplexity --items heldout.jsonl --details losses.jsonl",
                "evaluate model.gguf --tasks perplexity --items heldout.txt"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("STUDY", m_subject, "The study's folder; or a model, with --items", "").required();
        arguments
            .list("-t,--tasks", m_request.tasks, "T,...",
                  "perplexity (held-out texts of all domains, or --items) or perplexity:DOMAIN")
            .required();
        arguments.path("--items", m_request.items,
                       "Measure on the records of this file instead: .jsonl, .json, .csv, .tsv, .txt, also .gz");
        arguments.list("-r,--runs", m_request.runs, "A,...,dense",
                       "Names or ids of runs, and dense for the whole model (default: dense and all runs)");
        arguments.count("-n,--limit", m_request.limit, "N", "Texts per task (default: 64; with --items all)", 1);
        arguments.count("--seed", m_request.seed, "S", "Of the choice of texts (default 0)");
        arguments.path("-m,--model", m_request.model, "Where the study's model is now, if it moved", "MODEL");
        arguments.paths("--data", m_request.data, "Where the calibration files are now, if they moved");
        m_compute.declare(arguments);
        arguments.path("--details", m_details, "Write a line of JSON per run, task and text there", "OUT.jsonl");
    }
    Result<Outcome> run(const Session &session) override
    {
        SECATEUR_CHECK(settleSubject());
        if (m_details && m_request.study)
            SECATEUR_CHECK(engine::checkOutsideStudy(*m_details, *m_request.study));
        m_request.compute = m_compute.type();
        m_request.threads = session.threads;
        SECATEUR_TRY(compute, engine::loadCompute());
        SECATEUR_TRY(report, compute->evaluate(m_request, session.context));
        if (m_details)
            SECATEUR_CHECK(writeFileAtomically(*m_details, detailsText(report)));
        ordered_json results = ordered_json::array();
        for (const auto &entry : report.results)
            results.push_back(entryJson(entry));
        return Outcome{{{"results", results}, {"notices", report.notices}}, tableText(report), report.notices, 0};
    }

private:
    /// A study is known by its study.json; anything else has to be a model.
    Result<void> settleSubject()
    {
        std::error_code failed;
        const bool study = std::filesystem::exists(m_subject / store::studyFileName, failed);
        if (study || m_subject.extension() == ".secateur") {
            m_request.study = m_subject;
            return {};
        }
        if (m_request.model)
            return failure(ErrorCode::InvalidArgument,
                           "--model goes with a study, and " + m_subject.string() + " is none");
        m_request.model = m_subject;
        return {};
    }

    engine::EvaluateRequest m_request;
    std::filesystem::path m_subject;
    std::optional<std::filesystem::path> m_details;
    ComputeOption m_compute;
};

} // namespace

std::unique_ptr<Command> makeEvaluate()
{
    return std::make_unique<Evaluate>();
}

} // namespace secateur::cli
