// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <QtTest/QTest>

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
};

QTEST_APPLESS_MAIN(TestItemStatistics)
#include "tst_itemstatistics.moc"
