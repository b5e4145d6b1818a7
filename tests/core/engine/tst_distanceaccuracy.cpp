// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/engine/distanceaccuracy.h"
#include "core/engine/evaluate.h"
#include "core/engine/itemstatistics.h"
#include "core/engine/light.h"
#include "tests/core/engine/selectedstudy.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::engine;

namespace {

/// Of `questions`, the first `right` right.
store::EvaluationItems answers(std::uint64_t questions, std::uint64_t right)
{
    store::EvaluationItems items;
    for (std::uint64_t i = 0; i < questions; ++i) {
        items.counts["index"].push_back(i);
        items.counts["correct_acc"].push_back(i < right ? 1 : 0);
    }
    return items;
}

store::EvaluationRecipe recipeOf(const std::string &run, const std::string &task, const std::string &domain)
{
    store::EvaluationRecipe recipe;
    recipe.task = task;
    recipe.taskVersion = "1";
    recipe.protocol = "lm-eval-zero-shot";
    recipe.run = run;
    recipe.domain = domain;
    recipe.modelFingerprint = std::string(64, 'a');
    recipe.itemsSha256 = std::string(64, 'b');
    recipe.bos = "auto";
    return recipe;
}

} // namespace

/// What is compared with what: means over the tasks of a domain, and masks with a domain's own.
class TestDistanceAccuracy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<test::TemporaryFolder>();
        m_study = std::make_unique<test::SelectedStudy>(m_folder->path() / "t.secateur",
                                                        test::writeTinyModel(m_folder->path() / "model"));
        m_runs.clear();
        std::uint64_t sample = 0;
        for (const char *const domain : {"python", "math", "csr"}) {
            auto recipe = test::SelectedStudy::recipe(domain, ++sample);
            recipe.domain = domain;
            m_runs.push_back(m_study->add(recipe));
        }
    }

    void meansWeighTasksNotItems();
    void meansNeedAllTasks();
    void entriesAreComparedToDense();
    void pointsAreRunsInDomains();
    void theOldestRunStandsForADomain();
    void meansStandForTheirTasks();
    void withoutPointsThereIsNothing();

private:
    void measure(const std::string &run, const std::string &task, const std::string &domain,
                 store::EvaluationItems items)
    {
        store::EvaluationResult result;
        result.items = std::move(items);
        result.metrics = metricsOf(result.items);
        const auto study = store::Study::open(m_study->folder(), store::Study::Access::Write);
        VERIFY_RESULT(study);
        VERIFY_RESULT((*study)->addEvaluation(recipeOf(run, task, domain), result));
    }
    [[nodiscard]] analysis::AccuracyTable table() const { return accuracyTable(m_study->folder(), {}, {}).value(); }
    [[nodiscard]] Result<DistanceAccuracyReport> points(const analysis::AccuracyTable &of) const
    {
        return distanceAccuracy(m_study->folder(), of, analysis::SetKind::Pruned, 1, {});
    }

    std::unique_ptr<test::TemporaryFolder> m_folder;
    std::unique_ptr<test::SelectedStudy> m_study;
    std::vector<store::RunManifest> m_runs;
};

