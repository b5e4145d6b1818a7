// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <fstream>

#include "tests/app/cli/clirunner.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using nlohmann::json;

/// evaluate on the real model against the reference: perplexities of windows and of records, and a multiple-choice task
/// from its file to its numbers. (All tasks' log-likelihoods: tst_continuations_golden; prompts: tst_choicetasks.)
class TestCliEvaluateGolden : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        SECATEUR_NEEDS_SHARED();
        SECATEUR_NEEDS_COMPUTE();
        m_shared = test::sharedFolder();
        std::ifstream file(m_shared / "goldens" / "eval" / "perplexity.json");
        m_golden = json::parse(file);
    }

    void windows_data()
    {
        QTest::addColumn<QString>("bos");
        QTest::addColumn<QString>("variant");
        QTest::newRow("no BOS") << QStringLiteral("never") << QStringLiteral("bos_never");
        QTest::newRow("BOS in front of each") << QStringLiteral("always") << QStringLiteral("bos_every_window");
    }
    void windows()
    {
        QFETCH(QString, bos);
        QFETCH(QString, variant);
        const auto lines = evaluate("wikitext2=" + (m_shared / "data" / "general" / "wikitext2_test.jsonl").string(),
                                    {"--length", "512", "--limit", "6", "--bos", bos.toStdString()});
        const auto &expected = m_golden["wikitext2"]["variants"][variant.toStdString()]["window_mean_nll"];
        QCOMPARE(lines.size(), std::size_t(6));
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const double ours = lines[i]["nll"].get<double>() / lines[i]["tokens"].get<double>();
            QVERIFY2(std::abs(ours - expected[i].get<double>()) < 1e-4, std::to_string(ours).c_str());
        }
    }

    void records()
    {
        const auto file = m_folder.path() / "python.jsonl";
        std::ifstream whole(m_shared / "data" / "code" / "python_eval.jsonl");
        std::ofstream first(file);
        std::string line;
        for (int i = 0; i < 40 && std::getline(whole, line); ++i)
            first << line << '\n';
        first.close();
        const auto lines = evaluate("perplexity", {"--items", file.string(), "--length", "256", "--bos", "never"});
        const auto &expected = m_golden["domains"]["files"]["code/python_eval.jsonl"]["per_record"];
        QCOMPARE(lines.size(), expected.size());
        for (const auto &found : lines) {
            const auto &record = expected[found["index"].get<std::size_t>()];
            const double tokens = found["tokens"].get<double>();
            QCOMPARE(tokens, record["tokens"].get<double>() - 1);
            QVERIFY(std::abs(found["nll"].get<double>() - record["nll_never"].get<double>()) / tokens < 1e-4);
        }
    }

    void choices()
    {
        const auto lines = evaluate("arc_easy=" + (m_shared / "data" / "commonsense" / "arc_easy_eval.jsonl").string(),
                                    {"--limit", "20"});
        std::ifstream golden(m_shared / "goldens" / "eval" / "choice_arc_easy.jsonl");
        QCOMPARE(lines.size(), std::size_t(20));
        for (const auto &ours : lines) {
            std::string text;
            std::getline(golden, text);
            const auto expected = json::parse(text);
            QCOMPARE(ours["prediction"].get<int>(), expected["pred"].get<int>());
            QCOMPARE(ours["prediction_norm"].get<int>(), expected["pred_norm"].get<int>());
            QCOMPARE(ours["correct_acc"].get<int>(), expected["acc"].get<int>());
            QCOMPARE(ours["correct_acc_norm"].get<int>(), expected["acc_norm"].get<int>());
        }
    }

private:
    /// One line of details per item.
    std::vector<json> evaluate(const std::string &task, std::vector<std::string> more)
    {
        const auto details = m_folder.path() / "details.jsonl";
        const auto model = m_shared / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
        more.insert(more.begin(), {"evaluate", model.string(), "--tasks", task, "--details", details.string()});
        const auto result = m_cli.run(more);
        if (result.status != 0)
            QTest::qFail(result.told().c_str(), __FILE__, __LINE__);
        std::vector<json> lines;
        std::ifstream stream(details);
        for (std::string line; std::getline(stream, line);)
            lines.push_back(json::parse(line));
        return lines;
    }

    test::CliRunner m_cli;
    test::TemporaryFolder m_folder;
    std::filesystem::path m_shared;
    json m_golden;
};

QTEST_GUILESS_MAIN(TestCliEvaluateGolden)
#include "tst_clievaluategolden.moc"
