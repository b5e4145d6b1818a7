// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <fstream>

#include <QtTest/QTest>

#include "app/help/helpbook.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::app;

class TestHelpBook : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        write("index.md",
              "# All\n\nIntro.\n\n## First part\n\n- [B page](b.md): the second\n- [Gone](gone.md)\n\n"
              "## Second part\n\n- [A page](a.md#top)\n- [A page](a.md), again [B](b.md)\n");
        write("a.md",
              "# Page A\n\nApples and pears.\n\n## Of N:M, and 2 more\n\n| word | meaning |\n|---|---|\n"
              "| floor | what chance does |\n\nThe end.\n");
        write("b.md", "# Page B\n\nPears first.\n\n```\nsecateur pears --json\n```\n\nApples at the end.\n");
        write("notes.txt", "# No page\n");
    }

    void readsPagesAndChapters()
    {
        const HelpBook book(folder());
        QStringList ids;
        for (const auto &page : book.pages())
            ids << page.id;
        QCOMPARE(ids, QStringList({QStringLiteral("index"), QStringLiteral("a"), QStringLiteral("b")}));
        QCOMPARE(book.page(QStringLiteral("a"))->title, QStringLiteral("Page A"));
        QVERIFY(book.page(QStringLiteral("notes")) == nullptr);
        QCOMPARE(book.chapters().size(), std::size_t(2));
        QCOMPARE(book.chapters()[0].title, QStringLiteral("First part"));
        QCOMPARE(book.chapters()[0].pages, QStringList{QStringLiteral("b")});
        QCOMPARE(book.chapters()[1].pages, QStringList({QStringLiteral("a"), QStringLiteral("b")}));
    }

    void isEmptyWithoutAManual()
    {
        HelpBook book(folder() + QStringLiteral("/nowhere"));
        QVERIFY(book.pages().empty());
        QVERIFY(book.chapters().empty());
        QVERIFY(book.search(QStringLiteral("pears")).empty());
    }

    void anchorsAreThoseOfGitHub_data()
    {
        QTest::addColumn<QString>("heading");
        QTest::addColumn<QString>("anchor");
        QTest::newRow("words") << "Distance per layer"
                               << "distance-per-layer";
        QTest::newRow("marks") << "Of N:M, and 2 more"
                               << "of-nm-and-2-more";
        QTest::newRow("hyphen") << "same-domain Floor"
                                << "same-domain-floor";
    }
    void anchorsAreThoseOfGitHub()
    {
        QFETCH(QString, heading);
        QTEST(HelpBook::anchorOf(heading), "anchor");
    }

    void searchFindsLines_data()
    {
        QTest::addColumn<QString>("words");
        QTest::addColumn<QStringList>("found");
        const auto add = [](const char *words, const QStringList &found) {
            QTest::newRow(words) << QString::fromLatin1(words) << found;
        };
        // In the order of the contents, headings first; b stands before a there.
        add("pears",
            {QStringLiteral("b: Pears first."), QStringLiteral("b: secateur pears --json"),
             QStringLiteral("a: Apples and pears.")});
        add("PEARS  first", {QStringLiteral("b: Pears first.")});
        add("page",
            {QStringLiteral("b: Page B"), QStringLiteral("a: Page A"), QStringLiteral("index: B page: the second"),
             QStringLiteral("index: A page"), QStringLiteral("index: A page, again B")});
        add("floor chance", {QStringLiteral("a: floor \u00b7 what chance does")}); // a row of a table is one line
        add("pears end", {QStringLiteral("b: Pears first."), QStringLiteral("a: Apples and pears.")}); // not in a line
        add("app and", {QStringLiteral("a: Apples and pears.")});
        add("quinces", {});
        add("  ", {});
    }
    void searchFindsLines()
    {
        QFETCH(QString, words);
        HelpBook book(folder());
        QStringList found;
        for (const auto &hit : book.search(words))
            found << hit.page + QStringLiteral(": ") + hit.line;
        QTEST(found, "found");
    }

private:
    [[nodiscard]] QString folder() const { return QString::fromStdString(m_folder.path().string()); }
    void write(const char *name, const char *text) { std::ofstream(m_folder.path() / name) << text; }

    test::TemporaryFolder m_folder;
};

QTEST_MAIN(TestHelpBook)
#include "tst_helpbook.moc"
