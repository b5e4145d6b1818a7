// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <nlohmann/json.hpp>

#include "core/eval/code/codeproblem.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::eval;
using nlohmann::json;
using sandbox::Language;

namespace {

Result<std::vector<CodeProblem>> read(const std::vector<json> &records, CodePreset preset = CodePreset::Standard)
{
    const test::TemporaryFolder folder;
    std::string lines;
    for (const auto &record : records)
        lines += record.dump() + "\n";
    return readCodeProblems(test::writeFile(folder.path() / "problems.jsonl", lines), preset, {});
}

const json humanEval = {{"task_id", "HumanEval/0"},
                        {"prompt", "def one():\n    \"\"\"One.\"\"\"\n"},
                        {"entry_point", "one"},
                        {"canonical_solution", "    return 1\n"},
                        {"test", "def check(f):\n    assert f() == 1\n"}};
const json humanEvalX = {{"task_id", "CPP/3"},
                         {"prompt", "int one(){\n"},
                         {"declaration", "int one(){\n"},
                         {"canonical_solution", "    return 1;\n}\n"},
                         {"test", "int main(){}\n"}};
const json multiplE = {{"name", "HumanEval_1_one"},
                       {"language", "java"},
                       {"prompt", "import org.javatuples.*;\nclass Problem {\n    public static int one() {\n"},
                       {"tests", "    }\n    public static void main(String[] args) {\n    }\n}\n"},
                       {"stop_tokens", {"\n    }\n"}}};
const json mbpp = {{"task_id", 11},
                   {"text", "Write one."},
                   {"code", "def one():\n  return 1"},
                   {"test_setup_code", "x = 1"},
                   {"test_list", {"assert one() == 1", "assert one() != 2"}}};
const json mbppSanitized = {{"task_id", 12},
                            {"prompt", "Write two."},
                            {"code", "def two():\n  return 2"},
                            {"test_imports", {"import math"}},
                            {"test_list", {"assert two() == 2"}}};

} // namespace

