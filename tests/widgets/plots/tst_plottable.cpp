// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plottable.h"

#include <cmath>
#include <limits>

#include "tests/support/testsupport.h"

using namespace secateur::widgets;

namespace {

PlotTable smallTable()
{
    PlotTable table;
    table.corner = QStringLiteral("Run");
    table.rows = QStringList{QStringLiteral("a_1, \"x\""), QStringLiteral("b|c")};
    table.columns = QStringList{QStringLiteral("p \u2013 q"), QStringLiteral("50%")};
    table.values = {0.1, 1.0 / 3.0, 2.0, std::numeric_limits<double>::quiet_NaN()};
    table.decimals = {2};
    return table;
}

} // namespace

class TestPlotTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void roundsForReading();
    void csvKeepsAllDigits();
    void latexIsBooktabs();
    void markdown();
    void sharesAreShownInPercent();
    void emptyTable();
};

void TestPlotTable::roundsForReading()
{
    const PlotTable table = smallTable();
    QCOMPARE(table.text(0, 0), QStringLiteral("0.10"));
    QCOMPARE(table.text(0, 1), QStringLiteral("0.3333"));
    QCOMPARE(table.text(1, 1), QStringLiteral("\u2013"));
    QVERIFY(std::isnan(table.at(2, 0)) && std::isnan(table.at(0, -1)));
}

void TestPlotTable::csvKeepsAllDigits()
{
    QCOMPARE(toCsv(smallTable()),
             QStringLiteral("Run,p \u2013 q,50%\r\n\"a_1, \"\"x\"\"\",0.1,0.3333333333333333\r\nb|c,2,\r\n"));
}

void TestPlotTable::latexIsBooktabs()
{
    QCOMPARE(toLatex(smallTable()),
             QStringLiteral("% needs \\usepackage{booktabs}\n\\begin{tabular}{lrr}\n\\toprule\n"
                            "Run & p -- q & 50\\% \\\\\n\\midrule\n"
                            "a\\_1, \"x\" & 0.10 & 0.3333 \\\\\nb|c & 2.00 & -- \\\\\n"
                            "\\bottomrule\n\\end{tabular}\n"));
}

void TestPlotTable::markdown()
{
    QCOMPARE(toMarkdown(smallTable()),
             QStringLiteral("| Run | p \u2013 q | 50% |\n| --- | ---: | ---: |\n"
                            "| a_1, \"x\" | 0.10 | 0.3333 |\n| b\\|c | 2.00 | \u2013 |\n"));
}

void TestPlotTable::sharesAreShownInPercent()
{
    PlotTable table = smallTable();
    table.scales = {100.0};
    table.units = QStringList{QStringLiteral("%")};
    QCOMPARE(table.heading(0), QStringLiteral("p \u2013 q (%)"));
    QCOMPARE(table.heading(1), QStringLiteral("50%"));
    QCOMPARE(table.text(0, 0), QStringLiteral("10.00"));
    QCOMPARE(table.text(0, 1), QStringLiteral("0.3333"));
    QVERIFY(toLatex(table).contains(QLatin1String("p -- q (\\%)")) && toLatex(table).contains(QLatin1String("& 10.00")));
    QVERIFY(toMarkdown(table).contains(QLatin1String("(%) |")) && toMarkdown(table).contains(QLatin1String("| 10.00")));
    QCOMPARE(toCsv(table), toCsv(smallTable())); // for programs, as they are
}

void TestPlotTable::emptyTable()
{
    QCOMPARE(toCsv({}), QStringLiteral("\r\n"));
    QVERIFY(toLatex({}).contains(QLatin1String("\\begin{tabular}{l}")));
}

QTEST_APPLESS_MAIN(TestPlotTable)
#include "tst_plottable.moc"
