// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/analysis/columnshare.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::analysis;
using namespace secateur::test;

namespace {

/// Two masks whose columns differ in so many rows.
ColumnDifferences differing(const std::vector<std::size_t> &rowsOfColumn, std::size_t rows)
{
    mask::BitMatrix a(rows, rowsOfColumn.size());
    mask::BitMatrix b(rows, rowsOfColumn.size());
    for (std::size_t col = 0; col < rowsOfColumn.size(); ++col)
        for (std::size_t row = 0; row < rowsOfColumn[col]; ++row)
            (row % 2 == 0 ? a : b).set(row, col, true);
    ColumnDifferences differences;
    if (!differences.add(a, b))
        qFatal("the masks have one shape");
    return differences;
}

bool near(double a, double b)
{
    return std::abs(a - b) < 1e-12;
}

} // namespace

class TestColumnShare : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void addsUpTheLargestFirst()
    {
        const auto differences = differing({1, 8, 0, 5, 2}, 8);
        QCOMPARE(differences.columns(), std::uint64_t(5));
        QCOMPARE(differences.differences(), std::uint64_t(16));
        QVERIFY(near(differences.shareIn(0.2), 0.5)); // the column with 8 of 16
        QVERIFY(near(differences.shareIn(0.4), 13.0 / 16.0));
        QVERIFY(near(differences.shareIn(0.3), 10.5 / 16.0)); // and half of the next
        QVERIFY(near(differences.shareIn(0.0), 0.0));
        QVERIFY(near(differences.shareIn(1.0), 1.0));
        QVERIFY(near(differences.shareIn(7.0), 1.0));
        QVERIFY(near(differences.columnsFor(0.5), 0.2));
        QVERIFY(near(differences.columnsFor(0.25), 0.1));
        QVERIFY(near(differences.columnsFor(1.0), 0.8)); // one column has none
        QVERIFY(near(differences.columnsFor(0.0), 0.0));
    }

    void evenSpreadNeedsHalfOfTheColumns()
    {
        const auto differences = differing(std::vector<std::size_t>(130, 4), 8);
        QVERIFY(near(differences.columnsFor(0.5), 0.5));
        QVERIFY(near(differences.shareIn(0.25), 0.25));
    }

    void joinsMatrices()
    {
        auto differences = differing({8, 0, 0}, 8);
        differences.add(differing({0, 8}, 8));
        QCOMPARE(differences.columns(), std::uint64_t(5));
        QVERIFY(near(differences.shareIn(0.4), 1.0));
        QVERIFY(near(differences.columnsFor(1.0), 0.4));
        const auto more = differing({8, 8}, 8);
        differences.add(more); // after it was asked: the sums are made again
        QVERIFY(near(differences.columnsFor(1.0), 4.0 / 7.0));
    }

    void equalMasksHaveNone()
    {
        const auto differences = differing({0, 0, 0}, 4);
        QCOMPARE(differences.differences(), std::uint64_t(0));
        QVERIFY(near(differences.shareIn(0.5), 0.0));
        QVERIFY(near(differences.columnsFor(0.5), 0.0));
        QVERIFY(near(ColumnDifferences().shareIn(0.5), 0.0));
        ColumnDifferences other;
        VERIFY_ERROR(other.add(mask::BitMatrix(2, 3), mask::BitMatrix(3, 2)), ErrorCode::Internal);
    }
};

QTEST_APPLESS_MAIN(TestColumnShare)
#include "tst_columnshare.moc"
