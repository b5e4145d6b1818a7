// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest/QTest>

#include "app/window/fuzzymatch.h"

using secateur::app::fuzzyScore;

class TestFuzzyMatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void matches_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("matches");
        const auto row = [](const char *name, const char *pattern, const char *text, bool matches) {
            QTest::newRow(name) << QString::fromUtf8(pattern) << QString::fromUtf8(text) << matches;
        };
        row("nothing typed", "", "Open Study", true);
        row("nothing to find it in", "a", "", false);
        row("initials", "os", "Open Study", true);
        row("case", "OPEN", "open study", true);
        row("blanks", "op st", "Open Study", true);
        row("order counts", "so", "Open S", false);
        row("each letter once", "oo", "Open", false);
        row("not there", "xyz", "Open Study", false);
        row("other letters", "größe", "GRÖSSE und Größe", true);
    }
    void matches()
    {
        QFETCH(const QString, pattern);
        QFETCH(const QString, text);
        QFETCH(const bool, matches);
        QCOMPARE(fuzzyScore(pattern, text).has_value(), matches);
    }

    void better_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("better");
        QTest::addColumn<QString>("worse");
        const auto row = [](const char *name, const char *pattern, const char *better, const char *worse) {
            QTest::newRow(name) << QString::fromUtf8(pattern) << QString::fromUtf8(better) << QString::fromUtf8(worse);
        };
        row("beginnings of words", "dt", "Dark Theme", "Edit");
        row("adjacent letters", "mask", "Masks", "Make a skeleton");
        row("shorter", "undo", "Undo", "Undo everything that was done");
        row("the later place may be better", "st", "as Study", "aste rs tt");
    }
    void better()
    {
        QFETCH(const QString, pattern);
        QFETCH(const QString, better);
        QFETCH(const QString, worse);
        QVERIFY(fuzzyScore(pattern, better).value() > fuzzyScore(pattern, worse).value());
    }
};

QTEST_MAIN(TestFuzzyMatch)
#include "tst_fuzzymatch.moc"
