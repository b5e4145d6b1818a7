// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/pruneoutcome.h"
#include "app/cli/text.h"
#include "core/base/system.h"
#include "core/store/study.h"

namespace secateur::cli {
namespace {

using store::Study;

/// Ids of the runs that a run was made of.
nlohmann::ordered_json madeOf(const store::Combination &combination)
{
    nlohmann::ordered_json ids = nlohmann::ordered_json::array();
    for (const auto &run : combination.runs)
        ids.push_back(run.id);
    return ids;
}

nlohmann::ordered_json runJson(const store::RunManifest &run)
{
    nlohmann::ordered_json result = {
        {"name", run.recipe.name},
        {"id", run.id},
        {"state", "finished"},
        {"created", run.createdUtc},
        {"domain", run.recipe.domain},
        {"method", methodName(run.recipe.method)},
        {"target", run.recipe.target},
        {"statistics", statisticsName(run.recipe.statistics)},
        {"origin", run.recipe.origin},
        {"made_of", run.recipe.combination ? madeOf(*run.recipe.combination) : nlohmann::ordered_json::array()},
        {"approximate", run.recipe.approximate},
        {"sparsity", run.sparsity()},
        {"layers", run.layers()},
        {"tokens", run.recipe.calibrationTokens},
        {"seed", run.recipe.calibration.seed},
        {"seconds", run.outcome.seconds},
        {"peak_rss_bytes", run.outcome.peakResidentBytes}};
    if (run.outcome.experts)
        result["experts"] = expertsJson(*run.outcome.experts);
    return result;
}

nlohmann::ordered_json runJson(const store::InterruptedRun &run)
{
    return {{"name", run.recipe.name},
            {"id", run.id},
            {"state", "interrupted"},
            {"domain", run.recipe.domain},
            {"method", methodName(run.recipe.method)},
            {"target", run.recipe.target},
            {"statistics", statisticsName(run.recipe.statistics)},
            {"finished_layers", run.finishedLayers}};
}

nlohmann::ordered_json evaluationJson(const store::EvaluationManifest &evaluation)
{
    const auto &metric = evaluation.metrics.front();
    return {{"id", evaluation.id},
            {"created", evaluation.createdUtc},
            {"run", evaluation.recipe.run},
            {"task", evaluation.recipe.task},
            {"protocol", evaluation.recipe.protocol},
            {"metric", metric.name},
            {"value", metric.value},
            {"low", metric.low},
            {"high", metric.high},
            {"n", metric.n},
            {"unscored", metric.unscored}};
}

class Runs : public Command
{
public:
    std::string name() const override { return "runs"; }
    std::string summary() const override
    {
        return "List the runs of a study, interrupted ones too, and its evaluations";
    }
    std::vector<std::string> examples() const override
    {
        return {"runs code.secateur", "runs code.secateur --json", "runs code.secateur --names interrupted"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("STUDY", m_study, "The study's folder", "").required();
        arguments
            .text("--names", m_names, "STATE",
                  "Only the names, one a line, of the runs that are finished or interrupted")
            .oneOf({"finished", "interrupted"});
    }
    Result<Outcome> run(const Session &) override
    {
        SECATEUR_TRY(study, Study::open(m_study, Study::Access::Read));
        Outcome outcome;
        nlohmann::ordered_json runs = nlohmann::ordered_json::array();
        for (const auto &run : study->runs())
            runs.push_back(runJson(run));
        for (const auto &run : study->interrupted())
            runs.push_back(runJson(run));
        for (const auto &error : study->damaged())
            outcome.notices.push_back("damaged: " + error.detail);
        nlohmann::ordered_json evaluations = nlohmann::ordered_json::array();
        for (const auto &evaluation : study->evaluations())
            evaluations.push_back(evaluationJson(evaluation));
        outcome.json = {
            {"model", study->model().path}, {"runs", runs}, {"evaluations", evaluations}, {"damaged", outcome.notices}};
        outcome.notices.insert(outcome.notices.end(), study->notices().begin(), study->notices().end());
        outcome.text = m_names.empty() ? tableText(*study) : namesText(*study);
        return outcome;
    }

private:
    [[nodiscard]] std::string namesText(const Study &study) const
    {
        std::string text;
        if (m_names == "finished")
            for (const auto &run : study.runs())
                text += printable(run.recipe.name) + "\n";
        else
            for (const auto &run : study.interrupted())
                text += printable(run.recipe.name) + "\n";
        return text;
    }

    [[nodiscard]] static std::string tableText(const Study &study)
    {
        using Align = Table::Align;
        Table table({{"Run"},
                     {"Domain"},
                     {"Method"},
                     {"Target"},
                     {"Pruned", Align::Right},
                     {"Tokens", Align::Right},
                     {"Seconds", Align::Right},
                     {"Created"},
                     {"Id"}});
        for (const auto &run : study.runs()) {
            const auto total = run.outcome.seconds.find("total");
            table.addRow({run.recipe.name, run.recipe.domain, methodName(run.recipe.method), run.recipe.target,
                          fixed(100.0 * run.sparsity(), 2) + " %", grouped(run.recipe.calibrationTokens),
                          total == run.outcome.seconds.end() ? "-" : fixed(total->second, 1), run.createdUtc, run.id});
        }
        for (const auto &run : study.interrupted())
            table.addRow({run.recipe.name, run.recipe.domain, methodName(run.recipe.method), run.recipe.target,
                          "interrupted", grouped(run.recipe.calibrationTokens), "-",
                          "after " + std::to_string(run.finishedLayers) + " layers", run.id});
        const auto measured = study.evaluations().size();
        return "Model " + printable(study.model().path) + "\n\n" + table.text()
            + (measured == 0 ? "" : "\n" + std::to_string(measured) + " evaluations; `evaluate` shows their numbers\n");
    }

    std::filesystem::path m_study;
    std::string m_names;
};

class Delete : public Command
{
public:
    std::string name() const override { return "delete"; }
    std::string summary() const override { return "Move a run to the study's trash folder"; }
    std::vector<std::string> examples() const override { return {"delete code.secateur python-wanda-0.5"}; }
    void declare(Arguments &arguments) override
    {
        arguments.path("STUDY", m_study, "The study's folder", "").required();
        arguments.text("RUN", m_run, "", "A run's name or id").required();
    }
    Result<Outcome> run(const Session &) override
    {
        SECATEUR_TRY(study, Study::open(m_study, Study::Access::Write));
        SECATEUR_CHECK(study->remove(m_run));
        return Outcome{{{"deleted", m_run}},
                       printable(m_run) + " is now in " + printable((m_study / "trash").string()) + "\n",
                       {},
                       0};
    }

private:
    std::filesystem::path m_study;
    std::string m_run;
};

class Verify : public Command
{
public:
    std::string name() const override { return "verify"; }
    std::string summary() const override { return "Check every file of a study against its checksum"; }
    std::vector<std::string> examples() const override
    {
        return {"verify code.secateur", "verify code.secateur --json"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("STUDY", m_study, "The study's folder", "").required();
    }
    Result<Outcome> run(const Session &session) override
    {
        SECATEUR_TRY(report, store::verifyFolder(m_study, session.context));
        Outcome outcome;
        nlohmann::ordered_json bad = nlohmann::ordered_json::array();
        for (const auto &entry : report.bad) {
            bad.push_back({{"file", entry.file}, {"problem", entry.problem}});
            outcome.text += printable(entry.file + ": " + entry.problem) + "\n";
        }
        outcome.json = {{"files", report.files}, {"bad", bad}};
        outcome.text += std::to_string(report.files) + " files checked, "
            + (report.bad.empty() ? "all are as they were written" : std::to_string(report.bad.size()) + " damaged")
            + "\n";
        outcome.status = report.bad.empty() ? 0 : exitStatus(ErrorCode::BadInput);
        return outcome;
    }

private:
    std::filesystem::path m_study;
};

} // namespace

std::unique_ptr<Command> makeRuns()
{
    return std::make_unique<Runs>();
}

std::unique_ptr<Command> makeDelete()
{
    return std::make_unique<Delete>();
}

std::unique_ptr<Command> makeVerify()
{
    return std::make_unique<Verify>();
}

} // namespace secateur::cli
