// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <fstream>
#include <set>

#include <QTest>

#include <nlohmann/json.hpp>

#include "core/eval/metrics/gsm8kanswers.h"
#include "core/eval/tasks/demonstrations.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::eval;

namespace {

const Demonstrations two = {{"How many?", "1 + 1 = 2. The answer is 2."}, {"And\n\nthen?", "The answer\nis 3."}};

std::vector<nlohmann::json> goldenPrompts()
{
    std::ifstream file(test::sharedFolder() / "goldens" / "eval" / "gsm8k_generate.jsonl");
    std::vector<nlohmann::json> rows;
    for (std::string line; std::getline(file, line);)
        rows.push_back(nlohmann::json::parse(line));
    return rows;
}

/// The prompt without its last question, which is what a user would keep in a file.
std::string withoutQuestion(const std::string &prompt)
{
    return prompt.substr(0, prompt.rfind("Q: "));
}

} // namespace

/// Demonstrations of a few-shot prompt: read, laid out, put in another order, and named.
class TestDemonstrations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reads_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("blocks") << QByteArray("Q: How many?\nA: 1 + 1 = 2. The answer is 2.\n\n"
                                              "Q: And\n\nthen?\nA: The answer\nis 3.\n");
        QTest::newRow("no end, other marks")
            << QByteArray("Question: How many?\nAnswer: 1 + 1 = 2. The answer is 2.\n\n\n"
                          "Q:And\n\nthen?\nA:The answer\nis 3.");
        QTest::newRow("byte order mark and carriage returns")
            << QByteArray("\xEF\xBB\xBF\r\nQ: How many?\r\nA: 1 + 1 = 2. The answer is 2.\r\n\r\n"
                          "Q: And\r\n\r\nthen?\r\nA: The answer\r\nis 3.\r\n");
        QTest::newRow("JSON lines") << QByteArray(
            "{\"question\": \"How many?\", \"answer\": \"1 + 1 = 2. The answer is 2.\"}\n\n"
            "{\"answer\": \" The answer\\nis 3.\\n\", \"id\": 7, \"question\": \"And\\n\\nthen?\"}\n");
    }

    void reads()
    {
        QFETCH(QByteArray, text);
        const auto found = parseDemonstrations(text.toStdString(), "test");
        VERIFY_RESULT(found);
        QCOMPARE(*found, two);
    }

    void readsFiles()
    {
        const test::TemporaryFolder folder;
        const auto path = test::writeFile(folder.path() / "demos.txt", fewShotPrefix(two, chainLayout()));
        const auto found = readDemonstrations(path);
        VERIFY_RESULT(found);
        QCOMPARE(*found, two);
        VERIFY_ERROR(readDemonstrations(folder.path() / "none.txt"), ErrorCode::NotFound);
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("place");
        QTest::newRow("nothing") << QByteArray("\n \n") << QByteArray("0 demonstrations");
        QTest::newRow("other text") << QByteArray("\nHello\n") << QByteArray("line 2");
        QTest::newRow("a whole prompt") << QByteArray("Q: a\nA: b\n\nQ: c\nA:") << QByteArray("line 4");
        QTest::newRow("no answer in the middle") << QByteArray("Q: a\n\nQ: b\nA: c\n") << QByteArray("line 1");
        QTest::newRow("no question") << QByteArray("Q: \nA: c\n") << QByteArray("line 1");
        QTest::newRow("not UTF-8") << QByteArray("Q: \xFF\nA: c\n") << QByteArray("byte 3");
        QTest::newRow("not JSON") << QByteArray("{\"question\": \"a\", \"answer\": \"b\"}\n{\n")
                                  << QByteArray("line 2");
        QTest::newRow("not an object") << QByteArray("{\"question\": \"a\", \"answer\": \"b\"}\n[1]\n")
                                       << QByteArray("line 2");
        QTest::newRow("a number") << QByteArray("{\"question\": \"a\", \"answer\": 4}\n") << QByteArray("line 1");
        QTest::newRow("empty answer") << QByteArray("{\"question\": \"a\", \"answer\": \" \"}\n")
                                      << QByteArray("line 1");
        QByteArray many;
        for (int i = 0; i < 1001; ++i)
            many += "Q: a\nA: b\n\n";
        QTest::newRow("too many") << many << QByteArray("1001");
    }

    void refuses()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, place);
        const auto found = parseDemonstrations(text.toStdString(), "test");
        VERIFY_ERROR(found, ErrorCode::BadInput);
        QVERIFY2(QByteArray::fromStdString(found.error().detail).contains(place), found.error().detail.c_str());
    }

    void layouts()
    {
        const Demonstrations one = {{"x?", "y."}};
        QCOMPARE(fewShotPrompt(one, "z?", chainLayout()), std::string("Q: x?\nA: y.\n\nQ: z?\nA:"));
        QCOMPARE(fewShotPrompt(one, "z?", questionLayout()),
                 std::string("Question: x?\nAnswer: y.\n\nQuestion: z?\nAnswer:"));
        QCOMPARE(fewShotPrompt({}, "z?", chainLayout()), std::string("Q: z?\nA:"));
    }

    /// Whoever asks these has to know the answers.
    void ownDemonstrationsAreRight()
    {
        const std::vector<std::string> answers = {"52", "30", "42", "14", "15", "6", "17", "50"};
        QCOMPARE(ownDemonstrations().size(), answers.size());
        for (std::size_t i = 0; i < answers.size(); ++i) {
            const std::string &answer = ownDemonstrations()[i].answer;
            QCOMPARE(extractAnswer(answer, AnswerFilter::ChainStrict), answers[i]);
            QVERIFY(answer.ends_with(" The answer is " + answers[i] + "."));
        }
        const auto again = parseDemonstrations(fewShotPrefix(ownDemonstrations(), chainLayout()), "own");
        VERIFY_RESULT(again);
        QCOMPARE(*again, ownDemonstrations());
    }

    void ordersDependOnSeedAndItemAlone()
    {
        const Demonstrations &own = ownDemonstrations();
        std::set<std::string> prompts;
        for (std::uint64_t item = 0; item < 50; ++item) {
            const auto shuffled = reshuffled(own, 42, item);
            QVERIFY(std::is_permutation(shuffled.begin(), shuffled.end(), own.begin(), own.end()));
            QCOMPARE(reshuffled(own, 42, item), shuffled);
            prompts.insert(fewShotPrefix(shuffled, chainLayout()));
        }
        QVERIFY(prompts.size() > 45); // of 40320 orders
        QVERIFY(reshuffled(own, 42, 3) != reshuffled(own, 43, 3));
        QVERIFY(reshuffled({}, 42, 0).empty());
    }

    void names()
    {
        QCOMPARE(demonstrationProtocol(ownDemonstrations()), std::string("gsm8k-cot-8shot-own-demos"));
        const std::string other = demonstrationProtocol(two);
        QVERIFY2(other.starts_with("gsm8k-cot-2shot-demos-") && other.size() == 30, other.c_str());
        QVERIFY(demonstrationProtocol(reshuffled(ownDemonstrations(), 1, 1)) != "gsm8k-cot-8shot-own-demos");
    }

    void promptsAsTheReference()
    {
        SECATEUR_NEEDS_SHARED();
        const auto rows = goldenPrompts();
        QCOMPARE(rows.size(), std::size_t(4));
        const auto published = parseDemonstrations(withoutQuestion(rows[0].at("prompt")), "golden");
        VERIFY_RESULT(published);
        QCOMPARE(published->size(), std::size_t(8));
        QCOMPARE(demonstrationProtocol(*published), std::string("gsm8k-cot-8shot"));
        for (const auto &row : rows) {
            const std::string question = row.at("question");
            const std::string prompt = row.at("prompt");
            QCOMPARE(fewShotPrompt(*published, question, chainLayout()), prompt);
            // In another order the same blocks stand in front of the same question.
            const auto shuffled = reshuffled(*published, 42, row.at("item"));
            const std::string other = fewShotPrompt(shuffled, question, chainLayout());
            QVERIFY(other != prompt);
            QCOMPARE(other.size(), prompt.size());
            const auto again = parseDemonstrations(withoutQuestion(other), "shuffled");
            VERIFY_RESULT(again);
            QVERIFY(std::is_permutation(again->begin(), again->end(), published->begin(), published->end()));
        }
    }
};

QTEST_APPLESS_MAIN(TestDemonstrations)
#include "tst_demonstrations.moc"
