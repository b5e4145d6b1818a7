// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <csignal>

#include "core/format/safetensors.h"
#include "tests/app/cli/clirunner.h"
#include "tests/support/smalldisk.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::test;

/// Pruning, scoring and generating from outside, with a model small enough to take no time.
class TestCliPrune : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void prunesFromText();
    void prunesFromTheRecordsThatAFilterTakes();
    void prunesFromTokenIds();
    void cutsAtWhatTheModelTakes();
    void prunesByMagnitudeWithoutData();
    void prunesByChanceForControl();
    void refusesANameBeforeTheWork();
    void isTheSameWithAnyNumberOfThreads();
    void tellsProgressInJson();
    void cancelKeepsLayersAndResumeEndsTheSame();
    void resumeFindsTheRunOfItsRecipe();
    void resumeRefusesAnotherRecipe();
    void tooSmallADiskIsSaidAtOnce();
    void aDiskThatFillsUpLosesNothing();
    void scores();
    void generates();

private:
    [[nodiscard]] std::vector<std::string> prune(const std::string &study, const std::vector<std::string> &more) const;
    /// Starts this prune and returns once at least two layers are acknowledged.
    [[nodiscard]] std::unique_ptr<QProcess> startAndWaitForLayers(const std::vector<std::string> &words) const;
    [[nodiscard]] std::string masksOf(const std::string &study, const std::string &run) const;
    [[nodiscard]] int finishedLayers(const std::string &study) const;

    CliRunner m_cli;
    TemporaryFolder m_fixed;
    std::unique_ptr<TemporaryFolder> m_folder;
    std::string m_model;
    std::string m_deepModel; ///< takes long enough to be stopped in between
    std::string m_corpus;
    std::string m_study;
};

void TestCliPrune::initTestCase()
{
    SECATEUR_NEEDS_COMPUTE();
    m_model = writeTinyModel(m_fixed.path() / "model").string();
    TinyModelOptions deep;
    deep.layers = 48;
    deep.hidden = 256;
    deep.intermediate = 704;
    m_deepModel = writeTinyModel(m_fixed.path() / "deep", deep).string();
    m_corpus = writeTinyCorpus(m_fixed.path() / "corpus.jsonl", 200, 1).string();
}

void TestCliPrune::init()
{
    m_folder = std::make_unique<TemporaryFolder>();
    m_study = (m_folder->path() / "roses.secateur").string();
}

