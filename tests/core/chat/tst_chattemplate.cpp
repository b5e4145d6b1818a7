// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>

#include <QtTest/QTest>

#include "core/chat/chattemplate.h"
#include "core/chat/conversation.h"
#include "tests/core/data/bytetokenizer.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::chat;
using namespace secateur::test;
using nlohmann::ordered_json;

namespace {

const ordered_json &cases()
{
    static const ordered_json document = [] {
        std::ifstream file(std::filesystem::path(SECATEUR_SOURCE_DIR) / "tests/data/chat/cases.json");
        return ordered_json::parse(file);
    }();
    return document;
}

/// 2026-01-31, the day of the cases.
std::tm fixedDay()
{
    std::tm day{};
    day.tm_year = 126;
    day.tm_mday = 31;
    day.tm_wday = 6;
    day.tm_yday = 30;
    return day;
}

ordered_json oneTurn()
{
    return {{{"role", "user"}, {"content", "hi"}}};
}

/// What a template makes of one turn; the error's text when it makes nothing.
std::string rendered(const std::string &source)
{
    const auto parsed = ChatTemplate::parse(source, "here", {});
    if (!parsed)
        return parsed.error().detail;
    const auto text = (*parsed)->render(oneTurn(), {});
    return text ? text->text : text.error().detail;
}

} // namespace

/// Texts of chat templates, against what transformers makes of the same ones (tests/data/chat/make_cases.py).
class TestChatTemplate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void asTransformers_data();
    void asTransformers();
    void saysWhere_data();
    void saysWhere();
    void fromFolders_data();
    void fromFolders();
    void noTemplate();
    void fromGguf();
    void tellsClock();
    void conversations_data();
    void conversations();
    void noConversation();
    void doubledBos_data();
    void doubledBos();
};

void TestChatTemplate::asTransformers_data()
{
    QTest::addColumn<int>("number");
    const auto &list = cases().at("cases");
    for (std::size_t i = 0; i < list.size(); ++i)
        QTest::newRow(list[i].at("name").get<std::string>().c_str()) << int(i);
    QVERIFY(list.size() > 150);
}

void TestChatTemplate::asTransformers()
{
    QFETCH(int, number);
    const auto &wanted = cases().at("cases")[std::size_t(number)];
    const auto &messages = cases().at("chats").at(wanted.at("chat").get<std::string>());
    const auto parsed = ChatTemplate::parse(wanted.at("template").get<std::string>(), "case",
                                            {{"bos_token", "<s>"}, {"eos_token", "</s>"}});
    const bool refused = wanted.at("text").is_null();
    if (refused && !parsed)
        return;
    VERIFY_RESULT(parsed);
    const auto text = (*parsed)->render(messages, {wanted.at("prompt").get<bool>(), fixedDay()});
    if (refused) {
        QVERIFY2(!text, text ? text->text.c_str() : "");
        QVERIFY2(text.error().detail.starts_with("case: line "), text.error().detail.c_str());
        return;
    }
    VERIFY_RESULT(text);
    QCOMPARE(text->text, wanted.at("text").get<std::string>());
}

void TestChatTemplate::saysWhere_data()
{
    QTest::addColumn<std::string>("source");
    QTest::addColumn<std::string>("expected");
    const auto add = [](const char *source, const char *expected) {
        QTest::newRow(expected) << std::string(source) << std::string(expected);
    };
    add("a\n\n{{ x.y }}", "here: line 3: nothing (\"x\" is not defined), so it has no \"y\"");
    add("a\n{% if 1 %}\nb", "here: line 3: {% endif %} is missing");
    add("\n{{ raise_exception('roles must alternate') }}",
        "here: line 2: the template refuses this conversation: roles must alternate");
    add("{% include 'x' %}", "here: line 1: {% include %} is not in the part of Jinja that this program reads");
    add("{{ 1|frobnicate }}", "here: line 1: the filter \"frobnicate\" is not known to this program");
    add("{{ 'a' + 1 }}", "here: line 1: \"+\" cannot be applied to a text and a whole number");
    add("{% for m in messages %}\n{{ (1] }}{% endfor %}", "here: line 2: \"]\" closes nothing");
}

void TestChatTemplate::saysWhere()
{
    QFETCH(std::string, source);
    QFETCH(std::string, expected);
    QCOMPARE(rendered(source), expected);
}

void TestChatTemplate::fromFolders_data()
{
    QTest::addColumn<std::string>("config");
    QTest::addColumn<std::string>("file"); ///< chat_template.jinja
    QTest::addColumn<std::string>("expected");
    const auto add = [](const char *name, const char *config, const char *file, const char *expected) {
        QTest::newRow(name) << std::string(config) << std::string(file) << std::string(expected);
    };
    add("a text", "{\"chat_template\": \"{{ bos_token }}{{ messages[0].content }}\", \"bos_token\": \"<b>\"}", "",
        "<b>hi");
    add("a token with flags", "{\"chat_template\": \"{{ eos_token }}\", \"eos_token\": {\"content\": \"</e>\"}}", "",
        "</e>");
    add("the default one of a list",
        "{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"T\"}, {\"name\": \"default\", \"template\": "
        "\"D\"}]}",
        "", "D");
    add("the file goes first", "{\"chat_template\": \"config\", \"bos_token\": \"<b>\"}", "file{{ bos_token }}",
        "file<b>");
    add("a token that is not there", "{\"chat_template\": \"[{{ bos_token }}]\", \"bos_token\": null}", "", "[]");
}

