// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <QtTest/QTest>

#include "core/engine/demo.h"
#include "core/engine/demofindings.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::engine;

namespace {

/// A run's right and wrong answers to the problems of a task.
EvaluationEntry entry(const std::string &run, const std::string &task, const std::vector<std::uint64_t> &right)
{
    EvaluationEntry made;
    made.run = run;
    made.recipe.task = task;
    for (std::size_t i = 0; i < right.size(); ++i)
        made.items.counts["index"].push_back(i);
    made.items.counts["correct_acc"] = right;
    store::EvaluationMetric metric;
    metric.name = "acc";
    metric.value = double(std::ranges::count(right, std::uint64_t(1))) / double(right.size());
    metric.low = metric.value / 2;
    metric.high = 1;
    metric.n = right.size();
    made.metrics.push_back(metric);
    return made;
}

CompareReport compared(const std::vector<std::string> &names)
{
    CompareReport report;
    for (const auto &name : names) {
        store::RunManifest run;
        run.id = name;
        run.recipe.name = name;
        report.runs.push_back(run);
    }
    report.random = 2.0 / 3.0;
    return report;
}

void addPair(CompareReport &report, std::size_t a, std::size_t b, double distance)
{
    analysis::PairDistance pair;
    pair.a = a;
    pair.b = b;
    pair.whole = distance;
    pair.random = distance == 0.10 || distance == 0.05 || distance == 0.14 ? 0.6 : 0.9; // of the domains' runs
    report.pairs.push_back(pair);
}

} // namespace

