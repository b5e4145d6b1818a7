// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/prune/pruner.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;

/// The layer loop on a tiny random model: same bits whatever the threads, cancel and resume, the two kinds of
/// statistics, magnitude without data.
class TestPruner : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void sameBitsForAnyNumberOfThreads();
    void resumeAfterCancelGivesTheSameBits_data();
    void resumeAfterCancelGivesTheSameBits();
    void denseStatisticsDifferAfterTheFirstLayer();
    void magnitudeNeedsNoCalibration();
    void normsAreMeansOverSequences();
    void tellsHowFarFewerSequencesWouldBe();

private:
    struct Outcome {
        Result<prune::PruneTimes> times = failure(ErrorCode::Internal, "did not run");
        std::vector<store::LayerResult> layers;
    };

    [[nodiscard]] Outcome prune(const std::string &name, const prune::PruneOptions &options, int threads,
                                const RunContext &context, bool resume = false);

    test::TemporaryFolder m_folder;
    std::shared_ptr<const architecture::ModelArchive> m_model;
    std::unique_ptr<store::Study> m_study;
    data::CalibrationSet m_calibration;
};

namespace {

prune::PruneOptions wanda(StatisticsMode statistics = StatisticsMode::Pruned)
{
    return {PruneMethod::Wanda, Sparsity::fromRatio(0.5).value(), statistics};
}

bool sameBits(const store::LayerResult &a, const store::LayerResult &b)
{
    for (std::size_t i = 0; i < a.matrices.size(); ++i)
        if (!(a.matrices[i].kept == b.matrices[i].kept))
            return false;
    for (std::size_t i = 0; i < a.norms.size(); ++i)
        if (a.norms[i].values != b.norms[i].values)
            return false;
    return a.matrices.size() == b.matrices.size() && a.norms.size() == b.norms.size();
}

} // namespace

void TestPruner::initTestCase()
{
    auto model = architecture::ModelArchive::open(test::writeTinyModel(m_folder.path() / "model"));
    VERIFY_RESULT(model);
    m_model = *model;
    const auto identity = architecture::identify(*m_model, {});
    VERIFY_RESULT(identity);
    auto study = store::Study::openOrCreate(m_folder.path() / "tiny.secateur", *identity);
    VERIFY_RESULT(study);
    m_study = std::move(*study);
    test::TinyRandom random(3);
    // Natural lengths, more than one group of 512 tokens.
    for (int i = 0; i < 12; ++i) {
        std::vector<std::int32_t> sequence(20 + random.below(200));
        for (auto &id : sequence)
            id = std::int32_t(random.below(test::tinyVocabulary));
        m_calibration.sequences.push_back(std::move(sequence));
    }
}

TestPruner::Outcome TestPruner::prune(const std::string &name, const prune::PruneOptions &options, int threads,
                                      const RunContext &context, bool resume)
{
    Outcome outcome;
    store::RunRecipe recipe;
    recipe.name = name;
    recipe.domain = "python";
    recipe.method = options.method;
    recipe.target = targetText(options.target);
    recipe.statistics = options.statistics;
    recipe.calibrationFingerprint = m_calibration.fingerprint();
    const auto layers = std::size_t(m_model->config().layers);
    auto writer = resume ? m_study->resume(recipe, layers) : m_study->begin(recipe, layers, 1 << 16);
    auto decoder = model::Decoder::create(
        m_model, std::int64_t(m_calibration.longest()),
        {.threads = threads, .precision = model::Precision::Float32, .masks = {}, .keepWeights = false});
    if (!writer || !decoder) {
        outcome.times = tl::make_unexpected(writer ? decoder.error() : writer.error());
        return outcome;
    }
    prune::Pruner pruner(**decoder, options, m_calibration, **writer);
    outcome.times = pruner.run(context);
    for (std::uint32_t layer = 0; layer < (*writer)->finishedLayers(); ++layer)
        outcome.layers.push_back((*writer)->readLayer(LayerIndex{layer}).value());
    return outcome;
}

void TestPruner::sameBitsForAnyNumberOfThreads()
{
    const auto one = prune("threads-1", wanda(), 1, {});
    VERIFY_RESULT(one.times);
    QCOMPARE(one.layers.size(), std::size_t(4));
    for (const int threads : {2, 5}) {
        const auto several = prune("threads-" + std::to_string(threads), wanda(), threads, {});
        VERIFY_RESULT(several.times);
        for (std::size_t layer = 0; layer < one.layers.size(); ++layer)
            QVERIFY(sameBits(one.layers[layer], several.layers[layer]));
    }
}

void TestPruner::resumeAfterCancelGivesTheSameBits_data()
{
    QTest::addColumn<bool>("dense");
    QTest::addColumn<int>("stopAfter");
    for (const bool dense : {false, true})
        for (const int stopAfter : {1, 2, 3})
            QTest::addRow("%s statistics, stopped after layer %d", dense ? "dense" : "pruned", stopAfter)
                << dense << stopAfter;
}

