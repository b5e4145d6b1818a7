// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <fstream>
#include <limits>
#include <numeric>

#include <QTest>

#include <nlohmann/json.hpp>

#include "core/analysis/comparison.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::analysis;

namespace {

const nlohmann::json &golden()
{
    static const auto document = [] {
        std::ifstream file(test::sharedFolder() / "goldens" / "eval" / "stats.json");
        return nlohmann::json::parse(file);
    }();
    return document;
}

std::string differs(const std::string &what, double ours, double theirs)
{
    return std::abs(ours - theirs) <= 1e-12
        ? std::string()
        : what + ": " + std::to_string(ours) + " not " + std::to_string(theirs) + "; ";
}

std::string differs(const std::string &what, const Interval &ours, const nlohmann::json &theirs)
{
    return differs(what + " low", ours.low, theirs.at(0)) + differs(what + " high", ours.high, theirs.at(1));
}

/// An undefined value is null.
std::string differs(const std::string &what, const std::optional<double> &ours, const nlohmann::json &theirs)
{
    if (ours.has_value() == theirs.is_null())
        return what + " is there on one side only; ";
    return ours ? differs(what, *ours, theirs.get<double>()) : std::string();
}

/// What is different of the bootstrap of b - a.
std::string bootstrapDiffers(const std::vector<double> &a, const std::vector<double> &b, const nlohmann::json &row)
{
    const std::size_t n = a.size();
    const std::size_t resamples = row.at("resamples");
    const auto seed = row.at("seed").get<std::uint32_t>();
    std::string problem;
    const auto draw = mersenneTwisterDraws(seed);
    for (const auto &index : row.at("first_indices"))
        if (draw(n) != index.get<std::size_t>())
            problem += "an index differs; ";
    std::vector<double> differences;
    for (std::size_t i = 0; i < n; ++i)
        differences.push_back(b[i] - a[i]);
    const auto values = resampledValues(
        {&n, 1},
        [&](std::span<const std::size_t> items) {
            return std::accumulate(items.begin(), items.end(), 0.0,
                                   [&](double sum, std::size_t item) { return sum + differences[item]; })
                / double(n);
        },
        mersenneTwisterDraws(seed), resamples);
    const auto notAbove = std::count_if(values.begin(), values.end(), [](double value) { return value <= 0.0; });
    problem += differs("bootstrap mean", *mean(values), row.at("bootstrap_mean").get<double>());
    problem += differs("bootstrap error", *standardDeviation(values), row.at("bootstrap_se").get<double>());
    problem += differs("share", double(notAbove) / double(resamples), row.at("share_not_above_zero").get<double>());
    problem += differs("normal error", standardError(differences), row.at("normal_se"));
    const auto comparison = comparePaired(a, b, mersenneTwisterDraws(seed), {.resamples = resamples, .level = 0.95});
    if (!comparison)
        return problem + comparison.error().detail;
    problem += differs("difference", comparison->difference, row.at("mean_difference").get<double>());
    problem += differs("interval", comparison->interval, row.at("ci95"));
    return problem;
}

} // namespace

