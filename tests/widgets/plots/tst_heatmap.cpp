// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/heatmap.h"

#include <cmath>

#include <QAbstractItemModelTester>
#include <QSignalSpy>

#include "tests/support/testsupport.h"
#include "widgets/figure/colormap.h"
#include "widgets/plots/plotpane.h"
#include "widgets/plots/plottablemodel.h"
#include "widgets/plots/qcustomplot.h"

#include <QLabel>
#include <QTableView>

using namespace secateur;
using namespace secateur::widgets;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// 2 rows, 3 columns: 0.0 0.1 0.2 / 0.3 none 0.5.
HeatMapData smallData()
{
    HeatMapData data;
    data.rowTitle = QStringLiteral("Sublayer");
    data.columnTitle = QStringLiteral("Layer");
    data.valueTitle = QStringLiteral("Jaccard distance");
    data.rows = QStringList{QStringLiteral("q_proj"), QStringLiteral("up_proj")};
    data.columns = QStringList{QStringLiteral("0"), QStringLiteral("1"), QStringLiteral("2")};
    data.values = {0.0, 0.1, 0.2, 0.3, none, 0.5};
    data.baseline = 0.625;
    return data;
}

/// Drawn at 600 x 400.
std::unique_ptr<HeatMap> shownMap()
{
    auto map = std::make_unique<HeatMap>();
    map->setData(smallData());
    map->resize(600, 400);
    map->show();
    map->plot().replot(QCustomPlot::rpImmediateRefresh);
    return map;
}

/// The middle of a cell in the plot.
QPoint middleOf(HeatMap &map, int row, int column)
{
    QCPAxisRect *rect = map.plot().plottable(0)->keyAxis()->axisRect();
    return {int(rect->axis(QCPAxis::atBottom)->coordToPixel(column)),
            int(rect->axis(QCPAxis::atLeft)->coordToPixel(row))};
}

} // namespace

class TestHeatMap : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cellsAreSquaresOfWholePixels_data();
    void cellsAreSquaresOfWholePixels();
    void hundredsOfRowsFillTheWidth();
    void drawsEachCellInItsColour();
    void scaleEndsWhereAsked();
    void pointerChoosesCells();
    void keysWalkCells();
    void saysWhatACellHolds();
    void tableAndPlotFollowEachOther();
    void tableModelIsSound();
    void keepsOrDropsTheCurrentCell();
    void drawsTheDendrogram();
    void valuesAreWrittenOnDemand();
    void followsThePalette();
    void followsThePixelRatio();
};

/// As of the matrices of all experts of a model: squares would leave a thread of a map.
void TestHeatMap::hundredsOfRowsFillTheWidth()
{
    HeatMapData data;
    for (int row = 0; row < 200; ++row)
        data.rows << QString::number(row);
    for (int column = 0; column < 6; ++column)
        data.columns << QString::number(column);
    data.values.assign(200 * 6, 0.5);
    const auto map = shownMap();
    map->setData(data);
    map->resize(900, 500);
    map->plot().replot(QCustomPlot::rpImmediateRefresh);
    const QRect inner = map->plot().plottable(0)->keyAxis()->axisRect()->rect();
    QVERIFY(map->plot().rect().contains(inner));
    QCOMPARE(inner.height() % 200, 0);
    QVERIFY2(inner.width() >= 6 * 60, qPrintable(QString::number(inner.width())));
}

void TestHeatMap::cellsAreSquaresOfWholePixels_data()
{
    QTest::addColumn<QSize>("size");
    QTest::newRow("wide") << QSize(900, 300);
    QTest::newRow("tall") << QSize(300, 700);
    QTest::newRow("tiny") << QSize(160, 120);
}

void TestHeatMap::cellsAreSquaresOfWholePixels()
{
    QFETCH(QSize, size);
    const auto map = shownMap();
    map->resize(size);
    map->plot().replot(QCustomPlot::rpImmediateRefresh);
    const QRect inner = map->plot().plottable(0)->keyAxis()->axisRect()->rect();
    QVERIFY(map->cellSize() >= 1);
    QCOMPARE(inner.size(), QSize(3, 2) * map->cellSize());
    QVERIFY(map->plot().rect().contains(inner));
    const QCPRange columns = map->plot().plottable(0)->keyAxis()->range();
    QCOMPARE(columns.lower, -0.5);
    QCOMPARE(columns.upper, 2.5);
}

