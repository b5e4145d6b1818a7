// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <set>
#include <system_error>

#include "app/cli/commands.h"
#include "app/cli/demoprogress.h"
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

/// What is to be done, in this order, before the findings are written.
struct Plan {
    std::vector<engine::PruneRequest> prunes; ///< without those that are finished
    std::vector<engine::EvaluateRequest> evaluations;
    std::vector<engine::FigureRequest> figures;
};

std::string taskOf(const engine::EvaluateRequest &request)
{
    return request.tasks.front().substr(0, request.tasks.front().find('='));
}

/// In what a sub-model takes to be pruned, as it was on two cores.
double weightOf(const engine::EvaluateRequest &request)
{
    const std::string task = taskOf(request);
    if (task == "humaneval" || task == "humaneval_js" || task.starts_with("gsm8k"))
        return 20;
    if (task.starts_with("humaneval"))
        return 14;
    return task == "perplexity" ? 4 : 8;
}

std::vector<double> weightsOf(const Plan &plan)
{
    std::vector<double> weights(plan.prunes.size(), 1.0);
    for (const auto &request : plan.evaluations)
        weights.push_back(weightOf(request));
    weights.push_back(1.0); // comparing
    weights.insert(weights.end(), plan.figures.size(), 1.0);
    return weights;
}

/// Of the sub-models, those that are not there yet; interrupted ones are to go on.
Result<std::vector<engine::PruneRequest>> prunesLeft(const std::filesystem::path &demo,
                                                     const std::filesystem::path &path, int threads)
{
    auto requests = engine::demoPrunes(demo, path, threads);
    std::error_code ignored;
    if (!std::filesystem::exists(path / store::studyFileName, ignored))
        return requests;
    SECATEUR_TRY(study, store::Study::open(path, store::Study::Access::Read));
    const auto has = [](const auto &runs, const std::string &name) {
        return std::ranges::any_of(runs, [&name](const auto &run) { return run.recipe.name == name; });
    };
    std::erase_if(requests, [&](const auto &request) { return has(study->runs(), request.run); });
    for (auto &request : requests)
        request.resume = has(study->interrupted(), request.run);
    return requests;
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
        SECATEUR_TRY(plan, makePlan(session.threads));
        const auto study = engine::demoStudy(m_folder);
        DemoProgress progress(session.context, weightsOf(plan));
        SECATEUR_CHECK(prune(plan, progress, session));
        SECATEUR_TRY(measured, evaluate(plan, progress, session));
        tellStep("Comparing", session);
        SECATEUR_TRY(compared,
                     engine::compare({study, {}, analysis::SetKind::Pruned, session.threads}, progress.next()));
        const auto findings = engine::demoFindings(measured, compared, engine::demoDomainRuns());
        const std::string page = engine::demoPage(findings);
        SECATEUR_CHECK(draw(plan, progress, session));
        // Last of all: what has findings is complete.
        SECATEUR_CHECK(writeFileAtomically(engine::demoFindingsFile(m_folder), page));
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        Outcome outcome;
        outcome.json = {{"seconds", seconds},
                        {"study", study.string()},
                        {"figures", m_figures},
                        {"findings", engine::demoFindingsFile(m_folder).string()},
                        {"table", tableJson(findings)}};
        outcome.json.update(findingsJson(findings));
        outcome.text = page + "\nThe study is " + printable(study.string()) + "; made in " + fixed(seconds, 0) + " s."
            + (m_noFigures ? "" : " Figures are in " + printable(figuresFolder().string()) + ".") + "\n";
        outcome.notices = std::move(m_notices);
        return outcome;
    }

private:
    [[nodiscard]] std::filesystem::path figuresFolder() const { return m_folder / "figures"; }

    /// Says what cannot work before anything is begun.
    Result<Plan> makePlan(int threads) const
    {
        SECATEUR_TRY(demo, engine::demoFolder());
        SECATEUR_CHECK(engine::prepareDemoFolder(m_folder));
        const auto study = engine::demoStudy(m_folder);
        Plan plan;
        SECATEUR_TRY(prunes, prunesLeft(demo, study, threads));
        plan.prunes = std::move(prunes);
        plan.evaluations = engine::demoEvaluations(demo, study, m_allowCode, threads);
        if (m_noFigures)
            return plan;
        SECATEUR_CHECK(engine::prepareDemoFolder(figuresFolder()));
        plan.figures = engine::demoFigures(study, figuresFolder(), threads);
        std::erase_if(plan.figures, [this](const engine::FigureRequest &request) {
            return request.kind == "accuracy" && !m_allowCode && request.tasks.front().starts_with("humaneval");
        });
        return plan;
    }

    static void tellStep(const std::string &step, const Session &session)
    {
        session.stream(step + "\n");
        session.tell({{"step", step}});
    }

    Result<void> prune(const Plan &plan, DemoProgress &progress, const Session &session)
    {
        SECATEUR_TRY(compute, engine::loadCompute());
        for (const auto &request : plan.prunes) {
            tellStep("Pruning " + request.run, session);
            SECATEUR_TRY(report, compute->prune(request, progress.next()));
            for (const auto &notice : report.notices)
                m_notices.push_back(request.run + ": " + notice);
        }
        return {};
    }

    /// A task that cannot be measured here (no compiler for its language, no sandbox) is said and left out.
    Result<std::vector<engine::EvaluateReport>> evaluate(const Plan &plan, DemoProgress &progress,
                                                         const Session &session)
    {
        SECATEUR_TRY(compute, engine::loadCompute());
        std::vector<engine::EvaluateReport> reports;
        if (!m_allowCode)
            m_notices.emplace_back("code was not measured: add --allow-code-execution to run, in the sandbox, what the "
                                   "model writes");
        for (const auto &request : plan.evaluations) {
            const std::string task = taskOf(request);
            tellStep("Measuring " + task, session);
            auto report = compute->evaluate(request, progress.next());
            if (!report && (report.error().code == ErrorCode::Cancelled || !request.allowCodeExecution))
                return tl::make_unexpected(std::move(report).error());
            if (report) {
                reports.push_back(std::move(*report));
                continue;
            }
            m_notices.push_back(task + engine::demoNotMeasured + report.error().detail);
            m_unmeasured.insert(task);
        }
        return reports;
    }

    Result<void> draw(const Plan &plan, DemoProgress &progress, const Session &session)
    {
        if (plan.figures.empty())
            return {};
        SECATEUR_TRY(maker, engine::loadFigureMaker());
        for (const auto &request : plan.figures) {
            const RunContext context = progress.next();
            const std::string name = request.output.filename().string();
            if (request.kind == "accuracy" && m_unmeasured.contains(request.tasks.front())) {
                m_notices.push_back(name + " was not drawn: its task was not measured");
                continue;
            }
            tellStep("Drawing " + name, session);
            SECATEUR_TRY(report, maker->draw(request, context));
            m_figures.insert(m_figures.end(), report.files.begin(), report.files.end());
            for (const auto &notice : report.notices)
                m_notices.push_back(name + ": " + notice);
        }
        return {};
    }

    std::filesystem::path m_folder = "secateur-demo";
    bool m_allowCode = false;
    bool m_noFigures = false;
    std::vector<std::string> m_figures;
    std::vector<std::string> m_notices;
    std::set<std::string> m_unmeasured; ///< tasks that cannot be measured here
};

} // namespace

std::unique_ptr<Command> makeDemo()
{
    return std::make_unique<Demo>();
}

} // namespace secateur::cli
