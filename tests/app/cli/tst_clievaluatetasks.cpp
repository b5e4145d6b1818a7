// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <csignal>
#include <fstream>

#include "core/base/file.h"
#include "tests/app/cli/clirunner.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::test;
namespace fs = std::filesystem;

/// evaluate on tasks, from outside: multiple choice, generation, windows of text, programs.
class TestCliEvaluateTasks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void choicesHaveBothMetrics();
    void textTellsDifferencesAndMeans();
    void samplesDoNotDependOnEachOther();
    void windowsNameTheirLength();
    void programsNeedConsent();
    void generationsCanBeTakenElsewhere();
    void theTableHoldsEveryMetric();
    void wrongItemsAreNamed();

private:
    [[nodiscard]] std::string write(const char *name, const std::string &text) const
    {
        const auto path = m_folder.path() / name;
        std::ofstream(path, std::ios::binary) << text;
        return path.string();
    }
    [[nodiscard]] std::vector<nlohmann::json> details() const
    {
        std::vector<nlohmann::json> lines;
        std::ifstream stream(m_folder.path() / "details.jsonl");
        for (std::string line; std::getline(stream, line);)
            lines.push_back(nlohmann::json::parse(line));
        return lines;
    }
    [[nodiscard]] CliResult evaluate(const std::string &subject, const std::string &tasks,
                                     const std::vector<std::string> &more = {}) const
    {
        std::vector<std::string> words = {
            "evaluate", subject, "--tasks", tasks, "--json", "--details", (m_folder.path() / "details.jsonl").string()};
        words.insert(words.end(), more.begin(), more.end());
        return m_cli.run(words);
    }

    CliRunner m_cli;
    TemporaryFolder m_folder;
    std::string m_model;
    std::string m_study;
    std::string m_choices;
    std::string m_own;
};

void TestCliEvaluateTasks::initTestCase()
{
    SECATEUR_NEEDS_COMPUTE();
    m_model = writeTinyModel(m_folder.path() / "model").string();
    const auto corpus = writeTinyCorpus(m_folder.path() / "corpus.jsonl", 12, 1).string();
    m_study = (m_folder.path() / "tiny.secateur").string();
    const auto pruned = m_cli.run({"prune", m_study, "--model", m_model, "--domain", "commonsense", "--data", corpus,
                                   "-n", "4", "--max-length", "32", "--run", "r"});
    QVERIFY2(pruned.status == 0, pruned.told().c_str());
    std::string choices;
    for (int i = 0; i < 6; ++i)
        choices += R"({"goal":"to do )" + std::to_string(i) + R"(","sol1":"this one","sol2":"that","label":)"
            + std::to_string(i % 2) + "}\n";
    m_choices = write("piqa.jsonl", choices);
    m_own = write("own.json",
                  R"({"name":"own","kind":"generation","prompt":"{text}","answer":"{text}","max_new_tokens":12})");
    m_own += "=" + corpus;
}

