// SPDX-License-Identifier: GPL-3.0-or-later
#include <csignal>
#include <filesystem>
#include <map>
#include <sstream>

#include "tests/app/cli/clirunner.h"
#include "tests/app/cli/tinystudy.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::test;
namespace fs = std::filesystem;

/// generate with a study from outside: texts side by side, expectations along one text, news as it comes.
class TestCliSideBySide : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void textsAreThoseOfEachModelAlone();
    void denseIsTheReference();
    void withoutDenseTheFirstIs();
    void alongAText();
    void textComesAsNews();
    void samplingIsSeeded();
    void forPeople();
    void wrongUsage();
    void aModelThatMoved();
    void cancelledTextsAreKept();
    void tooLittleMemoryIsSaidAtOnce();

private:
    [[nodiscard]] CliResult generate(const std::vector<std::string> &more, const std::string &study = {}) const
    {
        std::vector<std::string> words = {"generate", study.empty() ? m_study : study, "--json"};
        words.insert(words.end(), more.begin(), more.end());
        return m_cli.run(words);
    }

    CliRunner m_cli;
    TemporaryFolder m_folder;
    std::string m_model;
    std::string m_study;
};

void TestCliSideBySide::initTestCase()
{
    SECATEUR_NEEDS_COMPUTE();
    m_model = writeTinyModel(m_folder.path() / "model").string();
    m_study = (m_folder.path() / "tiny.secateur").string();
    writeTinyStudy(m_study, m_model, {{"one", "math", 1}, {"two", "law", 2}});
}

void TestCliSideBySide::textsAreThoseOfEachModelAlone()
{
    const std::vector<std::string> prompt = {"-p", "the rose", "-n", "12", "--ignore-eos", "--json"};
    const auto result = generate({"-p", "the rose", "-n", "12", "--ignore-eos"});
    QVERIFY2(result.status == 0, result.told().c_str());
    const auto models = result.json()["models"];
    QCOMPARE(models.size(), std::size_t(3));
    for (const auto &model : models) {
        std::vector<std::string> alone = {"generate", m_model};
        if (model["run"] != "dense")
            alone.insert(alone.end(), {"--study", m_study, "--run", model["run"].get<std::string>()});
        alone.insert(alone.end(), prompt.begin(), prompt.end());
        const auto expected = m_cli.run(alone);
        QVERIFY2(expected.status == 0, expected.told().c_str());
        QVERIFY2(model["ids"] == expected.json()["ids"], result.told().c_str());
        QVERIFY(model["text"] == expected.json()["text"]);
        std::string pieces;
        for (const auto &piece : model["pieces"])
            pieces += piece.get<std::string>();
        QCOMPARE(pieces, model["text"].get<std::string>());
        QCOMPARE(model["common"].size(), std::size_t(12));
    }
    QVERIFY(models[0]["ids"] != models[1]["ids"]); // masks were applied
}

void TestCliSideBySide::denseIsTheReference()
{
    const auto result = generate({"-p", "the rose", "-n", "12", "--ignore-eos", "--runs", "one,dense,two"});
    QVERIFY2(result.status == 0, result.told().c_str());
    const auto json = result.json();
    QCOMPARE(json["reference"].get<std::string>(), std::string("dense"));
    QCOMPARE(json["models"][0]["run"].get<std::string>(), std::string("one")); // as asked for
    QVERIFY(json["along"]["text"] == json["models"][1]["text"] && json["along"]["given"] == false);
    const auto positions = json["positions"];
    QCOMPARE(positions.size(), std::size_t(13)); // and what comes behind
    std::size_t apart = 0;
    std::optional<std::size_t> parts;
    double sum = 0.0;
    for (std::size_t place = 0; place < positions.size(); ++place) {
        const auto &models = positions[place]["models"];
        const auto &dense = models[1];
        QCOMPARE(dense["divergence"].get<double>(), 0.0);
        const double bits = models[0]["divergence"].get<double>();
        sum += bits;
        QVERIFY(bits >= 0.0 && bits <= 1.0);
        apart += bits > 1e-4 ? 1 : 0;
        for (const auto &model : models)
            QCOMPARE(model["top"].size(), std::size_t(5));
        if (models[0]["top"][0]["id"] != dense["top"][0]["id"] && !parts)
            parts = place;
        if (place == 12) {
            QVERIFY(positions[place]["token"].is_null() && dense["rank"].is_null());
            continue;
        }
        // What dense generated greedily is what it expects most.
        QVERIFY(positions[place]["token"] == json["models"][1]["ids"][place]);
        QCOMPARE(dense["rank"].get<int>(), 1);
        QVERIFY(dense["probability"] == dense["top"][0]["probability"]);
        const auto rank = models[0]["rank"].get<std::size_t>();
        if (rank <= 5)
            QVERIFY(models[0]["top"][rank - 1]["id"] == positions[place]["token"]);
    }
    QVERIFY(apart > 6);
    QVERIFY(parts.has_value());
    QCOMPARE(json["models"][0]["choice_parts"].get<std::size_t>(), *parts);
    QVERIFY(json["choices_part"].get<std::size_t>() <= *parts);
    QVERIFY(json["models"][1]["choice_parts"].is_null() && json["models"][1]["text_parts"].is_null());
    QVERIFY(std::abs(json["models"][0]["mean_divergence"].get<double>() - sum / 13) < 1e-12);
    // Greedily, a text parts where the choice along the reference does.
    QVERIFY(json["models"][0]["text_parts"] == json["models"][0]["choice_parts"]);
}

