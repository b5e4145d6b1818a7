// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>

#include <QTest>

#include "core/eval/taskfile.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::eval;
using nlohmann::json;

/// Tasks that users describe themselves.
class TestTaskFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void choiceByNumberLetterOrText_data()
    {
        QTest::addColumn<QString>("gold");
        QTest::newRow("number") << QStringLiteral("1");
        QTest::newRow("letter") << QStringLiteral("B");
        QTest::newRow("text") << QStringLiteral("Rome");
        QTest::newRow("blanks around it") << QStringLiteral(" B ");
    }
    void choiceByNumberLetterOrText()
    {
        QFETCH(QString, gold);
        const auto own = read("{\"name\":\"capitals\",\"kind\":\"choice\",\"prompt\":\"Capital of {land}?\\nA:\","
                              "\"choices\":\"options\",\"gold\":\"{answer}\",\"items\":\"data/capitals.jsonl\"}");
        VERIFY_RESULT(own);
        QCOMPARE(*own->items, m_folder.path() / "data" / "capitals.jsonl");
        QCOMPARE(own->task->info().kind, TaskKind::Choice);
        QVERIFY(own->task->info().protocol.starts_with("own-capitals-"));
        const auto item =
            dynamic_cast<const ChoiceTask &>(*own->task)
                .item({{{"land", "Italy"}, {"options", {"Paris", "Rome"}}, {"answer", gold.toStdString()}}, "line 1"});
        VERIFY_RESULT(item);
        QCOMPARE(item->gold, std::size_t(1));
        QCOMPARE(item->choices[1].context, std::string("Capital of Italy?\nA:"));
        QCOMPARE(item->choices[1].continuation, std::string(" Rome"));
    }

    void templatesAsChoices()
    {
        const auto own = read("{\"name\":\"two\",\"kind\":\"choice\",\"prompt\":\"{q}\",\"choices\":[\"{a}\",\"not "
                              "{a}\"],\"gold\":\"{g}\"}");
        VERIFY_RESULT(own);
        QVERIFY(!own->items);
        const auto &task = dynamic_cast<const ChoiceTask &>(*own->task);
        const auto item = task.item({{{"q", "Q"}, {"a", "so"}, {"g", 0}}, "line 1"});
        VERIFY_RESULT(item);
        QCOMPARE(item->choices[1].continuation, std::string(" not so"));
        VERIFY_ERROR(task.item({{{"q", "Q"}, {"a", "so"}, {"g", 2}}, "line 2"}), ErrorCode::BadInput);
        VERIFY_ERROR(task.item({{{"q", "Q"}}, "line 3"}), ErrorCode::BadInput);
    }

    void generationIsScored_data()
    {
        QTest::addColumn<QString>("match");
        QTest::addColumn<QString>("output");
        QTest::addColumn<bool>("right");
        const QString exact = QStringLiteral("\"match\":\"exact\"");
        const QString regex = QStringLiteral("\"match\":\"regex\",\"pattern\":\"(?<=is )[0-9]+\"");
        QTest::newRow("exact") << exact << QStringLiteral(" 42\n") << true;
        QTest::newRow("exact, more") << exact << QStringLiteral("It is 42") << false;
        QTest::newRow("exact, empty") << exact << QString() << false;
        QTest::newRow("regex") << regex << QStringLiteral("7? It is 42, is 5") << true;
        QTest::newRow("regex, another") << regex << QStringLiteral("It is 5, is 42") << false;
        QTest::newRow("regex, none") << regex << QStringLiteral("42") << false;
    }
    void generationIsScored()
    {
        QFETCH(QString, match);
        QFETCH(QString, output);
        QFETCH(bool, right);
        const auto own = read(
            "{\"name\":\"sums\",\"kind\":\"generation\",\"prompt\":\"{q} =\",\"answer\":\"{a}\",\"stop\":[\"\\n\\n\"],"
            "\"max_new_tokens\":8,"
            + match.toStdString() + "}");
        VERIFY_RESULT(own);
        const auto &task = dynamic_cast<const GenerationTask &>(*own->task);
        QCOMPARE(task.settings().maxNewTokens, std::uint64_t(8));
        QCOMPARE(task.settings().stops.size(), std::size_t(1));
        const auto item = task.item({{{"q", "40 + 2"}, {"a", 42}}, "line 1"}, 0);
        VERIFY_RESULT(item);
        QCOMPARE(item->prompt, std::string("40 + 2 ="));
        const auto score = task.score(*item, output.toStdString());
        VERIFY_RESULT(score);
        QCOMPARE(score->correct.at("exact_match"), right);
    }

    void aChangedDescriptionIsAnotherProtocol()
    {
        const auto one = read("{\"name\":\"p\",\"kind\":\"perplexity\",\"text\":\"{text}\"}");
        const auto two = read("{\"name\":\"p\",\"kind\":\"perplexity\",\"text\":\"{text}\\n\"}");
        VERIFY_RESULT(one);
        VERIFY_RESULT(two);
        QVERIFY(one->task->info().protocol != two->task->info().protocol);
        const auto &windows = dynamic_cast<const WindowsTask &>(*one->task);
        QCOMPARE(windows.joint(), std::string("\n\n"));
        QCOMPARE(windows.text({{{"text", "t"}}, "line 1"}).value(), std::string("t"));
    }

    void wrongDescriptionsAreNamed_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        const auto row = [](const char *name, const char *text, const char *says) {
            QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(says);
        };
        row("no JSON", "name: x", "own.json");
        row("a list", "[]", "no JSON object");
        row("no name", "{\"kind\":\"choice\"}", "\"name\"");
        row("a path as name", "{\"name\":\"../x\",\"kind\":\"choice\"}", "\"name\"");
        row("unknown kind", "{\"name\":\"x\",\"kind\":\"essay\"}", "\"kind\"");
        row("no prompt", "{\"name\":\"x\",\"kind\":\"choice\",\"choices\":[\"a\",\"b\"],\"gold\":\"{g}\"}",
            "\"prompt\"");
        row("one choice",
            "{\"name\":\"x\",\"kind\":\"choice\",\"prompt\":\"{p}\",\"choices\":[\"a\"],\"gold\":\"{g}\"}",
            "\"choices\"");
        row("open brace",
            "{\"name\":\"x\",\"kind\":\"choice\",\"prompt\":\"{p\",\"choices\":[\"a\",\"b\"],\"gold\":\"{g}\"}",
            "\"prompt\"");
        row("stops are numbers",
            "{\"name\":\"x\",\"kind\":\"generation\",\"prompt\":\"{p}\",\"answer\":\"{a}\",\"stop\":[1]}", "\"stop\"");
        row("too many tokens",
            "{\"name\":\"x\",\"kind\":\"generation\",\"prompt\":\"{p}\",\"answer\":\"{a}\",\"max_new_tokens\":-1}",
            "\"max_new_tokens\"");
        row("no pattern",
            "{\"name\":\"x\",\"kind\":\"generation\",\"prompt\":\"{p}\",\"answer\":\"{a}\",\"match\":\"regex\"}",
            "\"pattern\"");
        row("bad pattern",
            "{\"name\":\"x\",\"kind\":\"generation\",\"prompt\":\"{p}\",\"answer\":\"{a}\",\"match\":\"regex\","
            "\"pattern\":"
            "\"[a\"}",
            "\"pattern\"");
        row("unknown match",
            "{\"name\":\"x\",\"kind\":\"generation\",\"prompt\":\"{p}\",\"answer\":\"{a}\",\"match\":\"fuzzy\"}",
            "\"match\"");
    }
    void wrongDescriptionsAreNamed()
    {
        QFETCH(QString, text);
        QFETCH(QString, says);
        const auto own = read(text.toStdString());
        VERIFY_ERROR(own, ErrorCode::BadInput);
        QVERIFY2(QString::fromStdString(own.error().detail).contains(says), own.error().detail.c_str());
    }

private:
    Result<OwnTask> read(const std::string &text)
    {
        const auto file = m_folder.path() / "own.json";
        std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
        return readTaskFile(file);
    }

    test::TemporaryFolder m_folder;
};

QTEST_APPLESS_MAIN(TestTaskFile)
#include "tst_taskfile.moc"