std::vector<std::string> TestCliPrune::prune(const std::string &study, const std::vector<std::string> &more) const
{
    std::vector<std::string> words = {"prune", study, "--domain", "roses"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

std::string TestCliPrune::masksOf(const std::string &study, const std::string &run) const
{
    const auto file = m_folder->path() / "masks.safetensors";
    const auto written = m_cli.run({"masks", study, run, "-o", file.string()});
    return written.status == 0 ? tensorBytes(file) : std::string();
}

int TestCliPrune::finishedLayers(const std::string &study) const
{
    const auto answer = m_cli.run({"runs", study, "--json"}).json();
    for (const auto &run : answer["runs"])
        if (run["state"] == "interrupted")
            return run["finished_layers"].get<int>();
    return -1;
}

std::unique_ptr<QProcess> TestCliPrune::startAndWaitForLayers(const std::vector<std::string> &words) const
{
    auto process = m_cli.start(words);
    QByteArray seen;
    process->setReadChannel(QProcess::StandardError); // the one that is waited for
    while (process->state() != QProcess::NotRunning && !seen.contains(": 2/") && process->waitForReadyRead(60000))
        seen += process->readAllStandardError();
    return process;
}

void TestCliPrune::prunesFromText()
{
    const auto result = m_cli.run(
        prune(m_study, {"--model", m_model, "--data", m_corpus, "--samples", "8", "--length", "64", "--json"}));
    QVERIFY2(result.status == 0, result.told().c_str());
    const auto object = result.json();
    QCOMPARE(object["run"].get<std::string>(), std::string("roses-wanda-0.5"));
    QVERIFY(!object["id"].get<std::string>().empty());
    QCOMPARE(object["sparsity"].get<double>(), 0.5);
    QCOMPARE(object["tokens"].get<int>(), 512);
    for (const char *key : {"load", "calibrate", "prune", "total"})
        QVERIFY2(object["seconds"][key].get<double>() >= 0.0, key);
    QVERIFY(object["peak_rss_bytes"].get<std::uint64_t>() > 1000000);
    QCOMPARE(object["sublayers"].size(), std::size_t(28));
    const auto &first = object["sublayers"][0];
    QCOMPARE(first["name"].get<std::string>(), std::string("self_attn.q_proj"));
    QCOMPARE(first["pruned"].get<int>(), 64 * 32);

    // The same again gets a name of its own, and the same masks.
    const auto again = m_cli.run(
        prune(m_study, {"--model", m_model, "--data", m_corpus, "--samples", "8", "--length", "64", "--json"}));
    QCOMPARE(again.json()["run"].get<std::string>(), std::string("roses-wanda-0.5-2"));
    const auto pairs = m_cli.run({"compare", m_study, "--json"}).json()["pairs"];
    QCOMPARE(pairs[0]["whole"].get<double>(), 0.0);
    QCOMPARE(m_cli.run({"verify", m_study, "--quiet"}).status, 0);
}

void TestCliPrune::prunesFromTheRecordsThatAFilterTakes()
{
    const auto with = [&](const std::string &filter) {
        return m_cli.run(prune(
            m_study,
            {"--model", m_model, "--data", m_corpus, "--samples", "8", "--length", "64", "--where", filter, "--json"}));
    };
    const auto some = with("text contains 'in spring' and len(text) >= 200");
    QVERIFY2(some.status == 0, some.told().c_str());
    const auto told = some.json()["filter"];
    QCOMPARE(told["where"].get<std::string>(), std::string("text contains 'in spring' and len(text) >= 200"));
    QCOMPARE(told["records"].get<int>(), 200);
    QVERIFY(told["taken"].get<int>() > 8 && told["taken"].get<int>() < 200);
    const auto notice = some.json()["notices"][0].get<std::string>();
    QCOMPARE(notice, "corpus.jsonl: the filter took " + std::to_string(told["taken"].get<int>()) + " of 200 records");

    const auto wrong = with("text contains rose");
    QVERIFY2(wrong.status == 2 && wrong.told().find("character 15") != std::string::npos, wrong.told().c_str());
    const auto missing = with("lang == 'en'");
    QVERIFY2(missing.status == 3
                 && missing.told().find("no record has a field lang; there are text") != std::string::npos,
             missing.told().c_str());
    const auto noData = m_cli.run(prune(m_study, {"--model", m_model, "--where", "text present"}));
    QVERIFY2(noData.status == 2, noData.told().c_str());
}

void TestCliPrune::prunesFromTokenIds()
{
    const auto ids = writeTokenIds(m_folder->path() / "ids.safetensors", 6, 32, tinyVocabulary, 1).string();
    const auto some = m_cli.run(
        prune(m_study, {"--model", m_model, "--token-ids", ids, "--samples", "4", "--pattern", "2:4", "--json"}));
    QVERIFY2(some.status == 0, some.told().c_str());
    QCOMPARE(some.json()["sequences"].get<int>(), 4);
    QCOMPARE(some.json()["target"].get<std::string>(), std::string("2:4"));
    const auto all = m_cli.run(prune(m_study, {"--model", m_model, "--token-ids", ids, "--json"}));
    QVERIFY2(all.status == 0, all.told().c_str());
    QCOMPARE(all.json()["sequences"].get<int>(), 6);
    const auto tooMany =
        m_cli.run(prune(m_study, {"--model", m_model, "--token-ids", ids, "--samples", "7", "--json"}));
    QVERIFY2(tooMany.status == 3, tooMany.told().c_str());

    const auto half = m_cli.run(prune(m_study, {"--model", m_model, "--token-ids", ids, "--length", "16", "--json"}));
    QVERIFY2(half.status == 0, half.told().c_str());
    QCOMPARE(half.json()["tokens"].get<int>(), 6 * 16);
    const auto tooLong =
        m_cli.run(prune(m_study, {"--model", m_model, "--token-ids", ids, "--length", "33", "--json"}));
    QVERIFY2(tooLong.status == 3, tooLong.told().c_str());
}

void TestCliPrune::cutsAtWhatTheModelTakes()
{
    TinyModelOptions options;
    options.maxPositions = 24;
    const auto model = writeTinyModel(m_folder->path() / "short", options).string();
    const auto result = m_cli.run(prune(m_study, {"--model", model, "--data", m_corpus, "--samples", "8", "--json"}));
    QVERIFY2(result.status == 0, result.told().c_str());
    QCOMPARE(result.json()["tokens"].get<int>(), 8 * 24);
    const auto ids = writeTokenIds(m_folder->path() / "ids.safetensors", 2, 32, tinyVocabulary, 1).string();
    const auto tooLong = m_cli.run(prune(m_study, {"--model", model, "--token-ids", ids, "--json"}));
    QVERIFY2(tooLong.status == 3, tooLong.told().c_str());
    QVERIFY2(tooLong.errors.find("ids.safetensors") != std::string::npos, tooLong.told().c_str());
}

void TestCliPrune::refusesANameBeforeTheWork()
{
    // No data file: what is refused first, is refused without having looked for it.
    const auto noName = m_cli.run({"prune", m_study, "--model", m_model, "--domain", "c/c++", "--data", "none.jsonl"});
    QVERIFY2(noName.status == 2, noName.told().c_str());
    QVERIFY(!std::filesystem::exists(m_study));
    QCOMPARE(m_cli.run(prune(m_study, {"--model", m_model, "--method", "magnitude", "--run", "a"})).status, 0);
    const auto taken = m_cli.run(prune(m_study, {"--model", m_model, "--data", "none.jsonl", "--run", "a", "--json"}));
    QVERIFY2(taken.status == 3, taken.told().c_str());
    QCOMPARE(taken.json()["error"]["code"].get<std::string>(), std::string("conflict"));
    const auto nothing = m_cli.run(prune(m_study, {"--model", m_model, "--data", "none.jsonl", "--resume"}));
    QVERIFY2(nothing.status == 3 && nothing.errors.find("none.jsonl") == std::string::npos, nothing.told().c_str());
}

void TestCliPrune::prunesByMagnitudeWithoutData()
{
    const auto result = m_cli.run(prune(m_study, {"--model", m_model, "--method", "magnitude", "--json"}));
    QVERIFY2(result.status == 0, result.told().c_str());
    QVERIFY(std::abs(result.json()["sparsity"].get<double>() - 0.5) < 1e-3);
    const auto norms = m_cli.run(
        {"norms", m_study, "roses-magnitude-0.5", "-o", (m_folder->path() / "n.safetensors").string(), "--json"});
    QVERIFY2(norms.status == 3, norms.told().c_str()); // it has none
}

void TestCliPrune::prunesByChanceForControl()
{
    for (const char *seed : {"1", "2"}) {
        const auto result = m_cli.run(
            prune(m_study, {"--model", m_model, "--method", "random", "--seed", seed, "--run", seed, "--quiet"}));
        QVERIFY2(result.status == 0, result.told().c_str());
    }
    const auto compared = m_cli.run({"compare", m_study, "--json"});
    QVERIFY2(compared.status == 0, compared.told().c_str());
    const auto report = compared.json();
    // The baseline that Compare draws is what two such runs have.
    const double distance = report["pairs"][0]["whole"].get<double>();
    QVERIFY2(std::abs(distance - report["baselines"]["random"].get<double>()) < 0.02, std::to_string(distance).c_str());
    QVERIFY(report["baselines"]["same_domain"].empty());
    const auto denser = m_cli.run({"resparsify", m_study, "1", "--sparsity", "0.25", "--json"});
    QVERIFY2(denser.status == 0, denser.told().c_str());
    QVERIFY(std::abs(denser.json()["sparsity"].get<double>() - 0.25) < 0.02);
}

void TestCliPrune::isTheSameWithAnyNumberOfThreads()
{
    for (const char *threads : {"1", "2", "3"}) {
        const auto result = m_cli.run(prune(m_study,
                                            {"--model", m_model, "--data", m_corpus, "--samples", "8", "--threads",
                                             threads, "--run", threads, "--quiet"}));
        QVERIFY2(result.status == 0, result.told().c_str());
    }
    const std::string one = masksOf(m_study, "1");
    QVERIFY(!one.empty());
    QVERIFY(one == masksOf(m_study, "2"));
    QVERIFY(one == masksOf(m_study, "3"));
}

void TestCliPrune::tellsProgressInJson()
{
    const auto result = m_cli.run(
        prune(m_study, {"--model", m_model, "--data", m_corpus, "--samples", "8", "--json", "--progress", "json"}));
    QVERIFY2(result.status == 0, result.told().c_str());
    int layers = 0;
    for (const auto &line : QByteArray::fromStdString(result.errors).split('\n')) {
        if (line.isEmpty())
            continue;
        const auto object = nlohmann::json::parse(line.toStdString(), nullptr, false);
        QVERIFY2(object.is_object(), line.constData());
        if (object.contains("notice"))
            continue;
        for (const char *key : {"stage", "done", "total", "unit", "elapsed", "eta", "tokens_per_second"})
            QVERIFY2(object.contains(key), line.constData());
        if (object["stage"] == "prune" && object["unit"] == "layers" && object["done"] == object["total"])
            layers = object["total"].get<int>();
    }
    QVERIFY2(layers == 4, result.told().c_str());
    const auto quiet =
        m_cli.run(prune(m_study, {"--model", m_model, "--data", m_corpus, "--samples", "8", "--json", "--quiet"}));
    QVERIFY2(quiet.status == 0 && quiet.errors.empty(), quiet.told().c_str());
}

void TestCliPrune::cancelKeepsLayersAndResumeEndsTheSame()
{
    const std::vector<std::string> work = {"--model",   m_deepModel, "--data",   m_corpus,
                                           "--samples", "32",        "--length", "256"};
    auto words = prune(m_study, work);
    const auto process = startAndWaitForLayers(words);
    ::kill(pid_t(process->processId()), SIGTERM);
    const auto stopped = CliRunner::collect(*process);
    QVERIFY2(stopped.status == 130, stopped.told().c_str());
    const int kept = finishedLayers(m_study);
    QVERIFY2(kept >= 2 && kept < 48, std::to_string(kept).c_str());

    words.insert(words.end(), {"--resume", "--json"});
    const auto resumed = m_cli.run(words);
    QVERIFY2(resumed.status == 0, resumed.told().c_str());
    QCOMPARE(resumed.json()["resumed_layers"].get<int>(), kept);
    auto undisturbed = prune(m_study, work);
    undisturbed.insert(undisturbed.end(), {"--run", "undisturbed", "--quiet"});
    QCOMPARE(m_cli.run(undisturbed).status, 0);
    const std::string expected = masksOf(m_study, "undisturbed");
    QVERIFY(!expected.empty());
    QVERIFY(masksOf(m_study, "roses-wanda-0.5") == expected);
}

void TestCliPrune::resumeFindsTheRunOfItsRecipe()
{
    const auto work = [this](const char *seed) {
        return prune(
            m_study,
            {"--model", m_deepModel, "--data", m_corpus, "--samples", "32", "--length", "256", "--seed", seed});
    };
    for (const char *seed : {"0", "1"}) {
        const auto process = startAndWaitForLayers(work(seed));
        ::kill(pid_t(process->processId()), SIGTERM);
        QCOMPARE(CliRunner::collect(*process).status, 130);
    }
    auto words = work("0");
    words.insert(words.end(), {"--resume", "--json"});
    const auto resumed = m_cli.run(words);
    QVERIFY2(resumed.status == 0, resumed.told().c_str());
    QCOMPARE(resumed.json()["run"].get<std::string>(), std::string("roses-wanda-0.5")); // not the later …-2
}

void TestCliPrune::resumeRefusesAnotherRecipe()
{
    const std::vector<std::string> work = {"--model",   m_deepModel, "--data",   m_corpus,
                                           "--samples", "32",        "--length", "256"};
    const auto process = startAndWaitForLayers(prune(m_study, work));
    ::kill(pid_t(process->processId()), SIGINT);
    QCOMPARE(CliRunner::collect(*process).status, 130);
    auto other = prune(m_study, work);
    other.insert(other.end(), {"--seed", "5", "--resume", "--json"});
    const auto refused = m_cli.run(other);
    QVERIFY2(refused.status == 3, refused.told().c_str());
    QCOMPARE(refused.json()["error"]["code"].get<std::string>(), std::string("conflict"));
    QVERIFY2(refused.json()["error"]["detail"].get<std::string>().find("calibration") != std::string::npos,
             refused.told().c_str());
    const auto otherModel = m_cli.run(
        prune(m_study, {"--model", m_model, "--data", m_corpus, "--samples", "8", "--length", "64", "--json"}));
    QVERIFY2(otherModel.status == 3, otherModel.told().c_str());
    QCOMPARE(otherModel.json()["error"]["code"].get<std::string>(), std::string("conflict"));
}

void TestCliPrune::tooSmallADiskIsSaidAtOnce()
{
    const SmallDisk disk(128 * 1024);
    SECATEUR_NEEDS_SMALL_DISK(disk);
    const auto study = (disk.path() / "s.secateur").string();
    const auto result = m_cli.run(
        prune(study, {"--model", m_deepModel, "--data", m_corpus, "--samples", "8", "--length", "64", "--json"}));
    QVERIFY2(result.status == 4, result.told().c_str());
    QCOMPARE(result.json()["error"]["code"].get<std::string>(), std::string("out-of-disk"));
}

void TestCliPrune::aDiskThatFillsUpLosesNothing()
{
    const SmallDisk disk(24 * 1024 * 1024);
    SECATEUR_NEEDS_SMALL_DISK(disk);
    const auto study = (disk.path() / "s.secateur").string();
    auto words = prune(study, {"--model", m_deepModel, "--data", m_corpus, "--samples", "32", "--length", "256"});
    const auto process = startAndWaitForLayers(words);
    const auto filler = disk.fill();
    const auto full = CliRunner::collect(*process);
    QVERIFY2(full.status == 4, full.told().c_str());
    const int kept = finishedLayers(study); // so the study can be read while the disk is full
    QVERIFY2(kept >= 2, std::to_string(kept).c_str());

    std::filesystem::remove(filler);
    words.insert(words.end(), {"--resume", "--json"});
    const auto resumed = m_cli.run(words);
    QVERIFY2(resumed.status == 0, resumed.told().c_str());
    QCOMPARE(resumed.json()["resumed_layers"].get<int>(), kept);
    QCOMPARE(m_cli.run({"verify", study, "--quiet"}).status, 0);
}

void TestCliPrune::scores()
{
    const auto ids = writeTokenIds(m_folder->path() / "ids.safetensors", 3, 32, tinyVocabulary, 1).string();
    const auto logits = m_folder->path() / "logits.safetensors";
    const auto result =
        m_cli.run({"score", m_model, "--token-ids", ids, "--samples", "2", "--logits", logits.string(), "--json"});
    QVERIFY2(result.status == 0, result.told().c_str());
    QCOMPARE(result.json()["tokens"].get<int>(), 2 * 31);
    const double nll = result.json()["nll"].get<double>();
    QVERIFY(std::abs(std::log(result.json()["perplexity"].get<double>()) - nll) < 1e-9);
    const auto file = format::SafetensorsFile::open(logits);
    VERIFY_RESULT(file);
    QVERIFY(file->find("logits"));
    QCOMPARE(file->find("logits")->shape, (std::vector<std::uint64_t>{2, 32, tinyVocabulary}));

    QCOMPARE(m_cli.run(prune(m_study, {"--model", m_model, "--data", m_corpus, "--samples", "8", "--quiet"})).status,
             0);
    const auto sub = m_cli.run(
        {"score", "--study", m_study, "--run", "roses-wanda-0.5", "--token-ids", ids, "--samples", "2", "--json"});
    QVERIFY2(sub.status == 0, sub.told().c_str());
    QVERIFY(std::abs(sub.json()["nll"].get<double>() - nll) > 1e-6);
    const auto inside = m_cli.run({"score", "--study", m_study, "--run", "roses-wanda-0.5", "--token-ids", ids,
                                   "--logits", m_study + "/study.json", "--quiet"});
    QCOMPARE(inside.status, 2);
    QCOMPARE(m_cli.run({"verify", m_study, "--quiet"}).status, 0);
}

void TestCliPrune::generates()
{
    const std::vector<std::string> words = {"generate", m_model, "--prompt", "the rose", "-n", "12", "--ignore-eos"};
    auto withJson = words;
    withJson.push_back("--json");
    const auto json = m_cli.run(withJson);
    QVERIFY2(json.status == 0, json.told().c_str());
    QCOMPARE(json.json()["ids"].size(), std::size_t(12));
    QVERIFY(json.json()["tokens_per_second"].get<double>() > 0.0);
    const auto streamed = m_cli.run(words);
    QCOMPARE(streamed.output, "the rose" + json.json()["text"].get<std::string>() + "\n");

    auto sampled = withJson;
    sampled.insert(sampled.end(), {"--temperature", "2", "--seed", "7"});
    const auto first = m_cli.run(sampled);
    QVERIFY2(first.status == 0, first.told().c_str());
    QVERIFY(m_cli.run(sampled).json()["ids"] == first.json()["ids"]);
    sampled.back() = "8";
    QVERIFY(m_cli.run(sampled).json()["ids"] != first.json()["ids"]);
}

QTEST_GUILESS_MAIN(TestCliPrune)
#include "tst_cliprune.moc"