void TestCliSideBySide::withoutDenseTheFirstIs()
{
    const auto result = generate({"-p", "the rose", "-n", "4", "--ignore-eos", "--runs", "two,one"});
    QVERIFY2(result.status == 0, result.told().c_str());
    QCOMPARE(result.json()["reference"].get<std::string>(), std::string("two"));
    for (const auto &position : result.json()["positions"])
        QCOMPARE(position["models"][0]["divergence"].get<double>(), 0.0);
}

void TestCliSideBySide::alongAText()
{
    const std::string text = " and the moon\u00e9";
    const auto result = generate({"-p", "the rose", "--along", text, "-n", "2"});
    QVERIFY2(result.status == 0, result.told().c_str());
    const auto json = result.json();
    QCOMPARE(json["along"]["text"].get<std::string>(), text);
    QVERIFY(json["along"]["given"] == true);
    const auto whole = m_cli.run({"tokenize", m_model, "--text", "the rose" + text, "--json"}).json()["ids"];
    const auto given = json["prompt_tokens"].get<std::size_t>();
    QCOMPARE(json["positions"].size(), whole.size() - given + 1);
    for (std::size_t place = 0; given + place < whole.size(); ++place)
        QVERIFY(json["positions"][place]["token"] == whole[given + place]);
    QCOMPARE(json["positions"][0]["text"].get<std::string>().front(), ' '); // kept, as anywhere within a text
    // Of ids as the prompt, too.
    const auto ids = writeTokenIds(m_folder.path() / "ids.safetensors", 1, 6, tinyVocabulary, 1).string();
    const auto fromIds = generate({"--token-ids", ids, "--along", text, "-n", "2"});
    QVERIFY2(fromIds.status == 0, fromIds.told().c_str());
    QCOMPARE(fromIds.json()["prompt_tokens"].get<int>(), 6);
    QVERIFY(fromIds.json()["positions"].size() > 2);
}

void TestCliSideBySide::textComesAsNews()
{
    const auto result = generate({"-p", "the rose", "-n", "12", "--ignore-eos", "--progress", "json"});
    QVERIFY2(result.status == 0, result.told().c_str());
    std::map<std::string, std::string> told;
    std::istringstream lines(result.errors);
    bool compared = false;
    for (std::string line; std::getline(lines, line);) {
        const auto news = nlohmann::json::parse(line);
        if (news.contains("run"))
            told[news["run"]] += news["text"].get<std::string>();
        compared = compared || (news.contains("stage") && news["stage"] == "compare");
    }
    QVERIFY(compared);
    QCOMPARE(told.size(), std::size_t(3));
    for (const auto &model : result.json()["models"])
        QCOMPARE(told[model["run"]], model["text"].get<std::string>());
    const auto quiet = generate({"-p", "the rose", "-n", "2", "--progress", "json", "--quiet"});
    QVERIFY2(quiet.status == 0 && quiet.errors.empty(), quiet.told().c_str());
}

void TestCliSideBySide::samplingIsSeeded()
{
    const auto drawn = [&](const std::string &seed) {
        const auto result =
            generate({"-p", "the rose", "-n", "8", "--ignore-eos", "--temperature", "1.5", "--seed", seed});
        return result.status == 0 ? result.json() : nlohmann::json();
    };
    const auto first = drawn("7");
    QVERIFY(first.is_object());
    QVERIFY(first["models"][1]["ids"] == drawn("7")["models"][1]["ids"]);
    QVERIFY(first["positions"] == drawn("7")["positions"]);
    QVERIFY(first["models"][1]["ids"] != drawn("8")["models"][1]["ids"]);
}

void TestCliSideBySide::forPeople()
{
    const auto result = m_cli.run({"generate", m_study, "-p", "the rose", "-n", "3", "--ignore-eos"});
    QVERIFY2(result.status == 0, result.told().c_str());
    QVERIFY2(result.output.starts_with("[dense] the rose"), result.told().c_str());
    for (const char *const word : {"[one] the rose", "[two] the rose", "(next)", "one: ", "mean divergence"})
        QVERIFY2(result.output.find(word) != std::string::npos, result.told().c_str());
}

