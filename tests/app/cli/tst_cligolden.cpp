// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <map>

#include "tests/app/cli/clirunner.h"
#include "tests/support/goldens.h"

using namespace secateur;

/// secateur-cli on the real model against the published Wanda, free-running: what a flipped near-tie does to later
/// layers is let through, within the tolerances of goldens/smollm2/README.md.
class TestCliGolden : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void prunesLikeTheReference_data();
    void prunesLikeTheReference();
    void distancesLikeTheReference();
    void lossesLikeTheReference();
    void generatesLikeTheReference();

private:
    [[nodiscard]] test::CliResult prune(const std::string &run, const std::string &domain,
                                        const std::vector<std::string> &more) const;
    [[nodiscard]] std::string study() const { return (m_folder.path() / "golden.secateur").string(); }
    [[nodiscard]] std::string calibration(const std::string &domain) const
    {
        return (test::goldenFolder() / ("calib_" + domain + ".safetensors")).string();
    }

    test::CliRunner m_cli;
    test::TemporaryFolder m_folder;
};

namespace {

const std::vector<std::string> domains = {"python", "java", "math", "translation", "general"};

/// Writes one tensor of a golden calibration file under the name that --token-ids reads.
std::string writeIds(const std::filesystem::path &path, const std::vector<std::vector<std::int32_t>> &rows)
{
    auto writer = format::SafetensorsWriter::create(
        path, {{"input_ids", format::DType::I32, {rows.size(), rows.front().size()}}}, {});
    bool good = writer.has_value();
    for (const auto &row : rows)
        good = good && writer->append(std::as_bytes(std::span(row))).has_value();
    if (!good || !writer->commit())
        throw std::runtime_error("cannot write " + path.string());
    return path.string();
}

} // namespace

void TestCliGolden::initTestCase()
{
    SECATEUR_NEEDS_SHARED();
    SECATEUR_NEEDS_COMPUTE();
}