void TestCliEvaluateTasks::choicesHaveBothMetrics()
{
    const auto result = evaluate(m_study, "piqa=" + m_choices);
    QVERIFY2(result.status == 0, result.told().c_str());
    const auto results = result.json()["results"];
    QCOMPARE(results.size(), std::size_t(4)); // dense and the run, acc and acc_norm
    for (const auto &entry : results) {
        QCOMPARE(entry["task"].get<std::string>(), std::string("piqa"));
        QCOMPARE(entry["n"].get<int>(), 6);
        QCOMPARE(entry["protocol"].get<std::string>(), std::string("lm-eval-zero-shot"));
        QCOMPARE(entry["interval"].get<std::string>(), std::string("95 % Wilson"));
    }
    for (const auto &entry : results)
        QVERIFY(entry["seconds"].get<double>() > 0.0);
    const auto seconds = result.json()["seconds"];
    QVERIFY(seconds["total"].get<double>() >= seconds["measure"].get<double>());
    QVERIFY(seconds["gemm"].get<double>() > 0.0 && seconds["gemm"] <= seconds["measure"]);
    QVERIFY(seconds["gemm_share"].get<double>() > 0.0 && seconds["gemm_share"].get<double>() <= 1.0);
    const auto lines = details();
    QCOMPARE(lines.size(), std::size_t(12));
    int right = 0;
    for (const auto &line : lines) {
        QCOMPARE(line["choices"].size(), std::size_t(2));
        const double first = line["choices"][0]["loglikelihood"].get<double>();
        const double second = line["choices"][1]["loglikelihood"].get<double>();
        QCOMPARE(line["prediction"].get<int>(), first >= second ? 0 : 1);
        QCOMPARE(line["prediction_norm"].get<int>(), first / 8 >= second / 4 ? 0 : 1); // "this one", "that"
        QCOMPARE(line["correct_acc"].get<int>(), line["prediction"] == line["gold"] ? 1 : 0);
        right += line["run"] == "dense" ? line["correct_acc"].get<int>() : 0;
    }
    QCOMPARE(results[0]["metric"].get<std::string>(), std::string("acc"));
    QCOMPARE(results[0]["value"].get<double>(), right / 6.0);
    QVERIFY(results[0]["to_dense"].is_null());
    const auto toDense = results[2]["to_dense"];
    QCOMPARE(toDense["test"].get<std::string>(), std::string("mcnemar-exact"));
    QCOMPARE(toDense["value"].get<double>(), results[2]["value"].get<double>() - results[0]["value"].get<double>());
    QCOMPARE(toDense["n"].get<int>(), 6);
    const bool covers = toDense["low"].get<double>() <= 0.0 && toDense["high"].get<double>() >= 0.0;
    QCOMPARE(toDense["distinguishable"].get<bool>(), !covers);
    const int lost = toDense["discordant"]["only_dense"].get<int>();
    const int won = toDense["discordant"]["only_run"].get<int>();
    QVERIFY(std::abs(toDense["value"].get<double>() - (won - lost) / 6.0) < 1e-12);
    QVERIFY(toDense["p"].get<double>() > 0.0 && toDense["p"].get<double>() <= 1.0);
    QVERIFY(result.json()["means"].empty()); // a single task of its domain
    const auto again = evaluate(m_study, "piqa=" + m_choices);
    QVERIFY(again.json()["results"][3]["known"].get<bool>());
    QCOMPARE(again.json()["results"][3]["seconds"].get<double>(), results[3]["seconds"].get<double>());
    QCOMPARE(again.json()["seconds"]["gemm"].get<double>(), 0.0);
    const auto fewer = evaluate(m_study, "piqa=" + m_choices, {"--limit", "2"});
    QVERIFY(!fewer.json()["results"][0]["known"].get<bool>()); // other items, other numbers
}

/// What is generated for an item is the same alone, among others, and in another number of samples.
/// In words, with dense of an earlier call; and the mean over two tasks of the domain.
void TestCliEvaluateTasks::textTellsDifferencesAndMeans()
{
    std::string questions;
    for (int i = 0; i < 4; ++i)
        questions += R"({"question":"is it )" + std::to_string(i) + R"(","passage":"it is","answer":true})" + "\n";
    const auto boolq = write("boolq.jsonl", questions);
    const auto dense = m_cli.run({"evaluate", m_study, "--tasks", "piqa=" + m_choices + ",boolq=" + boolq});
    QVERIFY2(dense.status == 0, dense.told().c_str());
    const auto text =
        m_cli.run({"evaluate", m_study, "--tasks", "piqa=" + m_choices + ",boolq=" + boolq, "--runs", "r"});
    QVERIFY2(text.status == 0, text.told().c_str());
    for (const char *const words : {"acc (%)", "Against dense", "(McNemar)", "Means over the tasks of a domain",
                                    "piqa, boolq", "matrix products"})
        QVERIFY2(text.output.find(words) != std::string::npos, (words + text.output).c_str());
    const auto json =
        m_cli.run({"evaluate", m_study, "--tasks", "piqa=" + m_choices + ",boolq=" + boolq, "--runs", "r", "--json"});
    const auto results = json.json()["results"];
    const auto means = json.json()["means"];
    const bool chance = !results[0]["to_dense"]["distinguishable"].get<bool>();
    QCOMPARE(text.output.find("not distinguishable") != std::string::npos,
             chance || !results[1]["to_dense"]["distinguishable"].get<bool>()
                 || !results[2]["to_dense"]["distinguishable"].get<bool>());
    QCOMPARE(means[0]["domain"].get<std::string>(), std::string("csr"));
    QCOMPARE(means[0]["metric"].get<std::string>(), std::string("acc"));
    double sum = 0.0;
    for (const auto &result : results)
        sum += result["metric"] == "acc" ? result["value"].get<double>() : 0.0;
    QVERIFY(std::abs(means[0]["value"].get<double>() - sum / 2.0) < 1e-12);
    QVERIFY(means[0]["to_dense"].is_object());
}

