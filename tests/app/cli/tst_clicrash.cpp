// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/app/cli/clirunner.h"
#include "tests/support/tinymodel.h"

using namespace secateur::test;

/// kill -9 at random moments of a prune: no acknowledged layer is lost, and --resume ends with the bits of a run that
/// was not disturbed.
class TestCliCrash : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void killedAnywhere_data();
    void killedAnywhere();

private:
    [[nodiscard]] std::vector<std::string> prune(const std::string &study) const
    {
        return {"prune",  study,       "--model", m_model,    "--domain", "roses", "--data",
                m_corpus, "--samples", "8",       "--length", "128",      "--run", "rose"};
    }
    [[nodiscard]] std::string masksOf(const std::string &study) const;

    CliRunner m_cli;
    TemporaryFolder m_folder;
    std::string m_model;
    std::string m_corpus;
    std::string m_expected;
    double m_seconds = 0.0; ///< of an undisturbed run
};

std::string TestCliCrash::masksOf(const std::string &study) const
{
    const auto path = (m_folder.path() / "masks.safetensors").string();
    if (m_cli.run({"masks", study, "rose", "-o", path}).status != 0)
        return {};
    return tensorBytes(path);
}

void TestCliCrash::initTestCase()
{
    SECATEUR_NEEDS_COMPUTE();
    TinyModelOptions options;
    options.layers = 32;
    m_model = writeTinyModel(m_folder.path() / "model", options).string();
    m_corpus = writeTinyCorpus(m_folder.path() / "corpus.jsonl", 200, 1).string();
    const auto study = (m_folder.path() / "undisturbed.secateur").string();
    const auto result = m_cli.run(prune(study));
    QVERIFY2(result.status == 0, result.told().c_str());
    m_seconds = result.seconds;
    m_expected = masksOf(study);
    QVERIFY(!m_expected.empty());
}

void TestCliCrash::killedAnywhere_data()
{
    addKillMoments(20260801);
}

void TestCliCrash::killedAnywhere()
{
    QFETCH(double, share);
    const auto study = (m_folder.path() / "crash.secateur").string();
    std::filesystem::remove_all(study);
    const auto killed = m_cli.killedAfter(prune(study), share * m_seconds);

    // Layers the program told it had finished.
    int told = 0;
    for (const auto &line : QByteArray::fromStdString(killed.errors).split('\n'))
        if (line.startsWith("prune: "))
            told = line.mid(7, line.indexOf('/') - 7).toInt();
    int kept = 0;
    bool finished = false;
    bool begun = false;
    if (std::filesystem::exists(std::filesystem::path(study) / "study.json")) {
        const auto runs = m_cli.run({"runs", study, "--json"});
        QVERIFY2(runs.status == 0, runs.told().c_str());
        const auto answer = runs.json();
        for (const auto &run : answer["runs"]) {
            finished = run["state"] == "finished";
            begun = true;
            kept = finished ? 32 : run["finished_layers"].get<int>();
        }
    }
    QVERIFY2(kept >= told, (std::to_string(told) + " layers told, " + std::to_string(kept) + " kept").c_str());

    if (!finished) {
        auto words = prune(study);
        words.push_back("--json");
        if (begun)
            words.push_back("--resume");
        const auto resumed = m_cli.run(words);
        QVERIFY2(resumed.status == 0, resumed.told().c_str());
        QCOMPARE(resumed.json()["resumed_layers"].get<int>(), kept);
    }
    QVERIFY(masksOf(study) == m_expected);
    QCOMPARE(m_cli.run({"verify", study, "--quiet"}).status, 0);
}

QTEST_GUILESS_MAIN(TestCliCrash)
#include "tst_clicrash.moc"
