// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>

#include <QtTest/QTest>

#include "core/base/json.h"
#include "tests/support/testsupport.h"

using namespace secateur;

class TestJson : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void accepts_data();
    void accepts();
    void refuses_data();
    void refuses();
    void errorsAreTextThatCanBeShown();
    void depth();
    void values();
    void numbersKeepTheirKind();
    void longInputs();
};

void TestJson::accepts_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("canonical");

    const auto add = [](const char *text, const char *canonical) {
        QTest::newRow(text) << std::string(text) << std::string(canonical);
    };
    add("{}", "{}");
    add(" [ 1 , 2 ]\r\n\t ", "[1,2]");
    add("null", "null");
    add("\"x\"", "\"x\"");
    add(R"({"a":{"a":1},"b":[{"a":2},{"a":3}]})",
        R"({"a":{"a":1},"b":[{"a":2},{"a":3}]})"); // a key may repeat elsewhere
    add(R"("\u00e9\ud83d\ude00\n")", "\"é😀\\n\"");
    add("\"é\"", "\"é\"");
    add("[[],[[]],{}]", "[[],[[]],{}]");
    add("[true,false,-0.5,1e3]", "[true,false,-0.5,1000.0]");
}

void TestJson::accepts()
{
    QFETCH(std::string, text);
    QFETCH(std::string, canonical);
    const auto value = parseJson(text, "x.json");
    VERIFY_RESULT(value);
    QCOMPARE(value->dump(), canonical);
}

void TestJson::refuses_data()
{
    QTest::addColumn<std::string>("text");

    const auto add = [](const char *title, const std::string &text) { QTest::newRow(title) << text; };
    add("empty", "");
    add("blank", " \n");
    add("cut object", "{\"a\":1");
    add("cut string", "\"a");
    add("two documents", "{} {}");
    add("trailing text", "{}x");
    add("trailing NUL", std::string("{}\0", 3));
    add("trailing comma in a list", "[1,]");
    add("trailing comma in an object", "{\"a\":1,}");
    add("comment", "[1] // one");
    add("single quotes", "{'a':1}");
    add("bare key", "{a:1}");
    add("NaN", "NaN");
    add("Infinity", "[Infinity]");
    add("leading zero", "[01]");
    add("plus sign", "[+1]");
    add("hexadecimal", "[0x10]");
    add("number too large", "[1e999]");
    add("repeated key", "{\"a\":1,\"a\":2}");
    add("repeated key by escape", "{\"a\":1,\"\\u0061\":2}");
    add("repeated key far apart", "{\"a\":[{\"b\":1}],\"b\":{\"a\":1},\"a\":2}");
    add("repeated key deep inside", "[{\"x\":{\"a\":1,\"a\":1}}]");
    add("byte that is no UTF-8", "\"\xFF\"");
    add("overlong", "\"\xC0\xAF\"");
    add("surrogate in UTF-8", "\"\xED\xA0\x80\"");
    add("cut character", "\"\xE2\x82\"");
    add("lone high surrogate escape", "\"\\ud800\"");
    add("lone low surrogate escape", "\"\\udc00\"");
    add("raw line end in a string", "\"a\nb\"");
    add("UTF-16", std::string("\xFF\xFE{\0}\0", 6));
}

void TestJson::refuses()
{
    QFETCH(std::string, text);
    const auto value = parseJson(text, "x.json");
    VERIFY_ERROR(value, ErrorCode::BadInput);
    QVERIFY2(value.error().detail.starts_with("x.json: "), value.error().detail.c_str());
    QVERIFY(value.error().detail.size() > std::string("x.json: ").size());
}

void TestJson::errorsAreTextThatCanBeShown()
{
    // The detail is printed as JSON by the command line, so it must itself be UTF-8 whatever the file held, and a
    // long string of a file must not become a long message.
    for (const std::string &text :
         {std::string("\"abc\xFF\""), std::string("{\"\xC3\":1}"), std::string("\xFE\xFE"),
          '"' + std::string(100'000, 'x') + "\x01\"",
          "{\"" + std::string(100'000, 'k') + "\":1,\"" + std::string(100'000, 'k') + "\":2}"}) {
        const auto value = parseJson(text, "x.json");
        VERIFY_ERROR(value, ErrorCode::BadInput);
        const std::string &detail = value.error().detail;
        QVERIFY2(QString::fromStdString(detail).toStdString() == detail, detail.c_str());
        QVERIFY2(detail.size() < 1000, std::to_string(detail.size()).c_str());
    }
    const auto positioned = parseJson("{\"a\":1,}", "x.json");
    QVERIFY2(positioned.error().detail.find("column 8") != std::string::npos
                 || positioned.error().detail.find("byte 8") != std::string::npos,
             positioned.error().detail.c_str());
}

void TestJson::depth()
{
    const auto nested = [](int depth, char open, char close) {
        return std::string(std::size_t(depth), open) + std::string(std::size_t(depth), close);
    };
    JsonLimits limits;
    limits.maxDepth = 5;
    VERIFY_RESULT(parseJson(nested(5, '[', ']'), "x", limits));
    VERIFY_ERROR(parseJson(nested(6, '[', ']'), "x", limits), ErrorCode::BadInput);
    VERIFY_RESULT(parseJson("[[[[[1]]]],[[[[2]]]]]", "x", limits)); // siblings do not add up
    VERIFY_ERROR(parseJson(nested(1'000'000, '[', ']'), "x"), ErrorCode::BadInput);
    VERIFY_ERROR(parseJson(std::string(1'000'000, '['), "x"), ErrorCode::BadInput);
    std::string objects;
    for (int i = 0; i < 100; ++i)
        objects += "{\"a\":";
    VERIFY_ERROR(parseJson(objects, "x"), ErrorCode::BadInput);
}

void TestJson::values()
{
    JsonLimits limits;
    limits.maxValues = 4;
    VERIFY_RESULT(parseJson("[1,2,3]", "x", limits));
    VERIFY_ERROR(parseJson("[1,2,3,4]", "x", limits), ErrorCode::BadInput);
    VERIFY_ERROR(parseJson("[[],{},null,true]", "x", limits), ErrorCode::BadInput);
}

void TestJson::numbersKeepTheirKind()
{
    const auto value = parseJson("[1, -1, 1.0, 1e3, 18446744073709551615, 18446744073709551616, -0]", "x");
    VERIFY_RESULT(value);
    const auto &list = *value;
    QVERIFY(list[0].is_number_unsigned());
    QVERIFY(list[1].is_number_integer() && !list[1].is_number_unsigned());
    QVERIFY(list[2].is_number_float());
    QVERIFY(list[3].is_number_float());
    QCOMPARE(list[4].get<std::uint64_t>(), std::numeric_limits<std::uint64_t>::max());
    QVERIFY(list[5].is_number_float()); // too large for an integer: never a wrapped one
    QCOMPARE(list[6].get<int>(), 0);
}

void TestJson::longInputs()
{
    const std::string text(std::size_t(4) << 20, 'x');
    const auto value = parseJson('"' + text + '"', "x");
    VERIFY_RESULT(value);
    QCOMPARE(value->get_ref<const std::string &>().size(), text.size());
}

QTEST_GUILESS_MAIN(TestJson)
#include "tst_json.moc"
