// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <set>

#include "core/demo/code.h"
#include "core/demo/commonsense.h"
#include "core/demo/datafiles.h"
#include "core/demo/domains.h"
#include "core/demo/mathematics.h"
#include "core/demo/text.h"
#include "core/demo/translation.h"
#include "core/eval/code/codeproblem.h"
#include "core/eval/metrics/gsm8kanswers.h"
#include "core/eval/registry.h"
#include "core/eval/tasks/demonstrations.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::demo;

Q_DECLARE_METATYPE(secateur::demo::Domain)

class TestDemoGenerators : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fillsKnownSlotsOnly();
    void splitIsOneInEight();
    void sameSeedSameTexts_data();
    void sameSeedSameTexts();
    void heldOutProblemsAreInNoDocument_data();
    void heldOutProblemsAreInNoDocument();
    void itemsAreReadByTheirTask_data();
    void itemsAreReadByTheirTask();
    void codeItemsAreProblems_data();
    void codeItemsAreProblems();
    void wordProblemsAddUp();
    void demonstrationsAreRead();
    void choicesAreDifferent();
    void frenchAgrees();
    void filesAreComplete();
};

namespace {

void addDomains()
{
    QTest::addColumn<Domain>("domain");
    for (const Domain domain : allDomains())
        QTest::newRow(domainName(domain).c_str()) << domain;
}

/// What a document of the domain would show of an item, were its problem in it.
std::string traceOf(Domain domain, const nlohmann::ordered_json &item)
{
    switch (domain) {
    case Domain::Math: return item.at("question");
    case Domain::Csr: return "Question: " + item.at("question").get<std::string>() + "\nAnswer";
    case Domain::Translation: return "#Text: " + item.at("en").get<std::string>() + " #";
    case Domain::General: return item.at("text");
    default: return item.at("canonical_solution");
    }
}

} // namespace

void TestDemoGenerators::fillsKnownSlotsOnly()
{
    QCOMPARE(fill("for ({v} : {xs}) { {v}++; }", {{"v", "x"}, {"xs", "all"}}), std::string("for (x : all) { x++; }"));
    QCOMPARE(capitalized("école"), std::string("École"));
    QCOMPARE(withArticle("apple"), std::string("an apple"));
}

void TestDemoGenerators::splitIsOneInEight()
{
    int heldOut = 0;
    for (int i = 0; i < 8000; ++i)
        heldOut += isHeldOut("problem " + std::to_string(i)) ? 1 : 0;
    QVERIFY(heldOut > 900 && heldOut < 1100);
}

void TestDemoGenerators::sameSeedSameTexts_data()
{
    addDomains();
}

void TestDemoGenerators::sameSeedSameTexts()
{
    QFETCH(Domain, domain);
    const auto texts = documents(domain, 3, 100);
    QCOMPARE(texts.size(), std::size_t(100));
    QCOMPARE(documents(domain, 3, 100), texts);
    const auto others = documents(domain, 4, 100);
    const std::set<std::string> first(texts.begin(), texts.end());
    QCOMPARE(first.size(), texts.size());
    // Short texts of small domains can meet again; most do not.
    const auto shared = std::ranges::count_if(others, [&first](const auto &text) { return first.contains(text); });
    QVERIFY2(shared < 10, std::to_string(shared).c_str());
}

void TestDemoGenerators::heldOutProblemsAreInNoDocument_data()
{
    addDomains();
}

/// The solution of a program is the text of its problem with other names at most, so its one-line bodies must not
/// occur in any document either.
void TestDemoGenerators::heldOutProblemsAreInNoDocument()
{
    QFETCH(Domain, domain);
    std::string all;
    Random random(11);
    for (int i = 0; i < 3000; ++i)
        all += drawDocument(domain, random).text + "\n";
    for (const auto &item : evaluationItems(domain, 5, 60)) {
        const std::string trace = traceOf(domain, item);
        QVERIFY2(all.find(trace) == std::string::npos, trace.c_str());
    }
}

void TestDemoGenerators::itemsAreReadByTheirTask_data()
{
    addDomains();
}

void TestDemoGenerators::itemsAreReadByTheirTask()
{
    QFETCH(Domain, domain);
    if (taskName(domain).empty())
        return;
    const auto made = eval::taskByName(taskName(domain), {});
    VERIFY_RESULT(made);
    const eval::Task &task = **made;
    for (const auto &item : evaluationItems(domain, 5, 40)) {
        const data::Record record{nlohmann::json::parse(item.dump()), "item"};
        if (const auto *choice = dynamic_cast<const eval::ChoiceTask *>(&task)) {
            const auto read = choice->item(record);
            VERIFY_RESULT(read);
        } else if (const auto *generation = dynamic_cast<const eval::GenerationTask *>(&task)) {
            const auto read = generation->item(record, 0);
            VERIFY_RESULT(read);
            const auto score = generation->score(*read,
                                                 domain == Domain::Math ? " " + item.at("answer").get<std::string>()
                                                                        : " " + item.at("fr").get<std::string>());
            VERIFY_RESULT(score);
            if (domain == Domain::Math)
                QVERIFY(score->correct.at("exact_match_strict") && score->correct.at("exact_match_flexible"));
            else
                QVERIFY(score->scores.at("meteor") > 0.98);
        }
    }
}

