// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/setchart.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>

#include "tests/support/testsupport.h"
#include "widgets/plots/plottablemodel.h"
#include "widgets/plots/qcustomplot.h"

using namespace secateur;
using namespace secateur::widgets;

namespace {

SetChartData smallData()
{
    SetChartData data;
    data.sets = QStringList{QStringLiteral("python"), QStringLiteral("java"), QStringLiteral("math")};
    data.setShares = {0.5, 0.5, 0.4};
    data.shareTitle = QStringLiteral("Share of weights kept (%)");
    data.combinations = {{{true, true, true}, 0.3, 0.1, 3000000},
                         {{true, true, false}, 0.12, 0.15, 1200000},
                         {{false, false, true}, 0.05, 0.1, 500000}};
    return data;
}

std::unique_ptr<SetChart> shownChart()
{
    auto chart = std::make_unique<SetChart>();
    chart->setData(smallData());
    chart->resize(600, 400);
    chart->show();
    chart->plot().replot(QCustomPlot::rpImmediateRefresh);
    return chart;
}

/// "x:value" of all bars of a name.
QStringList barsOf(SetChart &chart, const QString &name)
{
    QStringList found;
    for (int i = 0; i < chart.plot().plottableCount(); ++i)
        if (const auto *bars = qobject_cast<QCPBars *>(chart.plot().plottable(i)); bars && bars->name() == name)
            for (const QCPBarsData &bar : *bars->data())
                found << QStringLiteral("%1:%2").arg(bar.key).arg(bar.value);
    return found;
}

/// How many points the graph has whose dots look like `shape` in the dot matrix, by index among graphs there.
int dotCount(SetChart &chart, int graph)
{
    return chart.plot().axisRect(1)->graphs().at(graph)->dataCount();
}

} // namespace

class TestSetChart : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void barsHaveTheirKindsColour();
    void dotsSayWhichSetsBelong();
    void namesCombinations();
    void pointerAndKeysChoose();
    void tableIsSound();
    void logarithmicAxis();
    void emptyChart();
};

void TestSetChart::barsHaveTheirKindsColour()
{
    const auto chart = shownChart();
    QCOMPARE(barsOf(*chart, QStringLiteral("in all")), QStringList{QStringLiteral("0:30")});
    QCOMPARE(barsOf(*chart, QStringLiteral("other combinations")), QStringList{QStringLiteral("1:12")});
    QCOMPARE(barsOf(*chart, QStringLiteral("in exactly one")), QStringList{QStringLiteral("2:5")});
}

void TestSetChart::dotsSayWhichSetsBelong()
{
    const auto chart = shownChart();
    QCOMPARE(dotCount(*chart, 1), 3); // absent
    QCOMPARE(dotCount(*chart, 2), 6); // present
    QCOMPARE(dotCount(*chart, 0), 6); // two lines of two points and a gap; a single dot has none
    // Bars and dots of one combination stand above each other.
    const double bar = chart->plot().axisRect(0)->axis(QCPAxis::atBottom)->coordToPixel(1);
    const double dot = chart->plot().axisRect(1)->axis(QCPAxis::atBottom)->coordToPixel(1);
    QVERIFY(std::fabs(bar - dot) < 1.0);
}

void TestSetChart::namesCombinations()
{
    const auto chart = shownChart();
    QCOMPARE(chart->table().rows,
             (QStringList{QStringLiteral("all"), QStringLiteral("python + java"), QStringLiteral("math")}));
    QCOMPARE(chart->nameOf({{false, false, false}, 0, 0, 0}), QStringLiteral("none"));
    SetChartData four = smallData();
    four.sets = QStringList{QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c"), QStringLiteral("d")};
    chart->setData(four);
    QCOMPARE(chart->nameOf({{true, false, true, true}, 0, 0, 0}), QStringLiteral("all but b"));
    QCOMPARE(chart->nameOf({{true, false, true, false}, 0, 0, 0}), QStringLiteral("a + c"));
    chart->setData(smallData());
    const QString text = chart->describe({1, 1});
    QVERIFY2(text.contains(QLatin1String("12.0000 % of all (by chance 15.0000 %)")), qPrintable(text));
    QVERIFY(!chart->accessibleName().isEmpty());
}

void TestSetChart::pointerAndKeysChoose()
{
    const auto chart = shownChart();
    QSignalSpy chosen(chart.get(), &PlotWidget::chosen);
    QCPAxisRect *dots = chart->plot().axisRect(1);
    const QPoint dot(int(dots->axis(QCPAxis::atBottom)->coordToPixel(2)), dots->rect().center().y());
    QTest::mouseClick(&chart->plot(), Qt::LeftButton, {}, dot);
    QCOMPARE(chosen.last().at(0).toInt(), 2);
    QTest::keyClick(chart.get(), Qt::Key_Left);
    QCOMPARE(chart->current()->row, 1);
}

void TestSetChart::tableIsSound()
{
    PlotTableModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setTable(shownChart()->table());
    QCOMPARE(model.data(model.index(0, 0)).toString(), QStringLiteral("3000000"));
    QCOMPARE(model.data(model.index(0, 1)).toString(), QStringLiteral("30.0000"));
}

void TestSetChart::logarithmicAxis()
{
    const auto chart = shownChart();
    QCPAxis *y = chart->plot().axisRect(0)->axis(QCPAxis::atLeft);
    QCOMPARE(y->scaleType(), QCPAxis::stLinear);
    QCOMPARE(y->range().lower, 0.0);
    chart->setLogarithmic(true);
    QCOMPARE(y->scaleType(), QCPAxis::stLogarithmic);
    QVERIFY(y->range().lower > 0.0 && y->range().upper > 30.0);
}

void TestSetChart::emptyChart()
{
    const auto chart = shownChart();
    chart->setData({});
    QCOMPARE(chart->table().rowCount(), 0);
    QTest::keyClick(chart.get(), Qt::Key_Left);
    QVERIFY(!chart->current());
}

QTEST_MAIN(TestSetChart)
#include "tst_setchart.moc"
