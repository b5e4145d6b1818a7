// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/clirunner.h"
#include "tests/support/tinymodel.h"

using namespace secateur::test;

/// Chat templates from outside.
class TestCliChat : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void showsConversations();
    void saysWhatCannotBeShown();
    void tellsTheDate();
    void needsATemplate();

private:
    /// Gives the model this template.
    void setTemplate(const std::string &source);
    std::string conversationsFile(const std::string &lines);

    CliRunner m_cli;
    TemporaryFolder m_folder;
    std::string m_model;
};

void TestCliChat::initTestCase()
{
    m_model = writeTinyModel(m_folder.path() / "model").string();
}

void TestCliChat::setTemplate(const std::string &source)
{
    writeFile(std::filesystem::path(m_model) / "chat_template.jinja", source);
}

std::string TestCliChat::conversationsFile(const std::string &lines)
{
    return writeFile(m_folder.path() / "chats.jsonl", lines).string();
}

void TestCliChat::showsConversations()
{
    setTemplate("{% for m in messages %}[{{ m.role }}]{{ m.content }}\n{% endfor %}{% if add_generation_prompt %}GO{% "
                "endif %}");
    const auto file = conversationsFile("{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}\n"
                                        "{\"prompt\": \"b\", \"response\": \"c\"}\n");
    const auto plain = m_cli.run({"chat", m_model, file});
    QVERIFY2(plain.status == 0, plain.told().c_str());
    QVERIFY2(plain.output.starts_with("[user]a\n"), plain.told().c_str());
    QVERIFY2(plain.output.find("chats.jsonl, line 2\n[user]b\n[assistant]c\n") != std::string::npos,
             plain.told().c_str());
    const auto result = m_cli.run({"chat", m_model, file, "--generation-prompt", "--ids", "--json"});
    QVERIFY2(result.status == 0, result.told().c_str());
    const auto json = result.json();
    QCOMPARE(json["conversations"].size(), std::size_t(2));
    QCOMPARE(json["conversations"][0]["text"].get<std::string>(), std::string("[user]a\nGO"));
    QCOMPARE(json["template"]["sha256"].get<std::string>().size(), std::size_t(64));
    const auto ids = m_cli.run({"tokenize", m_model, "--text", "[user]a\nGO", "--json"});
    QVERIFY(json["conversations"][0]["ids"] == ids.json()["ids"]);
}

void TestCliChat::saysWhatCannotBeShown()
{
    setTemplate("{% if messages[0].role != 'user' %}\n{{ raise_exception('the user begins') }}{% endif %}ok");
    const auto file = conversationsFile("{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\"}]}\n"
                                        "{\"text\": \"a\"}\n{\"question\": \"q\", \"answer\": \"a\"}\n");
    const auto result = m_cli.run({"chat", m_model, file, "--json"});
    QCOMPARE(result.status, 3);
    const auto list = result.json()["conversations"];
    QVERIFY2(list[0]["error"].get<std::string>().ends_with(
                 "chat_template.jinja: line 2: the template refuses this conversation: the user begins"),
             list[0]["error"].get<std::string>().c_str());
    QVERIFY(list[1]["error"].get<std::string>().find("line 2: is no conversation") != std::string::npos);
    QCOMPARE(list[2]["text"].get<std::string>(), std::string("ok"));
}

void TestCliChat::tellsTheDate()
{
    setTemplate("{{ strftime_now('%d %b %Y') }}");
    const auto file = conversationsFile("{\"question\": \"q\", \"answer\": \"a\"}\n");
    const auto result = m_cli.run({"chat", m_model, file, "--date", "2026-01-31"});
    QVERIFY2(result.status == 0, result.told().c_str());
    QVERIFY2(result.output.starts_with("31 Jan 2026"), result.told().c_str());
    QVERIFY(result.errors.empty());
    const auto today = m_cli.run({"chat", m_model, file});
    QVERIFY2(today.errors.find("--date") != std::string::npos, today.told().c_str());
}

void TestCliChat::needsATemplate()
{
    std::filesystem::remove(std::filesystem::path(m_model) / "chat_template.jinja");
    const auto result = m_cli.run({"chat", m_model, conversationsFile("{\"question\": \"q\", \"answer\": \"a\"}\n")});
    QCOMPARE(result.status, 3);
    QVERIFY2(result.errors.find("has no chat template") != std::string::npos, result.told().c_str());
}

QTEST_GUILESS_MAIN(TestCliChat)
#include "tst_clichat.moc"
