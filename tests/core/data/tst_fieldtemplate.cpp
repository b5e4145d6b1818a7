// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>
#include <set>

#include <QtTest/QTest>

#include "core/data/dataset.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::data;
using nlohmann::json;

namespace {

Record makeRecord(const char *text)
{
    return {json::parse(text), "x.jsonl, line 7"};
}

} // namespace

class TestFieldTemplate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void renders_data();
    void renders();
    void refusesText_data();
    void refusesText();
    void refusesRecord_data();
    void refusesRecord();
    void presetsAreSound();
    void presetsWriteWhatThePapersCodeWrote_data();
    void presetsWriteWhatThePapersCodeWrote();
    void guesses_data();
    void guesses();
    void cannotGuess();
};

void TestFieldTemplate::renders_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("expected");

    const auto add = [](const char *text, const char *expected) {
        QTest::newRow(text) << std::string(text) << std::string(expected);
    };
    add("{q}", "what");
    add("{q}\n{a}", "what\n42");
    add(R"({q}\n{a}\t\\n)", "what\n42\t\\n");
    add(R"(\frac{q})", "\\fracwhat");
    add("{q}\\", "what\\");
    add("{{{q}}}", "{what}");
    add("{{q}} {q}", "{q} what");
    add("{half} {yes} {big} {minus}", "0.5 true 18446744073709551615 -3");
    add("{deep.er.est}", "x");
    add("{list[1]}", "b");
    add("{list[0]}{list[2]}", "ac");
    add("{table[1][0]}", "r");
    add("{choices.text[1]}", "no");
    add("{items[0].name}", "i");
    add("{with space}", "w");
    add("{list:list}", "a, b, c");
    add("{list:lines}", "a\nb\nc");
    add("{list:letters}", "A: a, B: b, C: c");
    add("{list:numbers}", "1: a 2: b 3: c");
    add("{list[*]:list}", "a, b, c");
    add("{items[*].name:letters}", "A: i, B: j");
    add("{numbers:list}", "1, 2.5");
    add("{none:list}.", ".");
    add("{q:list}", "what");
}

void TestFieldTemplate::renders()
{
    const auto record = makeRecord(R"({"q": "what", "a": 42, "half": 0.5, "yes": true, "big": 18446744073709551615,
        "minus": -3, "deep": {"er": {"est": "x"}}, "list": ["a", "b", "c"], "table": [["p"], ["r"]], "none": [],
        "choices": {"text": ["yes", "no"]}, "items": [{"name": "i"}, {"name": "j"}], "with space": "w",
        "numbers": [1, 2.5]})");
    QFETCH(std::string, text);
    QFETCH(std::string, expected);
    const auto parsed = FieldTemplate::parse(text);
    VERIFY_RESULT(parsed);
    QCOMPARE(parsed->text(), text);
    const auto rendered = parsed->render(record);
    VERIFY_RESULT(rendered);
    QCOMPARE(*rendered, expected);
}

void TestFieldTemplate::refusesText_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("mentions");

    const auto add = [](const char *text, const char *mentions) {
        QTest::newRow(text) << std::string(text) << std::string(mentions);
    };
    add("", "no field");
    add("no field", "no field");
    add("{{q}}", "no field");
    add("{q", "character 1");
    add("ab{q", "character 3");
    add("a}", "character 2");
    add("{q}}", "character 4");
    add("{a{b}}", "character 1");
    add("{}", "field name is missing");
    add("{.a}", "field name is missing");
    add("{a.}", "field name is missing");
    add("{a..b}", "field name is missing");
    add("{[0]}", "field name is missing");
    add("{a[}", "without \"]\"");
    add("{a[x]}", "element number");
    add("{a[-1]}", "element number");
    add("{a[]}", "element number");
    add("{a[0]b}", "is expected here");
    add("{a[99999999999999999999]}", "element number");
    add("{a[*]}", "needs a form");
    add("{a:shout}", "is not a form");
    add("{a:}", "is not a form");
    add("{:list}", "field name is missing");
}

void TestFieldTemplate::refusesText()
{
    QFETCH(std::string, text);
    QFETCH(std::string, mentions);
    const auto parsed = FieldTemplate::parse(text);
    VERIFY_ERROR(parsed, ErrorCode::InvalidArgument);
    QVERIFY2(parsed.error().detail.find(mentions) != std::string::npos, parsed.error().detail.c_str());
}

