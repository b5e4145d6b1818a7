// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "tests/app/cli/clirunner.h"
#include "tests/support/tinymodel.h"

using namespace secateur::test;

/// secateur-cli from outside: usage, help, and what needs a model but no study.
class TestCliUsage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void wrongUsageGivesTwo_data();
    void wrongUsageGivesTwo();
    void helpHasExamples_data();
    void helpHasExamples();
    void overviewNamesWhatWorks();
    void completionIsAValidScript();
    void missingFilesGiveThree();
    void inspects();
    void tokenizes();
    void fullDiskForTheResult();

private:
    CliRunner m_cli;
    TemporaryFolder m_folder;
    std::string m_model;
};

void TestCliUsage::initTestCase()
{
    m_model = writeTinyModel(m_folder.path() / "model").string();
}

void TestCliUsage::wrongUsageGivesTwo_data()
{
    QTest::addColumn<QStringList>("words");
    const auto add = [](const char *line) {
        QTest::newRow(line) << QString::fromLatin1(line).split(QLatin1Char(' '), Qt::SkipEmptyParts);
    };
    add("");
    add("evaluate M --tasks gsm8k");
    add("inspect");
    add("inspect M N");
    add("tokenize M");
    add("tokenize M --ids 1,x");
    add("tokenize M --text a --ids 1");
    add("tokenize M --text a --bos sometimes");
    add("chat M");
    add("chat M F --date yesterday");
    add("chat M F --date 2026-02-30");
    add("score M");
    add("score --file F");
    add("score M --file F --study S");
    add("generate M");
    add("generate M --prompt a --temperature -1");
    add("generate M --prompt a --top-p 0");
    add("prune S --model M --domain d");
    add("prune S --model M --domain d --data F --token-ids I");
    add("prune S --model M --domain d --data F --sparsity 1.5");
    add("prune S --model M --domain d --data F --pattern 4:2");
    add("prune S --model M --domain d --data F --sparsity 0.5 --pattern 2:4");
    add("prune S --model M --domain d --data F --method luck");
    add("prune S --domain d --data F");
    add("resparsify S R");
    add("combine S --runs a,b");
    add("combine S --rule union");
    add("combine S --runs a,b --rule sum");
    add("combine S --runs a,b --rule scores --weights 1,x");
    add("combine S --runs a,b --rule scores --sparsity 1");
    add("combine S --runs a,b --rule scores --sparsity 0.5 --pattern 2:4");
    add("masks S R");
    add("export S R -o D --format sparse");
    add("compare S --set both");
    add("figure S mask");
    add("figure S -o f.pdf");
    add("figure S mask --figure m.json -o f.pdf");
    add("figure S mask --width-mm 80 --column ieee-column -o f.pdf");
}

void TestCliUsage::wrongUsageGivesTwo()
{
    QFETCH(QStringList, words);
    if (words.startsWith(QStringLiteral("evaluate")))
        SECATEUR_NEEDS_COMPUTE(); // which is who knows the tasks
    std::vector<std::string> arguments;
    for (const auto &word : words)
        arguments.push_back(word.toStdString());
    const auto plain = m_cli.run(arguments);
    QVERIFY2(plain.status == 2, plain.told().c_str());
    QVERIFY2(plain.output.empty(), plain.told().c_str());
    QVERIFY2(plain.errors.rfind("secateur-cli: ", 0) == 0, plain.told().c_str());

    arguments.push_back("--json");
    const auto json = m_cli.run(arguments);
    QVERIFY2(json.status == 2, json.told().c_str());
    const auto object = json.json();
    QVERIFY2(object.size() == 1 && object.contains("error"), json.told().c_str());
    QCOMPARE(object["error"]["code"].get<std::string>(), std::string("invalid-argument"));
    QVERIFY2(!object["error"]["detail"].get<std::string>().empty(), json.told().c_str());
}

void TestCliUsage::helpHasExamples_data()
{
    QTest::addColumn<QString>("command");
    for (const auto &command : shownCommands())
        QTest::newRow(command.c_str()) << QString::fromStdString(command);
}

void TestCliUsage::helpHasExamples()
{
    QFETCH(QString, command);
    const auto help = m_cli.run({command.toStdString(), "--help"});
    QCOMPARE(help.status, 0);
    const std::string example = "\n  secateur-cli " + command.toStdString() + " ";
    QVERIFY2(help.output.find("Examples:") != std::string::npos && help.output.find(example) != std::string::npos,
             help.told().c_str());
    QVERIFY2(help.output.find("--json") != std::string::npos, help.told().c_str());
}

void TestCliUsage::overviewNamesWhatWorks()
{
    const auto help = m_cli.run({"--help"});
    QCOMPARE(help.status, 0);
    for (const auto &command : shownCommands())
        QVERIFY2(help.output.find("\n  " + command + " ") != std::string::npos, help.told().c_str());
    for (const char *absent : {"probe-h5"})
        QVERIFY2(help.output.find(absent) == std::string::npos, help.told().c_str());
    QCOMPARE(m_cli.run({"--version"}).output.rfind("secateur-cli 0.", 0), std::size_t(0));
}

