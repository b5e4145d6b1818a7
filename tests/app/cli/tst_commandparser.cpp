// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commandparser.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::cli;

namespace {

/// A command with one option of each kind, whose variables the test can look at.
class Probe : public Command
{
public:
    std::string name() const override { return "prune"; }
    std::string summary() const override { return "Cut"; }
    std::vector<std::string> examples() const override { return {"prune rose --data a.txt"}; }
    void declare(Arguments &arguments) override
    {
        arguments.path("STUDY", study, "The study", "").required();
        arguments.paths("--data", files, "Records");
        arguments.text("-t,--text", text, "TEXT", "Words");
        arguments.list("--runs", runs, "A,B", "Names");
        arguments.count("-n,--samples", samples, "N", "How many", 1);
        const Argument ratio = arguments.number("--sparsity", sparsity, "R", "Share");
        arguments.text("--pattern", pattern, "N:M", "Pattern").excludes(ratio);
        arguments.text("--method", method, "M", "How").oneOf({"wanda", "magnitude"});
        arguments.flag("--resume", resume, "Go on");
    }
    Result<Outcome> run(const Session &) override { return Outcome{}; }

    std::filesystem::path study;
    std::vector<std::filesystem::path> files;
    std::optional<std::string> text;
    std::vector<std::string> runs;
    std::uint64_t samples = 128;
    std::optional<double> sparsity;
    std::optional<std::string> pattern;
    std::string method = "wanda";
    bool resume = false;
};

struct Line {
    Line(const std::vector<std::string> &words)
    {
        commands.push_back(std::make_unique<Probe>());
        probe = static_cast<Probe *>(commands.front().get());
        result = parseLine(commands, words);
    }
    CommandList commands;
    Probe *probe = nullptr;
    Result<std::variant<ParsedLine, ShowText>> result;
};

} // namespace

class TestCommandParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsEveryKind();
    void readsAwkwardTexts_data();
    void readsAwkwardTexts();
    void takesRepeatedFiles();
    void refuses_data();
    void refuses();
    void showsHelp();
    void showsVersion();
    void listsWords();
};

void TestCommandParser::readsEveryKind()
{
    const Line line({"prune",     "rose",     "--data", "a",         "b",          "--text", "hello",
                     "--runs",    "x,y",      "-n",     "7",         "--sparsity", "0.25",   "--method",
                     "magnitude", "--resume", "--json", "--threads", "3",          "-q"});
    VERIFY_RESULT(line.result);
    const auto &parsed = std::get<ParsedLine>(*line.result);
    QCOMPARE(static_cast<void *>(parsed.command), static_cast<void *>(line.probe));
    QVERIFY(parsed.options.json && parsed.options.quiet);
    QCOMPARE(parsed.options.threads, 3);
    QCOMPARE(line.probe->study.string(), std::string("rose"));
    QCOMPARE(line.probe->files.size(), std::size_t(2));
    QCOMPARE(line.probe->text.value(), std::string("hello"));
    QCOMPARE(line.probe->runs.size(), std::size_t(2));
    QCOMPARE(line.probe->samples, std::uint64_t(7));
    QCOMPARE(line.probe->sparsity.value(), 0.25);
    QCOMPARE(line.probe->method, std::string("magnitude"));
    QVERIFY(line.probe->resume && !line.probe->pattern);
}

void TestCommandParser::readsAwkwardTexts_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text :
         {"", "[INST] one, two [/INST]", "--json", "-1", "++", "{}", "a=b", "%%", "\"quoted\"", "\n", "caf\xc3\xa9"})
        QTest::newRow(text) << QByteArray(text);
}

void TestCommandParser::readsAwkwardTexts()
{
    QFETCH(QByteArray, text);
    for (const bool assigned : {false, true}) {
        std::vector<std::string> words = {"prune", "rose", "--text", text.toStdString()};
        if (assigned)
            words = {"prune", "rose", "--text=" + text.toStdString()};
        const Line line(words);
        if (assigned && text.isEmpty())
            continue; // "--text=" is read as an option whose value is missing
        VERIFY_RESULT(line.result);
        QCOMPARE(line.probe->text.value(), text.toStdString());
        QVERIFY(!std::get<ParsedLine>(*line.result).options.json);
    }
}

