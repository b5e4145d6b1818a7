// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <fstream>
#include <memory>
#include <sstream>

#include "tests/app/cli/clirunner.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::test;

/// prune and resparsify with --layer-sparsity.
class TestCliLayerSparsity : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void prunesByATable();
    void aTableMayBeAFile();
    void prunesByOwl();
    void normsOfTheDenseModelGiveTheSameOwl();
    void meanScoresNeedATotal();
    void refuses_data();
    void refuses();

private:
    [[nodiscard]] CliResult prune(const std::vector<std::string> &more) const;
    /// Pruned share of each layer of a run's report.
    [[nodiscard]] static std::vector<double> achieved(const nlohmann::json &report);

    TemporaryFolder m_fixed;
    CliRunner m_cli;
    std::string m_model;
    std::string m_corpus;
    std::unique_ptr<TemporaryFolder> m_folder;
    std::string m_study;
};

void TestCliLayerSparsity::initTestCase()
{
    SECATEUR_NEEDS_COMPUTE();
    m_model = writeTinyModel(m_fixed.path() / "model").string();
    m_corpus = writeTinyCorpus(m_fixed.path() / "corpus.jsonl", 100, 1).string();
}

void TestCliLayerSparsity::init()
{
    m_folder = std::make_unique<TemporaryFolder>();
    m_study = (m_folder->path() / "roses.secateur").string();
}

