// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/layerchart.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>

#include "tests/support/testsupport.h"
#include "widgets/plots/plottablemodel.h"
#include "widgets/plots/qcustomplot.h"

using namespace secateur;
using namespace secateur::widgets;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

LayerChartData smallData()
{
    LayerChartData data;
    data.valueTitle = QStringLiteral("Jaccard distance");
    data.series = {{QStringLiteral("a \u2013 b"), {0.1, 0.2, 0.3}}, {QStringLiteral("a \u2013 c"), {0.2, none, 0.4}}};
    data.baseline = 0.65;
    data.baselineName = QStringLiteral("by chance");
    data.floor = {0.01, 0.02, 0.03};
    data.floorName = QStringLiteral("same domain");
    return data;
}

std::unique_ptr<LayerChart> shownChart()
{
    auto chart = std::make_unique<LayerChart>();
    chart->setData(smallData());
    chart->resize(700, 400);
    chart->show();
    chart->plot().replot(QCustomPlot::rpImmediateRefresh);
    return chart;
}

QPoint pointAt(LayerChart &chart, double layer, double value)
{
    return {int(chart.plot().xAxis->coordToPixel(layer)), int(chart.plot().yAxis->coordToPixel(value))};
}

/// The plottables' names and the sums of their values, in the order drawn.
QStringList drawn(LayerChart &chart)
{
    QStringList found;
    for (int i = 0; i < chart.plot().plottableCount(); ++i) {
        double sum = 0.0;
        if (const auto *bars = qobject_cast<QCPBars *>(chart.plot().plottable(i)))
            for (const QCPBarsData &bar : *bars->data())
                sum += std::isnan(bar.value) ? 0.0 : bar.value;
        if (const auto *line = qobject_cast<QCPGraph *>(chart.plot().plottable(i)))
            for (const QCPGraphData &point : *line->data())
                sum += std::isnan(point.value) ? 0.0 : point.value;
        found << QStringLiteral("%1 %2 %3")
                     .arg(QString::fromLatin1(chart.plot().plottable(i)->metaObject()->className()),
                          chart.plot().plottable(i)->name(), QString::number(sum, 'f', 2));
    }
    return found;
}

} // namespace

class TestLayerChart : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void drawsBarsOrLines();
    void baselineIsDrawnOrNamed();
    void rangeEndsWhereAsked();
    void noBarLiesUnderTheBaselinesWords();
    void legendIsShort();
    void aCompactOneHasMoreRoomForBars();
    void pointerChoosesBars();
    void pointerChoosesLines();
    void keysWalkLayersAndSeries();
    void saysWhatABarHolds();
    void tableHasAllSeries();
    void emptyChart();
};

void TestLayerChart::drawsBarsOrLines()
{
    const auto chart = shownChart();
    QCOMPARE(drawn(*chart),
             (QStringList{QStringLiteral("QCPBars a \u2013 b 0.60"), QStringLiteral("QCPBars a \u2013 c 0.60"),
                          QStringLiteral("QCPGraph same domain 0.06")}));
    chart->setMode(LayerChart::Mode::Lines);
    QCOMPARE(drawn(*chart),
             (QStringList{QStringLiteral("QCPGraph a \u2013 b 0.60"), QStringLiteral("QCPGraph a \u2013 c 0.60"),
                          QStringLiteral("QCPGraph same domain 0.06")}));
    QCOMPARE(chart->plot().xAxis->range().lower, -0.5);
    QCOMPARE(chart->plot().xAxis->range().upper, 2.5);
    QCOMPARE(chart->plot().legend->itemCount(), 3);
}

void TestLayerChart::baselineIsDrawnOrNamed()
{
    const auto chart = shownChart();
    const auto line = [&chart] { return chart->plot().findChild<QCPItemStraightLine *>(); };
    QVERIFY(!chart->baselineInside());
    QVERIFY(!line()->visible());
    QCOMPARE(chart->baselineText(), QStringLiteral("\u2191 by chance: 0.650, above this axis"));
    chart->setRange(ValueRange::Baseline);
    QVERIFY(chart->baselineInside());
    QVERIFY(line()->visible());
    QCOMPARE(line()->point1->value(), 0.65);
    QCOMPARE(chart->baselineText(), QStringLiteral("by chance: 0.650"));
    LayerChartData unknown = smallData();
    unknown.baseline = none;
    chart->setData(unknown);
    QVERIFY(!line()->visible());
    QCOMPARE(chart->baselineText(), QString());
}

void TestLayerChart::rangeEndsWhereAsked()
{
    const auto chart = shownChart();
    QCOMPARE(chart->rangeEnd(), 0.4 * 1.1);
    chart->setRange(ValueRange::Unit);
    QCOMPARE(chart->rangeEnd(), 1.0);
    QCOMPARE(chart->plot().yAxis->range().upper, 1.0);
    chart->setRange(ValueRange::Baseline);
    QCOMPARE(chart->rangeEnd(), 0.65 * 1.1);
}

void TestLayerChart::noBarLiesUnderTheBaselinesWords()
{
    const auto chart = shownChart();
    const auto *const note = chart->plot().findChild<QCPItemText *>();
    QVERIFY(note);
    for (const int height : {150, 190, 260, 800})
        for (const auto range : {ValueRange::Data, ValueRange::Baseline}) {
            chart->setRange(range);
            chart->resize(700, height);
            chart->plot().replot(QCustomPlot::rpImmediateRefresh);
            const double bar = chart->plot().yAxis->coordToPixel(0.4); // the highest
            QVERIFY2(note->bottom->pixelPosition().y() <= bar, qPrintable(QString::number(height)));
            QVERIFY(note->top->pixelPosition().y() >= chart->plot().axisRect()->top() - 1);
        }
}

