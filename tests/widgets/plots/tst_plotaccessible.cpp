// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include <QAccessible>
#include <QtTest/QTest>

#include "widgets/plots/heatmap.h"
#include "widgets/plots/layerchart.h"
#include "widgets/plots/maskview.h"
#include "widgets/plots/qcustomplot.h"

using namespace secateur;
using namespace secateur::widgets;

class TestPlotAccessible : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void heatMapIsATable()
    {
        HeatMap map;
        map.setAccessibleName(QStringLiteral("Distances"));
        map.setData(twoByThree());
        auto *const interface = QAccessible::queryAccessibleInterface(&map);
        QVERIFY(interface);
        QCOMPARE(interface->role(), QAccessible::Table);
        QCOMPARE(interface->text(QAccessible::Name), QStringLiteral("Distances"));
        auto *const table = interface->tableInterface();
        QVERIFY(table);
        QCOMPARE(table->rowCount(), 2);
        QCOMPARE(table->columnCount(), 3);
        QCOMPARE(table->rowDescription(1), QStringLiteral("k_proj"));
        QCOMPARE(table->columnDescription(2), QStringLiteral("2"));
        auto *const cell = table->cellAt(1, 2);
        QVERIFY(cell && cell->tableCellInterface());
        QCOMPARE(cell->text(QAccessible::Name), map.describe({1, 2}));
        QCOMPARE(cell->tableCellInterface()->rowIndex(), 1);
        QCOMPARE(cell->parent(), interface);
        QCOMPARE(interface->indexOfChild(cell), 5);
        QCOMPARE(interface->child(5), cell);
        QVERIFY(!table->cellAt(2, 0) && !table->cellAt(0, -1) && !interface->child(6));
        QVERIFY(!cell->state().selected);
        map.setCurrent(PlotWidget::Cell{1, 2});
        QVERIFY(cell->state().selected);
        QCOMPARE(table->selectedCells(), QList<QAccessibleInterface *>{cell});
    }

    void chartIsAListOfSeries()
    {
        LayerChart chart;
        LayerChartData data;
        data.valueTitle = QStringLiteral("Jaccard distance");
        data.series = {{QStringLiteral("python \u2013 math"), {0.25, 0.5, 0.75}}, {QStringLiteral("a \u2013 b"), {}}};
        data.series[1].values.assign(3, std::numeric_limits<double>::quiet_NaN());
        chart.setData(data);
        auto *const interface = QAccessible::queryAccessibleInterface(&chart);
        QVERIFY(interface);
        QCOMPARE(interface->role(), QAccessible::List);
        QCOMPARE(interface->childCount(), chart.table().columnCount());
        QCOMPARE(interface->child(0)->text(QAccessible::Name), QStringLiteral("python \u2013 math"));
        QVERIFY(interface->child(0)->text(QAccessible::Value).startsWith(QStringLiteral("3 values from 0.25")));
        QCOMPARE(interface->child(1)->text(QAccessible::Value), QStringLiteral("no values"));
        QCOMPARE(interface->indexOfChild(interface->child(1)), 1);
    }

    void maskIsATableThatListsOneCell()
    {
        MatrixViewport viewport;
        MaskView view(viewport);
        mask::BitMatrix bits(300, 400);
        bits.set(7, 9, true);
        viewport.setMatrix(300, 400);
        view.setContent(MaskContent(std::make_shared<const MaskData>(std::move(bits))));
        auto *const interface = QAccessible::queryAccessibleInterface(&view);
        QVERIFY(interface && interface->tableInterface());
        QCOMPARE(interface->tableInterface()->rowCount(), 300);
        QCOMPARE(interface->childCount(), 0);
        viewport.setCurrentCell(MatrixViewport::Cell{7, 9});
        QCOMPARE(interface->childCount(), 1);
        QVERIFY(interface->child(0)->text(QAccessible::Name).contains(QStringLiteral("kept")));
        QVERIFY(interface->tableInterface()->cellAt(7, 8)->text(QAccessible::Name).contains(QStringLiteral("pruned")));
        QVERIFY(!interface->tableInterface()->cellAt(300, 0));
    }

    void plotsAreDrawnAtTheScreensPixels()
    {
        HeatMap map;
        map.setData(twoByThree());
        map.resize(300, 200);
        map.show();
        QVERIFY(QTest::qWaitForWindowExposed(&map));
        // As on a screen of another ratio: QCustomPlot would not ask again.
        map.plot().setBufferDevicePixelRatio(3.0 * map.devicePixelRatioF());
        map.plot().repaint();
        QCOMPARE(map.plot().bufferDevicePixelRatio(), map.devicePixelRatioF());
        const QImage grabbed = map.grab().toImage();
        QCOMPARE(grabbed.size(), (QSizeF(map.size()) * map.devicePixelRatioF()).toSize());
    }

private:
    static HeatMapData twoByThree()
    {
        HeatMapData data;
        data.rowTitle = QStringLiteral("Sublayer");
        data.columnTitle = QStringLiteral("Layer");
        data.valueTitle = QStringLiteral("Jaccard distance");
        data.rows = {QStringLiteral("q_proj"), QStringLiteral("k_proj")};
        data.columns = {QStringLiteral("0"), QStringLiteral("1"), QStringLiteral("2")};
        data.values = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
        return data;
    }
};

QTEST_MAIN(TestPlotAccessible)
#include "tst_plotaccessible.moc"