void TestFieldTemplate::refusesRecord_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("mentions");

    const auto add = [](const char *text, const char *mentions) {
        QTest::newRow(text) << std::string(text) << std::string(mentions);
    };
    add("{z}", "no field \"z\" for {z}; it has a, list, null, o");
    add("{o.z}", "it has p");
    add("{a.z}", "it is string");
    add("{list.z}", "it is a list");
    add("{list[2]}", "no element 2");
    add("{o[0]}", "no element 0");
    add("{a[*]:list}", "not a list");
    add("{list}", "say how to write it");
    add("{o}", "object, not text");
    add("{null}", "null, not text");
    add("{o:list}", "object, not text");
}

void TestFieldTemplate::refusesRecord()
{
    QFETCH(std::string, text);
    QFETCH(std::string, mentions);
    const auto parsed = FieldTemplate::parse(text);
    VERIFY_RESULT(parsed);
    const auto rendered = parsed->render(makeRecord(R"({"a": "x", "list": ["y", "z"], "o": {"p": 1}, "null": null})"));
    VERIFY_ERROR(rendered, ErrorCode::BadInput);
    QVERIFY2(rendered.error().detail.starts_with("x.jsonl, line 7: "), rendered.error().detail.c_str());
    QVERIFY2(rendered.error().detail.find(mentions) != std::string::npos, rendered.error().detail.c_str());
}

void TestFieldTemplate::presetsWriteWhatThePapersCodeWrote_data()
{
    QTest::addColumn<std::string>("name");
    QTest::addColumn<std::string>("line");
    QTest::addColumn<std::string>("expected");
    std::ifstream file(std::string(SECATEUR_SOURCE_DIR) + "/tests/data/presets/expected.json");
    const auto cases = nlohmann::json::parse(file);
    for (const auto &[name, value] : cases.items())
        QTest::newRow(name.c_str()) << name << value.at("record").dump() << value.at("text").get<std::string>();
}

/// From a JSON lines file in the columns of the Hub; the texts are those of tests/data/presets/make_presets.py.
void TestFieldTemplate::presetsWriteWhatThePapersCodeWrote()
{
    QFETCH(std::string, name);
    QFETCH(std::string, line);
    QFETCH(std::string, expected);
    const test::TemporaryFolder folder;
    const auto file = folder.path() / "train.jsonl";
    test::writeFile(file, line + "\n" + line + "\n");
    // Two forms of the same set: the original files and those of the Hub.
    const auto preset = presetByName(name == "openbookqa" ? "openbookqa_hub" : name);
    VERIFY_RESULT(preset);
    std::vector<std::string> texts;
    // And without a preset, for the fields tell which it is.
    const auto visit = [&](const Record &record) -> Result<void> {
        SECATEUR_TRY(text, FieldTemplate::parse(preset->fieldTemplate)->render(record));
        texts.push_back(text);
        SECATEUR_TRY(guessed, guessTemplate(record));
        SECATEUR_TRY(again, FieldTemplate::parse(guessed)->render(record));
        texts.push_back(again);
        return {};
    };
    VERIFY_RESULT(forEachRecord(file, visit, {}));
    QCOMPARE(texts.size(), std::size_t(4));
    for (const auto &text : texts)
        QCOMPARE(text, expected);
}

void TestFieldTemplate::presetsAreSound()
{
    const std::set<std::string> domains = {"code", "math", "commonsense", "translation", "general"};
    std::set<std::string> names;
    for (const auto &preset : presets()) {
        VERIFY_RESULT(FieldTemplate::parse(preset.fieldTemplate));
        QVERIFY2(names.insert(preset.name).second, preset.name.c_str());
        QVERIFY2(domains.contains(preset.domain), preset.name.c_str());
        QVERIFY2(!preset.note.empty(), preset.name.c_str());
        const auto found = presetByName(preset.name);
        VERIFY_RESULT(found);
        QCOMPARE(found->fieldTemplate, preset.fieldTemplate);
    }
    for (const char *const paper : {"gsm8k", "math_qa", "math_orca", "math_instruct", "python_alpaca", "apps",
                                    "github_python", "java", "javascript", "cpp", "openbookqa", "hellaswag",
                                    "commonsenseqa", "wmt14", "opus_books", "song_translation", "c4", "wikitext2"})
        QVERIFY2(names.contains(paper), paper);
    QCOMPARE(presetByName("js_code").value().name, std::string("javascript")); // as it was called before
    const auto unknown = presetByName("gsm9k");
    VERIFY_ERROR(unknown, ErrorCode::InvalidArgument);
    QVERIFY(unknown.error().detail.find("gsm8k") != std::string::npos);
}

