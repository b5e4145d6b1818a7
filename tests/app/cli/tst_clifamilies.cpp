// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/mask/bitmatrix.h"
#include "tests/app/cli/clirunner.h"
#include "tests/support/families.h"

using namespace secateur;
using test::tensorValues;

/// Every family against transformers on a tiny random model (tests/data/families/make_families.py).
class TestCliFamilies : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { SECATEUR_NEEDS_COMPUTE(); }
    void computesWhatTransformersComputes_data() { test::addFamilies(); }
    void computesWhatTransformersComputes();
    void prunesWhatTheReferencePrunes_data() { test::addFamilies(); }
    void prunesWhatTheReferencePrunes();
    void exportsTheFoldersOwnTensors_data();
    void exportsTheFoldersOwnTensors();
    void tellsOfExperts();
    void selectsExpertsAgain();

private:
    [[nodiscard]] static format::SafetensorsFile expected(const QString &family)
    {
        return test::openTensors(test::familyFolder(family) / "expected.safetensors");
    }
    [[nodiscard]] std::string path(const char *name) const { return (m_folder->path() / name).string(); }
    void expectLogits(const std::string &model, const QString &family, const std::string &reference);
    void prune(const QString &family);

    test::CliRunner m_cli;
    std::unique_ptr<test::TemporaryFolder> m_folder;
};

void TestCliFamilies::expectLogits(const std::string &model, const QString &family, const std::string &reference)
{
    const std::string ids = (test::familyFolder(family) / "expected.safetensors").string();
    const auto scored = m_cli.run({"score", model, "--token-ids", ids, "--logits", path("logits.st"), "--quiet"});
    QVERIFY2(scored.status == 0, scored.told().c_str());
    const auto wanted = tensorValues<float>(expected(family), reference);
    const auto file = format::SafetensorsFile::open(path("logits.st"));
    VERIFY_RESULT(file);
    const auto logits = tensorValues<float>(*file, "logits");
    QCOMPARE(logits.size(), wanted.size());
    float largest = 0.0F;
    for (std::size_t i = 0; i < logits.size(); ++i)
        largest = std::max(largest, std::abs(logits[i] - wanted[i]));
    QVERIFY2(largest < 2e-3F, std::to_string(largest).c_str());
}

void TestCliFamilies::computesWhatTransformersComputes()
{
    QFETCH(QString, family);
    m_folder = std::make_unique<test::TemporaryFolder>();
    expectLogits(test::familyFolder(family).string(), family, "logits");
}

void TestCliFamilies::prune(const QString &family)
{
    m_folder = std::make_unique<test::TemporaryFolder>();
    const std::string model = test::familyFolder(family).string();
    const auto pruned = m_cli.run({"prune", path("s.secateur"), "--model", model, "--domain", "d", "--run", "r",
                                   "--token-ids", model + "/expected.safetensors", "--quiet"});
    QVERIFY2(pruned.status == 0, pruned.told().c_str());
}

void TestCliFamilies::prunesWhatTheReferencePrunes()
{
    QFETCH(QString, family);
    prune(family);
    if (QTest::currentTestFailed())
        return;
    for (const char *what : {"masks", "norms"}) {
        const auto written = m_cli.run({what, path("s.secateur"), "r", "-o", path(what), "--quiet"});
        QVERIFY2(written.status == 0, written.told().c_str());
    }
    const auto masks = format::SafetensorsFile::open(path("masks"));
    const auto norms = format::SafetensorsFile::open(path("norms"));
    VERIFY_RESULT(masks);
    VERIFY_RESULT(norms);
    const auto reference = expected(family);
    std::size_t differing = 0;
    std::size_t total = 0;
    for (const auto &tensor : masks->tensors()) {
        const auto kept = tensorValues<std::uint8_t>(reference, "kept." + tensor.name);
        const std::size_t rows = tensor.shape[0];
        const std::size_t cols = kept.size() / rows;
        const auto mask = mask::BitMatrix::fromPackedRows(rows, cols, tensorValues<std::uint8_t>(*masks, tensor.name));
        VERIFY_RESULT(mask);
        for (std::size_t i = 0; i < kept.size(); ++i)
            differing += mask->test(i / cols, i % cols) != (kept[i] == 1) ? 1 : 0;
        total += kept.size();
        const auto norm = tensorValues<float>(*norms, tensor.name);
        const auto wanted = tensorValues<float>(reference, "norm." + tensor.name);
        for (std::size_t i = 0; i < norm.size(); ++i)
            QVERIFY2(std::abs(norm[i] - wanted[i]) <= 1e-3F * wanted[i], tensor.name.c_str());
    }
    QCOMPARE(masks->tensors().size(), std::size_t(std::ranges::count_if(reference.tensors(), [](const auto &tensor) {
                 return tensor.name.starts_with("kept.");
             })));
    QVERIFY2(double(differing) <= 1e-3 * double(total), std::to_string(differing).c_str()); // a near-tie may flip
}

