// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/scatterchart.h"

#include <cmath>

#include <QAccessible>
#include <QAction>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "widgets/common/theme.h"
#include "widgets/plots/plotpane.h"
#include "widgets/plots/qcustomplot.h"

using namespace secateur::widgets;

namespace {

/// Two domains, three points in the first of which one is the own, one in the second; shares.
ScatterData sample()
{
    ScatterData data;
    data.xTitle = QStringLiteral("Distance");
    data.xName = QStringLiteral("Distance");
    data.yTitle = QStringLiteral("Accuracy (%), higher is better");
    data.yName = QStringLiteral("acc");
    data.unit = QStringLiteral("%");
    data.scale = 100.0;
    data.decimals = 1;
    data.mayBeLogarithmic = false;
    data.series = QStringList{QStringLiteral("python"), QStringLiteral("math")};
    data.points = {{QStringLiteral("math on python"), 0.3, 0.5, 0.4, 0.6, 0, false},
                   {QStringLiteral("python on python"), 0.0, 0.8, 0.7, 0.85, 0, true},
                   {QStringLiteral("java on python"), 0.2, 0.6, 0.5, 0.7, 0, false},
                   {QStringLiteral("python on math"), 0.3, 0.4, 0.3, 0.5, 1, false}};
    return data;
}

} // namespace

class TestScatterChart : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void drawsPointsWithTheirIntervals();
    void tableHoldsTheValues();
    void farApartValuesGetALogarithmicAxis();
    void pointerAndKeysMoveTheCursor();
    void isAListForAssistiveTechnology();
    void takesEveryTheme();
};

void TestScatterChart::drawsPointsWithTheirIntervals()
{
    ScatterChart chart;
    chart.setData(sample());
    QCOMPARE(chart.plot().graphCount(), 3); // python's others, its own, math's
    // Sorted by x, each with the interval of its own point.
    const auto *const graph = chart.plot().graph(0);
    QCOMPARE(graph->data()->at(0)->key, 0.2);
    QCOMPARE(graph->data()->at(0)->value, 60.0);
    QCOMPARE(graph->data()->at(1)->value, 50.0);
    int errorBars = 0;
    for (int i = 0; i < chart.plot().plottableCount(); ++i)
        if (auto *const errors = qobject_cast<QCPErrorBars *>(chart.plot().plottable(i))) {
            errorBars += errors->data()->size();
            for (const auto &error : *errors->data())
                QVERIFY(std::abs(error.errorMinus - 10.0) < 1e-9);
        }
    QCOMPARE(errorBars, 4);
    QCOMPARE(chart.plot().legend->itemCount(), 2);
    QVERIFY(chart.plot().graph(1)->scatterStyle().brush() != QBrush(Qt::NoBrush));
    QVERIFY(chart.plot().graph(0)->scatterStyle().shape() != chart.plot().graph(2)->scatterStyle().shape());
    QVERIFY(chart.plot().yAxis->range().lower < 30.0 && chart.plot().yAxis->range().upper > 85.0);
    QVERIFY(chart.plot().xAxis->range().lower < 0.0); // points at 0 are seen whole
    chart.setData({});
    QCOMPARE(chart.plot().plottableCount(), 0);
    QVERIFY(chart.describe({0, 0}).isEmpty());
}

void TestScatterChart::tableHoldsTheValues()
{
    ScatterChart chart;
    chart.setData(sample());
    const auto &table = chart.table();
    QCOMPARE(table.rowCount(), 4);
    QCOMPARE(table.heading(1), QStringLiteral("acc (%)"));
    QCOMPARE(table.at(0, 1), 0.5);
    QCOMPARE(table.text(0, 1), QStringLiteral("50.0"));
    QCOMPARE(table.text(0, 0), QStringLiteral("0.300"));
    QCOMPARE(chart.describe({3, 1}),
             QStringLiteral("python on math: distance 0.300, acc 40.0%, 95 % interval 30.0% to 50.0%"));
    PlotPane pane(new ScatterChart, Qt::Horizontal);
    static_cast<ScatterChart &>(pane.plot()).setData(sample());
    QCOMPARE(pane.tableView().model()->rowCount(), 4);
    pane.tableView().setCurrentIndex(pane.tableView().model()->index(2, 3));
    QCOMPARE(pane.plot().current(), (PlotWidget::Cell{2, 3}));
}

void TestScatterChart::farApartValuesGetALogarithmicAxis()
{
    ScatterChart chart;
    auto data = sample();
    data.scale = 1.0;
    data.points[0].y = data.points[0].high = 5000.0;
    chart.setData(data);
    QVERIFY(!chart.isLogarithmic()); // shares would not
    data.mayBeLogarithmic = true;
    chart.setData(data);
    QVERIFY(chart.isLogarithmic());
    chart.setData(sample());
    QVERIFY(!chart.isLogarithmic());
}

void TestScatterChart::pointerAndKeysMoveTheCursor()
{
    ScatterChart chart;
    chart.resize(600, 400);
    chart.setData(sample());
    chart.show();
    QVERIFY(QTest::qWaitForWindowExposed(&chart));
    chart.plot().replot();
    QSignalSpy chosen(&chart, &PlotWidget::chosen);
    QSignalSpy hovered(&chart, &PlotWidget::hovered);
    const QPoint at(int(chart.plot().xAxis->coordToPixel(0.2)), int(chart.plot().yAxis->coordToPixel(60.0)));
    QTest::mouseMove(&chart.plot(), at + QPoint(3, 3));
    QTRY_VERIFY(!hovered.isEmpty() && hovered.last().at(0).toString().startsWith(QStringLiteral("java on python")));
    QTest::mouseClick(&chart.plot(), Qt::LeftButton, {}, at + QPoint(3, 3));
    QCOMPARE(chosen.last().at(0).toInt(), 2);
    QTest::mouseClick(&chart.plot(), Qt::LeftButton, {}, at + QPoint(60, 60)); // far from all
    QCOMPARE(chosen.count(), 1);
    QTest::keyClick(&chart, Qt::Key_Down);
    QCOMPARE(chart.current()->row, 3);
    QTest::keyClick(&chart, Qt::Key_Home);
    QCOMPARE(chart.current(), (PlotWidget::Cell{0, 0}));
    QVERIFY(chart.accessibleDescription().startsWith(QStringLiteral("math on python")));
}

void TestScatterChart::isAListForAssistiveTechnology()
{
    ScatterChart chart;
    chart.setData(sample());
    auto *const found = QAccessible::queryAccessibleInterface(&chart);
    QVERIFY(found);
    QCOMPARE(found->childCount(), 4); // columns
    QCOMPARE(found->child(1)->text(QAccessible::Name), QStringLiteral("acc (%)"));
    QVERIFY2(found->child(1)->text(QAccessible::Value).startsWith(QStringLiteral("4 values from 40.0 to 80.0")),
             qPrintable(found->child(1)->text(QAccessible::Value)));
}

void TestScatterChart::takesEveryTheme()
{
    ScatterChart chart;
    chart.resize(600, 400);
    chart.setData(sample());
    QList<QColor> backgrounds;
    for (const auto theme : {Theme::Light, Theme::Dark}) {
        applyTheme(theme);
        QCoreApplication::processEvents();
        const QImage image = chart.image(1.0);
        QVERIFY(!image.isNull());
        backgrounds << image.pixelColor(image.width() - 2, image.height() - 2);
    }
    QVERIFY(backgrounds[0].lightness() > 200 && backgrounds[1].lightness() < 80);
    applyTheme(Theme::Light);
}

QTEST_MAIN(TestScatterChart)
#include "tst_scatterchart.moc"