void TestFieldTemplate::guesses_data()
{
    QTest::addColumn<std::string>("fields");
    QTest::addColumn<std::string>("expected");

    const auto add = [](const char *title, const char *fields, const char *expected) {
        QTest::newRow(title) << std::string(fields) << std::string(expected);
    };
    add("text", R"({"text": "t", "source": "s"})", "t");
    add("gsm8k", R"({"question": "q", "answer": "a"})", "q\na");
    add("metamath", R"({"query": "x", "response": "r", "original_question": "q", "type": "t"})", "q\nr");
    add("instruct", R"({"instruction": "i", "output": "o", "source": "s"})", "i\no");
    add("boolq", R"({"question": "q", "passage": "p", "answer": true})", "p\nQuestion: q?\nAnswer: true");
    add("aqua", R"({"question": "q", "options": ["A)1", "B)2"], "rationale": "r", "correct": "A"})", "q\nA)1\nB)2\nr");
    add("mathqa", R"({"Problem": "p", "options": {"a": "1", "b": "2", "c": "3", "d": "4", "e": "5"}, "correct": "a"})",
        "p\nA: 1, B: 2, C: 3, D: 4, E: 5");
    add("openbookqa",
        R"({"question": {"stem": "s", "choices": [{"text": "x", "label": "A"}, {"text": "y", "label": "B"}]}})",
        "[INST]\nChoose the right option: s#Choices: A: x, B: y\n[/INST]\n");
    add("openbookqa of the hub", R"({"question_stem": "s", "choices": {"text": ["x", "y"], "label": ["A", "B"]}})",
        "[INST]\nChoose the right option: s#Choices: A: x, B: y\n[/INST]\n");
    add("commonsenseqa", R"({"question": "q", "choices": {"label": ["A", "B"], "text": ["x", "y"]}, "answerKey": "A"})",
        "[INST]\nChoose the right option related to the following sentence. q A: x, B: y\n[/INST]\n");
    add("hellaswag", R"({"ctx": "c", "endings": ["x", "y"], "label": 0})",
        "[INST]\nChoose the most appropriate ending: c###Options: 1: x 2: y\n[/INST]n");
    add("piqa", R"({"goal": "g", "sol1": "x", "sol2": "y", "label": 1})",
        "[INST]\nChoose the right option: g#Choices: A: x, B: y\n[/INST]\n");
    add("pairs", R"({"en": "e", "fr": "f"})", "#Text: e #Translation: f");
    add("nested pairs", R"({"translation": {"en": "e", "fr": "f"}})", "#Text: e #Translation: f");
    add("humaneval", R"({"prompt": "p", "canonical_solution": "c", "task_id": "x"})", "pc");
    add("mbpp", R"({"text": "t", "code": "c", "task_id": 3})", "t\nc");
    add("prompt", R"({"prompt": "p", "input": "i"})", "p");
    add("content", R"({"content": "c", "path": "p"})", "c");
    add("code", R"({"code": "c", "n": 1})", "c");
    add("the only text", R"({"n": 1, "sentence": "s", "tags": ["x"]})", "s");
}

void TestFieldTemplate::guesses()
{
    QFETCH(std::string, fields);
    QFETCH(std::string, expected);
    const auto record = makeRecord(fields.c_str());
    const auto guessed = guessTemplate(record);
    VERIFY_RESULT(guessed);
    const auto parsed = FieldTemplate::parse(*guessed);
    VERIFY_RESULT(parsed);
    const auto rendered = parsed->render(record);
    VERIFY_RESULT(rendered);
    QCOMPARE(*rendered, expected);
}

void TestFieldTemplate::cannotGuess()
{
    const auto two = guessTemplate(makeRecord(R"({"left": "x", "right": "y", "n": 1})"));
    VERIFY_ERROR(two, ErrorCode::BadInput);
    QVERIFY2(two.error().detail.find("left, n, right") != std::string::npos, two.error().detail.c_str());
    VERIFY_ERROR(guessTemplate(makeRecord("{}")), ErrorCode::BadInput);
    VERIFY_ERROR(guessTemplate(makeRecord(R"({"a{b": "a name that no template can spell"})")), ErrorCode::BadInput);
}

QTEST_GUILESS_MAIN(TestFieldTemplate)
#include "tst_fieldtemplate.moc"