/// 16 of 20 and 1 of 2 are 0.65 together, however many items each has.
void TestDistanceAccuracy::meansWeighTasksNotItems()
{
    measure(store::denseRun, "boolq", "csr", answers(20, 16));
    measure(store::denseRun, "piqa", "csr", answers(2, 1));
    measure(m_runs[0].id, "boolq", "csr", answers(20, 6));
    measure(m_runs[0].id, "piqa", "csr", answers(2, 1));
    const auto found = table();
    QCOMPARE(found.columns.size(), std::size_t(3));
    const auto &mean = found.columns[2];
    QCOMPARE(mean.task, std::string("mean:csr"));
    QCOMPARE(mean.meanOf, (std::vector<std::string>{"boolq", "piqa"}));
    QCOMPARE(mean.items, std::uint64_t(22));
    QVERIFY(std::abs(found.at(0, 2)->measured.value - 0.65) < 1e-12);
    QVERIFY(found.at(0, 2)->measured.interval.low < 0.65 && found.at(0, 2)->measured.interval.high > 0.65);
    QVERIFY(!found.at(0, 2)->toDense);
    const auto &run = *found.at(1, 2);
    QVERIFY(std::abs(run.toDense->value + 0.25) < 1e-12); // half of -0.5, half of 0
    QVERIFY(run.isDistinguishable());
    QCOMPARE(run.n, std::uint64_t(22));
    // Ten of twenty answers were lost and none was won: p = 2 / 2^10.
    const auto &test = found.at(1, 0)->test;
    QVERIFY(test && test->test == analysis::PairedTest::McNemar);
    QCOMPARE(test->discordant.onlyFirst, std::uint64_t(10));
    QVERIFY(std::abs(test->p - 2.0 / 1024.0) < 1e-12);
}

void TestDistanceAccuracy::meansNeedAllTasks()
{
    measure(store::denseRun, "boolq", "csr", answers(20, 16));
    QCOMPARE(table().columns.size(), std::size_t(1)); // one task is no mean
    measure(store::denseRun, "piqa", "csr", answers(20, 16));
    measure(m_runs[0].id, "boolq", "csr", answers(20, 6));
    measure(store::denseRun, "gsm8k_cot", "math", answers(5, 1)); // of another domain
    const auto found = table();
    QCOMPARE(found.columns.size(), std::size_t(4));
    QVERIFY(found.at(0, 3) && !found.at(1, 3));
}

void TestDistanceAccuracy::entriesAreComparedToDense()
{
    const auto entry = [this](const std::string &run, const std::string &task, std::uint64_t right) {
        EvaluationEntry made;
        made.run = run == store::denseRun ? run : m_runs[0].recipe.name;
        made.recipe = recipeOf(run, task, "csr");
        made.items = answers(20, right);
        made.metrics = metricsOf(made.items);
        return made;
    };
    EvaluateReport report;
    report.results = {entry(m_runs[0].id, "boolq", 15), entry(m_runs[0].id, "piqa", 4)};
    compareEntries(report, {});
    QVERIFY(report.results[0].toDense.empty()); // there is no dense
    QCOMPARE(report.means.size(), std::size_t(1));
    QVERIFY(!report.means[0].toDense);
    compareEntries(report, {entry(store::denseRun, "boolq", 16), entry(store::denseRun, "piqa", 16)});
    const auto &chance = report.results[0].toDense.at(0);
    QVERIFY(std::abs(chance.difference.value + 0.05) < 1e-12 && !chance.isDistinguishable());
    QCOMPARE(chance.test->p, 1.0); // one item
    const auto &worse = report.results[1].toDense.at(0);
    QVERIFY(worse.isDistinguishable() && worse.test->p < 0.001);
    QCOMPARE(worse.n, std::uint64_t(20));
    QVERIFY(std::abs(report.means[0].measured.value - 0.475) < 1e-12);
    QVERIFY(std::abs(report.means[0].toDense->value + 0.325) < 1e-12);
    // Dense of other items is no dense.
    auto other = entry(store::denseRun, "boolq", 16);
    other.recipe.itemsSha256 = std::string(64, 'c');
    compareEntries(report, {other});
    QVERIFY(report.results[0].toDense.empty());
}

