// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <system_error>

#include "app/cli/commands.h"
#include "app/cli/text.h"
#include "core/base/file.h"
#include "core/engine/compute.h"
#include "core/engine/demo.h"
#include "core/engine/demofindings.h"
#include "core/store/names.h"
#include "core/store/study.h"

namespace secateur::cli {
namespace {

using nlohmann::ordered_json;

ordered_json estimateJson(const std::optional<analysis::Estimate> &estimate)
{
    if (!estimate)
        return {};
    return {{"value", estimate->value}, {"low", estimate->interval.low}, {"high", estimate->interval.high}};
}

ordered_json tableJson(const engine::DemoFindings &findings)
{
    ordered_json table = ordered_json::array();
    for (const auto &task : findings.tasks)
        for (std::size_t run = 0; run < findings.runs.size(); ++run)
            if (task.values[run])
                table.push_back({{"run", findings.runs[run]},
                                 {"domain", task.domain},
                                 {"metric", task.metric},
                                 {"value", task.values[run]->value},
                                 {"low", task.values[run]->interval.low},
                                 {"high", task.values[run]->interval.high},
                                 {"n", task.items}});
    return table;
}

ordered_json findingsJson(const engine::DemoFindings &findings)
{
    ordered_json own = ordered_json::object();
    ordered_json sparser = ordered_json::object();
    for (const auto &task : findings.tasks) {
        own[task.domain] = estimateJson(task.ownLessOthers);
        sparser[task.domain] = estimateJson(task.ownLessOthersSparser);
    }
    ordered_json distances = ordered_json::array();
    for (const auto &group : findings.distances)
        distances.push_back({{"pairs", group.pairs},
                             {"count", group.count},
                             {"mean", group.mean},
                             {"from", group.least},
                             {"to", group.most}});
    return {{"own_less_others", own},
            {"own_less_others_at_60_percent", sparser},
            {"own_less_others_over_domains", estimateJson(findings.ownLessOthers)},
            {"distances", distances},
            {"random", findings.random}};
}

class Demo : public Command
{
public:
    std::string name() const override { return "demo"; }
    std::string summary() const override
    {
        return "Make the demo study: the paper's questions, asked of a small model";
    }
    std::vector<std::string> examples() const override
    {
        return {"demo --allow-code-execution", "demo my-demo --allow-code-execution --json",
                "demo my-demo --no-figures"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("DIR", m_folder, "Where the study, its figures and findings.md go (default: secateur-demo)", "");
        arguments.flag("--allow-code-execution", m_allowCode,
                       "Run the programs that the model writes, in the sandbox; without it code is not measured");
        arguments.flag("--no-figures", m_noFigures, "Leave the figures out; they need Qt");
    }
    Result<Outcome> run(const Session &session) override
    {
        const auto start = std::chrono::steady_clock::now();
        SECATEUR_TRY(demo, engine::demoFolder());
        std::error_code problem;
        const auto figures = m_noFigures ? m_folder : m_folder / "figures";
        std::filesystem::create_directories(figures, problem);
        if (problem)
            return failure(ErrorCode::Io, figures.string() + ": " + problem.message());
        const auto study = m_folder / "demo.secateur";
        SECATEUR_CHECK(prune(demo, study, session));
        SECATEUR_TRY(measured, evaluate(demo, study, session));
        SECATEUR_TRY(compared,
                     engine::compare({study, {}, analysis::SetKind::Pruned, session.threads}, session.context));
        const auto findings = engine::demoFindings(measured, compared, engine::demoDomainRuns());
        const std::string page = engine::demoPage(findings);
        SECATEUR_CHECK(writeFileAtomically(m_folder / "findings.md", page));
        if (!m_noFigures)
            SECATEUR_CHECK(draw(study, session));
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        Outcome outcome;
        outcome.json = {{"seconds", seconds},
                        {"study", study.string()},
                        {"figures", m_figures},
                        {"findings", (m_folder / "findings.md").string()},
                        {"table", tableJson(findings)}};
        outcome.json.update(findingsJson(findings));
        outcome.text = page + "\nThe study is " + printable(study.string()) + "; made in " + fixed(seconds, 0) + " s."
            + (m_noFigures ? "" : " Figures are in " + printable(figures.string()) + ".") + "\n";
        outcome.notices = std::move(m_notices);
        return outcome;
    }

private:
    /// Makes what is not there yet, and continues what was interrupted.
    Result<void> prune(const std::filesystem::path &demo, const std::filesystem::path &path, const Session &session)
    {
        SECATEUR_TRY(compute, engine::loadCompute());
        std::vector<std::string> finished;
        std::vector<std::string> interrupted;
        std::error_code ignored;
        if (std::filesystem::exists(path / store::studyFileName, ignored)) {
            SECATEUR_TRY(study, store::Study::open(path, store::Study::Access::Read));
            for (const auto &run : study->runs())
                finished.push_back(run.recipe.name);
            for (const auto &run : study->interrupted())
                interrupted.push_back(run.recipe.name);
        }
        const auto has = [](const std::vector<std::string> &names, const std::string &name) {
            return std::ranges::find(names, name) != names.end();
        };
        for (auto &request : engine::demoPrunes(demo, path, session.threads)) {
            if (has(finished, request.run))
                continue;
            request.resume = has(interrupted, request.run);
            session.stream("Pruning " + request.run + "\n");
            SECATEUR_TRY(report, compute->prune(request, session.context));
            for (const auto &notice : report.notices)
                m_notices.push_back(request.run + ": " + notice);
        }
        return {};
    }

    /// A task that cannot be measured here (no compiler for its language, no sandbox) is said and left out.
    Result<std::vector<engine::EvaluateReport>> evaluate(const std::filesystem::path &demo,
                                                         const std::filesystem::path &study, const Session &session)
    {
        SECATEUR_TRY(compute, engine::loadCompute());
        std::vector<engine::EvaluateReport> reports;
        if (!m_allowCode)
            m_notices.emplace_back("code was not measured: add --allow-code-execution to run, in the sandbox, what the "
                                   "model writes");
        for (const auto &request : engine::demoEvaluations(demo, study, m_allowCode, session.threads)) {
            const std::string task = request.tasks.front().substr(0, request.tasks.front().find('='));
            session.stream("Measuring " + task + "\n");
            auto report = compute->evaluate(request, session.context);
            if (!report && (report.error().code == ErrorCode::Cancelled || !request.allowCodeExecution))
                return tl::make_unexpected(std::move(report).error());
            if (!report)
                m_notices.push_back(task + " was not measured: " + report.error().detail);
            else
                reports.push_back(std::move(*report));
        }
        return reports;
    }

    Result<void> draw(const std::filesystem::path &study, const Session &session)
    {
        SECATEUR_TRY(maker, engine::loadFigureMaker());
        for (const auto &request : engine::demoFigures(study, m_folder / "figures", session.threads)) {
            if (request.kind == "accuracy" && !m_allowCode && request.tasks.front().starts_with("humaneval"))
                continue;
            session.stream("Drawing " + request.output.filename().string() + "\n");
            SECATEUR_TRY(report, maker->draw(request, session.context));
            m_figures.insert(m_figures.end(), report.files.begin(), report.files.end());
            for (const auto &notice : report.notices)
                m_notices.push_back(request.output.filename().string() + ": " + notice);
        }
        return {};
    }

    std::filesystem::path m_folder = "secateur-demo";
    bool m_allowCode = false;
    bool m_noFigures = false;
    std::vector<std::string> m_figures;
    std::vector<std::string> m_notices;
};

} // namespace

std::unique_ptr<Command> makeDemo()
{
    return std::make_unique<Demo>();
}

} // namespace secateur::cli
