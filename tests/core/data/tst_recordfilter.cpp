// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest/QTest>

#include "core/data/recordfilter.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::data;
using nlohmann::json;

namespace {

Record record(const std::string &fields)
{
    return {json::parse(fields), "x.jsonl, line 7"};
}

/// An accented letter is one character of two bytes.
const char *const file =
    "{\"language\": \"python\", \"stars\": 12, \"ratio\": 0.5, \"id\": 9007199254740993, \"content\": \"caf\\u00e9\", "
    "\"fork\": false, \"licence\": null, \"tags\": [\"web\", \"orm\"], \"meta\": {\"lang\": \"en\", \"a b\": 1}, "
    "\"year\": \"2021\", \"date\": \"2021-03-01\", \"parts\": [{\"kind\": \"x\"}], \"quote\": \"say \\\"no\\\"\"}";

} // namespace

class TestRecordFilter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takes_data();
    void takes();
    void refuses_data();
    void refuses();
    void counts();
    void aFieldThatNoRecordHasIsAnError();
    void fieldsOfLaterRecordsAreNamed();
    void nothingLeftIsAnError();
    void noFilterTakesAll();
};

void TestRecordFilter::takes_data()
{
    QTest::addColumn<std::string>("filter");
    QTest::addColumn<bool>("expected");

    const auto add = [](const char *filter, bool expected) {
        QTest::newRow(filter) << std::string(filter) << expected;
    };
    add("language == \"python\"", true);
    add("language == 'python'", true);
    add("  language==\"python\"  ", true);
    add("language == \"Python\"", false);
    add("language != \"java\"", true);
    add("language != \"python\"", false);
    add("language < \"q\"", true);
    add("language >= \"q\"", false);
    add("date >= \"2021-01-01\" and date < \"2022\"", true);
    add("language contains \"yth\"", true);
    add("language contains \"\"", true);
    add("language contains \"java\"", false);
    add("quote == \"say \\\"no\\\"\"", true);
    add("quote contains '\"no\"'", true);
    // Numbers, also where a text spells one.
    add("stars == 12", true);
    add("stars == 12.0", true);
    add("stars < 12", false);
    add("stars <= 12", true);
    add("stars > 11.5", true);
    add("stars >= 1.3e1", false);
    add("ratio > -1", true);
    add("id == 9007199254740993", true);
    add("id == 9007199254740992", false); // the same as a double
    add("year >= 2021", true);
    add("year == 2021.0", true);
    add("stars == \"12\"", false); // a text is no number
    add("stars != \"12\"", true);
    add("language >= 0", false);
    add("language != 0", true);
    // Truth, lists, lengths.
    add("fork == false", true);
    add("fork != true", true);
    add("fork == 0", false);
    add("tags contains \"orm\"", true);
    add("tags contains \"or\"", false);
    add("tags[0] == 'web'", true);
    add("tags[2] == 'web'", false);
    add("tags == 'web'", false);
    add("parts[0].kind == 'x'", true);
    add("len(content) == 4", true);
    add("len( content ) < 4", false);
    add("len(tags) == 2", true);
    add("len(stars) < 100", false);
    add("len(stars) absent", true);
    // Nested and quoted names.
    add("meta.lang == 'en'", true);
    add("meta.\"a b\" == 1", true);
    add("\"meta\".lang contains 'e'", true);
    add("meta.lang.deeper absent", true);
    // What is not there fulfils no comparison; null is not there.
    add("licence absent", true);
    add("licence present", false);
    add("licence != 'mit'", false);
    add("nowhere absent", true);
    add("nowhere != 1", false);
    add("language present", true);
    add("fork present and language absent", false);
    add("stars >= 10 and language == 'python' and len(content) < 20000", true);
    add("stars >= 10 and language == 'java'", false);
}

void TestRecordFilter::takes()
{
    QFETCH(std::string, filter);
    QFETCH(bool, expected);
    const auto parsed = RecordFilter::parse(filter);
    VERIFY_RESULT(parsed);
    QCOMPARE(parsed->text(), filter);
    QCOMPARE(FilterCount(*parsed).takes(record(file)), expected);
}

