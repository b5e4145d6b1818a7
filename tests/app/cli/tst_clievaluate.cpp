// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <csignal>
#include <fstream>
#include <set>

#include "core/base/file.h"
#include "tests/app/cli/clirunner.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::test;
namespace fs = std::filesystem;

/// evaluate from outside: what it measures, keeps, refuses, and how it goes on after it was stopped.
class TestCliEvaluate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void measuresEveryRunOnEveryDomain();
    void whatIsThereIsNotMeasuredAgain();
    void heldOutTextsWereNeverSeen();
    void agreesWithScore();
    void cancelKeepsWhatIsFinished();
    void aChangedFileIsNamed();
    void wrongUsage();
    void runsFromTokenIdsHaveNoTexts();

private:
    void prune(const std::string &study, const std::string &model, const std::string &domain, const std::string &corpus,
               const std::vector<std::string> &more = {})
    {
        std::vector<std::string> words = {"prune",        study,    "--model", model,       "--domain",
                                          domain,         "--data", corpus,    "-n",        "8",
                                          "--max-length", "64",     "--json",  "--threads", "2"};
        words.insert(words.end(), more.begin(), more.end());
        const auto result = m_cli.run(words);
        QVERIFY2(result.status == 0, result.told().c_str());
    }
    [[nodiscard]] CliResult evaluate(const std::string &study, const std::vector<std::string> &more = {}) const
    {
        std::vector<std::string> words = {"evaluate", study, "--tasks", "perplexity", "--limit", "6", "--json"};
        words.insert(words.end(), more.begin(), more.end());
        return m_cli.run(words);
    }

    CliRunner m_cli;
    TemporaryFolder m_fixed;
    std::unique_ptr<TemporaryFolder> m_folder;
    std::string m_model;
    std::string m_roses;
    std::string m_moons;
    std::string m_study;
};

void TestCliEvaluate::initTestCase()
{
    SECATEUR_NEEDS_COMPUTE();
    m_model = writeTinyModel(m_fixed.path() / "model").string();
    m_roses = writeTinyCorpus(m_fixed.path() / "roses.jsonl", 30, 1).string();
    m_moons = writeTinyCorpus(m_fixed.path() / "moons.jsonl", 30, 2).string();
}

void TestCliEvaluate::init()
{
    m_folder = std::make_unique<TemporaryFolder>();
    m_study = (m_folder->path() / "tiny.secateur").string();
}

void TestCliEvaluate::measuresEveryRunOnEveryDomain()
{
    prune(m_study, m_model, "roses", m_roses, {"--run", "r"});
    prune(m_study, m_model, "moons", m_moons, {"--run", "m"});
    const auto result = evaluate(m_study, {"--progress", "json"});
    QVERIFY2(result.status == 0, result.told().c_str());
    QVERIFY2(result.errors.find(R"("stage":"evaluate","done":12,"total":12,)") != std::string::npos,
             result.told().c_str()); // 3 models of 4 layers, each of which streams once
    const auto results = result.json()["results"];
    QCOMPARE(results.size(), std::size_t(6));
    std::set<std::pair<std::string, std::string>> pairs;
    for (const auto &entry : results) {
        pairs.emplace(entry["run"].get<std::string>(), entry["task"].get<std::string>());
        QCOMPARE(entry["metric"].get<std::string>(), std::string("perplexity"));
        QCOMPARE(entry["n"].get<int>(), 6);
        QCOMPARE(entry["unscored"].get<int>(), 0);
        QVERIFY(entry["low"].get<double>() <= entry["value"].get<double>());
        QVERIFY(entry["value"].get<double>() <= entry["high"].get<double>());
    }
    QCOMPARE(pairs.size(), std::size_t(6));
    QVERIFY(pairs.contains({"dense", "perplexity:moons"}) && pairs.contains({"m", "perplexity:roses"}));
    QVERIFY(results[0]["value"].get<double>() != results[2]["value"].get<double>()); // masks were applied
    const auto listed = m_cli.run({"runs", m_study, "--json"});
    QCOMPARE(listed.json()["evaluations"].size(), std::size_t(6));
    const auto verified = m_cli.run({"verify", m_study, "--json"});
    QCOMPARE(verified.status, 0);
    QVERIFY(verified.json()["files"].get<int>() > 12);
}

