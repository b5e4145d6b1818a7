// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <fstream>

#include <nlohmann/json.hpp>

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
    void prunesOnConversations();
    void dropsADoubledBos();
    void generatesAnAnswer();

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

/// The record says which template wrote the texts; held-out texts are written by the same one.
void TestCliChat::prunesOnConversations()
{
    SECATEUR_NEEDS_COMPUTE();
    setTemplate("{% for m in messages %}[{{ m.role }} {{ strftime_now('%Y') }}]{{ m.content }}\n{% endfor %}");
    std::string lines;
    for (int i = 0; i < 12; ++i)
        lines += "{\"conversations\": [{\"from\": \"human\", \"value\": \"number " + std::to_string(i)
            + "\"}, {\"from\": \"gpt\", \"value\": \"yes\"}]}\n";
    const auto file = conversationsFile(lines);
    const auto study = (m_folder.path() / "chat.secateur").string();
    const std::vector<std::string> prune = {"prune", study,    "--model", m_model, "--domain", "chat",       "--data",
                                            file,    "--chat", "-n",      "4",     "--date",   "2026-01-31", "--json"};
    const auto result = m_cli.run(prune);
    QVERIFY2(result.status == 0, result.told().c_str());
    const auto shown = m_cli.run({"chat", m_model, file, "--ids", "--date", "2026-01-31", "--json"}).json();
    const auto sha256 = shown["template"]["sha256"].get<std::string>();
    const auto exported = (m_folder.path() / "exported").string();
    QCOMPARE(m_cli.run({"export", study, "chat-wanda-0.5", "-o", exported}).status, 0);
    std::ifstream manifest(exported + "/pruning_manifest.json");
    const auto calibration = nlohmann::json::parse(manifest).at("calibration");
    QCOMPARE(calibration.at("template").get<std::string>(), "chat template " + sha256 + ", 2026-01-31");
    std::vector<std::size_t> counts;
    for (const auto &record : calibration.at("sample_indices"))
        counts.push_back(shown["conversations"][record.get<std::size_t>()]["ids"].size());
    QCOMPARE(calibration.at("token_counts").get<std::vector<std::size_t>>(), counts);

    const auto evaluated = m_cli.run({"evaluate", study, "--tasks", "perplexity", "--json"});
    QVERIFY2(evaluated.status == 0, evaluated.told().c_str());
    QCOMPARE(evaluated.json()["results"][0]["n"].get<int>(), 8);
    setTemplate("{% for m in messages %}{{ m.content }}{% endfor %}");
    const auto moved = m_cli.run({"evaluate", study, "--tasks", "perplexity", "--limit", "7", "--json"});
    QCOMPARE(moved.status, 3);
    QVERIFY2(moved.told().find("chat template " + sha256) != std::string::npos, moved.told().c_str());
}

/// The tiny tokenizer puts <s> before a text, and so does this template.
void TestCliChat::dropsADoubledBos()
{
    SECATEUR_NEEDS_COMPUTE();
    setTemplate("{{ bos_token }}{% for m in messages %}{{ m.content }} {% endfor %}");
    const auto file = conversationsFile("{\"prompt\": \"one two\", \"response\": \"three\"}\n"
                                        "{\"prompt\": \"four five\", \"response\": \"six seven\"}\n");
    const auto shown = m_cli.run({"chat", m_model, file, "--ids", "--json"});
    QVERIFY2(shown.errors.find("two beginning-of-sequence tokens") != std::string::npos, shown.told().c_str());
    for (const auto &conversation : shown.json()["conversations"]) {
        const auto ids = conversation["ids"].get<std::vector<int>>();
        QCOMPARE(std::count(ids.begin(), ids.end(), tinyBos), std::ptrdiff_t(1));
        QCOMPARE(ids.front(), tinyBos);
    }
    const auto study = (m_folder.path() / "bos.secateur").string();
    for (const std::vector<std::string> &more :
         {std::vector<std::string>{"-r", "natural"}, {"-r", "packed", "-l", "12"}}) {
        std::vector<std::string> words = {"prune",  study, "-m",     m_model, "-d", "d",
                                          "--data", file,  "--chat", "-n",    "2"};
        words.insert(words.end(), more.begin(), more.end());
        const auto result = m_cli.run(words);
        QVERIFY2(result.status == 0, result.told().c_str());
        QVERIFY2(result.told().find("two beginning-of-sequence tokens") != std::string::npos, result.told().c_str());
    }
}

void TestCliChat::generatesAnAnswer()
{
    SECATEUR_NEEDS_COMPUTE();
    setTemplate("{{ bos_token }}[{{ messages[0].content }}]{% if add_generation_prompt %}>{% endif %}");
    const auto chat = m_cli.run({"generate", m_model, "--prompt", "the rose", "--chat", "-n", "4", "--json"});
    QVERIFY2(chat.status == 0, chat.told().c_str());
    QVERIFY2(chat.errors.find("two beginning-of-sequence tokens") != std::string::npos, chat.told().c_str());
    const auto plain = m_cli.run({"generate", m_model, "--prompt", "[the rose]>", "-n", "4", "--json"});
    QVERIFY(chat.json()["ids"] == plain.json()["ids"]); // the tokenizer adds <s> to this one
}

QTEST_GUILESS_MAIN(TestCliChat)
#include "tst_clichat.moc"
