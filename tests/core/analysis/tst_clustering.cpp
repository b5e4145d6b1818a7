// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/clustering.h"

#include <limits>

#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::analysis;

namespace {

using Order = std::vector<std::size_t>;
using Merges = std::vector<Merge>;

/// From the upper triangle, row by row.
ItemDistances matrixOf(std::size_t size, const std::vector<double> &upper)
{
    ItemDistances matrix(size);
    std::size_t next = 0;
    for (std::size_t a = 0; a < size; ++a)
        for (std::size_t b = a + 1; b < size; ++b)
            matrix.set(a, b, upper[next++]);
    return matrix;
}

} // namespace

class TestClustering : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void joinsTheClosestFirst();
    void heightIsTheMeanOverItems();
    void equalDistancesJoinInOrder();
    void roundingDoesNotBreakTies();
    void smallCases();
    void refusesWhatIsNotADistance();
};

void TestClustering::joinsTheClosestFirst()
{
    // 0 and 3 are close, 1 and 2 are close.
    const auto found = clusterByAverage(matrixOf(4, {0.8, 0.6, 0.1, 0.2, 0.7, 0.9}));
    VERIFY_RESULT(found);
    QCOMPARE(found->order, (Order{0, 3, 1, 2}));
    QCOMPARE(found->merges.size(), std::size_t(3));
    QCOMPARE(found->merges[0], (Merge{0, 3, 0.1}));
    QCOMPARE(found->merges[1], (Merge{1, 2, 0.2}));
    QCOMPARE(found->merges[2].left, std::size_t(4));
    QCOMPARE(found->merges[2].right, std::size_t(5));
    QCOMPARE(found->merges[2].height, (0.8 + 0.6 + 0.7 + 0.9) / 4);
}

void TestClustering::heightIsTheMeanOverItems()
{
    // Item 2 joins {0, 1} at (0.4 + 0.6) / 2; item 3 joins all three at (0.9 + 0.9 + 0.6) / 3, not at a mean of means.
    const auto found = clusterByAverage(matrixOf(4, {0.2, 0.4, 0.9, 0.6, 0.9, 0.6}));
    VERIFY_RESULT(found);
    QCOMPARE(found->order, (Order{0, 1, 2, 3}));
    QCOMPARE(found->merges[1].height, 0.5);
    QCOMPARE(found->merges[2].height, 0.8);
}

void TestClustering::equalDistancesJoinInOrder()
{
    const auto found = clusterByAverage(matrixOf(4, {0.5, 0.5, 0.5, 0.5, 0.5, 0.5}));
    VERIFY_RESULT(found);
    QCOMPARE(found->order, (Order{0, 1, 2, 3}));
    QCOMPARE(found->merges, (Merges{{0, 1, 0.5}, {4, 2, 0.5}, {5, 3, 0.5}}));
}

void TestClustering::roundingDoesNotBreakTies()
{
    // 0.1 + 0.2 is greater than 0.3 by one unit in the last place: still the pair that comes first.
    const auto found = clusterByAverage(matrixOf(4, {0.1 + 0.2, 0.9, 0.9, 0.9, 0.9, 0.3}));
    VERIFY_RESULT(found);
    QCOMPARE(found->merges[0].left, std::size_t(0));
    QCOMPARE(found->merges[1].left, std::size_t(2));
    QVERIFY(found->merges[1].height >= found->merges[0].height);
}

void TestClustering::smallCases()
{
    const auto none = clusterByAverage(ItemDistances(0));
    VERIFY_RESULT(none);
    QVERIFY(none->order.empty() && none->merges.empty());
    const auto one = clusterByAverage(ItemDistances(1));
    VERIFY_RESULT(one);
    QCOMPARE(one->order, Order{0});
    QVERIFY(one->merges.empty());
}

void TestClustering::refusesWhatIsNotADistance()
{
    VERIFY_ERROR(clusterByAverage(matrixOf(2, {std::numeric_limits<double>::quiet_NaN()})), ErrorCode::Internal);
    VERIFY_ERROR(clusterByAverage(matrixOf(2, {std::numeric_limits<double>::infinity()})), ErrorCode::Internal);
}

QTEST_APPLESS_MAIN(TestClustering)
#include "tst_clustering.moc"