/// The benchmarks of programs: what their files mean, how a text becomes a completion and a completion a program.
class TestCodeProblem : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fieldsTellTheKind()
    {
        const auto problems = read({humanEval, humanEvalX, multiplE, mbpp, mbppSanitized});
        VERIFY_RESULT(problems);
        QCOMPARE(problems->size(), std::size_t(5));
        const auto &all = *problems;
        const char *const protocols[] = {"humaneval-openai", "humaneval-x", "multipl-e", "mbpp-bigcode-zero-shot",
                                         "mbpp-sanitized-bigcode-zero-shot"};
        const Language languages[] = {Language::Python, Language::Cpp, Language::Java, Language::Python,
                                      Language::Python};
        for (std::size_t i = 0; i < all.size(); ++i) {
            QCOMPARE(all[i].protocol, std::string(protocols[i]));
            QVERIFY(all[i].language == languages[i]);
        }
        QCOMPARE(all[0].prompt, humanEval["prompt"].get<std::string>());
        QCOMPARE(all[0].tests, std::string("def check(f):\n    assert f() == 1\n\ncheck(one)\n"));
        QCOMPARE(all[0].stops, (std::vector<std::string>{"\nclass", "\ndef", "\n#", "\nif", "\nprint"}));
        QCOMPARE(all[1].entry, std::string("Main"));
        QCOMPARE(all[2].prompt,
                 std::string("import org.javatuples.*;\nclass Problem {\n    public static int one() {"));
        QCOMPARE(all[2].stops, (std::vector<std::string>{"\n    }\n", "<file_sep>"}));
        QCOMPARE(all[2].timeLimit, std::chrono::milliseconds(10000));
        QCOMPARE(all[3].prompt, std::string("\"\"\"\nWrite one.\nassert one() == 1\n\"\"\"\n"));
        QCOMPARE(all[3].tests, std::string("x = 1\nassert one() == 1\nassert one() != 2\n"));
        QCOMPARE(all[4].id, std::string("12"));
        QCOMPARE(all[4].tests, std::string("import math\nassert two() == 2\n"));
    }

    void paperPreset()
    {
        const auto problems = read({humanEval, mbpp}, CodePreset::Paper);
        VERIFY_RESULT(problems);
        QCOMPARE(problems->at(0).protocol, std::string("humaneval-openai-paper"));
        QCOMPARE(problems->at(0).timeLimit, std::chrono::milliseconds(90000));
        QCOMPARE(problems->at(1).protocol, std::string("mbpp-raw-prompt-paper"));
        QCOMPARE(problems->at(1).timeLimit, std::chrono::milliseconds(10000));
        QVERIFY(problems->at(1).prompt.ends_with("This is your task: Write one.\nYour code should pass these "
                                                 "tests:\n\nassert one() == 1\nassert one() != 2\n"));
        const auto completion = completionOf(problems->at(1), "Sure!\n```python\ndef one():\n    return 1\n```\nDone.");
        const auto program = programOf(problems->at(1), completion.text);
        QCOMPARE(program.prompt + program.completion, std::string("\ndef one():\n    return 1\n"));
    }

    void malformed_data()
    {
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<int>("code");
        const auto row = [](const char *field, const char *value, ErrorCode code) {
            QTest::addRow("%s %s", field, value) << QByteArray(field) << QByteArray(value) << int(code);
        };
        row("task_id", "\"x\"", ErrorCode::BadInput);
        row("task_id", "-1", ErrorCode::BadInput);
        row("task_id", "1.5", ErrorCode::BadInput);
        row("text", "7", ErrorCode::BadInput);
        row("code", "null", ErrorCode::BadInput);
        row("test_list", "[]", ErrorCode::BadInput);
        row("test_list", "[1]", ErrorCode::BadInput);
        row("test_list", "\"assert\"", ErrorCode::BadInput);
        row("test_setup_code", "[]", ErrorCode::BadInput);
    }

    void malformed()
    {
        QFETCH(QByteArray, field);
        QFETCH(QByteArray, value);
        QFETCH(int, code);
        json record = mbpp;
        record[field.toStdString()] = json::parse(value.toStdString());
        const auto problems = read({humanEval, record});
        VERIFY_ERROR(problems, ErrorCode(code));
        QVERIFY2(problems.error().detail.find("line 2") != std::string::npos, problems.error().detail.c_str());
    }

    void refusals()
    {
        VERIFY_ERROR(read({}), ErrorCode::BadInput);
        VERIFY_ERROR(read({humanEval, humanEval}), ErrorCode::BadInput);
        VERIFY_ERROR(read({{{"question", "?"}, {"answer", "!"}}}), ErrorCode::Unsupported);
        json rust = multiplE;
        rust["language"] = "rs";
        VERIFY_ERROR(read({rust}), ErrorCode::Unsupported);
        json go = humanEvalX;
        go["task_id"] = "Go/0";
        VERIFY_ERROR(read({go}), ErrorCode::Unsupported);
    }

    void stops()
    {
        QCOMPARE(cutAtStop("a\ndef b\n# c", {"\n#", "\ndef"}), std::string("a"));
        QCOMPARE(cutAtStop("abc", {"", "x"}), std::string("abc"));
        QCOMPARE(cutAtStop("\ndef", {"\ndef"}), std::string());
        QCOMPARE(cutAtStop("", {"x"}), std::string());
    }

    void extraction_data()
    {
        QTest::addColumn<QString>("answer");
        QTest::addColumn<QString>("code");
        QTest::newRow("nothing") << "x = 1"
                                 << "x = 1";
        QTest::newRow("fence") << "Here:\n```\nx = 1\n```\nThere."
                               << "\nx = 1\n";
        QTest::newRow("named fence before fence") << "```\nold\n```\n```python\nnew\n```"
                                                  << "\nnew\n";
        QTest::newRow("PY before fence") << "```\nold\n```[PY]new[/PY]"
                                         << "new";
        QTest::newRow("PYTHON") << "a[PYTHON]b[/PYTHON]c"
                                << "b";
        QTest::newRow("SOL") << "a[SOL]b[/SOL]c"
                             << "b";
        QTest::newRow("BEGIN last") << "[BEGIN]b[DONE]c"
                                    << "b";
        QTest::newRow("not closed") << "```python\nx = 1"
                                    << "\nx = 1";
    }

    void extraction()
    {
        QFETCH(QString, answer);
        QFETCH(QString, code);
        QCOMPARE(QString::fromStdString(extractCode(answer.toStdString())), code);
    }

    void braces_data()
    {
        QTest::addColumn<QString>("language");
        QTest::addColumn<QString>("written");
        QTest::addColumn<QString>("completion");
        QTest::addColumn<bool>("ended");
        QTest::newRow("plain") << "CPP/0"
                               << "return 1;\n}\nint two(){}"
                               << "return 1;\n}" << true;
        QTest::newRow("nested") << "CPP/0"
                                << "if(1){}\n}\nx"
                                << "if(1){}\n}" << true;
        QTest::newRow("open") << "CPP/0"
                              << "if(1){"
                              << "if(1){" << false;
        QTest::newRow("string") << "CPP/0"
                                << "f(\"}\\\"}\");\n}\n"
                                << "f(\"}\\\"}\");\n}" << true;
        QTest::newRow("character") << "CPP/0"
                                   << "f('}');}x"
                                   << "f('}');}" << true;
        QTest::newRow("comments") << "CPP/0"
                                  << "// }\n/* } */}x"
                                  << "// }\n/* } */}" << true;
        QTest::newRow("java closes its class") << "Java/0"
                                               << "return 1;\n    }\n    int b"
                                               << "return 1;\n    }\n}" << true;
        QTest::newRow("backticks") << "JavaScript/0"
                                   << "f(`}\n}`);\n}x"
                                   << "f(`}\n}`);\n}" << true;
    }

    void braces()
    {
        QFETCH(QString, language);
        QFETCH(QString, written);
        QFETCH(QString, completion);
        QFETCH(bool, ended);
        json record = humanEvalX;
        record["task_id"] = language.toStdString();
        const auto problems = read({record});
        VERIFY_RESULT(problems);
        const auto cut = completionOf(problems->front(), written.toStdString());
        QCOMPARE(QString::fromStdString(cut.text), completion);
        QCOMPARE(cut.ended, ended);
    }

    void javaPrograms()
    {
        const auto problems = read({multiplE});
        VERIFY_RESULT(problems);
        const auto program = programOf(problems->front(), "        return 1;");
        QCOMPARE(program.entry, std::string("Problem"));
        QCOMPARE(program.support.size(), std::size_t(3)); // the tuples that the prompt imports
        QCOMPARE(program.support.front().path, std::string("org/javatuples/Pair.java"));
    }

    void sharedFiles_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("count");
        QTest::addColumn<QString>("protocol");
        QTest::newRow("humaneval") << "humaneval" << 164 << "humaneval-openai";
        QTest::newRow("x java") << "humaneval_x_java" << 123 << "humaneval-x";
        QTest::newRow("x cpp") << "humaneval_x_cpp" << 123 << "humaneval-x";
        QTest::newRow("x js") << "humaneval_x_js" << 123 << "humaneval-x";
        QTest::newRow("e java") << "multipl_e_humaneval_java" << 118 << "multipl-e";
        QTest::newRow("e cpp") << "multipl_e_humaneval_cpp" << 120 << "multipl-e";
        QTest::newRow("e js") << "multipl_e_humaneval_js" << 120 << "multipl-e";
        QTest::newRow("mbpp") << "mbpp_test" << 500 << "mbpp-bigcode-zero-shot";
        QTest::newRow("mbpp sanitized") << "mbpp_sanitized" << 307 << "mbpp-sanitized-bigcode-zero-shot";
    }

    void sharedFiles()
    {
        SECATEUR_NEEDS_SHARED();
        QFETCH(QString, file);
        QFETCH(int, count);
        QFETCH(QString, protocol);
        const auto path = test::sharedFolder() / "data" / "code_eval" / (file.toStdString() + ".jsonl");
        const auto problems = readCodeProblems(path, CodePreset::Standard, {});
        VERIFY_RESULT(problems);
        QCOMPARE(int(problems->size()), count);
        for (const auto &problem : *problems)
            QCOMPARE(problem.protocol, protocol.toStdString());
    }

    /// The benchmark's own solutions survive the cut.
    void referencesAreNotCut()
    {
        SECATEUR_NEEDS_SHARED();
        for (const char *language : {"java", "cpp", "js"}) {
            const auto path =
                test::sharedFolder() / "data" / "code_eval" / ("humaneval_x_" + std::string(language) + ".jsonl");
            const auto problems = readCodeProblems(path, CodePreset::Standard, {});
            VERIFY_RESULT(problems);
            for (const auto &problem : *problems) {
                const auto completion = completionOf(problem, problem.reference + "\nint more() { }");
                QVERIFY2(completion.ended, problem.id.c_str());
                QVERIFY2(completion.text.size() + 40 > problem.reference.size(), problem.id.c_str());
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestCodeProblem)
#include "tst_codeproblem.moc"
