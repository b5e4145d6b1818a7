// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>
#include <vector>

#include <QtTest/QTest>

#include "core/analysis/bootstrap.h"

using namespace secateur::analysis;

namespace {

double sum(std::span<const std::size_t> items)
{
    double total = 0.0;
    for (const std::size_t item : items)
        total += double(item);
    return total;
}

} // namespace

/// Percentile bootstrap on numbers that can be worked out by hand.
class TestBootstrap : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// One item of eleven per resample, drawn as 0, 1, …, 10: the values are known, so are their quantiles.
    void quantilesAreInterpolated()
    {
        std::size_t next = 0;
        std::vector<double> seen;
        const auto interval = bootstrapInterval(
            1, [&seen, &next](std::span<const std::size_t>) { return double(next++); },
            [](std::size_t) { return std::size_t(0); }, {.resamples = 11, .level = 0.8});
        QCOMPARE(interval.low, 1.0); // (11 - 1) * 0.1
        QCOMPARE(interval.high, 9.0);
        next = 0;
        const auto between = bootstrapInterval(
            1, [&next](std::span<const std::size_t>) { return double(next++); },
            [](std::size_t) { return std::size_t(0); }, {.resamples = 11, .level = 0.95});
        QVERIFY(std::abs(between.low - 0.25) < 1e-12);
        QVERIFY(std::abs(between.high - 9.75) < 1e-12);
    }

    void everyResampleHasAsManyItems()
    {
        std::size_t drawn = 0;
        const auto interval = bootstrapInterval(
            3,
            [](std::span<const std::size_t> items) {
                return items.size() == 3 ? sum(items) : std::numeric_limits<double>::quiet_NaN();
            },
            [&drawn](std::size_t bound) { return drawn++ % bound; }, {.resamples = 5, .level = 0.9});
        QCOMPARE(drawn, std::size_t(15));
        QCOMPARE(interval.low, 3.0); // 0 + 1 + 2 each time
        QCOMPARE(interval.high, 3.0);
    }

    void infiniteValuesStayInfinite()
    {
        std::size_t next = 0;
        const auto interval = bootstrapInterval(
            1,
            [&next](std::span<const std::size_t>) {
                return next++ < 10 ? 1.0 : std::numeric_limits<double>::infinity();
            },
            [](std::size_t) { return std::size_t(0); }, {.resamples = 40, .level = 0.95});
        QCOMPARE(interval.low, 1.0);
        QVERIFY(std::isinf(interval.high));
    }

    void noItemsNoInterval()
    {
        const auto interval = bootstrapInterval(0, sum, [](std::size_t) { return std::size_t(0); });
        QCOMPARE(interval.low, 0.0);
        QVERIFY(interval.covers(0.0));
        QVERIFY(!interval.covers(0.1));
    }
};

QTEST_GUILESS_MAIN(TestBootstrap)
#include "tst_bootstrap.moc"