void TestRecordFilter::refuses_data()
{
    QTest::addColumn<std::string>("filter");
    QTest::addColumn<std::string>("expected"); ///< in the message, with the position

    const auto add = [](const char *filter, const char *expected) {
        QTest::newRow(filter) << std::string(filter) << std::string(expected);
    };
    add("stars", "character 6: ==, !=, <, <=, >, >=, contains, present or absent");
    add("stars = 3", "character 7: ==");
    add("stars =~ 3", "character 7: ==");
    add("== 3", "character 1: a field name is missing");
    add("meta. == 3", "character 6: a field name is missing");
    add("tags[x] == 3", "character 5: an element of a list");
    add("tags[0 == 3", "character 5: an element of a list");
    add("tags[99999999999999999999999] == 3", "character 5: an element of a list");
    add("len(tags == 3", "character 10: \")\"");
    add("language == python", "character 13: a number, true, false or a text in quotes");
    add("language ==", "character 12: a number");
    add("language == \"python", "character 13: the quote");
    add("stars >= nan", "character 10: a number");
    add("stars >= 0x10", "character 10: a number");
    add("fork > true", "character 8: true and false have no order");
    add("a == 1 b == 2", "character 8: conditions are joined by \"and\"");
    add("a == 1 or b == 2", "character 8: conditions are joined by \"and\"");
    add("a == 1 andb == 2", "character 8: conditions are joined by \"and\"");
    add("a == 1 and", "character 11: a field name is missing");
    add("a presently", "character 3: ==");
    QTest::newRow("long") << "a == \"" + std::string(5000, 'x') + "\"" << std::string("at most 4096");
}

void TestRecordFilter::refuses()
{
    QFETCH(std::string, filter);
    QFETCH(std::string, expected);
    const auto parsed = RecordFilter::parse(filter);
    VERIFY_ERROR(parsed, ErrorCode::InvalidArgument);
    QVERIFY2(parsed.error().detail.find(expected) != std::string::npos, parsed.error().detail.c_str());
}

void TestRecordFilter::counts()
{
    const auto filter = RecordFilter::parse("n >= 2");
    VERIFY_RESULT(filter);
    FilterCount count(*filter);
    for (int n = 0; n < 5; ++n)
        QCOMPARE(count.takes(record("{\"n\": " + std::to_string(n) + "}")), n >= 2);
    QCOMPARE(count.taken(), std::uint64_t(3));
    VERIFY_RESULT(count.check());
}

void TestRecordFilter::aFieldThatNoRecordHasIsAnError()
{
    for (const char *const text : {"meta.lange == 'en'", "meta.lange absent"}) {
        const auto filter = RecordFilter::parse(text);
        VERIFY_RESULT(filter);
        FilterCount count(*filter);
        (void)count.takes(record("{\"text\": \"x\", \"meta\": {\"lang\": \"en\", \"a.b\": 1}}"));
        const auto checked = count.check();
        VERIFY_ERROR(checked, ErrorCode::BadInput);
        QVERIFY2(checked.error().detail.ends_with(
                     "no record has a field meta.lange; there are meta.\"a.b\", meta.lang, text"),
                 checked.error().detail.c_str());
    }
}

void TestRecordFilter::fieldsOfLaterRecordsAreNamed()
{
    const auto filter = RecordFilter::parse("language == 'python'");
    VERIFY_RESULT(filter);
    FilterCount count(*filter);
    (void)count.takes(record("{\"text\": \"x\"}"));
    (void)count.takes(record("{\"lang\": \"python\"}"));
    const auto checked = count.check();
    VERIFY_ERROR(checked, ErrorCode::BadInput);
    QVERIFY2(checked.error().detail.ends_with("there are lang, text"), checked.error().detail.c_str());
    (void)count.takes(record("{\"language\": \"python\"}"));
    VERIFY_RESULT(count.check());
}

void TestRecordFilter::nothingLeftIsAnError()
{
    const auto filter = RecordFilter::parse("n >= 1 and n < 1");
    VERIFY_RESULT(filter);
    FilterCount count(*filter);
    VERIFY_RESULT(count.check()); // of no records
    for (int n = 0; n < 3; ++n)
        QVERIFY(!count.takes(record("{\"n\": " + std::to_string(n) + "}")));
    const auto checked = count.check();
    VERIFY_ERROR(checked, ErrorCode::BadInput);
    QVERIFY2(checked.error().detail.ends_with("none of the 3 records is left (n >= 1 holds for 2, n < 1 holds for 1)"),
             checked.error().detail.c_str());
}

void TestRecordFilter::noFilterTakesAll()
{
    const auto blank = RecordFilter::parse(" \t");
    VERIFY_RESULT(blank);
    QVERIFY(blank->takesAll());
    QCOMPARE(blank->text(), std::string());
    FilterCount count(*blank);
    QVERIFY(count.takes(record("{}")));
    VERIFY_RESULT(count.check());
}

QTEST_GUILESS_MAIN(TestRecordFilter)
#include "tst_recordfilter.moc"