void TestChatTemplate::fromFolders()
{
    QFETCH(std::string, config);
    QFETCH(std::string, file);
    QFETCH(std::string, expected);
    const TemporaryFolder folder;
    writeFile(folder.path() / "tokenizer_config.json", config);
    if (!file.empty())
        writeFile(folder.path() / "chat_template.jinja", file);
    const auto chatTemplate = ChatTemplate::forModel(folder.path());
    VERIFY_RESULT(chatTemplate);
    const auto text = (*chatTemplate)->render(oneTurn(), {});
    VERIFY_RESULT(text);
    QCOMPARE(text->text, expected);
    QCOMPARE((*chatTemplate)->sha256().size(), std::size_t(64));
}

void TestChatTemplate::noTemplate()
{
    const TemporaryFolder folder;
    VERIFY_ERROR(ChatTemplate::forModel(folder.path()), ErrorCode::NotFound);
    writeFile(folder.path() / "tokenizer_config.json", "{\"bos_token\": \"<s>\"}");
    const auto none = ChatTemplate::forModel(folder.path());
    VERIFY_ERROR(none, ErrorCode::NotFound);
    QVERIFY(none.error().detail.find("no chat template") != std::string::npos);
    for (const char *config : {"{\"chat_template\": 7}", "{\"chat_template\": [{\"name\": \"x\"}]}",
                               "{\"chat_template\": [{\"name\": \"x\", \"template\": \"\"}]}", "[]", "{"}) {
        writeFile(folder.path() / "tokenizer_config.json", config);
        VERIFY_ERROR(ChatTemplate::forModel(folder.path()), ErrorCode::BadInput);
    }
}

/// The template that comes with a real model, where it is; what is expected is its published behaviour.
void TestChatTemplate::fromGguf()
{
    SECATEUR_NEEDS_SHARED();
    const auto path = sharedFolder() / "models/SmolLM2-135M-Instruct.Q4_1.gguf";
    const auto chatTemplate = ChatTemplate::forModel(path);
    VERIFY_RESULT(chatTemplate);
    const ordered_json messages = {{{"role", "system"}, {"content", "Be kind."}},
                                   {{"role", "user"}, {"content", "Hi"}}};
    const auto text = (*chatTemplate)->render(messages, {true, {}});
    VERIFY_RESULT(text);
    QCOMPARE(text->text,
             std::string("<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
                         "<|im_start|>assistant\n"));
    const auto withDefault = (*chatTemplate)->render(oneTurn(), {});
    VERIFY_RESULT(withDefault);
    QVERIFY(withDefault->text.starts_with("<|im_start|>system\n"));
    QVERIFY(withDefault->text.ends_with("<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n"));
}

void TestChatTemplate::tellsClock()
{
    for (const bool uses : {true, false}) {
        const auto parsed =
            ChatTemplate::parse(uses ? "{{ strftime_now('%Y') }}" : "{{ strftime_now is defined }}", "here", {});
        VERIFY_RESULT(parsed);
        const auto text = (*parsed)->render(oneTurn(), {false, fixedDay()});
        VERIFY_RESULT(text);
        QCOMPARE(text->usedClock, uses);
        QCOMPARE(text->text, std::string(uses ? "2026" : "True"));
    }
}

void TestChatTemplate::conversations_data()
{
    QTest::addColumn<std::string>("record");
    QTest::addColumn<std::string>("expected"); ///< role: content, joined
    const auto add = [](const char *record, const char *expected) {
        QTest::newRow(record) << std::string(record) << std::string(expected);
    };
    add("{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"prompt\": \"p\", \"response\": \"r\"}",
        "user: a;");
    add("{\"conversations\": [{\"from\": \"system\", \"value\": \"s\"}, {\"from\": \"human\", \"value\": \"a\"}, "
        "{\"from\": \"gpt\", \"value\": \"b\"}]}",
        "system: s;user: a;assistant: b;");
    add("{\"system\": \"s\", \"conversation\": [{\"from\": \"user\", \"value\": \"a\"}, {\"role\": \"assistant\", "
        "\"content\": \"b\"}]}",
        "system: s;user: a;assistant: b;");
    add("{\"prompt\": \"p\", \"response\": \"r\"}", "user: p;assistant: r;");
    add("{\"prompt\": \"p\", \"completion\": \"c\", \"system_prompt\": \"s\"}", "system: s;user: p;assistant: c;");
    add("{\"prompt\": [{\"role\": \"user\", \"content\": \"a\"}], \"completion\": [{\"role\": \"assistant\", "
        "\"content\": \"b\"}]}",
        "user: a;assistant: b;");
    add("{\"instruction\": \"do\", \"input\": \"x\", \"output\": \"y\"}", "user: do\n\nx;assistant: y;");
    add("{\"instruction\": \"do\", \"input\": \"\", \"output\": \"y\"}", "user: do;assistant: y;");
    add("{\"question\": \"q\", \"answer\": \"a\"}", "user: q;assistant: a;");
}