void TestCliEvaluateTasks::samplesDoNotDependOnEachOther()
{
    const std::vector<std::string> drawn = {"--temperature", "1", "--seed", "3"};
    auto options = drawn;
    options.insert(options.end(), {"--samples", "3"});
    const auto all = evaluate(m_model, m_own, options);
    QVERIFY2(all.status == 0, all.told().c_str());
    const auto many = details();
    QCOMPARE(many.size(), std::size_t(36));
    QVERIFY(many[0]["output"] != many[1]["output"] || many[1]["output"] != many[2]["output"]);
    options = drawn;
    options.insert(options.end(), {"--samples", "1", "--limit", "2"});
    QCOMPARE(evaluate(m_model, m_own, options).status, 0);
    const auto few = details();
    QCOMPARE(few.size(), std::size_t(2));
    QVERIFY(few[0]["output"] == many[0]["output"]);
    QVERIFY(few[1]["output"] == many[3]["output"]);
    const auto greedy = evaluate(m_model, m_own, {"--samples", "2"});
    QVERIFY2(greedy.status == 2 && greedy.errors.find("--temperature") != std::string::npos, greedy.told().c_str());
    const auto endless = evaluate(m_model, m_own, {"--samples", "100000000000", "--temperature", "1"});
    QVERIFY2(endless.status == 2 && endless.errors.find("--samples") != std::string::npos, endless.told().c_str());
}

void TestCliEvaluateTasks::windowsNameTheirLength()
{
    const auto text = write("wiki.jsonl", "{\"text\":\"" + std::string(300, 'a') + "\"}\n{\"text\":\"b c d\"}\n");
    const auto result = evaluate(m_model, "wikitext2=" + text, {"--length", "16"});
    QVERIFY2(result.status == 0, result.told().c_str());
    QCOMPARE(result.json()["results"][0]["protocol"].get<std::string>(), std::string("wanda-windows-16"));
    for (const auto &line : details())
        QCOMPARE(line["tokens"].get<int>(), 15);
}

void TestCliEvaluateTasks::programsNeedConsent()
{
    const auto problems = write("humaneval.jsonl",
                                R"({"task_id":"T/0","prompt":"def f():\n","entry_point":"f","canonical_solution":)"
                                R"("    return 1\n","test":"def check(candidate):\n    assert candidate() == 1\n"})"
                                "\n");
    const auto refused = evaluate(m_study, "humaneval=" + problems);
    QVERIFY2(refused.status == 2, refused.told().c_str());
    for (const char *const word : {"--allow-code-execution", "--generations-only", "kernel"})
        QVERIFY2(refused.errors.find(word) != std::string::npos, refused.told().c_str());
    const auto wrong = evaluate(m_study, "humaneval_java=" + problems, {"--generations-only"});
    QVERIFY2(wrong.status == 3 && wrong.errors.find("python") != std::string::npos, wrong.told().c_str());
}

void TestCliEvaluateTasks::generationsCanBeTakenElsewhere()
{
    const auto problems = (m_folder.path() / "humaneval.jsonl").string();
    const auto result =
        evaluate(m_study, "humaneval=" + problems, {"--generations-only", "--max-new-tokens", "8", "--runs", "dense"});
    QVERIFY2(result.status == 0, result.told().c_str());
    QVERIFY(result.json()["results"].empty()); // no number of programs that were not run
    QCOMPARE(details().size(), std::size_t(1));
    QCOMPARE(details()[0]["status"].get<std::string>(), std::string("not run"));
    const auto listed = m_cli.run({"runs", m_study, "--json"}).json()["evaluations"];
    for (const auto &evaluation : listed)
        QVERIFY(evaluation["task"] != "humaneval");
    auto line = details().front();
    line["status"] = "passed";
    const auto verdicts = write("verdicts.jsonl", line.dump() + "\n");
    line["output"] = "something else";
    const auto foreign = write("foreign.jsonl", line.dump() + "\n");
    const std::vector<std::string> same = {"--max-new-tokens", "8", "--runs", "dense", "--verdicts"};
    auto options = same;
    options.push_back(foreign);
    const auto refused = evaluate(m_study, "humaneval=" + problems, options);
    QVERIFY2(refused.status == 3 && refused.errors.find("another program") != std::string::npos,
             refused.told().c_str());
    options = same;
    options.push_back(verdicts);
    const auto taken = evaluate(m_study, "humaneval=" + problems, options);
    QVERIFY2(taken.status == 0, taken.told().c_str());
    QCOMPARE(taken.json()["results"][0]["metric"].get<std::string>(), std::string("pass@1"));
    QCOMPARE(taken.json()["results"][0]["value"].get<double>(), 1.0);
}

