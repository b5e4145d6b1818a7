// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/tablefit.h"

#include <QHeaderView>
#include <QScrollBar>
#include <QStandardItemModel>
#include <QTableView>
#include <QTest>

using namespace secateur::widgets;

class TestTableFit : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void contentNeedsNoScrollBars();
    void rowsAreWhole();
    void sharedPartsAreLeftOut_data();
    void sharedPartsAreLeftOut();
};

void TestTableFit::contentNeedsNoScrollBars()
{
    QStandardItemModel model(7, 5);
    QTableView view;
    view.setModel(&model);
    view.verticalHeader()->setFixedWidth(140); // wider than it would be by itself
    view.resize(contentSize(view));
    view.show();
    QCoreApplication::processEvents();
    QVERIFY(!view.horizontalScrollBar()->isVisible() && !view.verticalScrollBar()->isVisible());
    view.resize(contentSize(view) - QSize(1, 0));
    QCoreApplication::processEvents();
    QVERIFY(view.horizontalScrollBar()->isVisible());
}

void TestTableFit::rowsAreWhole()
{
    QStandardItemModel model(20, 5);
    QTableView view;
    view.setModel(&model);
    for (const int width : {200, 1000})
        for (const int most : {120, 150, 171, 400, 5000}) {
            const int height = heightOfWholeRows(view, most, width);
            QVERIFY(height <= most);
            view.resize(width, height);
            view.show();
            QCoreApplication::processEvents();
            QCOMPARE(view.viewport()->height() % view.rowHeight(0), 0);
            // One row more would not fit, or there is none.
            QVERIFY(height + view.rowHeight(0) > most || view.viewport()->height() == 20 * view.rowHeight(0));
        }
    view.resize(1000, heightOfWholeRows(view, 0, 1000));
    QCoreApplication::processEvents();
    QCOMPARE(view.viewport()->height(), view.rowHeight(0)); // a table without a row would be none
}

void TestTableFit::sharedPartsAreLeftOut_data()
{
    QTest::addColumn<QStringList>("names");
    QTest::addColumn<QStringList>("expected");
    const auto row = [](const char *tag, const char *names, const char *expected) {
        QTest::newRow(tag) << QString::fromUtf8(names).split(QLatin1Char(' '), Qt::SkipEmptyParts)
                           << QString::fromUtf8(expected).split(QLatin1Char(' '), Qt::SkipEmptyParts);
    };
    row("none", "", "");
    row("one name stays", "python-wanda-0.5", "python-wanda-0.5");
    row("domains", "python-wanda-0.5 math-wanda-0.5", "python math");
    row("seeds", "python-wanda-0.5 python-wanda-0.5-s1 math-wanda-0.5", "python python-s1 math");
    row("methods stay", "python-wanda-0.5 math-magnitude-0.5", "python-wanda math-magnitude");
    row("nothing would be left", "wanda-0.5 wanda-0.5-s1", "wanda-0.5 wanda-0.5-s1");
    row("two would be alike", "a-b b-a", "a-b b-a");
    row("a part twice", "a-a-x a-y", "a-x y");
}

void TestTableFit::sharedPartsAreLeftOut()
{
    QFETCH(QStringList, names);
    QFETCH(QStringList, expected);
    QCOMPARE(withoutSharedParts(names), expected);
}

QTEST_MAIN(TestTableFit)
#include "tst_tablefit.moc"
