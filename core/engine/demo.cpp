// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/demo.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <unistd.h>

#include "core/base/file.h"
#include "core/store/evaluation.h"
#include "core/store/study.h"

namespace secateur::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t samples = 64; ///< per calibration set
constexpr std::uint64_t heldOutTexts = 16; ///< per domain

class PrunePlan
{
public:
    PrunePlan(fs::path demo, fs::path study, int threads)
        : m_demo(std::move(demo)), m_study(std::move(study)), m_threads(threads)
    {
    }

    PruneRequest &add(const std::string &name, const std::string &domain)
    {
        PruneRequest request;
        request.study = m_study;
        request.model = m_demo / "model";
        request.domain = domain;
        request.run = name;
        request.threads = m_threads;
        return m_requests.emplace_back(std::move(request));
    }
    /// Calibrated on the domain's set of that number, from 1.
    PruneRequest &addCalibrated(const std::string &name, const std::string &domain, int set)
    {
        return calibrate(add(name, domain), {calibrationFile(domain, set)});
    }
    static PruneRequest &calibrate(PruneRequest &request, std::vector<fs::path> files)
    {
        data::CalibrationRequest data;
        data.files = std::move(files);
        data.samples = samples;
        if (data.files.size() > 1)
            data.weights.assign(data.files.size(), 1.0);
        request.data = std::move(data);
        return request;
    }
    [[nodiscard]] fs::path calibrationFile(const std::string &domain, int set = 1) const
    {
        const std::string number = set == 1 ? "" : "-" + std::to_string(set);
        return m_demo / "data/calibration" / (domain + number + ".jsonl");
    }
    [[nodiscard]] std::vector<PruneRequest> take() { return std::move(m_requests); }

private:
    fs::path m_demo;
    fs::path m_study;
    int m_threads;
    std::vector<PruneRequest> m_requests;
};

EvaluateRequest evaluation(const fs::path &study, int threads)
{
    EvaluateRequest request;
    request.study = study;
    request.threads = threads;
    return request;
}

} // namespace

Result<fs::path> demoFolder()
{
    std::error_code ignored;
    std::vector<fs::path> places;
    if (const char *const told = std::getenv("SECATEUR_DEMO"); told != nullptr && *told != '\0')
        places = {told};
    else
        places = {fs::read_symlink("/proc/self/exe", ignored).parent_path().parent_path() / "share/secateur/demo",
                  SECATEUR_SOURCE_DIR "/resources/demo"};
    std::string looked;
    for (const auto &place : places) {
        if (fs::exists(place / "model" / "config.json", ignored))
            return place;
        looked += (looked.empty() ? "" : " and ") + place.string();
    }
    return failure(ErrorCode::NotFound,
                   "the demo's model is not there (looked in " + looked
                       + "); set SECATEUR_DEMO to the folder resources/demo of Secateur's source");
}

fs::path demoStudy(const fs::path &folder)
{
    return folder / "demo.secateur";
}

fs::path demoFindingsFile(const fs::path &folder)
{
    return folder / "findings.md";
}

Result<void> prepareDemoFolder(const fs::path &folder)
{
    std::error_code problem;
    fs::create_directories(folder, problem);
    // A file is no folder, and is no problem to create_directories either when it is at the end of a link.
    if (!problem && !fs::is_directory(folder, problem) && !problem)
        problem = std::make_error_code(std::errc::not_a_directory);
    if (!problem && ::access(folder.c_str(), W_OK | X_OK) != 0)
        problem = std::error_code(errno, std::generic_category());
    if (!problem)
        return {};
    const bool full = errnoError(problem.value(), {}, folder).code == ErrorCode::OutOfDisk;
    return failure(full ? ErrorCode::OutOfDisk : ErrorCode::BadInput,
                   folder.string() + ": the demo's files cannot go here: " + problem.message()
                       + (full ? "; make room on that disk, or name a folder on another one"
                               : "; name a folder that can be made or written to, for example one in your home"));
}

DemoState demoState(const fs::path &folder)
{
    DemoState state;
    std::error_code ignored;
    const auto planned = demoPrunes({}, {}, 1);
    state.all = planned.size();
    state.hasFindings = fs::exists(demoFindingsFile(folder), ignored);
    const auto study = store::Study::open(demoStudy(folder), store::Study::Access::Read);
    if (!study)
        return state;
    const auto isThere = [&runs = (*study)->runs()](const PruneRequest &request) {
        return std::ranges::any_of(runs, [&](const auto &run) { return run.recipe.name == request.run; });
    };
    state.finished = std::size_t(std::ranges::count_if(planned, isThere));
    state.hasCode = std::ranges::any_of((*study)->evaluations(), [](const auto &evaluation) {
        return evaluation.recipe.task.starts_with("humaneval");
    });
    return state;
}