void TestCommandParser::takesRepeatedFiles()
{
    const Line line({"prune", "--data", "a", "--data", "b", "rose"});
    VERIFY_RESULT(line.result);
    QCOMPARE(line.probe->files.size(), std::size_t(2));
    QCOMPARE(line.probe->study.string(), std::string("rose"));
}

void TestCommandParser::refuses_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("says");
    const auto add = [](const char *name, const QStringList &words, const QString &says) {
        QTest::newRow(name) << words << says;
    };
    const QString prune = QStringLiteral("prune");
    const QString rose = QStringLiteral("rose");
    const auto list = [&](std::initializer_list<const char *> more) {
        QStringList words = {prune, rose};
        for (const char *word : more)
            words << QString::fromLatin1(word);
        return words;
    };
    add("nothing", {}, QStringLiteral("a command is needed"));
    add("unknown command", {QStringLiteral("prnue"), rose}, QStringLiteral("Did you mean prune?"));
    add("unknown option", list({"--sampels", "3"}), QStringLiteral("Did you mean --samples?"));
    add("unknown option and no study", {prune, QStringLiteral("--sampels"), QStringLiteral("3")},
        QStringLiteral("Did you mean --samples?"));
    add("no study", {prune}, QStringLiteral("STUDY"));
    add("no value", list({"--samples"}), QStringLiteral("--samples"));
    add("not a number", list({"--samples", "many"}), QStringLiteral("\"many\" is not a number"));
    add("trailing letters", list({"--samples", "12x"}), QStringLiteral("is not a number"));
    add("negative count", list({"--samples", "-1"}), QStringLiteral("is not a number"));
    add("below the least", list({"--samples", "0"}), QStringLiteral("the least is 1"));
    add("beyond 2^63", list({"--samples", "9223372036854775808"}), QStringLiteral("out of range"));
    add("infinite", list({"--sparsity", "inf"}), QStringLiteral("finite"));
    add("both targets", list({"--sparsity", "0.5", "--pattern", "2:4"}), QStringLiteral("excludes"));
    add("unknown word", list({"--method", "luck"}), QStringLiteral("not one of wanda, magnitude"));
    add("no threads", list({"--threads", "0"}), QStringLiteral("the least is 1"));
    add("bad progress", list({"--progress", "html"}), QStringLiteral("not one of auto, json, none"));
}

void TestCommandParser::refuses()
{
    QFETCH(QStringList, words);
    QFETCH(QString, says);
    std::vector<std::string> arguments;
    for (const auto &word : words)
        arguments.push_back(word.toStdString());
    const Line line(arguments);
    VERIFY_ERROR(line.result, ErrorCode::InvalidArgument);
    const std::string &detail = line.result.error().detail;
    QVERIFY2(detail.find(says.toStdString()) != std::string::npos, detail.c_str());
    QVERIFY2(detail.find("--help") != std::string::npos, detail.c_str());
    QCOMPARE(exitStatus(line.result.error().code), 2);
}

void TestCommandParser::showsHelp()
{
    const Line whole({"--help"});
    VERIFY_RESULT(whole.result);
    const std::string overview = std::get<ShowText>(*whole.result).text;
    QVERIFY2(overview.find("prune") != std::string::npos && overview.find("Exit status") != std::string::npos,
             overview.c_str());

    const Line one({"prune", "--help"});
    VERIFY_RESULT(one.result);
    const std::string help = std::get<ShowText>(*one.result).text;
    for (const char *expected :
         {"STUDY", "-n,--samples N", "Examples:", "secateur-cli prune rose --data a.txt", "--json"})
        QVERIFY2(help.find(expected) != std::string::npos, (std::string(expected) + " is not in\n" + help).c_str());
}

void TestCommandParser::showsVersion()
{
    const Line line({"--version"});
    VERIFY_RESULT(line.result);
    QVERIFY(std::get<ShowText>(*line.result).text.rfind("secateur-cli ", 0) == 0);
}

void TestCommandParser::listsWords()
{
    const Line line({"--help"});
    const auto words = commandWords(line.commands);
    QCOMPARE(words.size(), std::size_t(1));
    QCOMPARE(words[0].name, std::string("prune"));
    QVERIFY(std::find(words[0].options.begin(), words[0].options.end(), "--samples") != words[0].options.end());
    QVERIFY(std::find(words[0].options.begin(), words[0].options.end(), "-n") != words[0].options.end());
}

QTEST_GUILESS_MAIN(TestCommandParser)
#include "tst_commandparser.moc"