class TestDemo : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void plansAllSubModels()
    {
        const auto prunes = demoPrunes("/demo", "/out/demo.secateur", 2);
        std::set<std::string> names;
        for (const auto &request : prunes) {
            names.insert(request.run);
            QCOMPARE(request.data.has_value(), usesActivations(request.method));
            QCOMPARE(request.threads, 2);
        }
        QCOMPARE(names.size(), prunes.size());
        for (const auto &domain : demoDomainRuns())
            QVERIFY2(names.contains(domain), domain.c_str());
        for (const std::string control :
             {"python-s2", "python-s3", "math-60", "csr-60", "math-2-4", "magnitude", "random"})
            QVERIFY2(names.contains(control), control.c_str());
        const auto code = std::ranges::find(prunes, "code", &PruneRequest::run);
        QCOMPARE(code->data->files.size(), std::size_t(4));
        QCOMPARE(code->data->weights, (std::vector<double>{1, 1, 1, 1}));
        // The floor needs other texts of the same domain under the same name of the domain.
        const auto again = std::ranges::find(prunes, "math-s2", &PruneRequest::run);
        QCOMPARE(again->domain, std::string("math"));
        QVERIFY(again->data->files != std::ranges::find(prunes, "math", &PruneRequest::run)->data->files);
    }

    void figuresAreOfRunsThatAreMade()
    {
        std::set<std::string> made;
        for (const auto &request : demoPrunes("/demo", "/out/demo.secateur", 2))
            made.insert(request.run);
        const auto figures = demoFigures("/out/demo.secateur", "/out/figures", 2);
        QCOMPARE(figures.size(), std::size_t(5));
        for (const auto &figure : figures)
            for (const auto &run : figure.runs)
                QVERIFY2(made.contains(run), run.c_str());
    }

    void measuresCodeOnlyWhereAllowed()
    {
        const auto count = [](bool allowed) {
            const auto requests = demoEvaluations("/demo", "/s", allowed, 1);
            return std::ranges::count_if(requests, [](const EvaluateRequest &request) {
                return request.tasks.front().starts_with("humaneval");
            });
        };
        QCOMPARE(count(true), 4);
        QCOMPARE(count(false), 0);
        for (const auto &request : demoEvaluations("/demo", "/s", false, 1))
            QVERIFY(!request.allowCodeExecution);
    }

    void comparesEachDomainWithTheOthers()
    {
        EvaluateReport report;
        report.results = {entry("dense", "arc_easy", {1, 1, 1, 1}), entry("csr", "arc_easy", {1, 1, 1, 0}),
                          entry("math", "arc_easy", {1, 0, 0, 0}), entry("java", "arc_easy", {0, 0, 0, 0}),
                          entry("random", "arc_easy", {0, 0, 0, 0})};
        const auto findings =
            demoFindings({report}, compared({"java", "math", "csr", "random"}), {"java", "math", "csr"});
        QCOMPARE(findings.runs, (std::vector<std::string>{"dense", "java", "math", "csr", "random"}));
        QCOMPARE(findings.tasks.size(), std::size_t(1)); // the others were not measured
        const auto &task = findings.tasks.front();
        QCOMPARE(task.domain, std::string("csr"));
        QCOMPARE(task.values[0]->value, 1.0);
        QVERIFY(task.ownLessOthers.has_value());
        QCOMPARE(task.ownLessOthers->value, 0.75 - (0.25 + 0.0) / 2); // random is a control, no domain
        QVERIFY(task.ownLessOthers->interval.low <= task.ownLessOthers->value);
        QVERIFY(findings.ownLessOthers.has_value());
        QCOMPARE(findings.ownLessOthers->value, task.ownLessOthers->value);
        const std::string page = demoPage(findings);
        QVERIFY2(page.find("62.5 points") != std::string::npos, page.c_str());
        QVERIFY2(page.find("| dense |") != std::string::npos, page.c_str());
    }

    void saysWhenItCannotTell()
    {
        EvaluateReport report;
        report.results = {entry("csr", "arc_easy", {1, 0, 1, 0}), entry("math", "arc_easy", {0, 1, 0, 1})};
        const auto findings = demoFindings({report}, compared({"math", "csr"}), {"math", "csr"});
        QCOMPARE(findings.ownLessOthers->value, 0.0);
        QVERIFY(findings.ownLessOthers->interval.covers(0));
        const std::string page = demoPage(findings);
        QVERIFY2(page.find("do not tell") != std::string::npos, page.c_str());
        QVERIFY2(page.find("not distinguishable") != std::string::npos, page.c_str());
    }

    /// Where 50 % costs nothing, the runs at 60 % may tell the domains apart; they are compared among themselves.
    void comparesTheSparserRunsToo()
    {
        EvaluateReport report;
        report.results = {entry("csr", "arc_easy", {1, 1, 1, 1}), entry("math", "arc_easy", {1, 1, 1, 1}),
                          entry("csr-60", "arc_easy", {1, 1, 1, 0}), entry("math-60", "arc_easy", {1, 0, 0, 0})};
        const auto findings = demoFindings({report}, compared({"math", "csr", "math-60", "csr-60"}), {"math", "csr"});
        const auto &task = findings.tasks.front();
        QCOMPARE(task.ownLessOthers->value, 0.0);
        QVERIFY(task.ownLessOthersSparser.has_value());
        QCOMPARE(task.ownLessOthersSparser->value, 0.5);
        QCOMPARE(findings.ownLessOthers->value, 0.0); // of those at 50 %
        const std::string page = demoPage(findings);
        QVERIFY2(page.find("At 60 %: 50.0 points") != std::string::npos, page.c_str());
    }

    void groupsDistances()
    {
        auto report = compared({"python", "python-s2", "java", "math", "random"});
        addPair(report, 0, 1, 0.02);
        addPair(report, 0, 2, 0.05);
        addPair(report, 0, 3, 0.10);
        addPair(report, 2, 3, 0.14);
        addPair(report, 1, 3, 0.50); // another sample is not compared across domains
        addPair(report, 3, 4, 0.66);
        report.sameDomain.push_back({0, 1, 0.02});
        const auto findings = demoFindings({}, report, {"python", "java", "math"});
        std::map<std::string, DemoDistances> groups;
        for (const auto &group : findings.distances)
            groups[group.pairs] = group;
        QCOMPARE(groups.size(), std::size_t(4));
        QVERIFY(std::abs(findings.random - 0.6) < 1e-12);
        QCOMPARE(groups.at("same domain, other sample").mean, 0.02);
        QCOMPARE(groups.at("two programming languages").mean, 0.05);
        const auto &cross = groups.at("two domains, not both code");
        QCOMPARE(cross.count, std::size_t(2));
        QVERIFY(std::abs(cross.mean - 0.12) < 1e-12);
        QCOMPARE(cross.least, 0.10);
        QCOMPARE(cross.most, 0.14);
        QCOMPARE(groups.at("a domain and random").count, std::size_t(1));
    }

    void saysWhereItLooked()
    {
        const test::TemporaryFolder folder;
        qputenv("SECATEUR_DEMO", folder.path().c_str());
        const auto found = demoFolder();
        VERIFY_ERROR(found, ErrorCode::NotFound);
        QVERIFY2(found.error().detail.find(folder.path().string()) != std::string::npos, found.error().detail.c_str());
        std::filesystem::create_directories(folder.path() / "model");
        test::writeFile(folder.path() / "model" / "config.json", "{}");
        QCOMPARE(demoFolder().value(), folder.path());
        qunsetenv("SECATEUR_DEMO");
    }
};

QTEST_APPLESS_MAIN(TestDemo)
#include "tst_demo.moc"
