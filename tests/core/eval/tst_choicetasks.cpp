// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>

#include <QTest>

#include <nlohmann/json.hpp>

#include "core/eval/registry.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::eval;
using nlohmann::json;

namespace {

Result<ChoiceItem> itemOf(const char *task, const char *record)
{
    const auto found = taskByName(task);
    const auto *const choice = dynamic_cast<const ChoiceTask *>(found->get());
    return choice->item({json::parse(record), "items.jsonl, line 1"});
}

} // namespace

/// Prompts and answers of the multiple-choice tasks, by hand and against lm-evaluation-harness.
class TestChoiceTasks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void prompts_data()
    {
        QTest::addColumn<QString>("task");
        QTest::addColumn<QString>("record");
        QTest::addColumn<QStringList>("contexts");
        QTest::addColumn<QStringList>("continuations");
        QTest::addColumn<int>("gold");
        const auto row = [](const char *name, const char *task, const char *record, const QStringList &contexts,
                            const QStringList &continuations, int gold) {
            QTest::newRow(name) << QString::fromUtf8(task) << QString::fromUtf8(record) << contexts << continuations
                                << gold;
        };
        const auto text = [](const char *utf8) { return QString::fromUtf8(utf8); };
        row("boolq", "boolq", R"({"passage":"P.","question":"is it","answer":true})",
            {text("P.\nQuestion: is it?\nAnswer:")}, {text(" no"), text(" yes")}, 1);
        row("boolq, a label", "boolq", R"({"passage":"P.","question":"is it","label":0})",
            {text("P.\nQuestion: is it?\nAnswer:")}, {text(" no"), text(" yes")}, 0);
        row("rte", "rte", R"({"sentence1":"A.","sentence2":"B.","label":0})",
            {text("A.\nQuestion: B. True or False?\nAnswer:")}, {text(" True"), text(" False")}, 0);
        row("hellaswag", "hellaswag",
            R"({"activity_label":"Paint","ctx_a":"A [header] a. [title] B.","ctx_b":"the MAN",)"
            R"("endings":["x  [step] y","z"],"label":"1"})",
            {text("Paint: A a.. B. The man")}, {text(" x  y"), text(" z")}, 1);
        row("winogrande", "winogrande", R"({"sentence":"The _ is big.","option1":"cat","option2":"dog","answer":"2"})",
            {text("The cat"), text("The dog")}, {text(" is big."), text(" is big.")}, 1);
        row("arc, of Hugging Face", "arc_easy",
            R"({"question":"Q?","choices":{"text":["a","b"],"label":["1","2"]},"answerKey":"2"})",
            {text("Question: Q?\nAnswer:")}, {text(" a"), text(" b")}, 1);
        row("arc, as published", "arc_challenge",
            R"({"question":{"stem":"Q?","choices":[{"text":"a","label":"A"},{"text":"b","label":"B"}]},"answerKey":"A"})",
            {text("Question: Q?\nAnswer:")}, {text(" a"), text(" b")}, 0);
        row("openbookqa", "openbookqa",
            R"({"question_stem":"The sun","choices":{"text":["a","b"],"label":["A","B"]},"answerKey":"B"})",
            {text("The sun")}, {text(" a"), text(" b")}, 1);
        row("piqa", "piqa", R"({"goal":"G","sol1":"a","sol2":"b","label":1})", {text("Question: G\nAnswer:")},
            {text(" a"), text(" b")}, 1);
        row("commonsenseqa", "commonsenseqa",
            R"({"question":" Q? ","choices":{"text":["a","b"],"label":["A","B"]},"answerKey":"B"})",
            {text("Question: Q?\nA. a\nB. b\nAnswer:")}, {text(" A"), text(" B")}, 1);
    }

    void prompts()
    {
        QFETCH(QString, task);
        QFETCH(QString, record);
        QFETCH(QStringList, contexts);
        QFETCH(QStringList, continuations);
        QFETCH(int, gold);
        const auto item = itemOf(task.toUtf8().constData(), record.toUtf8().constData());
        QVERIFY2(item.has_value(), item ? "" : item.error().detail.c_str());
        QCOMPARE(int(item->gold), gold);
        QCOMPARE(int(item->choices.size()), int(continuations.size()));
        for (int i = 0; i < continuations.size(); ++i) {
            const auto &choice = item->choices[std::size_t(i)];
            QCOMPARE(QString::fromStdString(choice.context), contexts[contexts.size() == 1 ? 0 : i]);
            QCOMPARE(QString::fromStdString(choice.continuation), continuations[i]);
        }
    }

    void malformedRecordsAreNamed_data()
    {
        QTest::addColumn<QString>("task");
        QTest::addColumn<QString>("record");
        QTest::addColumn<QString>("says");
        const auto row = [](const char *name, const char *task, const char *record, const char *says) {
            QTest::newRow(name) << QString::fromUtf8(task) << QString::fromUtf8(record) << QString::fromUtf8(says);
        };
        row("no passage", "boolq", R"({"question":"q","answer":true})", "no text \"passage\"");
        row("label too large", "rte", R"({"sentence1":"a","sentence2":"b","label":2})", "\"label\" from 0 to 1");
        row("negative label", "rte", R"({"sentence1":"a","sentence2":"b","label":-1})", "\"label\" from 0 to 1");
        row("one ending", "hellaswag", R"({"activity_label":"a","ctx":"b","endings":["c"],"label":0})", "\"endings\"");
        row("no gap", "winogrande", R"({"sentence":"a","option1":"b","option2":"c","answer":"1"})", "no gap");
        row("answer 0", "winogrande", R"({"sentence":"a _","option1":"b","option2":"c","answer":"0"})",
            "neither 1 nor 2");
        row("labels are missing", "arc_easy", R"({"question":"q","choices":{"text":["a","b"]},"answerKey":"A"})",
            "\"choices\"");
        row("unequal lists", "arc_easy",
            R"({"question":"q","choices":{"text":["a","b"],"label":["A"]},"answerKey":"A"})", "\"choices\"");
        row("answer is no choice", "openbookqa",
            R"({"question_stem":"q","choices":{"text":["a","b"],"label":["A","B"]},"answerKey":"E"})",
            "none of its choices");
        row("label is text", "piqa", R"({"goal":"g","sol1":"a","sol2":"b","label":"first"})", "\"label\" from 0 to 1");
    }

    void malformedRecordsAreNamed()
    {
        QFETCH(QString, task);
        QFETCH(QString, record);
        QFETCH(QString, says);
        const auto item = itemOf(task.toUtf8().constData(), record.toUtf8().constData());
        QVERIFY(!item.has_value());
        QCOMPARE(item.error().code, ErrorCode::BadInput);
        const auto detail = QString::fromStdString(item.error().detail);
        QVERIFY2(detail.contains(says) && detail.startsWith(QStringLiteral("items.jsonl, line 1")),
                 item.error().detail.c_str());
    }

    void unknownTasksAreNamed()
    {
        const auto task = taskByName("arc");
        QVERIFY(!task.has_value());
        QVERIFY(task.error().detail.find("arc_easy") != std::string::npos);
        for (const auto &name : taskNames())
            QCOMPARE(QString::fromStdString(taskByName(name).value()->info().name), QString::fromStdString(name));
        QVERIFY(isDomainName("csr", "Commonsense"));
        QVERIFY(!isDomainName("csr", "math"));
    }

    void asTheHarness_data()
    {
        QTest::addColumn<QString>("task");
        for (const char *const name :
             {"boolq", "hellaswag", "winogrande", "arc_easy", "arc_challenge", "openbookqa", "piqa", "commonsenseqa"})
            QTest::newRow(name) << QString::fromUtf8(name);
    }

    void asTheHarness()
    {
        SECATEUR_NEEDS_SHARED();
        QFETCH(QString, task);
        const std::string name = task.toStdString();
        const auto found = taskByName(name).value();
        const auto *const choice = dynamic_cast<const ChoiceTask *>(found.get());
        std::ifstream golden(test::sharedFolder() / "goldens" / "eval" / ("choice_" + name + ".jsonl"));
        std::ifstream items(test::sharedFolder() / "data" / "commonsense" / (name + "_eval.jsonl"));
        std::string line;
        std::size_t compared = 0;
        for (std::string record; std::getline(golden, line) && std::getline(items, record); ++compared) {
            const json expected = json::parse(line);
            const auto item = choice->item({json::parse(record), name});
            QVERIFY2(item.has_value(), item ? "" : item.error().detail.c_str());
            QCOMPARE(item->gold, expected.at("gold").get<std::size_t>());
            QCOMPARE(item->choices.size(), expected.at("choices").size());
            for (std::size_t i = 0; i < item->choices.size(); ++i) {
                const json &reference = expected.at("choices").at(i);
                QCOMPARE(item->choices[i].context, reference.at("context").get<std::string>());
                QCOMPARE(item->choices[i].continuation, reference.at("continuation").get<std::string>());
                QCOMPARE(item->choices[i].characters, reference.at("norm_chars").get<std::uint64_t>());
            }
        }
        QCOMPARE(compared, std::size_t(60));
    }
};

QTEST_APPLESS_MAIN(TestChoiceTasks)
#include "tst_choicetasks.moc"