test::CliResult TestCliGolden::prune(const std::string &run, const std::string &domain,
                                     const std::vector<std::string> &more) const
{
    std::vector<std::string> arguments = {"prune",    study(),  "--model", test::goldenModelPath().string(),
                                          "--domain", domain,   "--run",   run,
                                          "--json",   "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return m_cli.run(arguments, 600);
}

void TestCliGolden::prunesLikeTheReference_data()
{
    QTest::addColumn<QString>("reference");
    QTest::addColumn<QStringList>("recipe");
    QTest::newRow("50 %") << QStringLiteral("python_n8_s50") << QStringList{};
    QTest::newRow("60 %") << QStringLiteral("python_s60")
                          << QStringList{QStringLiteral("--sparsity"), QStringLiteral("0.6")};
    QTest::newRow("2:4") << QStringLiteral("python_2of4")
                         << QStringList{QStringLiteral("--pattern"), QStringLiteral("2:4")};
}

void TestCliGolden::prunesLikeTheReference()
{
    QFETCH(QString, reference);
    QFETCH(QStringList, recipe);
    const std::string name = reference.toStdString();
    std::vector<std::string> more = {"--token-ids", calibration("python"), "--samples", "8"};
    for (const auto &word : recipe)
        more.push_back(word.toStdString());
    const auto pruned = prune(name, "python", more);
    QVERIFY2(pruned.status == 0, pruned.told().c_str());
    const auto written = m_cli.run({"masks", study(), name, "-o", (m_folder.path() / (name + ".st")).string()});
    QVERIFY2(written.status == 0, written.told().c_str());

    const auto masks = format::SafetensorsFile::open(m_folder.path() / (name + ".st"));
    VERIFY_RESULT(masks);
    const test::GoldenRun golden("wanda_" + name + ".safetensors");
    std::uint64_t differing = 0;
    std::uint64_t total = 0;
    std::map<std::uint32_t, std::pair<std::uint64_t, std::uint64_t>> layers; // differing bits, bits
    const auto answer = pruned.json();
    for (const auto &sublayer : answer["sublayers"]) {
        const MatrixId id{{sublayer["layer"].get<std::uint32_t>()}, sublayer["name"].get<std::string>()};
        if (!golden.hasMask(id))
            continue;
        const auto rows = sublayer["rows"].get<std::size_t>();
        const auto cols = sublayer["cols"].get<std::size_t>();
        const auto *const tensor = masks->find(tensorName(id));
        QVERIFY(tensor);
        std::vector<std::uint8_t> bytes(std::size_t(tensor->bytes));
        VERIFY_RESULT(masks->read(*tensor, 0, std::as_writable_bytes(std::span(bytes))));
        const auto kept = mask::BitMatrix::fromPackedRows(rows, cols, bytes);
        VERIFY_RESULT(kept);
        const auto expected = golden.kept(id, rows, cols);
        QCOMPARE(kept->count(), expected.count());
        QCOMPARE(sublayer["pruned"].get<std::uint64_t>(), rows * cols - expected.count());
        const auto bits = test::differingBits(*kept, expected);
        layers[id.layer.value].first += bits;
        layers[id.layer.value].second += rows * cols;
        differing += bits;
        total += rows * cols;
    }
    double worst = 0.0;
    for (const auto &[layer, bits] : layers)
        worst = std::max(worst, double(bits.first) / double(bits.second));
    qInfo("%llu of %llu compared bits differ (%.3f %%, worst layer %.2f %%)",
          static_cast<unsigned long long>(differing), static_cast<unsigned long long>(total),
          100.0 * double(differing) / double(total), 100.0 * worst);
    QVERIFY(double(differing) <= 0.01 * double(total));
    QVERIFY(worst <= 0.02);
}

/// Five domains, python twice, and magnitude: every pair of jaccard.json.
void TestCliGolden::distancesLikeTheReference()
{
    for (const auto &domain : domains) {
        const auto pruned = prune(domain, domain, {"--token-ids", calibration(domain)});
        QVERIFY2(pruned.status == 0, pruned.told().c_str());
    }
    const auto other =
        writeIds(m_folder.path() / "b.safetensors", test::goldenIds("calib_python.safetensors", "input_ids_b"));
    QCOMPARE(prune("python-b", "python", {"--token-ids", other}).status, 0);
    QCOMPARE(prune("magnitude", "none", {"--method", "magnitude"}).status, 0);

    const auto compared = m_cli.run(
        {"compare", study(), "--runs", "python,java,math,translation,general,python-b,magnitude", "--json"}, 120);
    QVERIFY2(compared.status == 0, compared.told().c_str());
    const auto answer = compared.json();
    const auto reference = test::goldenJson("jaccard.json");
    std::map<std::string, double> expected;
    for (const auto *const part : {"pairs", "other"})
        for (const auto &[pair, values] : reference[part].items())
            expected[pair] = values["whole"].get<double>();
    expected["python|python-b"] = reference["same_domain_other_sample"]["python"]["whole"].get<double>();
    std::size_t checked = 0;
    double worst = 0.0;
    for (const auto &pair : answer["pairs"]) {
        const auto found = expected.find(pair["a"].get<std::string>() + "|" + pair["b"].get<std::string>());
        if (found == expected.end())
            continue;
        worst = std::max(worst, std::fabs(pair["whole"].get<double>() - found->second));
        ++checked;
    }
    QCOMPARE(checked, expected.size());
    qInfo("%zu pairs, largest difference of a whole-model distance %.5f", checked, worst);
    QVERIFY2(worst < 0.01, qPrintable(QString::number(worst)));
    const auto &floor = answer["baselines"]["same_domain"];
    QVERIFY2(std::any_of(floor.begin(), floor.end(),
                         [](const auto &pair) { return pair["a"] == "python" && pair["b"] == "python-b"; }),
             compared.told().c_str());
}

/// Held-out losses of recomputed masks: within 0.02 nats.
void TestCliGolden::lossesLikeTheReference()
{
    const auto reference = test::goldenJson("heldout_nll.json")["nll"];
    const auto rows = test::goldenIds("calib_python.safetensors", "heldout_ids");
    for (const auto &[run, name] : {std::pair{"python", "python.a"}, std::pair{"math", "math.a"}}) {
        const auto expected = reference[name]["python"].get<std::vector<double>>();
        const auto file = writeIds(m_folder.path() / "heldout.safetensors",
                                   {rows.begin(), rows.begin() + std::ptrdiff_t(expected.size())});
        const auto scored = m_cli.run({"score", test::goldenModelPath().string(), "--token-ids", file, "--study",
                                       study(), "--run", run, "--json", "--quiet"},
                                      300);
        QVERIFY2(scored.status == 0, scored.told().c_str());
        double mean = 0.0;
        for (const double value : expected)
            mean += value / double(expected.size());
        const double nll = scored.json()["nll"].get<double>();
        QVERIFY2(std::fabs(nll - mean) < 0.02, qPrintable(QStringLiteral("%1 instead of %2").arg(nll).arg(mean)));
    }
}

void TestCliGolden::generatesLikeTheReference()
{
    const auto texts = test::goldenJson("forward.json")["texts"];
    for (const auto *const name : {"python", "prose", "math"}) {
        // The 32 reference ids go on after an end token; ours stop before it.
        auto expected = texts[name]["generated_ids"].get<std::vector<std::int32_t>>();
        constexpr std::int32_t endOfText = 2;
        expected.erase(std::find(expected.begin(), expected.end(), endOfText), expected.end());
        const auto generated =
            m_cli.run({"generate", test::goldenModelPath().string(), "--prompt", texts[name]["text"].get<std::string>(),
                       "--max-new-tokens", "32", "--json", "--quiet"},
                      120);
        QVERIFY2(generated.status == 0, generated.told().c_str());
        QCOMPARE(generated.json()["ids"].get<std::vector<std::int32_t>>(), expected);
    }
}

QTEST_GUILESS_MAIN(TestCliGolden)
#include "tst_cligolden.moc"
