// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/sharedoptions.h"
#include "app/cli/text.h"
#include "core/analysis/measurestyle.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/engine/compute.h"
#include "core/engine/light.h"
#include "core/eval/registry.h"

namespace secateur::cli {
namespace {

using nlohmann::ordered_json;

/// None scored is no number, not 0.
ordered_json scored(const store::EvaluationMetric &metric, double value)
{
    return metric.n > 0 ? ordered_json(value) : ordered_json();
}

/// As people read it: shares in percent.
std::string scoredText(const store::EvaluationMetric &metric, double value)
{
    const auto style = analysis::styleOf(metric.name);
    return metric.n > 0 ? fixed(value * style.scale, style.decimals) : "–";
}

std::string metricText(const store::EvaluationMetric &metric)
{
    const auto style = analysis::styleOf(metric.name);
    return style.unit.empty() ? metric.name : metric.name + " (" + style.unit + ")";
}

ordered_json metricJson(const engine::EvaluationEntry &entry, const store::EvaluationMetric &metric)
{
    return {{"run", entry.run},
            {"task", entry.recipe.task},
            {"metric", metric.name},
            {"value", scored(metric, metric.value)},
            {"low", scored(metric, metric.low)},
            {"high", scored(metric, metric.high)},
            {"n", metric.n},
            {"unscored", metric.unscored},
            {"protocol", entry.recipe.protocolText()},
            {"interval", metric.interval},
            {"known", entry.known},
            {"seconds", entry.seconds}};
}

ordered_json timesJson(const engine::EvaluationTimes &times)
{
    return {{"total", times.total},
            {"measure", times.measure},
            {"gemm", times.gemm},
            {"gemm_share", times.gemmShare()}};
}

std::string timesText(const engine::EvaluationTimes &times)
{
    return "\nTook " + fixed(times.total, 1) + " s, of which " + fixed(times.measure, 1) + " s measuring ("
        + fixed(100.0 * times.gemmShare(), 0) + " % of it in matrix products)\n";
}

/// A line of JSON per item and sample: every column, and what the columns hold as JSON as such.
std::string detailsText(const engine::EvaluateReport &report)
{
    std::string text;
    for (const auto &entry : report.results)
        for (std::size_t row = 0; row < entry.items.rows(); ++row) {
            ordered_json line = {{"run", entry.run}, {"task", entry.recipe.task}};
            for (const auto &[name, values] : entry.items.counts)
                line[name] = values[row];
            for (const auto &[name, values] : entry.items.numbers)
                line[name] = values[row];
            for (const auto &[name, values] : entry.items.texts)
                line[name] =
                    name == "choices" ? ordered_json::parse(values[row], nullptr, false) : ordered_json(values[row]);
            text += jsonText(line) + "\n";
        }
    return text;
}

std::string tableText(const engine::EvaluateReport &report)
{
    using Align = Table::Align;
    Table table({{"Run"},
                 {"Task"},
                 {"Metric"},
                 {"Value", Align::Right},
                 {"95 % from", Align::Right},
                 {"to", Align::Right},
                 {"Items", Align::Right},
                 {"Protocol"}});
    std::uint64_t unscored = 0;
    for (const auto &entry : report.results)
        for (const auto &metric : entry.metrics) {
            table.addRow({entry.run, entry.recipe.task, metricText(metric), scoredText(metric, metric.value),
                          scoredText(metric, metric.low), scoredText(metric, metric.high), grouped(metric.n),
                          entry.recipe.protocolText()});
            unscored += metric.unscored;
        }
    return table.text()
        + (unscored == 0 ? "" : "\n" + grouped(unscored) + " items could not be scored and do not count\n");
}

class Evaluate : public Command
{
public:
    std::string name() const override { return "evaluate"; }
    std::string summary() const override { return "Measure the dense model and its sub-models on tasks and on texts"; }
    std::vector<std::string> examples() const override
    {
        return {"evaluate code.secateur --tasks perplexity",
                "evaluate code.secateur --tasks perplexity:python --runs python,math,dense --limit 200 --json",
                "evaluate code.secateur --tasks arc_easy=ARC-Easy-Test.jsonl,boolq=val.jsonl --limit 100",
                "evaluate code.secateur --tasks humaneval=HumanEval.jsonl --samples 10 --temperature 0.8 "
                "--allow-code-execution",
                "evaluate code.secateur --tasks perplexity --items heldout.jsonl --details losses.jsonl",
                "evaluate model.gguf --tasks perplexity --items heldout.txt"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("STUDY", m_subject, "The study's folder; or a model, with --items", "").required();
        arguments
            .list("-t,--tasks", m_request.tasks, "T,...",
                  "perplexity (held-out texts of all domains, or --items), perplexity:DOMAIN, or T=FILE with the items "
                  "of T, one of "
                      + joined(eval::taskNames()))
            .required();
        arguments.path("--items", m_request.items,
                       "The items of a single task: .jsonl, .json, .csv, .tsv, .txt, also .gz");
        arguments.list("-r,--runs", m_request.runs, "A,...,dense",
                       "Names or ids of runs, and dense for the whole model (default: dense and all runs)");
        arguments.count("-n,--limit", m_request.limit, "N", "Items per task (default: all; of held-out texts 64)", 1);
        arguments.count("--seed", m_request.seed, "S", "Of the choice of texts, and of sampling (default 0)");
        arguments.count("-l,--length", m_request.length, "L",
                        "Tokens of a window, and at which own texts are cut (default: 2048)", 2);
        m_bos.declare(arguments);
        arguments.count("--samples", m_request.samples, "n", "Outputs per item, of tasks that generate", 1);
        arguments.number("--temperature", m_request.temperature, "T", "Of sampling; 0: the likeliest token each time");
        arguments.number("--top-p", m_request.topP, "P",
                         "Sample from the likeliest tokens that reach this probability");
        arguments.count("--max-new-tokens", m_request.maxNewTokens, "N", "Length of an output at most", 1);
        arguments.path("--demonstrations", m_request.demonstrations,
                       "The worked examples of gsm8k_cot: lines of JSON, or blocks of Q: and A:");
        arguments.flag("--paper", m_request.paper, "The settings of the paper's own code instead of the standard ones");
        arguments.flag("--allow-code-execution", m_request.allowCodeExecution,
                       "Run the programs that the model writes, in the sandbox");
        arguments.flag("--generations-only", m_request.generationsOnly,
                       "Write programs without running them; --details has them");
        arguments.path("-m,--model", m_request.model, "Where the study's model is now, if it moved", "MODEL");
        arguments.paths("--data", m_request.data, "Where the calibration files are now, if they moved");
        arguments.path("--verdicts", m_request.verdicts,
                       "Statuses of programs that were run elsewhere: lines of --details, with another status");
        m_compute.declare(arguments);
        arguments.path("--details", m_details, "Write a line of JSON per run, task and text there", "OUT.jsonl");
    }
    Result<Outcome> run(const Session &session) override
    {
        SECATEUR_CHECK(settleSubject());
        if (m_details && m_request.study)
            SECATEUR_CHECK(engine::checkOutsideStudy(*m_details, *m_request.study));
        SECATEUR_TRY(bos, m_bos.policy());
        m_request.bos = bos;
        m_request.compute = m_compute.type();
        m_request.threads = session.threads;
        SECATEUR_TRY(compute, engine::loadCompute());
        SECATEUR_TRY(report, compute->evaluate(m_request, session.context));
        if (m_details)
            SECATEUR_CHECK(writeFileAtomically(*m_details, detailsText(report)));
        ordered_json results = ordered_json::array();
        for (const auto &entry : report.results)
            for (const auto &metric : entry.metrics)
                results.push_back(metricJson(entry, metric));
        return Outcome{{{"results", results}, {"seconds", timesJson(report.times)}, {"notices", report.notices}},
                       tableText(report) + timesText(report.times),
                       report.notices,
                       0};
    }

private:
    Result<void> settleSubject()
    {
        if (isStudy(m_subject)) {
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
    BosOption m_bos;
    ComputeOption m_compute;
};

} // namespace

std::unique_ptr<Command> makeEvaluate()
{
    return std::make_unique<Evaluate>();
}

} // namespace secateur::cli