void TestCliEvaluate::whatIsThereIsNotMeasuredAgain()
{
    prune(m_study, m_model, "roses", m_roses, {"--run", "a"});
    const auto first = evaluate(m_study, {"--runs", "a"});
    QVERIFY2(first.status == 0, first.told().c_str());
    QCOMPARE(first.json()["results"][0]["known"].get<bool>(), false);
    const auto second = evaluate(m_study);
    QVERIFY2(second.status == 0, second.told().c_str());
    const auto results = second.json()["results"];
    QCOMPARE(results.size(), std::size_t(2)); // dense, which is new, and the run
    QCOMPARE(results[0]["known"].get<bool>(), false);
    QCOMPARE(results[1]["known"].get<bool>(), true);
    QCOMPARE(results[1]["value"].get<double>(), first.json()["results"][0]["value"].get<double>());
    QCOMPARE(m_cli.run({"runs", m_study, "--json"}).json()["evaluations"].size(), std::size_t(2));
}

void TestCliEvaluate::heldOutTextsWereNeverSeen()
{
    prune(m_study, m_model, "roses", m_roses, {"--run", "a"});
    prune(m_study, m_model, "roses", m_roses, {"--run", "b", "--seed", "7"});
    const auto details = m_folder->path() / "details.jsonl";
    const auto result =
        m_cli.run({"evaluate", m_study, "--tasks", "perplexity", "--json", "--details", details.string()});
    QVERIFY2(result.status == 0, result.told().c_str());
    std::set<std::uint64_t> measured;
    std::ifstream lines(details);
    double sum = 0.0;
    double tokens = 0.0;
    for (std::string line; std::getline(lines, line);) {
        const auto item = nlohmann::json::parse(line);
        measured.insert(item["index"].get<std::uint64_t>());
        if (item["run"] == "dense") {
            sum += item["nll"].get<double>();
            tokens += item["tokens"].get<double>();
        }
    }
    QVERIFY(std::abs(std::exp(sum / tokens) - result.json()["results"][0]["value"].get<double>()) < 1e-9);
    std::set<std::uint64_t> seen;
    for (const auto &entry : fs::directory_iterator(m_study + "/runs")) {
        const auto text = readTextFile(entry.path() / "manifest.json", 1 << 24);
        VERIFY_RESULT(text);
        const auto manifest = nlohmann::json::parse(*text);
        for (const auto &index : manifest["recipe"]["calibration"]["sample_indices"])
            seen.insert(index.get<std::uint64_t>());
    }
    QVERIFY(seen.size() > 8);
    QCOMPARE(measured.size(), 30 - seen.size());
    for (const auto index : measured)
        QVERIFY(!seen.contains(index));
}

/// One text, as items and as a file: the same tokens, so the same number.
void TestCliEvaluate::agreesWithScore()
{
    std::string text;
    for (int i = 0; i < 60; ++i)
        text += "the rose number " + std::to_string(i * i) + " ";
    text += "end";
    const auto plain = writeFile(m_folder->path() / "text.txt", text);
    const auto items = writeFile(m_folder->path() / "items.jsonl", R"({"text": ")" + text + "\"}\n");
    const auto scored = m_cli.run({"score", m_model, "--file", plain.string(), "--json"});
    QVERIFY2(scored.status == 0, scored.told().c_str());
    const auto measured =
        m_cli.run({"evaluate", m_model, "--tasks", "perplexity", "--items", items.string(), "--json"});
    QVERIFY2(measured.status == 0, measured.told().c_str());
    const auto entry = measured.json()["results"][0];
    const double expected = scored.json()["perplexity"].get<double>();
    QVERIFY(std::abs(entry["value"].get<double>() - expected) < 1e-6 * expected);
    QCOMPARE(entry["n"].get<int>(), 1);
    QCOMPARE(entry["task"].get<std::string>(), std::string("perplexity"));
}

