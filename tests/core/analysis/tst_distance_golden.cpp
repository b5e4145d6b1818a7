// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <string>

#include "core/analysis/distance.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "tests/core/selection/selectiongoldens.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::test;

namespace {

constexpr int threads = 2;
const std::vector<std::string> runNames = {"python_s50",      "java_s50",    "math_s50",
                                           "translation_s50", "general_s50", "magnitude_s50"};

/// "python|java": the goldens' name of a pair.
std::string pairName(const analysis::PairDistance &pair)
{
    const auto domain = [](std::size_t run) { return runNames[run].substr(0, runNames[run].find('_')); };
    return domain(pair.a) + "|" + domain(pair.b);
}

} // namespace

/// The paper's distances: masks selected from the stored statistics of five domains, and by magnitude.
class TestDistanceGolden : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void allPairsAtAllLevels();
};

void TestDistanceGolden::allPairsAtAllLevels()
{
    SECATEUR_NEEDS_SHARED();
    const auto goldens = SelectionGoldens::open(sharedFolder());
    VERIFY_RESULT(goldens);
    const auto path = sharedFolder() / "goldens/smollm2/jaccard.json";
    const auto text = readTextFile(path, std::uint64_t(1) << 22);
    VERIFY_RESULT(text);
    const auto stored = parseJson(*text, path.string());
    VERIFY_RESULT(stored);
    std::vector<format::SafetensorsFile> runs;
    for (const std::string &name : runNames) {
        auto run = goldens->run(name);
        VERIFY_RESULT(run);
        runs.push_back(std::move(*run));
    }
    std::vector<std::string> sublayers;
    for (const auto &sublayer : goldens->model().sublayers())
        sublayers.push_back(sublayer.name);

    const auto load = [&](std::size_t run, const MatrixId &id) -> Result<mask::BitMatrix> {
        SECATEUR_TRY(selected, goldens->select(runNames[run], runs[run], id, threads));
        return std::move(selected.kept);
    };
    const auto pairs = analysis::comparePairs(runs.size(), 30, sublayers, analysis::SetKind::Pruned, load, threads, {});
    VERIFY_RESULT(pairs);
    QCOMPARE(pairs->size(), std::size_t(15));

    // The near-ties of tst_selection_golden are a handful of bits: at most 4 in one matrix of 110592 weights and more.
    const auto near = [](double found, double expected, double tolerance) {
        return std::fabs(found - expected) <= tolerance;
    };
    for (const auto &pair : *pairs) {
        const std::string name = pairName(pair);
        const auto &expected = stored->at(stored->at("pairs").contains(name) ? "pairs" : "other").at(name);
        QVERIFY2(near(pair.whole, expected.at("whole").get<double>(), 1e-6), name.c_str());
        QVERIFY2(pair.random > 0.66 && pair.random < 0.67, name.c_str()); // two halves at random: 2/3
        for (std::size_t layer = 0; layer < 30; ++layer) {
            QVERIFY2(near(pair.perLayer[layer], expected.at("layers").at(layer).get<double>(), 5e-6), name.c_str());
            for (const std::string &sublayer : sublayers) {
                const double golden =
                    expected.at("sublayers").at(goldenName({LayerIndex{std::uint32_t(layer)}, sublayer})).get<double>();
                QVERIFY2(near(pair.perSublayer.at(sublayer)[layer], golden, 5e-5), name.c_str());
            }
        }
    }
}

QTEST_APPLESS_MAIN(TestDistanceGolden)
#include "tst_distance_golden.moc"