void TestDemoGenerators::codeItemsAreProblems_data()
{
    QTest::addColumn<Domain>("domain");
    for (const Domain domain : {Domain::Python, Domain::Java, Domain::Cpp, Domain::JavaScript})
        QTest::newRow(domainName(domain).c_str()) << domain;
}

/// What core/eval cuts out of prompt, right body and all that a document has behind it, is the right body.
void TestDemoGenerators::codeItemsAreProblems()
{
    QFETCH(Domain, domain);
    const test::TemporaryFolder folder;
    std::string lines;
    const auto items = evaluationItems(domain, 5, 30);
    for (const auto &item : items)
        lines += item.dump() + "\n";
    const auto file = test::writeFile(folder.path() / "items.jsonl", lines);
    const auto problems = eval::readCodeProblems(file, eval::CodePreset::Standard, {});
    VERIFY_RESULT(problems);
    QCOMPARE(problems->size(), items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto &problem = (*problems)[i];
        const std::string body = items[i].at("canonical_solution");
        const auto completion = eval::completionOf(problem, body + "\n\n" + problem.tests);
        QVERIFY(completion.ended);
        std::string wanted = body;
        while (!wanted.empty() && (wanted.back() == '\n' || wanted.back() == ' '))
            wanted.pop_back();
        QVERIFY2(completion.text.starts_with(wanted), completion.text.c_str());
    }
}

void TestDemoGenerators::wordProblemsAddUp()
{
    Random random(3);
    for (int i = 0; i < 500; ++i) {
        const WordProblem problem = drawWordProblem(random);
        QCOMPARE(eval::extractAnswer(problem.answer, eval::AnswerFilter::ChainStrict), std::to_string(problem.result));
        QVERIFY(problem.result >= 0 && problem.result <= 60);
        QVERIFY2(problem.question.find('{') == std::string::npos, problem.question.c_str());
        QVERIFY2(problem.answer.find('{') == std::string::npos, problem.answer.c_str());
    }
    for (int i = 0; i < 500; ++i) {
        const WordProblem exercise = drawExercise(random);
        QCOMPARE(eval::extractAnswer(exercise.answer, eval::AnswerFilter::ChainStrict),
                 std::to_string(exercise.result));
    }
}

void TestDemoGenerators::demonstrationsAreRead()
{
    const auto read = eval::parseDemonstrations(mathDemonstrations(1), "demonstrations");
    VERIFY_RESULT(read);
    QCOMPARE(read->size(), std::size_t(2));
}

void TestDemoGenerators::choicesAreDifferent()
{
    Random random(3);
    for (int i = 0; i < 1000; ++i) {
        const ChoiceQuestion question = drawChoiceQuestion(random);
        const std::set<std::string> distinct(question.choices.begin(), question.choices.end());
        QCOMPARE(distinct.size(), question.choices.size());
        QVERIFY(question.choices.size() == 4 || question.problem.starts_with("size|"));
        QVERIFY(question.right < question.choices.size());
    }
}

/// Rules of French that a wrong table or a missed elision would break.
void TestDemoGenerators::frenchAgrees()
{
    Random random(3);
    for (int i = 0; i < 3000; ++i) {
        const SentencePair pair = drawSentencePair(random);
        const std::string text = " " + pair.french;
        for (const char *wrong : {" le a", " le o", " la é", " la i", " ce a", " ce o", " ma i", " ma é", " ne a",
                                  " de le ", " de les ", "  ", " un table", " une livre", " les chat ", " beau arbre"})
            QVERIFY2(text.find(wrong) == std::string::npos, pair.french.c_str());
    }
}

void TestDemoGenerators::filesAreComplete()
{
    const auto files = dataFiles({.seed = 1, .calibrationSets = 2, .documents = 4, .items = 3});
    QCOMPARE(files.size(), std::size_t(8 * 3 + 1));
    QVERIFY(files.at("calibration/python.jsonl") != files.at("calibration/python-2.jsonl"));
    QCOMPARE(std::ranges::count(files.at("evaluation/csr.jsonl"), '\n'), 3);
}

QTEST_GUILESS_MAIN(TestDemoGenerators)
#include "tst_demogenerators.moc"
