// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QSignalSpy>
#include <QtTest/QTest>

#include "widgets/common/datatable.h"
#include "widgets/common/numbertext.h"

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

    void wholeNumbersAreGrouped()
    {
        const auto plain = [](QString text) { return text.replace(QChar(0x202f), u' '); };
        QCOMPARE(plain(groupedNumber(0)), QStringLiteral("0"));
        QCOMPARE(plain(groupedNumber(-9999)), QStringLiteral("-9999"));
        QCOMPARE(plain(groupedNumber(10000)), QStringLiteral("10 000"));
        QCOMPARE(plain(groupedNumber(-123456)), QStringLiteral("-123 456"));
        QCOMPARE(plain(groupedNumber(1234567)), QStringLiteral("1 234 567"));
        const TableData weights{{QStringLiteral("weights")}, {{qlonglong(884736)}}};
        TableModel model;
        model.setTable(weights);
        QCOMPARE(plain(model.index(0, 0).data().toString()), QStringLiteral("884 736"));
        QCOMPARE(toCsv(weights), QStringLiteral("weights\r\n884736\r\n")); // to be read by programs
    }

    void newValuesKeepTheRow()
    {
        DataTable table(QStringLiteral("Distances"));
        table.setTable(sample());
        const QAbstractItemModelTester tester(table.model(), QAbstractItemModelTester::FailureReportingMode::Fatal);
        table.showRow(1);
        auto other = sample();
        other.rows[1][1] = 7.5;
        table.setTable(other);
        QCOMPARE(table.currentIndex().row(), 1);
        QCOMPARE(table.currentIndex().siblingAtColumn(1).data().toString(), QStringLiteral("7.5"));
        other.rows.pop_back();
        table.setTable(other);
        QVERIFY(!table.currentIndex().isValid());
    }

    void theLastColumnFillsTheView()
    {
        DataTable table(QStringLiteral("Texts"));
        table.horizontalHeader()->setStretchLastSection(true);
        table.resize(400, 200);
        table.show();
        for (const int letters : {3, 500, 5}) { // cut with dots rather than scrolled to
            table.setTable({{QStringLiteral("n"), QStringLiteral("text")}, {{1, QString(letters, u'x')}}});
            QCoreApplication::processEvents();
            QCOMPARE(table.horizontalHeader()->length(), table.viewport()->width());
        }
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