std::vector<std::string> demoDomainRuns()
{
    return {"python", "java", "cpp", "javascript", "code", "math", "csr", "translation", "general"};
}

std::vector<DemoTaskName> demoTasks()
{
    return {{"python", "humaneval", 16},
            {"java", "humaneval_java", 12},
            {"cpp", "humaneval_cpp", 12},
            {"javascript", "humaneval_js", 16},
            {"math", "gsm8k_cot", 30},
            {"csr", "arc_easy", 60},
            {"translation", "translation_en_fr", 30}};
}

std::vector<PruneRequest> demoPrunes(const fs::path &demo, const fs::path &study, int threads)
{
    PrunePlan plan(demo, study, threads);
    for (const auto &domain : demoDomainRuns())
        if (domain == "code")
            PrunePlan::calibrate(plan.add(domain, domain),
                                 {plan.calibrationFile("python"), plan.calibrationFile("java"),
                                  plan.calibrationFile("cpp"), plan.calibrationFile("javascript")});
        else
            plan.addCalibrated(domain, domain, 1);
    for (const std::string domain : {"python", "math"})
        for (const int set : {2, 3})
            plan.addCalibrated(domain + "-s" + std::to_string(set), domain, set);
    for (const std::string domain : {"python", "math", "csr", "translation"})
        plan.addCalibrated(domain + demoSparserSuffix, domain, 1).target = Sparsity::fromRatio(0.6).value();
    for (const std::string domain : {"python", "math"})
        plan.addCalibrated(domain + "-2-4", domain, 1).target = NmPattern::fromCounts(2, 4).value();
    plan.add("magnitude", "none").method = PruneMethod::Magnitude;
    auto &random = plan.add("random", "none");
    random.method = PruneMethod::Random;
    random.seed = 1;
    return plan.take();
}

std::vector<EvaluateRequest> demoEvaluations(const fs::path &demo, const fs::path &study, bool allowCode, int threads)
{
    const fs::path data = demo / "data/evaluation";
    std::vector<EvaluateRequest> requests;
    for (const auto &[domain, task, items] : demoTasks()) {
        const bool isCode = task.starts_with("humaneval");
        if (isCode && !allowCode)
            continue;
        auto &request = requests.emplace_back(evaluation(study, threads));
        request.tasks = {task + "=" + (data / (domain + ".jsonl")).string()};
        request.limit = items;
        if (task.starts_with("gsm8k"))
            request.demonstrations = data / "math-demonstrations.txt";
        // A compiler takes a second for a program: only the runs that the tables compare.
        if (task == "humaneval_java" || task == "humaneval_cpp") {
            request.runs = demoDomainRuns();
            request.runs.insert(request.runs.begin(), store::denseRun);
        }
        if (isCode) {
            request.samples = 1;
            request.temperature = 0.0;
            request.allowCodeExecution = true;
        }
    }
    auto &texts = requests.emplace_back(evaluation(study, threads));
    texts.tasks = {"perplexity"};
    texts.limit = heldOutTexts;
    return requests;
}

std::vector<FigureRequest> demoFigures(const fs::path &study, const fs::path &folder, int threads)
{
    std::vector<FigureRequest> figures;
    const auto add = [&](const char *kind, const std::string &name, std::vector<std::string> runs) -> FigureRequest & {
        FigureRequest request;
        request.study = study;
        request.kind = kind;
        request.runs = std::move(runs);
        request.output = folder / name;
        request.threads = threads;
        return figures.emplace_back(std::move(request));
    };
    // Figure 2: code accuracy of sub-models that are not for code, and of math accordingly. Dense is always shown.
    for (const auto &shown : {demoTasks()[0], demoTasks()[4]})
        add("accuracy", "figure-2-" + shown.domain + ".pdf", demoDomainRuns()).tasks = {shown.task};
    auto &masks = add("mask", "figure-3-masks.pdf", {"python", "math"});
    masks.layer = 3;
    masks.sublayer = "q_proj";
    masks.rendering = "weights";
    add("jaccard-layers", "figure-4-distances.pdf", {"math", "math-s2", "translation"});
    add("jaccard-matrix", "distances.pdf", demoDomainRuns());
    return figures;
}

} // namespace secateur::engine