void TestCliSideBySide::wrongUsage()
{
    const std::string text = "the rose";
    const std::string longText(2000, 'x');
    const std::tuple<std::vector<std::string>, int, const char *> wrong[] = {
        {{m_model, "-p", text, "--runs", "dense"}, 2, "STUDY"},
        {{m_model, "-p", text, "--along", text}, 2, "STUDY"},
        {{m_study, "-p", text, "--study", m_study, "--run", "one"}, 2, "--runs"},
        {{m_study, "--runs", "one"}, 2, "--prompt"},
        {{m_study, "-p", text, "--runs", "lilies"}, 3, "lilies"},
        {{m_study, "-p", text, "--along", ""}, 2, "--along"},
        {{m_study, "-p", text, "--along", longText}, 3, "512 positions"},
        {{m_study, "-p", longText}, 3, "512 positions"},
        {{m_study, "-p", "", "--bos", "never"}, 2, "no tokens"},
        {{m_study, "-p", text, "--temperature", "-1"}, 2, "--temperature"},
        {{(m_folder.path() / "none.secateur").string(), "-p", text}, 3, "none.secateur"},
    };
    for (const auto &[words, status, word] : wrong) {
        std::vector<std::string> all = {"generate"};
        all.insert(all.end(), words.begin(), words.end());
        const auto refused = m_cli.run(all);
        QVERIFY2(refused.status == status, refused.told().c_str());
        QVERIFY2(refused.errors.find(word) != std::string::npos, refused.told().c_str());
        QVERIFY2(refused.output.empty(), refused.told().c_str());
    }
}

void TestCliSideBySide::aModelThatMoved()
{
    TinyModelOptions options;
    options.seed = 4;
    const auto model = writeTinyModel(m_folder.path() / "here", options);
    const auto study = (m_folder.path() / "moved.secateur").string();
    writeTinyStudy(study, model, {{"one", "math", 1}});
    const auto there = m_folder.path() / "there";
    fs::rename(model, there);
    const auto lost = generate({"-p", "the rose", "-n", "2"}, study);
    QVERIFY2(lost.status == 3 && lost.errors.find("Say where it is now") != std::string::npos, lost.told().c_str());
    const auto found = generate({"-p", "the rose", "-n", "2", "--model", there.string()}, study);
    QVERIFY2(found.status == 0, found.told().c_str());
    const auto other = generate({"-p", "the rose", "-n", "2", "--model", m_model}, study);
    QVERIFY2(other.status == 3 && other.errors.find("is not the model") != std::string::npos, other.told().c_str());
}

void TestCliSideBySide::cancelledTextsAreKept()
{
    TinyModelOptions deep; // takes seconds for the text asked for
    deep.layers = 16;
    deep.hidden = 256;
    deep.intermediate = 704;
    deep.maxPositions = 8192;
    const auto slow = writeTinyModel(m_folder.path() / "slow", deep);
    const auto study = (m_folder.path() / "slow.secateur").string();
    writeTinyStudy(study, slow, {{"one", "math", 1}});
    const auto process = m_cli.start(
        {"generate", study, "-p", "the rose", "-n", "8000", "--ignore-eos", "--json", "--progress", "json"});
    process->setReadChannel(QProcess::StandardError);
    QByteArray told;
    while (!told.contains("\"run\"") && process->waitForReadyRead(60000))
        told += process->readAllStandardError();
    QVERIFY2(told.contains("\"run\""), told.constData());
    ::kill(pid_t(process->processId()), SIGTERM);
    const auto result = CliRunner::collect(*process);
    QVERIFY2(result.status == 130, result.told().c_str());
    const auto json = result.json();
    QVERIFY2(json.is_object(), result.told().c_str());
    QVERIFY(json["cancelled"] == true && json["positions"].empty());
    QVERIFY(!json["models"][0]["text"].get<std::string>().empty());
    QVERIFY2(result.errors.find("kept") != std::string::npos, result.told().c_str());
}

void TestCliSideBySide::tooLittleMemoryIsSaidAtOnce()
{
    TinyModelOptions wide; // a million tokens in its wide middle are half a terabyte
    wide.layers = 1;
    wide.intermediate = 131072;
    wide.maxPositions = 1 << 20;
    const auto model = writeTinyModel(m_folder.path() / "wide", wide);
    const auto study = (m_folder.path() / "wide.secateur").string();
    writeTinyStudy(study, model, {{"one", "math", 1}});
    const auto million = writeTokenIds(m_folder.path() / "m.safetensors", 1, 1000000, tinyVocabulary, 1).string();
    const auto result = generate({"--token-ids", million}, study);
    QVERIFY2(result.status == 4, result.told().c_str());
    QCOMPARE(result.json()["error"]["code"].get<std::string>(), std::string("out-of-memory"));
    QVERIFY2(result.errors.find("comparing") != std::string::npos, result.told().c_str());
    QVERIFY2(result.errors.find("available") != std::string::npos, result.told().c_str());
}

QTEST_GUILESS_MAIN(TestCliSideBySide)
#include "tst_clisidebyside.moc"