void TestCliFamilies::exportsTheFoldersOwnTensors_data()
{
    QTest::addColumn<QString>("family");
    for (const char *family :
         {"phi3", "phi4-mini", "gpt-neox", "gpt-neox-serial", "opt", "mixtral", "qwen2-moe", "qwen3-moe"})
        QTest::newRow(family) << QString::fromLatin1(family);
}

/// Folders that fuse matrices or call them otherwise: what is written has their names and shapes again, and is what
/// transformers has as the pruned model.
void TestCliFamilies::exportsTheFoldersOwnTensors()
{
    QFETCH(QString, family);
    prune(family);
    if (QTest::currentTestFailed())
        return;
    const auto written = m_cli.run({"export", path("s.secateur"), "r", "-o", path("out"), "--quiet"});
    QVERIFY2(written.status == 0, written.told().c_str());
    const auto source = test::openTensors(test::familyFolder(family) / "model.safetensors");
    const auto file = test::openTensors(path("out") + "/model.safetensors");
    QCOMPARE(file.tensors().size(), source.tensors().size());
    for (std::size_t i = 0; i < file.tensors().size(); ++i) {
        QCOMPARE(file.tensors()[i].name, source.tensors()[i].name);
        QCOMPARE(file.tensors()[i].shape, source.tensors()[i].shape);
    }
    expectLogits(path("out"), family, "pruned_logits");
}

void TestCliFamilies::tellsOfExperts()
{
    const std::string model = test::familyFolder(QStringLiteral("qwen3-moe")).string();
    const auto inspected = m_cli.run({"inspect", model, "--json"});
    QCOMPARE(inspected.json()["experts"]["count"].get<int>(), 7);
    QCOMPARE(inspected.json()["experts"]["per_token"].get<int>(), 2);
    const auto text = m_cli.run({"inspect", model});
    QVERIFY2(text.told().find("7 in each layer, 2 for each token") != std::string::npos, text.told().c_str());

    m_folder = std::make_unique<test::TemporaryFolder>();
    const auto pruned = m_cli.run({"prune", path("s.secateur"), "--model", model, "--domain", "d", "--run", "r",
                                   "--token-ids", model + "/expected.safetensors"});
    QVERIFY2(pruned.status == 0, pruned.told().c_str());
    QVERIFY2(pruned.told().find("Experts: 3 of 21 seldom used") != std::string::npos, pruned.told().c_str());
    QVERIFY2(pruned.told().find("2 not at all, pruned by their weights alone: 2 of layer 0 (0)") != std::string::npos,
             pruned.told().c_str());
    const auto known = m_cli.run({"runs", path("s.secateur"), "--json"});
    QVERIFY2(known.status == 0, known.told().c_str());
    const auto seldom = known.json()["runs"][0]["experts"]["seldom_used"];
    QCOMPARE(seldom.size(), std::size_t(3));
    QCOMPARE(seldom[0]["layer"].get<int>(), 0);
    QCOMPARE(seldom[0]["expert"].get<int>(), 2);
    QCOMPARE(seldom[0]["tokens"].get<int>(), 0);
}

/// From dense statistics the masks of another sparsity are those of pruning to it, also of experts that no token
/// reached.
void TestCliFamilies::selectsExpertsAgain()
{
    m_folder = std::make_unique<test::TemporaryFolder>();
    const std::string model = test::familyFolder(QStringLiteral("qwen3-moe")).string();
    for (const char *sparsity : {"0.5", "0.25"}) {
        const auto pruned =
            m_cli.run({"prune", path("s.secateur"), "--model", model, "--domain", "d", "--run", sparsity, "--sparsity",
                       sparsity, "--statistics", "dense", "--token-ids", model + "/expected.safetensors", "--quiet"});
        QVERIFY2(pruned.status == 0, pruned.told().c_str());
    }
    const auto again =
        m_cli.run({"resparsify", path("s.secateur"), "0.25", "--sparsity", "0.5", "--run", "again", "--quiet"});
    QVERIFY2(again.status == 0, again.told().c_str());
    const auto compared = m_cli.run({"compare", path("s.secateur"), "--runs", "0.5,again", "--json"});
    QVERIFY2(compared.status == 0, compared.told().c_str());
    QCOMPARE(compared.json()["pairs"][0]["whole"].get<double>(), 0.0);
    QVERIFY(compared.json()["pairs"][0]["per_sublayer"].contains("experts.6.down_proj"));
    for (const auto &run : m_cli.run({"runs", path("s.secateur"), "--json"}).json()["runs"])
        QVERIFY2(run["experts"]["seldom_used"].size() >= 2, run["name"].dump().c_str());
}

QTEST_GUILESS_MAIN(TestCliFamilies)
#include "tst_clifamilies.moc"