void TestChatTemplate::conversations()
{
    QFETCH(std::string, record);
    QFETCH(std::string, expected);
    const auto messages = messagesOf(ordered_json::parse(record), "x.jsonl, line 1");
    VERIFY_RESULT(messages);
    std::string text;
    for (const auto &message : *messages)
        text += message.at("role").get<std::string>() + ": " + message.at("content").get<std::string>() + ";";
    QCOMPARE(text, expected);
}

void TestChatTemplate::noConversation()
{
    for (const char *record : {"{\"text\": \"a\"}", "{}", "{\"messages\": []}", "{\"messages\": \"a\"}",
                               "{\"prompt\": 1, \"response\": 2}", "{\"conversations\": [{\"from\": \"human\"}]}",
                               "{\"conversations\": [{\"value\": \"a\"}]}", "{\"conversations\": [1]}"}) {
        const auto messages = messagesOf(ordered_json::parse(record), "x.jsonl, line 7");
        VERIFY_ERROR(messages, ErrorCode::BadInput);
        QVERIFY2(messages.error().detail.starts_with("x.jsonl, line 7: "), messages.error().detail.c_str());
    }
}

/// Encodes "<s>" in the text as BOS, as tokenizers do with special tokens that a text spells out.
class SpellingTokenizer final : public tokenizer::Tokenizer
{
public:
    explicit SpellingTokenizer(bool addsBos) : m_bytes(true, addsBos) { }
    Result<std::vector<tokenizer::TokenId>> encode(std::string_view text, BosPolicy policy, bool eos) const override
    {
        const bool spelled = text.starts_with("<s>");
        auto ids = m_bytes.encode(spelled ? text.substr(3) : text, policy, eos);
        if (ids && spelled)
            ids->insert(ids->begin(), ByteTokenizer::bos);
        return ids;
    }
    Result<std::string> decode(std::span<const tokenizer::TokenId> ids, bool skip) const override
    {
        return m_bytes.decode(ids, skip);
    }
    std::string kind() const override { return m_bytes.kind(); }
    std::size_t vocabSize() const override { return m_bytes.vocabSize(); }
    std::optional<tokenizer::TokenId> bosId() const override { return m_bytes.bosId(); }
    std::optional<tokenizer::TokenId> eosId() const override { return m_bytes.eosId(); }
    bool addsBos() const override { return m_bytes.addsBos(); }
    bool isSpecial(tokenizer::TokenId id) const override { return m_bytes.isSpecial(id); }
    std::string tokenText(tokenizer::TokenId id) const override { return m_bytes.tokenText(id); }
    std::string tokenizerJson() const override { return {}; }
    std::string tokenizerConfigJson() const override { return {}; }

private:
    ByteTokenizer m_bytes;
};

void TestChatTemplate::doubledBos_data()
{
    QTest::addColumn<bool>("tokenizerAdds");
    QTest::addColumn<std::string>("text");
    QTest::addColumn<int>("policy");
    QTest::addColumn<int>("begins"); ///< how many BOS
    QTest::addColumn<bool>("dropped");
    QTest::newRow("both add it") << true << std::string("<s>a") << int(BosPolicy::Auto) << 1 << true;
    QTest::newRow("the template adds it") << false << std::string("<s>a") << int(BosPolicy::Auto) << 1 << false;
    QTest::newRow("the tokenizer adds it") << true << std::string("a") << int(BosPolicy::Auto) << 1 << false;
    QTest::newRow("nobody adds it") << false << std::string("a") << int(BosPolicy::Auto) << 0 << false;
    QTest::newRow("nothing but BOS") << true << std::string("<s>") << int(BosPolicy::Auto) << 1 << true;
    QTest::newRow("never") << true << std::string("<s>a") << int(BosPolicy::Never) << 1 << false;
}

void TestChatTemplate::doubledBos()
{
    QFETCH(bool, tokenizerAdds);
    QFETCH(std::string, text);
    QFETCH(int, policy);
    QFETCH(int, begins);
    QFETCH(bool, dropped);
    const SpellingTokenizer tokenizer(tokenizerAdds);
    const auto encoded = encodeChat(tokenizer, text, BosPolicy(policy));
    VERIFY_RESULT(encoded);
    QCOMPARE(int(std::count(encoded->ids.begin(), encoded->ids.end(), ByteTokenizer::bos)), begins);
    QCOMPARE(encoded->droppedBos, dropped);
}

QTEST_APPLESS_MAIN(TestChatTemplate)
#include "tst_chattemplate.moc"
