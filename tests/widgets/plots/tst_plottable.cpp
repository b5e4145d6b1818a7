// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plottable.h"

#include <cmath>
#include <limits>

#include <QProcess>
#include <QStandardPaths>

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
    void latexCompiles();
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
    QVERIFY(toLatex(table).contains(QLatin1String("p -- q (\\%)"))
            && toLatex(table).contains(QLatin1String("& 10.00")));
    QVERIFY(toMarkdown(table).contains(QLatin1String("(%) |")) && toMarkdown(table).contains(QLatin1String("| 10.00")));
    QCOMPARE(toCsv(table), toCsv(smallTable())); // for programs, as they are
}

void TestPlotTable::latexCompiles()
{
    const QString latex = QStandardPaths::findExecutable(QStringLiteral("pdflatex"));
    if (latex.isEmpty())
        QSKIP("NOT CHECKED: whether LaTeX tables compile; needs pdflatex with booktabs (texlive-latex-extra)");
    PlotTable table = smallTable();
    table.rows[0] = QStringLiteral("\\a_b & 50 % #1 {x} ~^ \u00d7 \u2013 \u2212 \u2248 \u00e9");
    table.scales = {100.0};
    table.units = QStringList{QStringLiteral("%")};
    const secateur::test::TemporaryFolder folder;
    secateur::test::writeFile(folder.path() / "paper.tex",
                              "\\documentclass{article}\n\\usepackage{booktabs}\n\\begin{document}\n"
                                  + toLatex(table).toStdString() + "\\end{document}\n");
    QProcess process;
    process.setWorkingDirectory(QString::fromStdString(folder.path().string()));
    process.start(
        latex,
        {QStringLiteral("-interaction=nonstopmode"), QStringLiteral("-halt-on-error"), QStringLiteral("paper.tex")});
    QVERIFY(process.waitForFinished(120'000));
    const QByteArray log = process.readAllStandardOutput();
    if (log.contains("booktabs.sty' not found"))
        QSKIP("NOT CHECKED: whether LaTeX tables compile; booktabs is not installed (texlive-latex-extra)");
    QVERIFY2(process.exitCode() == 0 && !log.contains("Missing character"), log.right(1500));
}

void TestPlotTable::emptyTable()
{
    QCOMPARE(toCsv({}), QStringLiteral("\r\n"));
    QVERIFY(toLatex({}).contains(QLatin1String("\\begin{tabular}{l}")));
}

QTEST_GUILESS_MAIN(TestPlotTable)
#include "tst_plottable.moc"
