// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QSignalSpy>
#include <QtTest/QTest>

#include "widgets/common/datatable.h"

using namespace secateur::widgets;

namespace {

TableData sample()
{
    return {{QStringLiteral("run"), QStringLiteral("distance")},
            {{QStringLiteral("a, b"), 0.1}, {QStringLiteral("say \"c\""), 1.0 / 3.0}, {QStringLiteral("short")}}};
}

} // namespace

class TestDataTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void csvQuotesAndKeepsPrecision()
    {
        QCOMPARE(toCsv(sample()),
                 QStringLiteral("run,distance\r\n\"a, b\",0.1\r\n\"say \"\"c\"\"\",0.3333333333333333\r\nshort,\r\n"));
    }

    void modelIsSound()
    {
        TableModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.setTable(sample());
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.index(1, 1).data().toString(), QStringLiteral("0.33333"));
        QVERIFY(!model.index(2, 1).data().isValid());
        model.setTable({});
        QCOMPARE(model.rowCount(), 0);
    }

    void tellsOfTheUsersRowsOnly()
    {
        DataTable table(QStringLiteral("Distances"));
        table.setTable(sample());
        QSignalSpy activated(&table, &DataTable::rowActivated);
        table.showRow(1);
        QCOMPARE(activated.count(), 0);
        QTest::keyClick(&table, Qt::Key_Down);
        QCOMPARE(activated.count(), 1);
        QCOMPARE(activated.first().first().toInt(), 2);
    }

    void copiesTheSelectionOrAll()
    {
        DataTable table(QStringLiteral("Distances"));
        table.setTable(sample());
        QTest::keyClick(&table, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(), toCsv(sample()));
        table.showRow(0);
        table.copy();
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("run,distance\r\n\"a, b\",0.1\r\n"));
    }
};

QTEST_MAIN(TestDataTable)
#include "tst_datatable.moc"
