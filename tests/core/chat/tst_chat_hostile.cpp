// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>

#include <QtTest/QTest>

#include "core/base/splitmix64.h"
#include "core/chat/chattemplate.h"
#include "tests/fuzz/chatparser.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::chat;
using namespace secateur::test;
using nlohmann::ordered_json;

namespace {

std::string repeated(std::string_view text, int times)
{
    std::string result;
    for (int i = 0; i < times; ++i)
        result += text;
    return result;
}

} // namespace

/// Templates that mean harm, or are damaged: all of them must be refused or come to an end, within bounds.
class TestChatHostile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isRefused_data();
    void isRefused();
    void namespacesInCircles();
    void everyPrefix();
    void randomChanges();
};

void TestChatHostile::isRefused_data()
{
    QTest::addColumn<std::string>("source");
    const auto add = [](const char *name, std::string source) { QTest::newRow(name) << std::move(source); };
    const std::string range = "{% for a in range(99999) %}";
    add("loops in loops", range + range + range + "{% endfor %}{% endfor %}{% endfor %}");
    add("a text that doubles",
        "{% set ns = namespace(x='0123456789') %}" + range + "{% set ns.x = ns.x + ns.x %}{% endfor %}");
    add("a list that doubles", "{% set ns = namespace(x=[1]) %}" + range + "{% set ns.x = ns.x + ns.x %}{% endfor %}");
    add("a text times a number", "{{ 'x' * 9223372036854775807 }}");
    add("a list times a number", "{{ [1, 2] * 4611686018427387904 }}");
    add("much output", range + "{{ '0123456789abcdefghijklmnopqrstuvwxyz' * 10 }}{% endfor %}");
    add("lists ever deeper", "{% set ns = namespace(x=[]) %}" + range + "{% set ns.x = [ns.x] %}{% endfor %}");
    add("a dict of doubles",
        "{% set ns = namespace(x='a') %}" + range + "{% set ns.x = {'a': ns.x, 'b': ns.x} %}{% endfor %}");
    add("printing shared lists",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}");
    add("comparing shared lists",
        "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = "
        "[ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}");
    add("json of shared lists",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ "
        "ns.x|tojson "
        "}}");
    add("a macro that calls itself", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}");
    add("macros that call each other",
        "{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}");
    add("deep brackets", "{{ " + repeated("(", 100'000) + "1" + repeated(")", 100'000) + " }}");
    add("deep lists", "{{ " + repeated("[", 100'000) + repeated("]", 100'000) + " }}");
    add("many signs", "{{ " + repeated("-", 60'000) + "1 }}");
    add("many nots", "{{ " + repeated("not ", 60'000) + "1 }}");
    add("a long sum", "{{ 1" + repeated("+1", 60'000) + " }}");
    add("a long path", "{{ a" + repeated(".a", 60'000) + " }}");
    add("many filters", "{{ 1" + repeated("|string", 60'000) + " }}");
    add("many conditions", "{{ 1" + repeated(" if 1 else 1", 60'000) + " }}");
    add("deep ifs", repeated("{% if 1 %}", 60'000));
    add("deep fors", repeated("{% for a in [1] %}", 60'000));
    add("too many words", "{{ [" + repeated("1,", 200'000) + "] }}");
    add("too long", repeated("0123456789abcdef", 70'000));
    add("numbers out of range", "{{ 99999999999999999999 }}");
    add("overflow", "{{ 9223372036854775807 + 1 }}");
    add("overflow of minus", "{{ -(-9223372036854775807 - 1) }}");
    add("overflow of a quotient", "{{ (-9223372036854775807 - 1) // -1 }}");
    add("overflow of a power", "{{ 10 ** 30 }}");
    add("a power that takes long", "{{ 2 ** 9223372036854775807 }}");
    add("no character", "{{ '\\ud800' }}");
    add("no character, either", "{{ '\\U00110000' }}");
    add("not UTF-8", "a\xff");
    add("Python's insides", "{{ ''.__class__.__mro__ }}");
    add("Python's insides by name", "{{ ''['__class__']['__mro__'] }}");
    add("Python's insides of a function", "{{ namespace.__init__.__globals__ }}");
    add("the environment", "{{ self._TemplateReference__context }}");
    add("a file", "{% include '/etc/passwd' %}");
    add("an import", "{% import 'os' as os %}");
    add("a format", "{{ '{0.__class__}'.format(1) }}");
    add("a long date",
        "{{ strftime_now('" + repeated("%c", 120) + "') }}" + repeated("{{ strftime_now('%c' * 200) }}", 2));
}

void TestChatHostile::isRefused()
{
    QFETCH(std::string, source);
    const auto parsed = ChatTemplate::parse(source, "here", {});
    if (!parsed) {
        QVERIFY(parsed.error().detail.starts_with("here: "));
        return;
    }
    const auto text = (*parsed)->render({{{"role", "user"}, {"content", "hi"}}}, {});
    QVERIFY2(!text, text ? text->text.substr(0, 200).c_str() : "");
    QVERIFY2(text.error().detail.starts_with("here: line "), text.error().detail.c_str());
}

/// A namespace may hold itself; its memory is given back all the same (which the sanitizer build sees).
void TestChatHostile::namespacesInCircles()
{
    const auto parsed = ChatTemplate::parse("{% set a = namespace() %}{% set b = namespace(a=a) %}{% set a.b = [b] %}"
                                            "{% macro f() %}{% endmacro %}{% set a.f = f %}{% set a.a = a %}done",
                                            "here", {});
    VERIFY_RESULT(parsed);
    const auto text = (*parsed)->render(ordered_json::array(), {});
    VERIFY_RESULT(text);
    QCOMPARE(text->text, std::string("done"));
}

void TestChatHostile::everyPrefix()
{
    std::ifstream file(std::filesystem::path(SECATEUR_SOURCE_DIR) / "tests/data/chat/cases.json");
    const auto cases = ordered_json::parse(file);
    int parsed = 0;
    for (const auto &one : cases.at("cases")) {
        const auto source = one.at("template").get<std::string>();
        for (std::size_t size = 0; size < source.size(); size += 3)
            parsed += renderAsChatTemplate(std::as_bytes(std::span(source.data(), size))) ? 1 : 0;
    }
    QVERIFY(parsed > 100); // a prefix may well be a template
}

void TestChatHostile::randomChanges()
{
    std::ifstream file(std::filesystem::path(SECATEUR_SOURCE_DIR) / "tests/data/chat/cases.json");
    const auto cases = ordered_json::parse(file);
    static constexpr std::string_view words[] = {"{%", "%}",    "{{", "}}",  "for a in", "(",  ")", "[", "]",  "|",
                                                 "is", " not ", "'",  "if ", ".",        "**", "-", "9", "\\", "~"};
    SplitMix64 random(7);
    int rendered = 0;
    for (const auto &one : cases.at("cases")) {
        for (int round = 0; round < 20; ++round) {
            auto source = one.at("template").get<std::string>();
            for (int change = 0; change < 3 && !source.empty(); ++change) {
                const std::size_t at = std::size_t(random.next() % source.size());
                const auto word = words[random.next() % std::size(words)];
                if (random.next() % 2 == 0)
                    source.insert(at, word);
                else
                    source.erase(at, std::size_t(1 + random.next() % 4));
            }
            rendered += renderAsChatTemplate(std::as_bytes(std::span(source.data(), source.size()))) ? 1 : 0;
        }
    }
    QVERIFY(rendered > 100);
}

QTEST_APPLESS_MAIN(TestChatHostile)
#include "tst_chat_hostile.moc"
