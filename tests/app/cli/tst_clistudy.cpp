// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/format/safetensors.h"
#include "tests/app/cli/clirunner.h"
#include "tests/app/cli/tinystudy.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::test;

/// The commands on a study that need no forward pass, from outside.
class TestCliStudy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void listsRuns();
    void compares();
    void comparesChosenRuns();
    void tellsWhatLiesBehindDistances();
    void writesMasksAndNorms();
    void resparsifies();
    void combines();
    void exports();
    void deletesIntoTheTrash();
    void verifies();

private:
    [[nodiscard]] nlohmann::json object(const std::vector<std::string> &words);

    CliRunner m_cli;
    std::unique_ptr<TemporaryFolder> m_folder;
    std::string m_model;
    std::string m_study;
    std::string m_output;
};

void TestCliStudy::init()
{
    m_folder = std::make_unique<TemporaryFolder>();
    m_model = writeTinyModel(m_folder->path() / "model").string();
    m_study = (m_folder->path() / "roses.secateur").string();
    m_output = (m_folder->path() / "output.safetensors").string();
    writeTinyStudy(m_study, m_model, {{"python", "python", 1}, {"python-again", "python", 2}, {"math", "math", 3}});
}

/// Runs with --json; a null value when the status is not 0 or the output not one object.
nlohmann::json TestCliStudy::object(const std::vector<std::string> &words)
{
    auto arguments = words;
    arguments.push_back("--json");
    const auto result = m_cli.run(arguments);
    if (result.status != 0)
        qWarning("%s", result.told().c_str());
    return result.status == 0 ? result.json() : nlohmann::json();
}

void TestCliStudy::listsRuns()
{
    const auto runs = object({"runs", m_study})["runs"];
    QCOMPARE(runs.size(), std::size_t(3));
    QCOMPARE(runs[0]["name"].get<std::string>(), std::string("python"));
    QCOMPARE(runs[0]["state"].get<std::string>(), std::string("finished"));
    QCOMPARE(runs[2]["domain"].get<std::string>(), std::string("math"));
    QCOMPARE(runs[0]["sparsity"].get<double>(), 0.5);
    const auto names = m_cli.run({"runs", m_study, "--names", "finished"});
    QCOMPARE(names.output, std::string("python\npython-again\nmath\n"));
    QCOMPARE(m_cli.run({"runs", m_study, "--names", "interrupted"}).output, std::string());
}

void TestCliStudy::compares()
{
    const auto result = object({"compare", m_study});
    QVERIFY(result["runs"] == nlohmann::json({"python", "python-again", "math"}));
    QCOMPARE(result["pairs"].size(), std::size_t(3));
    const auto &pair = result["pairs"][0];
    QCOMPARE(pair["a"].get<std::string>(), std::string("python"));
    QCOMPARE(pair["b"].get<std::string>(), std::string("python-again"));
    const double whole = pair["whole"].get<double>();
    QVERIFY(whole > 0.0 && whole < 2.0 / 3.0);
    QCOMPARE(pair["per_layer"].size(), std::size_t(4));
    QCOMPARE(pair["per_sublayer"].size(), std::size_t(7));
    QCOMPARE(pair["per_sublayer"]["q_proj"].size(), std::size_t(4));
    // Half of each row is pruned in both: |A and B| = n (1 - h) / 2 with h the share that differs, so d = 2h / (1 + h).
    const double hamming = pair["hamming"].get<double>();
    QVERIFY(std::abs(whole - 2 * hamming / (1 + hamming)) < 1e-12);
    QVERIFY(std::abs(result["baselines"]["random"].get<double>() - 2.0 / 3.0) < 1e-12);
    const auto floor = result["baselines"]["same_domain"];
    QCOMPARE(floor.size(), std::size_t(1));
    QCOMPARE(floor[0]["whole"].get<double>(), whole);

    const auto text = m_cli.run({"compare", m_study});
    for (const char *expected : {"python-again", "Same-domain floor", "Random baseline 0.6667"})
        QVERIFY2(text.output.find(expected) != std::string::npos, text.told().c_str());
}

void TestCliStudy::comparesChosenRuns()
{
    const auto result = object({"compare", m_study, "--runs", "math,python", "--set", "kept"});
    QCOMPARE(result["pairs"].size(), std::size_t(1));
    QCOMPARE(result["set"].get<std::string>(), std::string("kept"));
    QVERIFY(result["baselines"]["same_domain"].empty());
    const auto unknown = m_cli.run({"compare", m_study, "--runs", "python,tulip", "--json"});
    QVERIFY2(unknown.status == 3, unknown.told().c_str());
    QVERIFY2(unknown.json()["error"]["detail"].get<std::string>().find("tulip") != std::string::npos,
             unknown.told().c_str());
}

