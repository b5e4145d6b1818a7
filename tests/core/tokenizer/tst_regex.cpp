// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtCore/QObject>
#include <QtTest/QTest>

#include "core/tokenizer/pretokenizer.h"
#include "core/tokenizer/regexsyntax.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using nlohmann::json;

/// That PCRE2 reads the patterns of tokenizer.json as the reference's engine (Oniguruma) does, and that the five
/// behaviours of Split cut where the reference's do. Expectations are from tokenizers 0.22.2.
class TestRegex : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void words_data();
    void words();
    void behaviours_data();
    void behaviours();
    void translates();

private:
    static std::string cut(const json &split, const std::string &text);
};

std::string TestRegex::cut(const json &split, const std::string &text)
{
    const auto preTokenizer = tokenizer::PreTokenizer::fromJson(split);
    if (!preTokenizer)
        return test::describe(preTokenizer.error());
    tokenizer::EncodeScratch scratch(text.size());
    const auto words = preTokenizer->words({text, true}, scratch);
    if (!words)
        return test::describe(words.error());
    std::string joined;
    for (const tokenizer::Piece &word : *words)
        joined.append(joined.empty() ? "" : "|").append(word.text);
    return joined;
}

void TestRegex::words_data()
{
    QTest::addColumn<QByteArray>("pattern");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char *pattern, const char *text, const char *expected) {
        QTest::newRow(pattern) << QByteArray(pattern) << QByteArray(text) << QByteArray(expected);
    };
    row(R"(\s+$)", "a  \nb  ", "a|  |\nb|  ");
    row(R"(^b)", "a\nb", "a\n|b");
    row(R"(\w+)", "a_é٣ b\u0301\u200Dc", "a_é٣| |b\u0301|\u200D|c");
    row(R"(\W+)", "a!?\u200Db", "a|!?\u200D|b");
    row(R"(\d+)", "1٣ a½", "1٣| a½");
    row(R"(\h+)", "1af gx", "1af| gx");
    row(R"(\H+)", "1af gx", "1af| gx");
    row(R"(\s)", "a\u180Eb\u0085c\u001Cd\u3000", "a\u180Eb|\u0085|c\u001Cd|\u3000");
    row(R"(x*)", "aaxxb", "a|a|xx|b");
    row(R"((?i:'s))", "a'ſb'S", "a|'ſ|b|'S");
    row(R"([[:alpha:]]+)", "aé1", "aé|1");
    row(R"([^\s,]+)", "a b,c\u00A0d", "a| |b|,|c|\u00A0|d");
    row(R"([\s\S])", "é\n", "é|\n");
    row(R"([\S]+)", "a \u3000b", "a| \u3000|b");
    row(R"(\u4e2d+)", "中中a", "中中|a");
    row(R"(a.c)", "a\ncabc", "a\nc|abc");
    row(R"(\p{Han}+|\p{N}{1,2})", "中文123", "中文|12|3");
    row(R"((?<![a-z])b)", "ab b", "ab |b");
    row(R"([]a]+)", "x]a]", "x|]a]");
}

void TestRegex::words()
{
    QFETCH(QByteArray, pattern);
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, expected);
    const json split = {{"type", "Split"}, {"pattern", {{"Regex", pattern.toStdString()}}}, {"behavior", "Isolated"}};
    QCOMPARE(cut(split, text.toStdString()), expected.toStdString());
}

void TestRegex::behaviours_data()
{
    QTest::addColumn<QByteArray>("behaviour");
    QTest::addColumn<bool>("inverted");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char *behaviour, bool inverted, const char *expected) {
        QTest::addRow("%s%s", behaviour, inverted ? " inverted" : "")
            << QByteArray(behaviour) << inverted << QByteArray(expected);
    };
    row("Removed", false, "the|final|countdown");
    row("Removed", true, "-|-|-|-");
    row("Isolated", false, "the|-|final|-|-|countdown|-");
    row("Isolated", true, "the|-|final|-|-|countdown|-");
    row("MergedWithPrevious", false, "the-|final-|-|countdown-");
    row("MergedWithPrevious", true, "the|-final|-|-countdown|-");
    row("MergedWithNext", false, "the|-final|-|-countdown|-");
    row("MergedWithNext", true, "the-|final-|-|countdown-");
    row("Contiguous", false, "the|-|final|--|countdown|-");
    row("Contiguous", true, "the|-|final|--|countdown|-");
}

void TestRegex::behaviours()
{
    QFETCH(QByteArray, behaviour);
    QFETCH(bool, inverted);
    QFETCH(QByteArray, expected);
    for (const json &pattern : {json{{"Regex", "-"}}, json{{"String", "-"}}}) {
        const json split = {
            {"type", "Split"}, {"pattern", pattern}, {"behavior", behaviour.toStdString()}, {"invert", inverted}};
        QCOMPARE(cut(split, "the-final--countdown-"), expected.toStdString());
    }
}

void TestRegex::translates()
{
    const auto translated = tokenizer::translatePattern(R"(\p{L}+[\w\d]\\s(?i:x)\[)");
    VERIFY_RESULT(translated);
    QCOMPARE(*translated, std::string(R"(\p{L}+[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\d]\\s(?i:x)\[)"));
    VERIFY_ERROR(tokenizer::translatePattern(R"([\W])"), ErrorCode::Unsupported);
    VERIFY_ERROR(tokenizer::translatePattern(R"(a\)"), ErrorCode::BadInput);
    VERIFY_ERROR(tokenizer::translatePattern(R"(\u12)"), ErrorCode::BadInput);
    VERIFY_ERROR(tokenizer::translatePattern("[a&&b]"), ErrorCode::Unsupported);
}

QTEST_GUILESS_MAIN(TestRegex)
#include "tst_regex.moc"
