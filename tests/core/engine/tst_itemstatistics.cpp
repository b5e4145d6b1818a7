// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include <QtTest/QTest>

#include "core/engine/comparetodense.h"
#include "core/engine/itemstatistics.h"

using namespace secateur;
using namespace secateur::engine;
using store::EvaluationItems;
using store::EvaluationMetric;

namespace {

const EvaluationMetric *find(const std::vector<EvaluationMetric> &metrics, const char *name)
{
    for (const auto &metric : metrics)
        if (metric.name == name)
            return &metric;
    return nullptr;
}

bool near(double a, double b)
{
    return std::abs(a - b) < 1e-12;
}

} // namespace

/// Which metrics columns give, and their values by hand.
class TestItemStatistics : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sharesHaveWilsonIntervals()
    {
        EvaluationItems items;
        items.counts = {{"index", {0, 1, 2, 3}}, {"correct_acc", {1, 0, 1, 1}}, {"correct_acc_norm", {0, 0, 0, 0}}};
        const auto metrics = metricsOf(items);
        QCOMPARE(metrics.size(), std::size_t(2));
        const auto *const acc = find(metrics, "acc");
        QVERIFY(acc && near(acc->value, 0.75));
        QCOMPARE(acc->interval, std::string("95 % Wilson"));
        QCOMPARE(acc->n, std::uint64_t(4));
        // By hand: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)
        const double z2 = 1.959963984540054 * 1.959963984540054;
        const double half = std::sqrt(z2) * std::sqrt(0.75 * 0.25 / 4 + z2 / 64);
        QVERIFY(near(acc->low, (0.75 + z2 / 8 - half) / (1 + z2 / 4)));
        const auto *const norm = find(metrics, "acc_norm");
        QVERIFY(norm && norm->value == 0.0 && norm->low == 0.0 && norm->high > 0.3);
    }

    void passesAreEstimatedPerProblem()
    {
        EvaluationItems items; // two problems, two samples each, the rows mixed
        items.counts = {{"index", {5, 9, 5, 9}}, {"sample", {0, 0, 1, 1}}, {"passed", {1, 0, 0, 0}}};
        const auto metrics = metricsOf(items);
        QCOMPARE(metrics.size(), std::size_t(1)); // pass@10 is not defined for two samples
        QCOMPARE(metrics.front().name, std::string("pass@1"));
        QVERIFY(near(metrics.front().value, 0.25));
        QCOMPARE(metrics.front().n, std::uint64_t(2));
        QVERIFY(metrics.front().interval.find("bootstrap") != std::string::npos);
    }

    /// None right of two samples of five problems says that few are, not that none is.
    void nonePassedLeavesRoom()
    {
        EvaluationItems items;
        items.counts = {{"index", {0, 0, 1, 1, 2, 2, 3, 3, 4, 4}}, {"passed", {0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}};
        const auto metric = metricsOf(items).front();
        QCOMPARE(metric.value, 0.0);
        QCOMPARE(metric.n, std::uint64_t(5));
        QVERIFY(metric.high > 0.3);
    }

    void whatCouldNotBeScoredIsNotWrong()
    {
        EvaluationItems items;
        items.counts = {{"index", {0, 1, 1, 2}}, {"passed", {1, 1, 0, 0}}, {"scored", {1, 1, 0, 1}}};
        const auto statistics = itemStatistics(items);
        QCOMPARE(statistics.size(), std::size_t(1));
        const auto metric = metricOf(statistics.front());
        QCOMPARE(metric.n, std::uint64_t(2));
        QCOMPARE(metric.unscored, std::uint64_t(1));
        QVERIFY(near(metric.value, 0.5));
    }

    void nothingScored()
    {
        EvaluationItems items;
        items.counts = {{"index", {0}}, {"passed", {0}}, {"scored", {0}}};
        const auto metric = metricsOf(items).front();
        QCOMPARE(metric.n, std::uint64_t(0));
        QCOMPARE(metric.unscored, std::uint64_t(1));
        QCOMPARE(metric.value, 0.0);
    }

    void scoresAreMeansOverItems()
    {
        EvaluationItems items; // of item 0 two samples
        items.counts = {{"index", {0, 0, 1}}};
        items.numbers = {{"score_meteor", {0.2, 0.4, 0.9}}};
        const auto metric = metricsOf(items).front();
        QCOMPARE(metric.name, std::string("meteor"));
        QVERIFY(near(metric.value, 0.6));
        QVERIFY(metric.low >= 0.3 - 1e-12 && metric.high <= 0.9 + 1e-12);
    }

    void theBestSampleMayCount()
    {
        EvaluationItems items;
        items.counts = {{"index", {0, 0, 1, 1}}};
        items.numbers = {{"best_meteor", {0.2, 0.6, 0.1, 0.0}}};
        const auto metric = metricsOf(items).front();
        QCOMPARE(metric.name, std::string("meteor_best"));
        QVERIFY(near(metric.value, 0.35));
        QCOMPARE(metric.n, std::uint64_t(2));
    }

    /// Verdicts, other means over items, and what is no mean.
    void comparisonsKnowTheirTest()
    {
        EvaluationItems dense;
        dense.counts = {
            {"index", {0, 1, 2, 3}}, {"correct_acc", {1, 1, 1, 0}}, {"tokens", {1, 1, 1, 1}}, {"scored", {1, 1, 1, 0}}};
        dense.numbers = {{"score_meteor", {0.5, 0.25, 0.75, 0.0}}, {"nll", {1.0, 1.0, 1.0, 1.0}}};
        EvaluationItems pruned = dense;
        pruned.counts["correct_acc"] = {1, 0, 1, 1};
        pruned.numbers = {{"score_meteor", {0.25, 0.25, 0.5, 0.0}}, {"nll", {2.0, 2.0, 2.0, 9.0}}};
        const auto before = itemStatistics(dense);
        const auto after = itemStatistics(pruned);
        const auto compared = [&](const char *name) {
            const auto a = std::ranges::find(after, name, &ItemStatistic::name);
            const auto b = std::ranges::find(before, name, &ItemStatistic::name);
            return compareToDense(*a, *b).value();
        };
        const auto acc = compared("acc");
        QCOMPARE(acc.n, std::uint64_t(3)); // the last could not be scored
        QVERIFY(near(acc.difference.value, -1.0 / 3.0) && !acc.ratio);
        QVERIFY(acc.test && acc.test->test == analysis::PairedTest::McNemar && acc.test->p == 1.0);
        const auto meteor = compared("meteor");
        QVERIFY(near(meteor.difference.value, -0.5 / 3.0));
        QVERIFY(meteor.test && meteor.test->test == analysis::PairedTest::StudentT);
        // t = mean / (deviation / sqrt(3)) = -2 for -1/4, 0, -1/4; p = 1 - t / sqrt(t^2 + 2) for two degrees
        QVERIFY(std::abs(meteor.test->p - (1.0 - 2.0 / std::sqrt(6.0))) < 1e-9);
        const auto perplexity = compared("perplexity");
        QVERIFY(!perplexity.test && perplexity.ratio);
        QVERIFY(near(perplexity.ratio->value, std::exp(1.0)));
        EvaluationItems other = dense;
        for (auto &[name, values] : other.counts)
            values.push_back(1);
        for (auto &[name, values] : other.numbers)
            values.push_back(1.0);
        other.counts["index"].back() = 9;
        QVERIFY(!compareToDense(itemStatistics(other).front(), before.front())); // of other items
    }
};

QTEST_APPLESS_MAIN(TestItemStatistics)
#include "tst_itemstatistics.moc"
