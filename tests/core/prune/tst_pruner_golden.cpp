// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/base/system.h"
#include "core/model/decoder.h"
#include "core/prune/statistics.h"
#include "core/selection/selection.h"
#include "tests/support/goldens.h"
#include "tests/support/testsupport.h"

using namespace secateur;

/// The engine against the published Wanda on the real model: the first 8 python sequences at 50 %, layer by layer with
/// the reference's own masks on the layers before (teacher-forced), where only near-ties may differ. Tolerances are
/// those of goldens/smollm2/README.md, "How exact to ask for". The free-running model is checked through the command
/// line (tests/app/cli).
class TestPrunerGolden : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { SECATEUR_NEEDS_SHARED(); }
    void everyLayerTeacherForced();

private:
    static model::LinearInput inputOf(const std::string &sublayer)
    {
        if (sublayer == "self_attn.q_proj")
            return model::LinearInput::Attention;
        if (sublayer == "self_attn.o_proj")
            return model::LinearInput::Output;
        return sublayer == "mlp.gate_proj" ? model::LinearInput::Mlp : model::LinearInput::Down;
    }
};

namespace {

/// Largest |a - b| / |b|; entries of the reference that are tiny beside its median count against that median's
/// thousandth, as in noise_teacher_forced.json.
double largestRelativeDifference(const std::vector<float> &values, const std::vector<float> &reference)
{
    auto sorted = reference;
    std::nth_element(sorted.begin(), sorted.begin() + std::ptrdiff_t(sorted.size() / 2), sorted.end());
    const double floor = 1e-3 * sorted[sorted.size() / 2];
    double worst = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i)
        worst = std::max(worst, std::fabs(double(values[i]) - reference[i]) / std::max<double>(reference[i], floor));
    return worst;
}

} // namespace

void TestPrunerGolden::everyLayerTeacherForced()
{
    const auto archive = test::openGoldenModel();
    const test::GoldenRun golden("wanda_python_n8_s50.safetensors");
    auto sequences = test::goldenIds("calib_python.safetensors", "input_ids");
    sequences.resize(8);
    const int threads = physicalCores();
    auto decoder = model::Decoder::create(
        archive, 256, {.threads = threads, .precision = model::Precision::Float32, .masks = {}, .keepWeights = false});
    VERIFY_RESULT(decoder);
    std::vector<std::int32_t> ids;
    std::vector<std::int64_t> lengths;
    for (const auto &sequence : sequences) {
        ids.insert(ids.end(), sequence.begin(), sequence.end());
        lengths.push_back(std::int64_t(sequence.size()));
    }
    std::vector<float> hidden(ids.size() * std::size_t(archive->config().hiddenSize));
    VERIFY_RESULT((*decoder)->embed(ids, hidden));
    auto groups = model::groupSequences(lengths, hidden, archive->config().hiddenSize);
    const PruneTarget target = Sparsity::fromRatio(0.5).value();

    std::uint64_t differing = 0;
    double worstNorm = 0.0;
    double worstMask = 0.0;
    for (LayerIndex layer; layer.value < archive->config().layers; ++layer.value) {
        const auto weights = (*decoder)->load(layer);
        VERIFY_RESULT(weights);
        prune::ActivationStatistics statistics(archive->config(), sequences.size());
        VERIFY_RESULT((*decoder)->forward(layer, **weights, groups, model::PassKind::StatisticsOnly, &statistics, {}));
        const double normLimit = layer.value == 0 ? 2e-5 : 1e-4;
        const double maskLimit = layer.value == 0 ? 1e-5 : 1e-4;
        for (auto &linear : (*weights)->linears) {
            const MatrixId id{layer, linear.sublayer.name};
            const auto norm = statistics.scalerRow(inputOf(linear.sublayer.inputOf));
            const double normError =
                largestRelativeDifference(norm, golden.scalerRow(MatrixId{layer, linear.sublayer.inputOf}));
            const auto rows = std::size_t(linear.sublayer.rows);
            const auto cols = std::size_t(linear.sublayer.cols);
            const auto kept = selection::selectWanda({rows, cols, linear.values}, norm, target, threads);
            VERIFY_RESULT(kept);
            const auto expected = golden.kept(id, rows, cols);
            const std::uint64_t bits = test::differingBits(*kept, expected);
            const double share = double(bits) / double(rows * cols);
            QVERIFY2(normError < normLimit,
                     qPrintable(QString::fromStdString(tensorName(id)) + QString::number(normError)));
            QVERIFY2(share <= maskLimit, qPrintable(QString::fromStdString(tensorName(id)) + QString::number(share)));
            QCOMPARE(kept->count(), expected.count());
            differing += bits;
            worstNorm = std::max(worstNorm, normError);
            worstMask = std::max(worstMask, share);
            VERIFY_RESULT(selection::applyMask(expected, linear.values, threads));
        }
        VERIFY_RESULT((*decoder)->forward(layer, **weights, groups, model::PassKind::Full, nullptr, {}));
    }
    qInfo("%llu of 106168320 bits differ; worst matrix %.2e of its bits; scaler_row within %.2e",
          static_cast<unsigned long long>(differing), worstMask, worstNorm);
}

QTEST_GUILESS_MAIN(TestPrunerGolden)
#include "tst_pruner_golden.moc"