void TestCliStudy::tellsWhatLiesBehindDistances()
{
    const auto result = object({"compare", m_study, "--columns", "--parts", "layers"});
    const auto effect = result["effects"][0];
    QCOMPARE(effect["a"].get<std::string>(), std::string("python"));
    QCOMPARE(effect["b"].get<std::string>(), std::string("math"));
    const double floor = effect["floor"].get<double>();
    QCOMPARE(floor, result["pairs"][0]["whole"].get<double>());
    const double cross = (result["pairs"][1]["whole"].get<double>() + result["pairs"][2]["whole"].get<double>()) / 2.0;
    QVERIFY(std::abs(effect["cross"].get<double>() - cross) < 1e-12);
    QVERIFY(std::abs(effect["value"].get<double>() - (cross - floor) / (2.0 / 3.0 - floor)) < 1e-9);
    QVERIFY(effect["low"].is_null()); // of math there is one sample

    const auto columns = result["pairs"][1]["columns"];
    const double half = columns["half"].get<double>();
    QVERIFY(half > 0.0 && half < 0.5);
    QVERIFY(columns["curve"][5]["differences"].get<double>() > 0.5); // half of the columns, those with the most
    QCOMPARE(columns["per_sublayer"].size(), std::size_t(7));

    const auto parts = result["parts"];
    QVERIFY(parts["runs"] == nlohmann::json({"python", "math"})); // one of each domain
    QCOMPARE(parts["parts"].size(), std::size_t(4));
    const auto whole = parts["whole"];
    QCOMPARE(whole["core"].get<int>() + whole["none"].get<int>() + whole["specific"]["python"].get<int>()
                 + whole["specific"]["math"].get<int>(),
             whole["weights"].get<int>());
    QVERIFY(whole["core"].get<int>() * 4 > whole["weights"].get<int>());

    const std::string csv = (m_folder->path() / "parts.csv").string();
    const auto heads = object({"compare", m_study, "--runs", "python,math", "--parts", "heads", "--csv", csv});
    QCOMPARE(heads["parts"]["parts"][0]["sublayer"].get<std::string>(), std::string("self_attn.q_proj"));
    QFile file(QString::fromStdString(csv));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto lines = file.readAll().trimmed().split('\n');
    QCOMPARE(lines.front(), QByteArray("layer,sublayer,index,weights,core,specific,none,only python,only math"));
    QCOMPARE(std::size_t(lines.size() - 1), heads["parts"]["parts"].size());

    const auto text = m_cli.run({"compare", m_study, "--parts", "neurons", "--columns"});
    for (const char *expected : {"Effect size of a domain", "Half in", "Only math", "The 20 of ", "one run per domain"})
        QVERIFY2((text.output + text.errors).find(expected) != std::string::npos, text.told().c_str());
    const auto alone = m_cli.run({"compare", m_study, "--runs", "python,python-again"});
    QVERIFY2(alone.output.find("Effect size: not known") != std::string::npos, alone.told().c_str());
}

void TestCliStudy::writesMasksAndNorms()
{
    const auto masks = object({"masks", m_study, "python", "-o", m_output});
    QCOMPARE(masks["tensors"].get<int>(), 28);
    auto file = format::SafetensorsFile::open(m_output);
    VERIFY_RESULT(file);
    QCOMPARE(masks["bytes"].get<std::uint64_t>(), file->size());
    const auto *const down = file->find("model.layers.3.mlp.down_proj.weight");
    QVERIFY(down);
    QVERIFY(down->type == format::DType::U8);
    QCOMPARE(down->shape, (std::vector<std::uint64_t>{64, 21}));

    const auto norms = object({"norms", m_study, "python", "-o", m_output});
    QCOMPARE(norms["tensors"].get<int>(), 28);
    file = format::SafetensorsFile::open(m_output);
    VERIFY_RESULT(file);
    const auto *const key = file->find("model.layers.0.self_attn.k_proj.weight");
    QVERIFY(key);
    QVERIFY(key->type == format::DType::F32);
    QCOMPARE(key->shape, (std::vector<std::uint64_t>{64}));
}

void TestCliStudy::resparsifies()
{
    const auto again = object({"resparsify", m_study, "python", "--sparsity", "0.5", "--run", "same"});
    QCOMPARE(again["run"].get<std::string>(), std::string("same"));
    const auto pairs = object({"compare", m_study, "--runs", "python,same"})["pairs"];
    QCOMPARE(pairs[0]["whole"].get<double>(), 0.0);

    const auto pattern = object({"resparsify", m_study, "python", "--pattern", "2:4"});
    QCOMPARE(pattern["target"].get<std::string>(), std::string("2:4"));
    QCOMPARE(pattern["sparsity"].get<double>(), 0.5);
    QVERIFY(pattern["approximate"].get<bool>()); // the norms came from the pruned pass
    QCOMPARE(pattern["sublayers"].size(), std::size_t(28));
}