void TestCliUsage::completionIsAValidScript()
{
    const auto script = m_cli.run({"completion", "bash"});
    QCOMPARE(script.status, 0);
    QProcess bash;
    bash.start(QStringLiteral("bash"),
               {QStringLiteral("-c"),
                QString::fromStdString(script.output
                                       + "COMP_WORDS=(secateur-cli prune --stat); COMP_CWORD=2; _secateur_cli\n"
                                         "echo \"${COMPREPLY[@]}\"\n"
                                         "COMP_WORDS=(secateur-cli comp); COMP_CWORD=1; _secateur_cli\n"
                                         "echo \"${COMPREPLY[@]}\"")});
    QVERIFY(bash.waitForFinished());
    QCOMPARE(bash.readAllStandardError(), QByteArray());
    QCOMPARE(bash.readAllStandardOutput(), QByteArray("--statistics\ncompare completion\n"));
}

void TestCliUsage::missingFilesGiveThree()
{
    for (const auto &words : std::vector<std::vector<std::string>>{{"inspect", "/no/such/model"},
                                                                   {"runs", "/no/such.secateur"},
                                                                   {"runs", m_model},
                                                                   {"tokenize", m_model, "--file", "/no/such.txt"},
                                                                   {"tokenize", m_model, "--ids", "100000"},
                                                                   {"compare", "/no/such.secateur"}}) {
        auto arguments = words;
        arguments.push_back("--json");
        const auto result = m_cli.run(arguments);
        QVERIFY2(result.status == 3, result.told().c_str());
        QVERIFY2(result.json().contains("error"), result.told().c_str());
    }
}

void TestCliUsage::inspects()
{
    const auto result = m_cli.run({"inspect", m_model, "--json"});
    QVERIFY2(result.status == 0, result.told().c_str());
    const auto object = result.json();
    QCOMPARE(object["architecture"].get<std::string>(), std::string("LlamaForCausalLM"));
    QCOMPARE(object["layers"].get<int>(), 4);
    QCOMPARE(object["hidden_size"].get<int>(), 64);
    QCOMPARE(object["dtype"].get<std::string>(), std::string("F32"));
    const std::uint64_t block = 2 * 64 * 64 + 2 * 32 * 64 + 3 * 168 * 64;
    QCOMPARE(object["prunable_parameters"].get<std::uint64_t>(), 4 * block);
    QCOMPARE(object["parameters"].get<std::uint64_t>(), 4 * (block + 2 * 64) + 300 * 64 + 64);
    QCOMPARE(object["tokenizer"]["vocab_size"].get<int>(), tinyVocabulary);
    QCOMPARE(object["tokenizer"]["bos"].get<int>(), tinyBos);
    QCOMPARE(object["tokenizer"]["eos"].get<int>(), tinyEos);
    QCOMPARE(object["sublayers"].size(), std::size_t(7));
    QVERIFY(object["sublayers"][6] == nlohmann::json({{"name", "mlp.down_proj"}, {"rows", 64}, {"cols", 168}}));
    QVERIFY(object["memory"]["prune_peak_bytes"].get<std::uint64_t>() > 0);

    const auto text = m_cli.run({"inspect", m_model});
    QVERIFY2(text.output.find("LlamaForCausalLM") != std::string::npos, text.told().c_str());
    QVERIFY2(text.errors.empty(), text.told().c_str());
}

void TestCliUsage::tokenizes()
{
    const std::string text = "[the] caf\xc3\xa9 \xf0\x9f\x8c\xb9";
    const auto encoded = m_cli.run({"tokenize", m_model, "--text", text, "--bos", "always", "--json"});
    QVERIFY2(encoded.status == 0, encoded.told().c_str());
    const auto ids = encoded.json()["ids"];
    QCOMPARE(ids.at(0).get<int>(), tinyBos);
    QCOMPARE(encoded.json()["text"].get<std::string>(), text);

    std::string list;
    for (std::size_t i = 1; i < ids.size(); ++i)
        list += (i == 1 ? "" : ",") + std::to_string(ids[i].get<int>());
    const auto decoded = m_cli.run({"tokenize", m_model, "--ids", list, "--json"});
    QVERIFY2(decoded.status == 0, decoded.told().c_str());
    QCOMPARE(decoded.json()["text"].get<std::string>(), text);

    writeFile(m_folder.path() / "text.txt", text);
    const auto file =
        m_cli.run({"tokenize", m_model, "--file", (m_folder.path() / "text.txt").string(), "--bos", "never", "--json"});
    QVERIFY2(file.status == 0, file.told().c_str());
    QCOMPARE(file.json()["ids"].size(), ids.size() - 1);
}

void TestCliUsage::fullDiskForTheResult()
{
    QProcess process;
    process.setStandardOutputFile(QStringLiteral("/dev/full"));
    process.start(QStringLiteral(SECATEUR_BIN_DIR "/secateur-cli"),
                  {QStringLiteral("inspect"), QString::fromStdString(m_model)});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 4);
}

QTEST_GUILESS_MAIN(TestCliUsage)
#include "tst_cliusage.moc"
