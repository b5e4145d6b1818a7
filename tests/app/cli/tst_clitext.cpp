// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>

#include "app/cli/text.h"
#include "core/base/text.h"
#include "tests/support/testsupport.h"

using namespace secateur::cli;
using secateur::joined;

class TestText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void splits();
    void wraps();
    void formatsNumbers();
    void formatsDurations();
    void makesTextSafe();
    void writesJsonWithForeignBytes();
    void alignsTables();
};

void TestText::splits()
{
    QCOMPARE(split("", ',').size(), std::size_t(0));
    QCOMPARE(joined(split("a", ','), "|"), std::string("a"));
    QCOMPARE(joined(split("a,,b,", ','), "|"), std::string("a||b|"));
}

void TestText::wraps()
{
    QCOMPARE(joined(wrapped("a rose is a rose", 7), "|"), std::string("a rose|is a|rose"));
    QCOMPARE(joined(wrapped("chrysanthemum is long", 5), "|"), std::string("chrysanthemum|is|long"));
    QCOMPARE(joined(wrapped("", 5), "|"), std::string(""));
}

void TestText::formatsNumbers()
{
    QCOMPARE(grouped(0), std::string("0"));
    QCOMPARE(grouped(999), std::string("999"));
    QCOMPARE(grouped(134515008), std::string("134,515,008"));
    QCOMPARE(fixed(0.12345, 4), std::string("0.1235"));
    QCOMPARE(fixed(-2.0, 0), std::string("-2"));
    QCOMPARE(fixed(std::numeric_limits<double>::quiet_NaN(), 2), std::string("-"));
    QCOMPARE(fixed(std::numeric_limits<double>::max(), 2).size(), std::size_t(312));
}

void TestText::formatsDurations()
{
    QCOMPARE(durationText(7.2), std::string("0:07"));
    QCOMPARE(durationText(750), std::string("12:30"));
    QCOMPARE(durationText(3 * 3600 + 5 * 60), std::string("3:05:00"));
    QCOMPARE(durationText(-1), std::string("0:00"));
}

void TestText::makesTextSafe()
{
    QCOMPARE(printable("a\tb\nc"), std::string("a\tb\nc"));
    QCOMPARE(printable("\x1b]0;title\x07"), std::string("\\x1b]0;title\\x07"));
    QCOMPARE(printable("caf\xc3\xa9 \xc2\xa0."), std::string("caf\xc3\xa9 \xc2\xa0."));
    QCOMPARE(printable("\xc2\x9b"), std::string("\\x9b")); // CSI as one character
}

void TestText::writesJsonWithForeignBytes()
{
    QCOMPARE(jsonText({{"path", "\xff.gguf"}}), std::string("{\"path\":\"\xef\xbf\xbd.gguf\"}"));
}

void TestText::alignsTables()
{
    Table table({{"Run"}, {"Share", Table::Align::Right}});
    table.addRow({"caf\xc3\xa9", "5.00 %", "ignored"});
    table.addRow({"a\nb"});
    QCOMPARE(table.text(),
             std::string("Run    Share\n"
                         "caf\xc3\xa9  5.00 %\n"
                         "a b\n"));
}

QTEST_GUILESS_MAIN(TestText)
#include "tst_clitext.moc"