void TestCliStudy::combines()
{
    const auto both = object({"combine", m_study, "--runs", "python,math", "--rule", "union"});
    QCOMPARE(both["run"].get<std::string>(), std::string("python+math-union"));
    QCOMPARE(both["target"].get<std::string>(), std::string("union"));
    QCOMPARE(both["combination"]["rule"].get<std::string>(), std::string("union"));
    QCOMPARE(both["combination"]["runs"][1]["run"].get<std::string>(), std::string("math"));
    QCOMPARE(both["tokens"].get<int>(), 256);
    const double sparsity = both["sparsity"].get<double>();
    QVERIFY(sparsity > 0.0 && sparsity < 0.5); // two halves that differ keep more than a half

    const auto scores = object({"combine", m_study, "--runs", "python,math", "--rule", "scores", "--weights", "3,1",
                                "--pattern", "2:4", "--name", "weighted"});
    QCOMPARE(scores["run"].get<std::string>(), std::string("weighted"));
    QCOMPARE(scores["sparsity"].get<double>(), 0.5);
    const auto alone = object({"combine", m_study, "--runs", "math", "--rule", "scores", "--name", "alone"});
    QVERIFY(alone.is_object());
    const auto pairs = object({"compare", m_study, "--runs", "math,alone"})["pairs"];
    QCOMPARE(pairs[0]["whole"].get<double>(), 0.0);

    // Runs like any others, also without those they were made of.
    QVERIFY(object({"delete", m_study, "python"}).is_object());
    QVERIFY(object({"masks", m_study, "python+math-union", "-o", m_output}).is_object());
    const auto exported = object({"export", m_study, "python+math-union", "-o", (m_folder->path() / "out").string()});
    QCOMPARE(exported["sparsity"].get<double>(), sparsity);
    QVERIFY(object({"verify", m_study})["bad"].empty());

    const auto text = m_cli.run({"combine", m_study, "--runs", "math,python-again", "--rule", "difference"});
    for (const char *expected : {"Made by difference of math, python-again", "math-without-python"})
        QVERIFY2(text.output.find(expected) != std::string::npos, text.told().c_str());
    for (const std::vector<std::string> &wrong : {std::vector<std::string>{"--rule", "union", "--sparsity", "0.5"},
                                                  {"--rule", "majority", "--weights", "1,2"}}) {
        std::vector<std::string> words = {"combine", m_study, "--runs", "math,python-again"};
        words.insert(words.end(), wrong.begin(), wrong.end());
        const auto refused = m_cli.run(words);
        QVERIFY2(refused.status == 2, refused.told().c_str());
    }
}

void TestCliStudy::exports()
{
    const auto folder = m_folder->path() / "half";
    const auto result = object({"export", m_study, "math", "-o", folder.string()});
    QCOMPARE(result["sparsity"].get<double>(), 0.5);
    QVERIFY(std::filesystem::exists(folder / "pruning_manifest.json"));
    const auto inspected = object({"inspect", folder.string()});
    QCOMPARE(inspected["dtype"].get<std::string>(), std::string("F32"));
    // Never over what is there.
    const auto twice = m_cli.run({"export", m_study, "math", "-o", folder.string()});
    QVERIFY2(twice.status != 0, twice.told().c_str());
}

void TestCliStudy::deletesIntoTheTrash()
{
    QVERIFY(object({"delete", m_study, "python-again"}).is_object());
    QCOMPARE(m_cli.run({"runs", m_study, "--names", "finished"}).output, std::string("python\nmath\n"));
    QVERIFY(!std::filesystem::is_empty(std::filesystem::path(m_study) / "trash"));
    const auto twice = m_cli.run({"delete", m_study, "python-again"});
    QVERIFY2(twice.status == 3, twice.told().c_str());
}

void TestCliStudy::verifies()
{
    const auto sound = object({"verify", m_study});
    QVERIFY(sound["files"].get<int>() >= 12);
    QVERIFY(sound["bad"].empty());

    std::filesystem::path damaged;
    for (const auto &entry : std::filesystem::recursive_directory_iterator(m_study))
        if (entry.path().filename() == "layer-0002.h5")
            damaged = entry.path();
    QVERIFY(!damaged.empty());
    {
        QFile file(QString::fromStdString(damaged.string()));
        QVERIFY(file.setPermissions(file.permissions() | QFile::WriteOwner));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.seek(file.size() / 2));
        const char old = file.peek(1).at(0);
        QVERIFY(file.putChar(char(old ^ 0x10)));
    }
    const auto result = m_cli.run({"verify", m_study, "--json"});
    QVERIFY2(result.status == 3, result.told().c_str());
    const auto bad = result.json()["bad"];
    QVERIFY2(bad.size() == 1, result.told().c_str());
    QVERIFY2(bad[0]["file"].get<std::string>().find("layer-0002.h5") != std::string::npos, result.told().c_str());

    QFile record(QString::fromStdString(m_study + "/study.json"));
    QVERIFY(record.open(QIODevice::ReadWrite));
    QVERIFY(record.seek(record.size() / 2) && record.putChar('\0'));
    record.close();
    const auto both = m_cli.run({"verify", m_study, "--json"});
    QVERIFY2(both.status == 3, both.told().c_str());
    const auto all = both.json()["bad"];
    QVERIFY2(std::any_of(all.begin(), all.end(),
                         [](const auto &file) {
                             return file["file"].template get<std::string>().find("study.json") != std::string::npos;
                         }),
             both.told().c_str());
}

QTEST_GUILESS_MAIN(TestCliStudy)
#include "tst_clistudy.moc"