void TestLayerChart::legendIsShort()
{
    LayerChartData data = smallData();
    data.series[0].label = QStringLiteral("short");
    LayerChart chart;
    chart.setData(data);
    QCOMPARE(chart.plot().plottable(0)->name(), QStringLiteral("short"));
    QCOMPARE(chart.plot().plottable(1)->name(), data.series[1].name);
    QCOMPARE(chart.table().columns.front(), data.series[0].name); // in full in the table
}

void TestLayerChart::aCompactOneHasMoreRoomForBars()
{
    const auto chart = shownChart();
    chart->resize(200, 130);
    chart->setRange(ValueRange::Unit);
    static_cast<void>(chart->image(1.0)); // lays it out
    const int before = chart->plot().axisRect()->height();
    chart->makeCompact();
    static_cast<void>(chart->image(1.0));
    QVERIFY(chart->plot().axisRect()->height() > before);
    QVERIFY(chart->plot().xAxis->label().isEmpty() && chart->plot().yAxis->label().isEmpty());
    QVERIFY(chart->plot().yAxis->ticker()->tickCount() < 5);
}

void TestLayerChart::pointerChoosesBars()
{
    const auto chart = shownChart();
    QSignalSpy chosen(chart.get(), &PlotWidget::chosen);
    QSignalSpy activated(chart.get(), &PlotWidget::activated);
    QTest::mouseClick(&chart->plot(), Qt::LeftButton, {}, pointAt(*chart, 1.8, 0.1));
    QCOMPARE(chosen.last(), (QVariantList{2, 0}));
    QTest::mouseClick(&chart->plot(), Qt::LeftButton, {}, pointAt(*chart, 2.2, 0.1));
    QCOMPARE(chosen.last(), (QVariantList{2, 1}));
    QTest::mouseDClick(&chart->plot(), Qt::LeftButton, {}, pointAt(*chart, 0.1, 0.1));
    QCOMPARE(activated.last(), (QVariantList{0, 1}));
}

void TestLayerChart::pointerChoosesLines()
{
    const auto chart = shownChart();
    chart->setMode(LayerChart::Mode::Lines);
    chart->plot().replot(QCustomPlot::rpImmediateRefresh);
    QTest::mouseClick(&chart->plot(), Qt::LeftButton, {}, pointAt(*chart, 2.1, 0.38));
    QCOMPARE(chart->current(), (PlotWidget::Cell{2, 1}));
    QTest::mouseClick(&chart->plot(), Qt::LeftButton, {}, pointAt(*chart, 2.1, 0.31));
    QCOMPARE(chart->current(), (PlotWidget::Cell{2, 0}));
    QTest::mouseClick(&chart->plot(), Qt::LeftButton, {}, pointAt(*chart, 0.0, 0.005));
    QCOMPARE(chart->current(), (PlotWidget::Cell{0, 2})); // the floor
}

void TestLayerChart::keysWalkLayersAndSeries()
{
    const auto chart = shownChart();
    QTest::keyClick(chart.get(), Qt::Key_Right);
    QTest::keyClick(chart.get(), Qt::Key_Right);
    QCOMPARE(chart->current(), (PlotWidget::Cell{1, 0}));
    QTest::keyClick(chart.get(), Qt::Key_Down);
    QCOMPARE(chart->current(), (PlotWidget::Cell{1, 1}));
    QTest::keyClick(chart.get(), Qt::Key_Left);
    QTest::keyClick(chart.get(), Qt::Key_Left);
    QCOMPARE(chart->current(), (PlotWidget::Cell{0, 1}));
}

void TestLayerChart::saysWhatABarHolds()
{
    const auto chart = shownChart();
    QVERIFY(!chart->accessibleName().isEmpty());
    QCOMPARE(chart->describe({2, 0}),
             QStringLiteral("Layer 2, a \u2013 b: Jaccard distance 0.3000 (same domain 0.0300, by chance 0.650)"));
    QCOMPARE(chart->describe({3, 0}), QString());
}

void TestLayerChart::tableHasAllSeries()
{
    PlotTableModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    const auto chart = shownChart();
    model.setTable(chart->table());
    QCOMPARE(model.columnCount(), 3);
    QCOMPARE(model.headerData(2, Qt::Horizontal).toString(), QStringLiteral("same domain"));
    QCOMPARE(model.data(model.index(1, 1)).toString(), QStringLiteral("\u2013"));
    QCOMPARE(model.data(model.index(2, 2)).toString(), QStringLiteral("0.0300"));
}

void TestLayerChart::emptyChart()
{
    const auto chart = shownChart();
    chart->setCurrent(PlotWidget::Cell{2, 2});
    chart->setData({});
    QVERIFY(!chart->current());
    QCOMPARE(drawn(*chart), QStringList());
    QTest::keyClick(chart.get(), Qt::Key_Right);
    QVERIFY(!chart->current());
    QTest::mouseClick(&chart->plot(), Qt::LeftButton, {}, QPoint(300, 200));
    QVERIFY(!chart->current());
}

QTEST_MAIN(TestLayerChart)
#include "tst_layerchart.moc"
