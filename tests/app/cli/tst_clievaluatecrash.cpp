// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>

#include "core/base/file.h"
#include "tests/app/cli/clirunner.h"
#include "tests/support/tinymodel.h"

using namespace secateur::test;
namespace fs = std::filesystem;

/// kill -9 at random moments of an evaluation: no acknowledged sample is lost or counted twice, and going on ends with
/// the numbers and the outputs of an evaluation that was not disturbed.
class TestCliEvaluateCrash : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void killedAnywhere_data();
    void killedAnywhere();
    void cleanupTestCase() { qInfo("%d of 50 were killed between two samples", m_partly); }

private:
    static constexpr int samples = 48; ///< of all items

    [[nodiscard]] std::vector<std::string> evaluate(const fs::path &study, const fs::path &details) const
    {
        return {"evaluate", study.string(),  "--tasks", m_task,   "--runs", "dense",     "--samples",      "2",
                "--json",   "--temperature", "1",       "--seed", "7",      "--details", details.string(), "--progress",
                "json",     "--threads",     "2"};
    }
    [[nodiscard]] static std::string textOf(const fs::path &file)
    {
        std::ifstream stream(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    /// Whole lines of the journals, the first of each not counted.
    [[nodiscard]] static int journaled(const fs::path &study)
    {
        int lines = 0;
        std::error_code ignored;
        for (const auto &entry : fs::directory_iterator(study / "evaluations", ignored))
            if (entry.path().extension() == ".journal") {
                const std::string text = textOf(entry.path());
                lines += std::max(0, int(std::count(text.begin(), text.end(), '\n')) - 1);
            }
        return lines;
    }

    CliRunner m_cli;
    TemporaryFolder m_folder;
    fs::path m_fresh; ///< a study without evaluations
    std::string m_task;
    std::string m_expected; ///< details of an undisturbed evaluation
    double m_value = 0.0;
    double m_seconds = 0.0;
    int m_partly = 0; ///< killed with some samples found and some not
};

void TestCliEvaluateCrash::initTestCase()
{
    SECATEUR_NEEDS_COMPUTE();
    const auto model = writeTinyModel(m_folder.path() / "model").string();
    const auto corpus = writeTinyCorpus(m_folder.path() / "corpus.jsonl", 24, 1).string();
    const auto task = m_folder.path() / "own.json";
    std::ofstream(task) << "{\"name\":\"own\",\"kind\":\"generation\",\"prompt\":\"{text}\",\"answer\":\"{text}\","
                           "\"max_new_tokens\":40}";
    m_task = task.string() + "=" + corpus;
    m_fresh = m_folder.path() / "fresh.secateur";
    const auto pruned = m_cli.run({"prune", m_fresh.string(), "--model", model, "--domain", "roses", "--data", corpus,
                                   "-n", "4", "--max-length", "32"});
    QVERIFY2(pruned.status == 0, pruned.told().c_str());
    const auto study = m_folder.path() / "undisturbed.secateur";
    fs::copy(m_fresh, study, fs::copy_options::recursive);
    const auto details = m_folder.path() / "expected.jsonl";
    const auto result = m_cli.run(evaluate(study, details));
    QVERIFY2(result.status == 0, result.told().c_str());
    m_seconds = result.seconds;
    m_value = result.json()["results"][0]["value"].get<double>();
    m_expected = textOf(details);
    QCOMPARE(int(std::count(m_expected.begin(), m_expected.end(), '\n')), samples);
    QCOMPARE(journaled(study), 0); // what is in the study needs no journal
}

void TestCliEvaluateCrash::killedAnywhere_data()
{
    addKillMoments(20261124);
}

void TestCliEvaluateCrash::killedAnywhere()
{
    QFETCH(double, share);
    const auto study = m_folder.path() / "crash.secateur";
    fs::remove_all(study);
    fs::copy(m_fresh, study, fs::copy_options::recursive);
    const auto details = m_folder.path() / "details.jsonl";
    fs::remove(details);
    const auto killed = m_cli.killedAfter(evaluate(study, details), share * m_seconds);

    // Samples that the program told were complete, in thousandths of all.
    int told = 0;
    for (const auto &line : QByteArray::fromStdString(killed.errors).split('\n'))
        if (const auto at = line.indexOf("\"stage\":\"evaluate\",\"done\":"); at >= 0)
            told = line.mid(at + 26, line.indexOf(',', at + 26) - at - 26).toInt() * samples / 1000;
    const auto listed = m_cli.run({"runs", study.string(), "--json"});
    QVERIFY2(listed.status == 0, listed.told().c_str());
    const bool finished = !listed.json()["evaluations"].empty();
    const int kept = finished ? samples : journaled(study);
    QVERIFY2(kept >= told, (std::to_string(told) + " samples told, " + std::to_string(kept) + " kept").c_str());
    QVERIFY(kept <= samples);
    m_partly += kept > 0 && kept < samples ? 1 : 0;

    const auto resumed = m_cli.run(evaluate(study, details));
    QVERIFY2(resumed.status == 0, resumed.told().c_str());
    QVERIFY(textOf(details) == m_expected);
    QCOMPARE(resumed.json()["results"][0]["value"].get<double>(), m_value);
    QCOMPARE(resumed.json()["results"][0]["known"].get<bool>(), finished);
    QCOMPARE(m_cli.run({"runs", study.string(), "--json"}).json()["evaluations"].size(), std::size_t(1));
    QCOMPARE(journaled(study), 0);
    QCOMPARE(m_cli.run({"verify", study.string(), "--quiet"}).status, 0);
}

QTEST_GUILESS_MAIN(TestCliEvaluateCrash)
#include "tst_clievaluatecrash.moc"