void TestHeatMap::drawsEachCellInItsColour()
{
    const auto map = shownMap();
    const QImage image = map->plot().toPixmap(0, 0, 1.0).toImage();
    for (int row = 0; row < 2; ++row)
        for (int column = 0; column < 3; ++column) {
            if (std::isnan(map->table().at(row, column)))
                continue;
            const QColor expected = map->colorOf({row, column});
            // In the middle and near two corners: a cell has one colour up to its edge.
            const int reach = map->cellSize() / 2 - 2;
            for (const int offset : {-reach, 0, reach}) {
                const QColor drawn = image.pixelColor(middleOf(*map, row, column) + QPoint(offset, offset));
                const int difference = std::abs(drawn.red() - expected.red())
                    + std::abs(drawn.green() - expected.green()) + std::abs(drawn.blue() - expected.blue());
                QVERIFY2(difference <= 6, qPrintable(QStringLiteral("%1,%2").arg(row).arg(column)));
            }
        }
}

void TestHeatMap::scaleEndsWhereAsked()
{
    const auto map = shownMap();
    QCOMPARE(map->scaleEnd(), 0.5);
    map->setScale(HeatScale::Unit);
    QCOMPARE(map->scaleEnd(), 1.0);
    QCOMPARE(map->colorOf({1, 2}).rgb(), ColorMap::named(u"viridis").at(0.5));
    map->setScale(HeatScale::Baseline);
    QCOMPARE(map->scaleEnd(), 0.625);
    HeatMapData unknown = smallData();
    unknown.baseline = none;
    map->setData(unknown);
    QCOMPARE(map->scaleEnd(), 0.5);
    map->setData({});
    QCOMPARE(map->scaleEnd(), 1.0);
}

void TestHeatMap::pointerChoosesCells()
{
    const auto map = shownMap();
    QSignalSpy chosen(map.get(), &PlotWidget::chosen);
    QSignalSpy activated(map.get(), &PlotWidget::activated);
    QSignalSpy hovered(map.get(), &PlotWidget::hovered);
    QTest::mouseMove(&map->plot(), middleOf(*map, 0, 2));
    QTRY_VERIFY(!hovered.isEmpty());
    QVERIFY(hovered.last().at(0).toString().contains(QLatin1String("0.2000")));
    QTest::mouseClick(&map->plot(), Qt::LeftButton, {}, middleOf(*map, 1, 0));
    QCOMPARE(chosen.last(), (QVariantList{1, 0}));
    QCOMPARE(map->current(), (PlotWidget::Cell{1, 0}));
    QTest::mouseDClick(&map->plot(), Qt::LeftButton, {}, middleOf(*map, 1, 2));
    QCOMPARE(activated.last(), (QVariantList{1, 2}));
    const qsizetype before = chosen.size();
    QTest::mouseClick(&map->plot(), Qt::LeftButton, {}, QPoint(1, 1)); // beside the map
    QCOMPARE(chosen.size(), before);
}

void TestHeatMap::keysWalkCells()
{
    const auto map = shownMap();
    QSignalSpy activated(map.get(), &PlotWidget::activated);
    QTest::keyClick(map.get(), Qt::Key_Down); // the first key only shows the cursor
    QCOMPARE(map->current(), (PlotWidget::Cell{0, 0}));
    QTest::keyClick(map.get(), Qt::Key_Down);
    QTest::keyClick(map.get(), Qt::Key_Right);
    QCOMPARE(map->current(), (PlotWidget::Cell{1, 1}));
    QTest::keyClick(map.get(), Qt::Key_Down);
    QCOMPARE(map->current(), (PlotWidget::Cell{1, 1}));
    QTest::keyClick(map.get(), Qt::Key_End);
    QCOMPARE(map->current(), (PlotWidget::Cell{1, 2}));
    QTest::keyClick(map.get(), Qt::Key_Return);
    QCOMPARE(activated.last(), (QVariantList{1, 2}));
    QTest::keyClick(map.get(), Qt::Key_Home);
    QCOMPARE(map->current(), (PlotWidget::Cell{0, 0}));
}

void TestHeatMap::saysWhatACellHolds()
{
    const auto map = shownMap();
    QVERIFY(!map->accessibleName().isEmpty());
    QCOMPARE(map->describe({1, 2}),
             QStringLiteral("Sublayer up_proj, Layer 2: Jaccard distance 0.5000 (by chance 0.625)"));
    QVERIFY(map->describe({1, 1}).contains(QStringLiteral("\u2013")));
    QCOMPARE(map->describe({2, 0}), QString());
    map->setCurrent(PlotWidget::Cell{1, 2});
    QCOMPARE(map->accessibleDescription(), map->describe({1, 2}));
}

void TestHeatMap::tableAndPlotFollowEachOther()
{
    auto *map = new HeatMap;
    PlotPane pane(map, Qt::Horizontal);
    map->setData(smallData());
    QSignalSpy chosen(map, &PlotWidget::chosen);
    map->setCurrent(PlotWidget::Cell{1, 2});
    QCOMPARE(pane.tableView().currentIndex().row(), 1);
    QCOMPARE(pane.tableView().currentIndex().column(), 2);
    QVERIFY(chosen.isEmpty()); // by the program, not by the user
    pane.tableView().setCurrentIndex(pane.tableView().model()->index(0, 1));
    QCOMPARE(map->current(), (PlotWidget::Cell{0, 1}));
    QCOMPARE(chosen.size(), 1);
    QVERIFY(!pane.tableView().accessibleName().isEmpty());
}