void TestDistanceAccuracy::pointsAreRunsInDomains()
{
    for (const auto &run : m_runs) {
        measure(run.id, "gsm8k_cot", "math", answers(20, run.recipe.domain == "math" ? 15 : 5));
        measure(run.id, "boolq", "csr", answers(20, run.recipe.domain == "csr" ? 14 : 6));
        measure(run.id, "poems", "poems", answers(20, 3)); // a domain without a run
    }
    measure(store::denseRun, "boolq", "csr", answers(20, 16));
    const auto found = points(table());
    VERIFY_RESULT(found);
    const auto &data = found->data;
    QCOMPARE(data.points.size(), std::size_t(6)); // dense has no mask
    QCOMPARE(data.domains, (std::vector<std::string>{"math", "csr"}));
    const auto compared = compare({m_study->folder(), {"python", "math"}, analysis::SetKind::Pruned, 1}, {});
    VERIFY_RESULT(compared);
    const auto &first = data.points[0];
    QCOMPARE(first.run, std::string("python"));
    QCOMPARE(first.reference, std::string("math"));
    QCOMPARE(first.distance, compared->pairs[0].whole);
    QVERIFY(first.distance > 0.0 && !first.own);
    const auto own = std::ranges::find_if(data.points, [](const auto &point) { return point.own; });
    QVERIFY(own != data.points.end() && own->distance == 0.0);
    QCOMPARE(own->measured.value, 0.75);
    // Each domain's own run is the nearest and the best; the others are all alike.
    QVERIFY(data.correlation && data.correlation->rho < -0.4);
    QCOMPARE(data.correlation->points, std::size_t(6));
    QCOMPARE(found->notices.size(), std::size_t(1));
    QVERIFY(found->notices[0].find("poems") != std::string::npos);
}

void TestDistanceAccuracy::theOldestRunStandsForADomain()
{
    auto recipe = test::SelectedStudy::recipe("math-again", 9);
    recipe.domain = "math";
    m_runs.push_back(m_study->add(recipe));
    recipe = test::SelectedStudy::recipe("math-magnitude", 10);
    recipe.domain = "math";
    recipe.method = PruneMethod::Magnitude;
    m_runs.push_back(m_study->add(recipe));
    for (const auto &run : m_runs)
        measure(run.id, "gsm8k_cot", "math", answers(20, 5));
    const auto found = points(table());
    VERIFY_RESULT(found);
    QCOMPARE(found->data.points.size(), std::size_t(5));
    for (const auto &point : found->data.points) {
        QCOMPARE(point.reference, std::string(point.run == "math-magnitude" ? "math-magnitude" : "math"));
        QCOMPARE(point.own, point.run.starts_with("math"));
        QCOMPARE(point.distance == 0.0, point.run == point.reference);
    }
    QCOMPARE(found->notices.size(), std::size_t(1));
    QVERIFY2(found->notices[0].find("the oldest, math") != std::string::npos, found->notices[0].c_str());
    // Those that are shown go before.
    const auto shown = points(accuracyTable(m_study->folder(), {"python", "math-again"}, {}).value());
    VERIFY_RESULT(shown);
    QCOMPARE(shown->data.points[0].reference, std::string("math-again"));
}

void TestDistanceAccuracy::meansStandForTheirTasks()
{
    for (const auto &run : m_runs) {
        measure(run.id, "boolq", "csr", answers(20, 10));
        measure(run.id, "piqa", "csr", answers(20, 20));
    }
    const auto found = points(table());
    VERIFY_RESULT(found);
    QCOMPARE(found->data.points.size(), std::size_t(3));
    for (const auto &point : found->data.points) {
        QCOMPARE(point.task, std::string("mean:csr"));
        QVERIFY(std::abs(point.measured.value - 0.75) < 1e-12);
    }
    QVERIFY(!found->data.correlation); // all do equally well
}

void TestDistanceAccuracy::withoutPointsThereIsNothing()
{
    VERIFY_ERROR(points(table()), ErrorCode::NotFound);
    measure(store::denseRun, "boolq", "csr", answers(20, 10));
    VERIFY_ERROR(points(table()), ErrorCode::NotFound);
}

QTEST_GUILESS_MAIN(TestDistanceAccuracy)
#include "tst_distanceaccuracy.moc"
