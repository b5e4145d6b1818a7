// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>

#include <QTest>

#include <nlohmann/json.hpp>

#include "core/eval/metrics/gsm8kanswers.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::eval;

/// Answers of GSM8K: every filter by hand, and on all of the reference's outputs.
class TestGsm8kAnswers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void filters_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("chain");
        QTest::addColumn<QString>("hash");
        QTest::addColumn<QString>("flexible");
        QTest::addColumn<QString>("paper");
        const QString none = QStringLiteral("[invalid]");
        const auto row = [](const char *name, const char *text, const QString &chain, const QString &hash,
                            const QString &flexible, const QString &paper) {
            QTest::newRow(name) << QString::fromUtf8(text) << chain << hash << flexible << paper;
        };
        const auto s = [](const char *text) { return QString::fromUtf8(text); };
        row("empty", "", none, none, none, none);
        row("one digit at the end", "The answer is 7", none, none, s("7"), s("7"));
        row("the pattern's last dot takes a digit", "The answer is 42", s("4"), none, s("42"), s("42"));
        row("line end is no last character", "The answer is 42\n", s("4"), none, s("42"), s("42"));
        row("only a sign is left", "The answer is -7", none, none, s("-7"), s("-7"));
        row("a sign alone", "The answer is - 7.", none, none, s("7."), s("7"));
        row("second occurrence", "The answer is x. The answer is 5.", s("5"), none, s("5."), none);
        row("first and last", "The answer is 1,5. The answer is 20.", s("1,5."), none, s("20."), s("15"));
        row("case", "tHE ANSWER IS 3 and 4", none, none, s("4"), s("3"));
        row("behind a fifth hash", "##### -1,2", none, s("-1,2"), s("-1,2"), s("-12"));
        row("dollar and dots", "$ . - $5 ...", none, none, s("..."), s("5"));
        row("minus in a sum", "5-3", none, none, s("-3"), s("-3"));
        row("fraction without digits", "it is 18. ", none, none, s("18."), s("18"));
        row("two dots", "1.2.3", none, none, s("1.2.3"), s("3"));
        row("dot first", "The answer is .5!", s(".5"), none, s(".5"), s("5"));
        row("other digits", "The answer is \xD9\xA3\xD9\xA4.", none, none, none,
            s("\xD9\xA3\xD9\xA4")); // U+0663 U+0664
        row("not digits", "The answer is \xC2\xB2.", none, none, none, none); // superscript two
    }

    void filters()
    {
        QFETCH(QString, text);
        const std::string output = text.toStdString();
        const auto extracted = [&output](AnswerFilter filter) {
            return QString::fromStdString(extractAnswer(output, filter));
        };
        QTEST(extracted(AnswerFilter::ChainStrict), "chain");
        QTEST(extracted(AnswerFilter::HashStrict), "hash");
        QTEST(extracted(AnswerFilter::Flexible), "flexible");
        QTEST(extracted(AnswerFilter::Paper), "paper");
    }

    void matching()
    {
        QVERIFY(answersMatch("$1,234.", "1234"));
        QVERIFY(answersMatch("5", "5 + 0 #### 3\n#### 5"));
        QVERIFY(answersMatch("x.\n", "X\n")); // the pattern's end is also in front of a last line end
        QVERIFY(!answersMatch("5..", "5"));
        QVERIFY(!answersMatch("18.0", "18"));
        QVERIFY(!answersMatch("[invalid]", "18"));
        QVERIFY(paperAnswersMatch("1080", "so\n#### 1,080"));
        QVERIFY(!paperAnswersMatch("18.0", "#### 18"));
        QVERIFY(!paperAnswersMatch("[invalid]", "no answer"));
        QCOMPARE(goldAnswer("a #### 5\n#### \xC2\xA0 7 \n"), std::string("7"));
        QCOMPARE(goldAnswer(" 8 "), std::string("8"));
        QCOMPARE(goldAnswer("####"), std::string());
    }

    /// Where a search that goes back would need the square of the length.
    void longOutputs()
    {
        const std::string digits(1'000'000, '1');
        QCOMPARE(extractAnswer(digits, AnswerFilter::Flexible).size(), digits.size());
        QCOMPARE(extractAnswer("The answer is " + digits + "\n", AnswerFilter::ChainStrict).size(), digits.size() - 1);
        const std::string minuses(1'000'000, '-');
        QCOMPARE(extractAnswer(minuses, AnswerFilter::Paper), std::string(InvalidAnswer));
        QCOMPARE(extractAnswer(minuses, AnswerFilter::Flexible), std::string(InvalidAnswer));
    }

    void asTheReference()
    {
        SECATEUR_NEEDS_SHARED();
        std::ifstream file(test::sharedFolder() / "goldens" / "eval" / "gsm8k_extract.jsonl");
        std::size_t compared = 0;
        for (std::string line; std::getline(file, line);) {
            const auto row = nlohmann::json::parse(line);
            const std::string output = row.at("output");
            const std::string answer = row.at("answer");
            QCOMPARE(goldAnswer(answer), row.at("gold").get<std::string>());
            const auto check = [&](const char *task, const char *filterName, AnswerFilter filter) {
                const auto &golden = row.at(task).at(filterName);
                const std::string extracted = extractAnswer(output, filter);
                ++compared;
                return extracted == golden.at("extracted").get<std::string>()
                    && answersMatch(extracted, answer) == (golden.at("exact_match") == 1)
                    && answersMatch(extracted, goldAnswer(answer)) == (golden.at("exact_match") == 1);
            };
            QVERIFY2(check("gsm8k_cot", "strict_match", AnswerFilter::ChainStrict), line.c_str());
            QVERIFY2(check("gsm8k_cot", "flexible_extract", AnswerFilter::Flexible), line.c_str());
            QVERIFY2(check("gsm8k", "strict_match", AnswerFilter::HashStrict), line.c_str());
            QVERIFY2(check("gsm8k", "flexible_extract", AnswerFilter::Flexible), line.c_str());
        }
        QCOMPARE(compared, std::size_t(4 * 30));
    }
};

QTEST_APPLESS_MAIN(TestGsm8kAnswers)
#include "tst_gsm8kanswers.moc"