void TestHeatMap::tableModelIsSound()
{
    PlotTableModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    const auto map = shownMap();
    model.setTable(map->table());
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.columnCount(), 3);
    QCOMPARE(model.data(model.index(1, 2)).toString(), QStringLiteral("0.5000"));
    QCOMPARE(model.data(model.index(1, 2), Qt::EditRole).toDouble(), 0.5);
    QVERIFY(!model.data(model.index(1, 1), Qt::EditRole).isValid());
    QCOMPARE(model.headerData(1, Qt::Vertical).toString(), QStringLiteral("up_proj"));
    model.setTable({});
    QCOMPARE(model.rowCount(), 0);
}

void TestHeatMap::keepsOrDropsTheCurrentCell()
{
    const auto map = shownMap();
    map->setCurrent(PlotWidget::Cell{1, 1});
    map->setData(smallData());
    QCOMPARE(map->current(), (PlotWidget::Cell{1, 1}));
    HeatMapData one = smallData();
    one.rows.removeLast();
    map->setData(one);
    QVERIFY(!map->current());
    map->setCurrent(PlotWidget::Cell{7, 7});
    QVERIFY(!map->current());
}

void TestHeatMap::drawsTheDendrogram()
{
    const auto map = shownMap();
    const int without = map->plot().axisRectCount();
    HeatMapData data = smallData();
    data.clustering = {{1, 0, 2}, {{1, 0, 0.1}, {3, 2, 0.4}}};
    map->setData(data);
    map->plot().replot(QCustomPlot::rpImmediateRefresh);
    QCOMPARE(map->plot().axisRectCount(), without + 1);
    auto *curve = map->plot().findChild<QCPCurve *>();
    QVERIFY(curve);
    std::vector<QPointF> points;
    for (const QCPCurveData &point : *curve->data())
        if (!std::isnan(point.key))
            points.emplace_back(point.key, point.value);
    // Items 1 and 0 are the leaves at 0 and 1, joined at 0.1; their middle and leaf 2 are joined at 0.4.
    QCOMPARE(points,
             (std::vector<QPointF>{{0, 0}, {0, 0.1}, {1, 0.1}, {1, 0}, {0.5, 0.1}, {0.5, 0.4}, {2, 0.4}, {2, 0}}));
    // A leaf stands above the middle of its column.
    const double leaf = curve->keyAxis()->coordToPixel(2);
    QVERIFY(std::fabs(leaf - middleOf(*map, 0, 2).x()) <= 1.0);
}

void TestHeatMap::valuesAreWrittenOnDemand()
{
    const auto map = shownMap();
    const auto texts = [&map] {
        QStringList found;
        for (int i = 0; i < map->plot().itemCount(); ++i)
            if (const auto *text = qobject_cast<QCPItemText *>(map->plot().item(i)); text && text->visible())
                found << text->text();
        return found;
    };
    QVERIFY(texts().isEmpty());
    map->setValuesShown(true);
    map->plot().replot(QCustomPlot::rpImmediateRefresh);
    QCOMPARE(texts().size(), 6);
    QVERIFY(texts().contains(QStringLiteral(".300")));
    map->resize(200, 120); // no room in the cells
    map->plot().replot(QCustomPlot::rpImmediateRefresh);
    QVERIFY(texts().isEmpty());
    map->setValuesShown(false);
    QVERIFY(texts().isEmpty());
}

void TestHeatMap::followsThePalette()
{
    const auto map = shownMap();
    const QImage light = map->image(1.0);
    QPalette dark;
    dark.setColor(QPalette::Base, QColor(30, 30, 34));
    dark.setColor(QPalette::Text, QColor(230, 230, 230));
    map->setPalette(dark);
    map->plot().replot(QCustomPlot::rpImmediateRefresh);
    QCOMPARE(map->image(1.0).pixelColor(1, 1), QColor(30, 30, 34));
    QVERIFY(light.pixelColor(1, 1) != QColor(30, 30, 34));
    QCOMPARE(map->plot().plottable(0)->keyAxis()->tickLabelColor(), QColor(230, 230, 230));
}

void TestHeatMap::followsThePixelRatio()
{
    const auto map = shownMap();
    map->plot().setBufferDevicePixelRatio(3.0); // as left behind by another screen
    map->plot().repaint();
    QTRY_COMPARE(map->plot().bufferDevicePixelRatio(), map->devicePixelRatioF());
}

QTEST_MAIN(TestHeatMap)
#include "tst_heatmap.moc"
