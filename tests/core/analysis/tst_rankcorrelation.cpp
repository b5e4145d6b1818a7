// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/rankcorrelation.h"

#include <cmath>
#include <limits>
#include <vector>

#include <QtTest/QTest>

#include "core/analysis/distanceaccuracy.h"

using namespace secateur::analysis;

namespace {

bool near(double a, double b)
{
    return std::abs(a - b) < 1e-12;
}

} // namespace

/// Ranks and their correlation, by hand; when there is an interval, and when nothing.
class TestRankCorrelation : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ofRanksNotOfValues()
    {
        const std::vector<double> x = {0.1, 0.2, 0.3, 1000.0};
        QVERIFY(near(*spearman(x, std::vector<double>{1.0, 8.0, 27.0, 28.0}), 1.0));
        QVERIFY(near(*spearman(x, std::vector<double>{4.0, 3.0, 2.0, -7.0}), -1.0));
        // Differences of ranks 1, -1, 0, 0: 1 - 6 * 2 / (4 * 15)
        QVERIFY(near(*spearman(x, std::vector<double>{2.0, 1.0, 3.0, 4.0}), 0.8));
    }

    void equalValuesShareTheirRank()
    {
        // Ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3: 4.5 / sqrt(4.5 * 5)
        const std::vector<double> x = {1.0, 2.0, 2.0, 5.0};
        QVERIFY(near(*spearman(x, std::vector<double>{1.0, 2.0, 3.0, 4.0}), 4.5 / std::sqrt(22.5)));
        QVERIFY(!spearman(std::vector<double>{1.0, 1.0, 1.0}, std::vector<double>{1.0, 2.0, 3.0}));
    }

    void nothingOfTooLittle()
    {
        const std::vector<double> two = {1.0, 2.0};
        const std::vector<double> three = {1.0, 2.0, 3.0};
        QVERIFY(!spearman(two, two));
        QVERIFY(!spearman(two, three));
        QVERIFY(!spearman(three, std::vector<double>{1.0, std::numeric_limits<double>::quiet_NaN(), 2.0}));
        QVERIFY(spearman(three, three));
    }

    void theIntervalNeedsFivePoints()
    {
        const std::vector<double> four = {1.0, 2.0, 3.0, 4.0};
        const auto few = rankCorrelation(four, four, mersenneTwisterDraws(0));
        QVERIFY(few && !few->interval);
        QCOMPARE(few->points, std::size_t(4));
        const std::vector<double> x = {0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7};
        const std::vector<double> y = {9.0, 7.0, 8.0, 5.0, 6.0, 3.0, 4.0, 1.0};
        const auto found = rankCorrelation(x, y, mersenneTwisterDraws(0));
        QVERIFY(found && found->interval);
        QVERIFY(found->interval->low >= -1.0 && found->interval->low < found->rho);
        QVERIFY(found->interval->high > found->rho && found->interval->high < 0.0);
        // Of equal seeds the same.
        QCOMPARE(rankCorrelation(x, y, mersenneTwisterDraws(0))->interval->low, found->interval->low);
    }

    /// One point apart, and most resamples do not have it.
    void noIntervalWhereMostResamplesHaveNoSpread()
    {
        const std::vector<double> x = {1.0, 2.0, 3.0, 4.0, 5.0};
        const std::vector<double> y = {0.0, 0.0, 0.0, 0.0, 1.0};
        // Draws that take the first point alone, always.
        const auto found = rankCorrelation(x, y, [](std::size_t) { return std::size_t(0); });
        QVERIFY(found && !found->interval);
        QVERIFY(found->rho > 0.0);
    }

    void whatIsClaimed()
    {
        DistanceAccuracy data;
        data.points.resize(1);
        QCOMPARE(correlationText(data), std::string("no rank correlation, 1 point"));
        data.points.resize(20);
        data.correlation = RankCorrelation{-0.621, std::nullopt, 20};
        QCOMPARE(correlationText(data), std::string("Spearman -0.62, 20 points"));
        data.correlation->interval = Interval{-0.9, -0.1};
        QCOMPARE(correlationText(data), std::string("Spearman -0.62 (95 %: -0.90 to -0.10), 20 points"));
    }
};

QTEST_APPLESS_MAIN(TestRankCorrelation)
#include "tst_rankcorrelation.moc"