CliResult TestCliLayerSparsity::prune(const std::vector<std::string> &more) const
{
    std::vector<std::string> words = {"prune", m_study, "--domain", "roses", "--model", m_model, "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return m_cli.run(words);
}

std::vector<double> TestCliLayerSparsity::achieved(const nlohmann::json &report)
{
    std::vector<double> pruned;
    std::vector<double> total;
    for (const auto &sublayer : report["sublayers"]) {
        const auto layer = sublayer["layer"].get<std::size_t>();
        pruned.resize(layer + 1);
        total.resize(layer + 1);
        pruned[layer] += sublayer["pruned"].get<double>();
        total[layer] += sublayer["rows"].get<double>() * sublayer["cols"].get<double>();
    }
    for (std::size_t layer = 0; layer < pruned.size(); ++layer)
        pruned[layer] /= total[layer];
    return pruned;
}

void TestCliLayerSparsity::prunesByATable()
{
    const auto result = prune({"--method", "magnitude", "--layer-sparsity", "0.25,0.5,0.75,0.5"});
    QVERIFY2(result.status == 0, result.told().c_str());
    const auto report = result.json();
    QVERIFY(report["target"].get<std::string>().starts_with("0.5-table-"));
    QVERIFY(report["layer_sparsity"] == nlohmann::json({0.25, 0.5, 0.75, 0.5}));
    const auto shares = achieved(report);
    for (std::size_t layer = 0; layer < 4; ++layer)
        QVERIFY(std::abs(shares[layer] - report["layer_sparsity"][layer].get<double>()) < 1e-3);
    QVERIFY(std::abs(report["sparsity"].get<double>() - 0.5) < 1e-3);
    QCOMPARE(m_cli.run({"verify", m_study, "--quiet"}).status, 0);
}

void TestCliLayerSparsity::aTableMayBeAFile()
{
    const auto file = m_folder->path() / "shares.txt";
    std::ofstream(file) << "0.25\n0.5\n0.75\n0.5\n";
    const auto result = prune({"--method", "magnitude", "--layer-sparsity", file.string()});
    QVERIFY2(result.status == 0, result.told().c_str());
    QVERIFY(result.json()["layer_sparsity"] == nlohmann::json({0.25, 0.5, 0.75, 0.5}));
}

void TestCliLayerSparsity::prunesByOwl()
{
    const auto result = prune(
        {"--data", m_corpus, "--samples", "8", "--length", "64", "--sparsity", "0.7", "--layer-sparsity", "owl:2:0.1"});
    QVERIFY2(result.status == 0, result.told().c_str());
    const auto report = result.json();
    QCOMPARE(report["run"].get<std::string>(), std::string("roses-wanda-0.7-owl-2-0.1"));
    QVERIFY(report["seconds"]["outliers"].get<double>() > 0.0);
    const auto wanted = report["layer_sparsity"].get<std::vector<double>>();
    const auto [least, most] = std::ranges::minmax_element(wanted);
    QVERIFY(std::abs(*most - *least - 0.2) < 1e-9);
    const auto shares = achieved(report);
    for (std::size_t layer = 0; layer < 4; ++layer) // whole weights of rows of 128 and 192 columns
        QVERIFY(shares[layer] <= wanted[layer] && wanted[layer] - shares[layer] < 1.0 / 64);
}

void TestCliLayerSparsity::normsOfTheDenseModelGiveTheSameOwl()
{
    const std::vector<std::string> data = {"--data",   m_corpus, "--samples",    "8",
                                           "--length", "64",     "--statistics", "dense"};
    auto words = data;
    words.insert(words.end(), {"--sparsity", "0.7", "--layer-sparsity", "owl:2:0.1", "--run", "pruned"});
    QCOMPARE(prune(words).status, 0);
    QCOMPARE(prune(data).status, 0);
    const auto again = m_cli.run({"resparsify", m_study, "roses-wanda-0.5", "--sparsity", "0.7", "--layer-sparsity",
                                  "owl:2:0.1", "--run", "selected", "--json"});
    QVERIFY2(again.status == 0, again.told().c_str());
    QCOMPARE(again.json()["approximate"].get<bool>(), false);
    const auto pairs = m_cli.run({"compare", m_study, "--runs", "pruned,selected", "--json"}).json()["pairs"];
    QCOMPARE(pairs[0]["whole"].get<double>(), 0.0);
    // And another total of it is uniform again unless a rule is given.
    const auto uniform = m_cli.run({"resparsify", m_study, "selected", "--sparsity", "0.7", "--json"});
    QVERIFY2(uniform.status == 0, uniform.told().c_str());
    QVERIFY(!uniform.json().contains("layer_sparsity"));
}

void TestCliLayerSparsity::meanScoresNeedATotal()
{
    for (const char *seed : {"1", "2"}) {
        const auto made = prune({"--data", m_corpus, "--samples", "4", "--length", "64", "--layer-sparsity", "owl",
                                 "--seed", seed, "--run", seed});
        QVERIFY2(made.status == 0, made.told().c_str());
    }
    const std::vector<std::string> combine = {"combine", m_study, "--runs", "1,2", "--rule", "scores", "--json"};
    const auto refused = m_cli.run(combine);
    QVERIFY2(refused.status == 2, refused.told().c_str());
    QVERIFY2(refused.told().find("--sparsity") != std::string::npos, refused.told().c_str());
    auto words = combine;
    words.insert(words.end(), {"--sparsity", "0.5"});
    const auto mixed = m_cli.run(words);
    QVERIFY2(mixed.status == 0, mixed.told().c_str());
    QVERIFY(!mixed.json().contains("layer_sparsity"));
}

void TestCliLayerSparsity::refuses_data()
{
    QTest::addColumn<std::string>("words");
    QTest::addColumn<std::string>("said");
    const auto row = [](const char *name, const char *words, const char *said) {
        QTest::newRow(name) << std::string(words) << std::string(said);
    };
    row("table of another length", "--method magnitude --layer-sparsity 0.5,0.5", "2 shares, and the model has 4");
    row("table and total", "--method magnitude --layer-sparsity 0.5,0.5,0.5,0.5 --sparsity 0.5",
        "leave out --sparsity");
    row("pattern", "--data CORPUS --layer-sparsity owl --pattern 2:4", "prunes every layer alike");
    row("no scores", "--method random --layer-sparsity owl", "outliers");
    row("no rule", "--data CORPUS --layer-sparsity owls", "owls");
}

void TestCliLayerSparsity::refuses()
{
    QFETCH(std::string, words);
    QFETCH(std::string, said);
    std::vector<std::string> all;
    std::istringstream stream(words);
    for (std::string word; stream >> word;)
        all.push_back(word == "CORPUS" ? m_corpus : word);
    const auto result = prune(all);
    QVERIFY2(result.status == 2, result.told().c_str());
    QVERIFY2(result.told().find(said) != std::string::npos, result.told().c_str());
    QVERIFY(!std::filesystem::exists(m_study));
}

QTEST_GUILESS_MAIN(TestCliLayerSparsity)
#include "tst_clilayersparsity.moc"
