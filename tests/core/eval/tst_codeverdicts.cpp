// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>
#include <map>

#include <QTest>

#include <nlohmann/json.hpp>

#include "core/eval/code/codeproblem.h"
#include "core/sandbox/sandbox.h"
#include "tests/core/sandbox/sandboxsupport.h"

using namespace secateur;
using namespace secateur::eval;
using nlohmann::json;
using sandbox::Language;

namespace {

/// The problems of a benchmark's file by id.
std::map<std::string, CodeProblem> problemsOf(const std::string &benchmark, const std::string &language)
{
    std::string file = benchmark;
    if (benchmark == "humaneval_x")
        file += "_" + language;
    if (benchmark == "multipl_e")
        file += "_humaneval_" + language;
    const auto path = test::sharedFolder() / "data" / "code_eval" / (file + ".jsonl");
    std::map<std::string, CodeProblem> problems;
    if (const auto read = readCodeProblems(path, CodePreset::Standard, {}))
        for (const auto &problem : *read)
            problems[problem.id] = problem;
    return problems;
}

} // namespace

/// Programs of four languages, each with the verdict it was seen to get elsewhere.
class TestCodeVerdicts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void asTheReference()
    {
        SECATEUR_NEEDS_SHARED();
        SECATEUR_NEEDS_BOXES();
        const test::TemporaryFolder folder;
        const auto tested = test::testedSandbox(test::optionsIn(folder.path()));
        QVERIFY2(tested.sandbox, tested.reason.c_str());

        std::ifstream file(test::sharedFolder() / "goldens" / "eval" / "code_verdicts.jsonl");
        std::vector<json> rows;
        std::vector<sandbox::Program> programs;
        std::map<std::string, std::map<std::string, CodeProblem>> benchmarks;
        for (std::string line; std::getline(file, line);) {
            const auto row = json::parse(line);
            const std::string language = row.at("language");
            const std::string benchmark = row.at("benchmark");
            auto &problems = benchmarks[benchmark + language];
            if (problems.empty())
                problems = problemsOf(benchmark, language);
            const auto problem = problems.find(row.at("task_id"));
            QVERIFY2(problem != problems.end(), line.c_str());
            if (tested.report.missing.count(problem->second.language) != 0)
                continue;
            programs.push_back(programOf(problem->second, row.at("completion")));
            programs.back().timeLimit = std::chrono::seconds(row.at("timeout_s").get<int>());
            rows.push_back(row);
        }
        for (const auto &[language, tool] : tested.report.missing)
            qWarning("SKIPPED: programs in %s, because %s is not there",
                     std::string(sandbox::languageName(language)).c_str(), tool.c_str());
        if (tested.report.missing.empty())
            QCOMPARE(programs.size(), std::size_t(150));
        QVERIFY(programs.size() >= 60);

        const auto verdicts = test::verdictsOf(*tested.sandbox, programs);
        QCOMPARE(verdicts.size(), programs.size());
        int different = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto name = std::string(sandbox::statusName(verdicts[i].status));
            if (name == rows[i].at("expected"))
                continue;
            ++different;
            qWarning("%s %s %s: expected %s, is %s: %s", rows[i].at("benchmark").dump().c_str(),
                     rows[i].at("language").dump().c_str(), rows[i].at("task_id").dump().c_str(),
                     rows[i].at("expected").dump().c_str(), name.c_str(), verdicts[i].detail.c_str());
        }
        QCOMPARE(different, 0);
        QVERIFY(test::processesIn(folder.path()).empty());
    }
};

QTEST_APPLESS_MAIN(TestCodeVerdicts)
#include "tst_codeverdicts.moc"
