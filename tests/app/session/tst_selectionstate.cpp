// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QtTest/QTest>

#include "app/session/selection.h"

using secateur::app::Selection;

class TestSelectionState : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsOfChangesOnly()
    {
        Selection selection;
        QSignalSpy changed(&selection, &Selection::changed);
        selection.setRuns(QStringLiteral("a"), QStringLiteral("b"));
        QCOMPARE(changed.count(), 1);
        selection.setRunA(QStringLiteral("a"));
        selection.setRunB(QStringLiteral("b"));
        selection.setLayer(0);
        QCOMPARE(changed.count(), 1);
        selection.setRunB(QStringLiteral("c"));
        QCOMPARE(changed.count(), 2);
        QCOMPARE(selection.runA(), QStringLiteral("a"));
        QCOMPARE(selection.runB(), QStringLiteral("c"));
    }

    void namesAMatrixOnceASublayerIsChosen()
    {
        Selection selection;
        selection.setLayer(3);
        QVERIFY(!selection.matrix());
        selection.setSublayer(QStringLiteral("mlp.up_proj"));
        QVERIFY(selection.matrix());
        QCOMPARE(selection.matrix()->layer.value, 3U);
        QCOMPARE(selection.matrix()->sublayer, std::string("mlp.up_proj"));
    }

    void anotherMatrixForgetsTheCell()
    {
        Selection selection;
        selection.setMatrix(1, QStringLiteral("mlp.up_proj"));
        selection.setCell(Selection::Cell{5, 6});
        selection.setRuns(QStringLiteral("a"), QStringLiteral("b"));
        QVERIFY(selection.cell().has_value());
        QSignalSpy changed(&selection, &Selection::changed);
        selection.setLayer(2);
        QVERIFY(!selection.cell().has_value());
        QCOMPARE(changed.count(), 1);
    }
};

QTEST_MAIN(TestSelectionState)
#include "tst_selectionstate.moc"