/// Intervals and tests by hand, and all of the reference's numbers.
class TestComparison : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void drawsOfTheMersenneTwister()
    {
        const auto draw = mersenneTwisterDraws(5489);
        QCOMPARE(draw(0), std::size_t(0));
        QCOMPARE(draw(1), std::size_t(0));
        // 3499211612 is the published first output for this seed, and no draw came before it.
        QCOMPARE(draw(std::size_t(1) << 31), std::size_t(3499211612U >> 1));
        const auto copy = draw; // NOLINT: the copy is what is tested
        QCOMPARE(copy(1000), draw(1000));
    }

    void groupsAreDrawnApart()
    {
        const std::vector<std::size_t> groups = {2, 0, 3};
        std::vector<std::size_t> seen;
        const auto values = resampledValues(
            groups,
            [&seen](std::span<const std::size_t> items) {
                seen.assign(items.begin(), items.end());
                return 1.0;
            },
            [](std::size_t bound) { return bound - 1; }, 2);
        QCOMPARE(values.size(), std::size_t(2));
        QCOMPARE(seen, (std::vector<std::size_t>{1, 1, 4, 4, 4}));
        QVERIFY(resampledValues({}, nullptr, nullptr, 5).empty());
    }

    void wilsonAtTheEnds()
    {
        QCOMPARE(wilsonInterval({0, 0}).high, 1.0);
        QCOMPARE(wilsonInterval({0, 4}).low, 0.0);
        QCOMPARE(wilsonInterval({4, 4}).high, 1.0);
        QCOMPARE(wilsonInterval({9, 4}).high, 1.0);
        const auto interval = wilsonInterval({1, 1}, 1.0); // centre 3/4, half 1/4
        QVERIFY(std::abs(interval.low - 0.5) < 1e-15);
    }

    void mcnemarByHand()
    {
        QCOMPARE(mcnemarExactP({0, 0}), 1.0);
        QCOMPARE(mcnemarExactP({2, 1}), 1.0); // 2 * 4 / 8
        QCOMPARE(mcnemarExactP({4, 0}), 2.0 / 16.0);
        QCOMPARE(mcnemarExactP({1, 4}), 2.0 * 6.0 / 32.0);
        QCOMPARE(mcnemarExactP({2000, 0}), 0.0); // 2^-1999
        QCOMPARE(mcnemarExactP({0, 1000}), std::ldexp(1.0, -999));
        const double large = mcnemarExactP({2000, 2100}); // sums of 2^-4100
        QVERIFY2(large > 0.115 && large < 0.130,
                 std::to_string(large).c_str()); // about the normal value of (100 - 1) / 64
        QCOMPARE(mcnemarExactP({100, 80}), mcnemarExactP({80, 100}));
    }

    void studentByHand()
    {
        QVERIFY(std::abs(*studentP(1.0, 1) - 0.5) < 1e-15); // Cauchy: 1 - 2 atan(1) / pi
        QVERIFY(std::abs(*studentP(-std::sqrt(2.0), 2) - (1.0 - std::sqrt(0.5))) < 1e-15); // 1 - t / sqrt(2 + t^2)
        const double tail = 2.0 / (M_PI * 1e9); // of Cauchy, where 1 - (1 - p) would be nothing
        QVERIFY(std::abs(*studentP(1e9, 1) / tail - 1.0) < 1e-12);
        QVERIFY(std::abs(*studentP(1.959963984540054, 100'000'000) - 0.05) < 1e-7);
        QCOMPARE(studentP(0.0, 3), std::optional(1.0));
        QCOMPARE(studentP(std::numeric_limits<double>::infinity(), 3), std::optional(0.0));
        QVERIFY(!studentP(1.0, 0));
        QVERIFY(!studentP(std::nan(""), 2));
    }

    void unfitScores()
    {
        const std::vector<double> two = {0.5, 1.0};
        const std::vector<double> one = {0.5};
        const std::vector<double> bad = {0.5, std::nan("")};
        const auto draw = mersenneTwisterDraws(1);
        VERIFY_ERROR(comparePaired(two, one, draw), ErrorCode::InvalidArgument);
        VERIFY_ERROR(comparePaired({}, {}, draw), ErrorCode::InvalidArgument);
        VERIFY_ERROR(comparePaired(two, bad, draw), ErrorCode::InvalidArgument);
        const auto same = comparePaired(two, two, draw);
        VERIFY_RESULT(same);
        QVERIFY(same->test == PairedTest::StudentT && !same->p && same->coversZero());
        const auto single = comparePaired(one, one, draw);
        VERIFY_RESULT(single);
        QVERIFY(!single->p);
    }

    void seeds()
    {
        const std::vector<double> values = {0.25, 0.75, 0.5};
        const auto summary = summariseSeeds(values);
        QVERIFY(summary.has_value());
        QCOMPARE(summary->seeds, std::size_t(3));
        QCOMPARE(summary->mean, 0.5);
        QCOMPARE(summary->lowest, 0.25);
        QCOMPARE(summary->highest, 0.75);
        QCOMPARE(summary->deviation, std::optional(0.25));
        QVERIFY(!summariseSeeds(std::span(values).first(1))->deviation);
        QVERIFY(!summariseSeeds({}));
    }

    void meanOverTasksWeighsTasksAlike()
    {
        const std::vector<std::vector<double>> tasks = {{1.0, 0.0}, {1.0, 1.0, 1.0, 1.0}};
        const auto byItems = meanOverTasks(tasks, mersenneTwisterDraws(3), {.resamples = 400, .level = 0.9});
        VERIFY_RESULT(byItems);
        QCOMPARE(byItems->mean, 0.75);
        // Only the first task varies: 0, 1/2 or 1 of it with 1/4, 1/2, 1/4.
        QCOMPARE(byItems->interval->low, 0.5);
        QCOMPARE(byItems->interval->high, 1.0);
        const std::vector<Count> counts = {{1, 2}, {4, 4}};
        const auto byCounts = meanOverTasks(counts, 1.0);
        VERIFY_RESULT(byCounts);
        QCOMPARE(byCounts->mean, 0.75);
        QCOMPARE(byCounts->interval->low, 0.5); // the error of the first is 1/2, of the mean 1/4
        QCOMPARE(byCounts->interval->high, 1.0);
    }

    void meanOverUnfitTasks()
    {
        const auto draw = mersenneTwisterDraws(3);
        const std::vector<std::vector<double>> empty = {{1.0}, {}};
        const std::vector<Count> wrong = {{3, 2}};
        const std::vector<Count> single = {{1, 1}, {2, 4}};
        VERIFY_ERROR(meanOverTasks(std::span<const std::vector<double>>(), draw), ErrorCode::InvalidArgument);
        VERIFY_ERROR(meanOverTasks(empty, draw), ErrorCode::InvalidArgument);
        VERIFY_ERROR(meanOverTasks(std::span<const Count>()), ErrorCode::InvalidArgument);
        VERIFY_ERROR(meanOverTasks(wrong), ErrorCode::InvalidArgument);
        const auto unknown = meanOverTasks(single);
        VERIFY_RESULT(unknown);
        QCOMPARE(unknown->mean, 0.75);
        QVERIFY(!unknown->interval);
    }

    void pairedTablesAsTheReference()
    {
        SECATEUR_NEEDS_SHARED();
        for (const auto &row : golden().at("tables")) {
            const std::vector<double> a = row.at("a");
            const std::vector<double> b = row.at("b");
            const auto comparison = comparePaired(a, b, mersenneTwisterDraws(1), {.resamples = 1});
            VERIFY_RESULT(comparison);
            QVERIFY(comparison->test == PairedTest::McNemar);
            QCOMPARE(comparison->discordant.onlyFirst, row.at("only_a_right").get<std::uint64_t>());
            QCOMPARE(comparison->discordant.onlySecond, row.at("only_b_right").get<std::uint64_t>());
            const auto count = [](const std::vector<double> &scores) {
                return Count{std::uint64_t(std::accumulate(scores.begin(), scores.end(), 0.0)), scores.size()};
            };
            const std::string problem = differs("p", comparison->p, row.at("mcnemar_exact_p"))
                + differs("accuracy a", mean(a), row.at("acc_a")) + differs("accuracy b", mean(b), row.at("acc_b"))
                + differs("Wilson a", wilsonInterval(count(a)), row.at("wilson95_a"))
                + differs("Wilson b", wilsonInterval(count(b)), row.at("wilson95_b"))
                + differs("error of a", standardError(a), row.at("standard_error_a"))
                + differs("error of a by count", standardError(count(a)), row.at("standard_error_a"))
                + bootstrapDiffers(a, b, row.at("bootstrap"));
            QVERIFY2(problem.empty(), (row.at("about").get<std::string>() + ": " + problem).c_str());
        }
    }

    void scoreTablesAsTheReference()
    {
        SECATEUR_NEEDS_SHARED();
        for (const auto &row : golden().at("score_tables")) {
            const std::vector<double> a = row.at("a");
            const std::vector<double> b = row.at("b");
            const auto comparison = comparePaired(a, b, mersenneTwisterDraws(1), {.resamples = 1});
            VERIFY_RESULT(comparison);
            QVERIFY(comparison->test == PairedTest::StudentT);
            const std::string problem = differs("p", comparison->p, row.at("paired_t_p"))
                + differs("mean a", mean(a), row.at("mean_a")) + differs("mean b", mean(b), row.at("mean_b"))
                + bootstrapDiffers(a, b, row.at("bootstrap"));
            QVERIFY2(problem.empty(), problem.c_str());
        }
    }

    void closedFormsAsTheReference()
    {
        SECATEUR_NEEDS_SHARED();
        QCOMPARE(golden().at("z").get<double>(), NormalQuantile975);
        std::string problem;
        for (const auto &row : golden().at("wilson"))
            problem += differs(row.dump(), wilsonInterval({row.at("successes"), row.at("n")}), row.at("ci95"));
        for (const auto &row : golden().at("mcnemar"))
            problem += differs(row.dump(), mcnemarExactP({row.at("only_a_right"), row.at("only_b_right")}),
                               row.at("p").get<double>());
        QVERIFY2(problem.empty(), problem.c_str());
    }
};

QTEST_APPLESS_MAIN(TestComparison)
#include "tst_comparison.moc"