void TestCliEvaluateTasks::theTableHoldsEveryMetric()
{
    const auto file = (m_folder.path() / "accuracy.csv").string();
    const auto figure = m_cli.run({"figure", m_study, "accuracy", "--tasks", "piqa/acc_norm", "-o", file});
    if (figure.status == 1 && figure.errors.find("libsecateur-figure") != std::string::npos)
        QSKIP("this build has no figures (SECATEUR_GUI is off)");
    QVERIFY2(figure.status == 0, figure.told().c_str());
    std::ifstream stream(file);
    const std::string csv((std::istreambuf_iterator<char>(stream)), {});
    QVERIFY2(csv.find("acc_norm") != std::string::npos, csv.c_str());
    const auto scatter =
        m_cli.run({"figure", m_study, "distance-accuracy", "--tasks", "piqa/acc", "-o", file, "--json"});
    QVERIFY2(scatter.status == 0, scatter.told().c_str());
    const auto correlation = scatter.json()["correlation"];
    QCOMPARE(correlation["points"].get<int>(), 1);
    QVERIFY(correlation["spearman"].is_null());
    std::ifstream points(file);
    const std::string table((std::istreambuf_iterator<char>(points)), {});
    QVERIFY2(table.find("r,commonsense,r,0,piqa,acc,") != std::string::npos, table.c_str());
    const auto seeds = m_cli.run({"figure", m_study, "distance-accuracy", "--seeds", "mean", "-o", file});
    QVERIFY2(seeds.status == 2 && seeds.errors.find("means over seeds") != std::string::npos, seeds.told().c_str());
    QCOMPARE(m_cli.run({"figure", m_study, "accuracy", "--tasks", "piqa/acc", "--seeds", "mean", "-o", file}).status,
             0);
    const auto mixed = m_cli.run({"figure", m_study, "accuracy", "--tasks", "piqa/acc,humaneval", "-o", file});
    QVERIFY2(mixed.status == 2 && mixed.errors.find("cannot share an axis") != std::string::npos, mixed.told().c_str());
    const auto unknown = m_cli.run({"figure", m_study, "accuracy", "--tasks", "piqa/f1", "-o", file});
    QVERIFY2(unknown.status == 3 && unknown.errors.find("piqa/acc_norm") != std::string::npos, unknown.told().c_str());
    QCOMPARE(m_cli.run({"verify", m_study, "--quiet"}).status, 0);
}

void TestCliEvaluateTasks::wrongItemsAreNamed()
{
    const auto broken =
        write("broken.jsonl", "{\"goal\":\"g\",\"sol1\":\"a\",\"sol2\":\"b\",\"label\":0}\n{\"goal\":1}\n");
    const auto result = evaluate(m_study, "piqa=" + broken);
    QVERIFY2(result.status == 3 && result.errors.find("line 2") != std::string::npos, result.told().c_str());
    const auto empty = evaluate(m_study, "piqa=" + write("empty.jsonl", ""));
    QVERIFY2(empty.status == 3 && empty.errors.find("empty.jsonl") != std::string::npos, empty.told().c_str());
    const auto two = m_cli.run({"evaluate", m_study, "--tasks", "piqa,rte", "--items", broken});
    QVERIFY2(two.status == 2 && two.errors.find("--items") != std::string::npos, two.told().c_str());
}

QTEST_GUILESS_MAIN(TestCliEvaluateTasks)
#include "tst_clievaluatetasks.moc"