void TestCliEvaluate::cancelKeepsWhatIsFinished()
{
    TinyModelOptions deep; // takes long enough to be stopped in between
    deep.layers = 48;
    deep.hidden = 256;
    deep.intermediate = 704;
    const auto slow = writeTinyModel(m_folder->path() / "slow", deep).string();
    prune(m_study, slow, "roses", m_roses, {"--run", "r", "--method", "magnitude"});
    prune(m_study, slow, "moons", m_moons, {"--run", "m", "--method", "magnitude"});
    const std::string undisturbed = (m_folder->path() / "copy.secateur").string();
    fs::copy(m_study, undisturbed, fs::copy_options::recursive);
    const auto process =
        m_cli.start({"evaluate", m_study, "--tasks", "perplexity", "--limit", "6", "--json", "--progress", "json"});
    const auto kept = [this] {
        std::size_t count = 0;
        std::error_code failed;
        for (fs::directory_iterator entry(m_study + "/evaluations", failed), end; !failed && entry != end;
             entry.increment(failed))
            count += fs::exists(entry->path() / "manifest.json") ? 1 : 0;
        return count;
    };
    QTRY_VERIFY_WITH_TIMEOUT(kept() >= 2 || process->state() == QProcess::NotRunning, 60000);
    ::kill(pid_t(process->processId()), SIGTERM);
    const auto stopped = CliRunner::collect(*process);
    QVERIFY2(stopped.status == 130, stopped.told().c_str());
    QVERIFY2(stopped.errors.find("are kept") != std::string::npos, stopped.told().c_str());
    const std::size_t before = kept();
    QVERIFY(before >= 2 && before < 6);
    const auto resumed = evaluate(m_study);
    QVERIFY2(resumed.status == 0, resumed.told().c_str());
    QCOMPARE(kept(), std::size_t(6));
    const auto whole = evaluate(undisturbed);
    QVERIFY2(whole.status == 0, whole.told().c_str());
    std::size_t known = 0;
    for (std::size_t i = 0; i < 6; ++i) {
        known += resumed.json()["results"][i]["known"].get<bool>() ? 1 : 0;
        QCOMPARE(resumed.json()["results"][i]["value"].get<double>(),
                 whole.json()["results"][i]["value"].get<double>());
        QCOMPARE(resumed.json()["results"][i]["high"].get<double>(), whole.json()["results"][i]["high"].get<double>());
    }
    QCOMPARE(known, before);
}

void TestCliEvaluate::aChangedFileIsNamed()
{
    const auto corpus = writeTinyCorpus(m_folder->path() / "mine.jsonl", 30, 1).string();
    prune(m_study, m_model, "roses", corpus);
    std::ofstream(corpus, std::ios::app) << R"({"text": "one more"})"
                                            "\n";
    const auto refused = evaluate(m_study);
    QVERIFY2(refused.status == 3, refused.told().c_str());
    QVERIFY2(refused.errors.find(corpus) != std::string::npos, refused.told().c_str());
    const auto named = evaluate(m_study, {"--data", m_roses}); // the same bytes under another name
    QVERIFY2(named.status == 0, named.told().c_str());
}

void TestCliEvaluate::wrongUsage()
{
    const auto noItems = m_cli.run({"evaluate", m_model, "--tasks", "perplexity"});
    QVERIFY2(noItems.status == 2 && noItems.errors.find("--items") != std::string::npos, noItems.told().c_str());
    prune(m_study, m_model, "roses", m_roses);
    const std::pair<const char *, std::vector<const char *>> wrong[] = {
        {"perplexity:lilies", {"perplexity:lilies", "perplexity:DOMAIN", "roses"}},
        {"arc", {"\"arc\"", "arc_easy", "perplexity"}},
        {"boolq", {"boolq=FILE", "passage"}},
        {"boolq=/nowhere.jsonl", {"/nowhere.jsonl"}},
    };
    for (const auto &[task, words] : wrong) {
        const auto refused = m_cli.run({"evaluate", m_study, "--tasks", task});
        QVERIFY2(refused.status == (std::string(task).find('/') == std::string::npos ? 2 : 3), refused.told().c_str());
        for (const char *const word : words)
            QVERIFY2(refused.errors.find(word) != std::string::npos, refused.told().c_str());
    }
    const auto inside = evaluate(m_study, {"--details", m_study + "/details.jsonl"});
    QVERIFY2(inside.status == 2, inside.told().c_str());
    const auto noRun = evaluate(m_study, {"--runs", "lilies"});
    QVERIFY2(noRun.status == 3, noRun.told().c_str());
}

void TestCliEvaluate::runsFromTokenIdsHaveNoTexts()
{
    const auto ids = writeTokenIds(m_folder->path() / "ids.safetensors", 4, 16, tinyVocabulary, 1).string();
    const auto pruned =
        m_cli.run({"prune", m_study, "--model", m_model, "--domain", "ids", "--token-ids", ids, "--json"});
    QVERIFY2(pruned.status == 0, pruned.told().c_str());
    const auto none = evaluate(m_study);
    QVERIFY2(none.status == 3 && none.errors.find("--items") != std::string::npos, none.told().c_str());
    prune(m_study, m_model, "roses", m_roses);
    const auto some = evaluate(m_study);
    QVERIFY2(some.status == 0, some.told().c_str());
    QCOMPARE(some.json()["results"].size(), std::size_t(3)); // dense and two runs on the one domain that has texts
    QCOMPARE(some.json()["notices"].size(), std::size_t(1));
}

QTEST_GUILESS_MAIN(TestCliEvaluate)
#include "tst_clievaluate.moc"
