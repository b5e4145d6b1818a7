// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/accuracytable.h"

#include <cmath>

#include <QtTest/QTest>

#include "core/analysis/measurestyle.h"

using namespace secateur::analysis;

namespace {

AccuracyCell cellOf(double value, double toDense)
{
    AccuracyCell cell;
    cell.measured = {value, {value - 0.1, value + 0.1}};
    cell.n = 20;
    cell.toDense = Estimate{toDense, {toDense - 0.05, toDense + 0.05}};
    cell.test = Significance{0.5, PairedTest::McNemar, {1, 2}};
    return cell;
}

/// Dense, python with three samples of which two are the same, math with one; two tasks.
AccuracyTable tableOf()
{
    AccuracyTable table;
    table.rows = {{"dense", "dense", "", "", "", "", ""},
                  {"python", "1", "python", "wanda", "0.5", "p", "a"},
                  {"math", "2", "math", "wanda", "0.5", "m", "a"},
                  {"python-2", "3", "python", "wanda", "0.5", "p", "b"},
                  {"python-copy", "4", "python", "wanda", "0.5", "p", "b"}};
    table.columns.resize(2);
    table.columns[0].task = "x";
    table.columns[1].task = "y";
    table.cells.resize(10);
    const double values[] = {0.8, 0.5, 0.4, 0.7, 0.9};
    for (std::size_t row = 0; row < 5; ++row)
        table.cells[2 * row] = cellOf(values[row], values[row] - 0.8);
    table.cells[3] = cellOf(0.3, 0.0);
    return table;
}

} // namespace

/// Seeds become one row; columns are chosen; shares are in percent.
class TestAccuracyTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void seedsBecomeOneRow()
    {
        const auto table = tableOf();
        QVERIFY(hasSeveralSeeds(table));
        const auto means = meansOverSeeds(table);
        QCOMPARE(means.rows.size(), std::size_t(3));
        QCOMPARE(means.rows[1].run, std::string("python (2 seeds)"));
        QCOMPARE(means.rows[1].id, std::string("1"));
        QCOMPARE(means.rows[1].seeds, std::size_t(2));
        const auto &cell = means.at(1, 0);
        QVERIFY(std::abs(cell->measured.value - 0.6) < 1e-12);
        QCOMPARE(cell->measured.interval.low, 0.5);
        QCOMPARE(cell->measured.interval.high, 0.7);
        QCOMPARE(cell->seeds->seeds, std::size_t(2));
        QVERIFY(std::abs(*cell->seeds->deviation - std::sqrt(0.02)) < 1e-12);
        QVERIFY(std::abs(cell->toDense->value + 0.2) < 1e-12);
        QVERIFY(!cell->test); // of one run only
        QVERIFY(!means.at(1, 1)); // one of the two seeds was not measured
        QCOMPARE(means.notices.size(), std::size_t(1));
        QVERIFY(means.notices[0].find("python and 1 more") != std::string::npos);
    }

    void othersStay()
    {
        const auto table = tableOf();
        const auto means = meansOverSeeds(table);
        QCOMPARE(means.rows[2].run, std::string("math"));
        QCOMPARE(means.at(2, 0)->measured.interval.low, table.at(2, 0)->measured.interval.low);
        QVERIFY(means.at(2, 0)->test && !means.at(2, 0)->seeds);
        auto none = table;
        for (auto &row : none.rows)
            row.recipe.clear();
        QVERIFY(!hasSeveralSeeds(none));
        QCOMPARE(meansOverSeeds(none).rows.size(), std::size_t(5));
        QVERIFY(meansOverSeeds(none).notices.empty());
    }

    void columnsAreChosen()
    {
        const auto part = selectColumns(tableOf(), {1, 0});
        QCOMPARE(part.columns[0].task, std::string("y"));
        QCOMPARE(part.at(1, 0)->measured.value, 0.3);
        QCOMPARE(part.at(4, 1)->measured.value, 0.9);
    }

    void sharesAreInPercent()
    {
        QCOMPARE(styleOf("acc").titleWithUnit(), std::string("Accuracy (%)"));
        QCOMPARE(styleOf("acc").scale, 100.0);
        QCOMPARE(styleOf("acc").decimals, 1);
        QCOMPARE(styleOf("pass@10").titleWithUnit(), std::string("pass@10 (%)"));
        QCOMPARE(styleOf("score").title, std::string("Score"));
        for (const char *const plain : {"perplexity", "bleu", "chrf"}) {
            QCOMPARE(styleOf(plain).scale, 1.0);
            QVERIFY(!styleOf(plain).isShare());
        }
    }
};

QTEST_APPLESS_MAIN(TestAccuracyTable)
#include "tst_accuracytable.moc"