void TestPruner::resumeAfterCancelGivesTheSameBits()
{
    QFETCH(bool, dense);
    QFETCH(int, stopAfter);
    const auto options = wanda(dense ? StatisticsMode::Dense : StatisticsMode::Pruned);
    const std::string name = std::string(dense ? "dense-" : "pruned-") + std::to_string(stopAfter);
    const auto whole = prune("whole-" + name, options, 2, {});
    VERIFY_RESULT(whole.times);

    std::stop_source source;
    const RunContext stopping(source.get_token(), [&](const Progress &progress) {
        if (progress.stage == "prune" && progress.done == std::uint64_t(stopAfter))
            source.request_stop();
    });
    const auto stopped = prune(name, options, 2, stopping);
    VERIFY_ERROR(stopped.times, ErrorCode::Cancelled);
    QCOMPARE(stopped.layers.size(), std::size_t(stopAfter));
    const auto resumed = prune(name, options, 1, {}, true);
    VERIFY_RESULT(resumed.times);
    for (std::size_t layer = 0; layer < whole.layers.size(); ++layer)
        QVERIFY(sameBits(whole.layers[layer], resumed.layers[layer]));
}

void TestPruner::denseStatisticsDifferAfterTheFirstLayer()
{
    const auto pruned = prune("statistics-pruned", wanda(), 2, {});
    const auto dense = prune("statistics-dense", wanda(StatisticsMode::Dense), 2, {});
    VERIFY_RESULT(pruned.times);
    VERIFY_RESULT(dense.times);
    QVERIFY(sameBits(pruned.layers[0], dense.layers[0]));
    QVERIFY(!sameBits(pruned.layers[1], dense.layers[1]));
}

void TestPruner::magnitudeNeedsNoCalibration()
{
    const prune::PruneOptions options{PruneMethod::Magnitude, NmPattern::fromCounts(2, 4).value(),
                                      StatisticsMode::Pruned};
    const auto outcome = prune("magnitude", options, 2, {});
    VERIFY_RESULT(outcome.times);
    for (const auto &layer : outcome.layers) {
        QVERIFY(layer.norms.empty());
        for (const auto &matrix : layer.matrices)
            QCOMPARE(matrix.kept.count() * 2, std::uint64_t(matrix.kept.size()));
    }
}

/// The first norm of the first layer, which needs no forward pass to restate: mean over sequences of the sum over
/// tokens of the squares of the normalised embedding.
void TestPruner::normsAreMeansOverSequences()
{
    const auto outcome = prune("norms", wanda(), 2, {});
    VERIFY_RESULT(outcome.times);
    const auto width = std::size_t(m_model->config().hiddenSize);
    std::vector<float> gain(width);
    VERIFY_RESULT(m_model->readF32("model.layers.0.input_layernorm.weight", gain));
    std::vector<double> expected(width, 0.0);
    std::vector<float> row(width);
    for (const auto &sequence : m_calibration.sequences)
        for (const auto id : sequence) {
            VERIFY_RESULT(m_model->readRowsF32("model.embed_tokens.weight", std::uint64_t(id), row));
            double squares = 0.0;
            for (const float value : row)
                squares += double(value) * value;
            const double scale = 1.0 / (squares / double(width) + m_model->config().normEpsilon);
            for (std::size_t i = 0; i < width; ++i)
                expected[i] += scale * row[i] * row[i] * gain[i] * gain[i] / double(m_calibration.sequences.size());
        }
    const auto &norm = outcome.layers[0].norms.front();
    QCOMPARE(QString::fromStdString(norm.sublayer), QStringLiteral("self_attn.q_proj"));
    for (std::size_t i = 0; i < width; ++i)
        QVERIFY(std::fabs(norm.values[i] - expected[i]) < 1e-5 * expected[i]);
}

/// Of twelve sequences the first 1, 3 and 6; where all are alike, one of them is as good as all.
void TestPruner::tellsHowFarFewerSequencesWouldBe()
{
    const auto convergence = [this](const std::string &name, const data::CalibrationSet &calibration) {
        store::RunRecipe recipe;
        recipe.name = name;
        recipe.domain = "python";
        recipe.target = "0.5";
        auto writer = m_study->begin(recipe, std::size_t(m_model->config().layers), 1 << 16).value();
        auto decoder = model::Decoder::create(
                           m_model, std::int64_t(calibration.longest()),
                           {.threads = 2, .precision = model::Precision::Float32, .masks = {}, .keepWeights = false})
                           .value();
        prune::Pruner pruner(*decoder, wanda(), calibration, *writer);
        return pruner.run({}) ? pruner.normConvergence() : std::map<std::uint64_t, double>();
    };
    const auto different = convergence("different", m_calibration);
    QCOMPARE(different.size(), std::size_t(3));
    QVERIFY(different.at(1) > different.at(3) && different.at(3) > different.at(6) && different.at(6) > 0.0);
    data::CalibrationSet alike;
    alike.sequences.assign(9, m_calibration.sequences.front());
    const auto same = convergence("alike", alike);
    QCOMPARE(same.size(), std::size_t(3)); // 1, 2 and 4
    for (const auto &[sequences, distance] : same)
        QVERIFY2(distance < 1e-6, std::to_string(sequences).c_str());
}

QTEST_GUILESS_MAIN(TestPruner)
#include "tst_pruner.moc"
