// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/prune/pruner.h"
#include "tests/support/families.h"

using namespace secateur;

/// What pruning knows of experts: statistics of the tokens that were sent to each, and how many these were. That norms
/// and masks are those of the reference is in tst_clifamilies.
class TestExperts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void statisticsAreOfTheTokensSentThere();
    void seldomUsedOnesAreTold();
    void resumedRunsTellTheSame_data();
    void resumedRunsTellTheSame();

private:
    struct Outcome {
        Result<prune::PruneTimes> times = failure(ErrorCode::Internal, "did not run");
        std::optional<store::ExpertUse> use;
        std::vector<store::LayerResult> layers;
    };
    [[nodiscard]] Outcome prune(const std::string &name, StatisticsMode statistics, const RunContext &context,
                                bool resume = false);
    void expectReference(const store::ExpertUse &use) const;

    test::TemporaryFolder m_folder;
    std::shared_ptr<const architecture::ModelArchive> m_model;
    std::unique_ptr<store::Study> m_study;
    data::CalibrationSet m_calibration;
};

/// The fixture of Qwen 3: 7 experts in each of 3 layers, two of which no token reaches, and one that one token does.
void TestExperts::initTestCase()
{
    const auto folder = test::familyFolder(QStringLiteral("qwen3-moe"));
    auto model = architecture::ModelArchive::open(folder);
    VERIFY_RESULT(model);
    m_model = *model;
    const auto identity = architecture::identify(*m_model, {});
    VERIFY_RESULT(identity);
    auto study = store::Study::openOrCreate(m_folder.path() / "experts.secateur", *identity);
    VERIFY_RESULT(study);
    m_study = std::move(*study);
    const auto ids = test::tensorValues<std::int32_t>(test::openTensors(folder / "expected.safetensors"), "input_ids");
    m_calibration.sequences = {{ids.begin(), ids.begin() + 24}, {ids.begin() + 24, ids.end()}};
}

TestExperts::Outcome TestExperts::prune(const std::string &name, StatisticsMode statistics, const RunContext &context,
                                        bool resume)
{
    Outcome outcome;
    store::RunRecipe recipe;
    recipe.name = name;
    recipe.domain = "python";
    recipe.target = "0.5";
    recipe.statistics = statistics;
    recipe.calibrationFingerprint = m_calibration.fingerprint();
    const auto layers = std::size_t(m_model->config().layers);
    auto writer = resume ? m_study->resume(recipe, layers) : m_study->begin(recipe, layers, 1 << 16);
    auto decoder = model::Decoder::create(
        m_model, 24, {.threads = 2, .precision = model::Precision::Float32, .masks = {}, .keepWeights = false});
    if (!writer || !decoder) {
        outcome.times = tl::make_unexpected(writer ? decoder.error() : writer.error());
        return outcome;
    }
    const prune::PruneOptions options{PruneMethod::Wanda, Sparsity::fromRatio(0.5).value(), statistics};
    prune::Pruner pruner(**decoder, options, m_calibration, **writer);
    outcome.times = pruner.run(context);
    outcome.use = pruner.expertUse();
    for (std::uint32_t layer = 0; layer < (*writer)->finishedLayers(); ++layer)
        outcome.layers.push_back((*writer)->readLayer(LayerIndex{layer}).value());
    return outcome;
}

/// Sequences of 3, 2 and 1 tokens; expert 1 gets the first and last of the first, and all of the second.
void TestExperts::statisticsAreOfTheTokensSentThere()
{
    architecture::ModelConfig config = m_model->config();
    config.experts.count = 3;
    config.hiddenSize = 2;
    config.intermediateSize = 1;
    prune::ActivationStatistics statistics(config, 3);
    const model::SequenceGroup group{.firstSequence = 0, .lengths = {3, 2, 1}, .hidden = {}};
    const std::vector<std::int64_t> rows = {0, 2, 3, 4};
    const std::vector<float> x = {1, 0, 2, 1, 3, 0, 1, 2};
    statistics.observeExpert(1, model::LinearInput::Mlp, group, rows, {x.data(), 4, 2, 2});
    const std::vector<float> inner = {0, 1, 0, 2};
    statistics.observeExpert(1, model::LinearInput::Down, group, rows, {inner.data(), 4, 1, 1});

    const auto norms = statistics.scalerRows();
    QCOMPARE(norms.size(), std::size_t(4 + 2 * 3));
    QCOMPARE(norms[4], (std::vector{0.0F, 0.0F})); // expert 0
    // Sums of squares {5, 1} and {10, 4}; the third sequence, which has no token here, does not count.
    QCOMPARE(norms[6], (std::vector{7.5F, 2.5F}));
    QCOMPARE(norms[7], std::vector{2.5F}); // 1 and 4
    QCOMPARE(statistics.expertTokens(), (std::vector<std::uint64_t>{0, 4, 0}));
}

void TestExperts::expectReference(const store::ExpertUse &use) const
{
    const auto reference = test::openTensors(test::familyFolder(QStringLiteral("qwen3-moe")) / "expected.safetensors");
    QCOMPARE(use.experts, std::uint64_t(21));
    QCOMPARE(use.evenTokens, 48.0 * 2.0 / 7.0);
    std::size_t told = 0;
    for (std::uint32_t layer = 0; layer < 3; ++layer)
        for (std::uint32_t expert = 0; expert < 7; ++expert) {
            const auto tokens = test::tensorValues<std::int64_t>(
                reference,
                "tokens." + tensorName({LayerIndex{layer}, "mlp.experts." + std::to_string(expert) + ".up_proj"}));
            if (double(tokens[0]) >= 0.1 * use.evenTokens)
                continue;
            QVERIFY(told < use.seldom.size());
            QCOMPARE(use.seldom[told].layer.value, layer);
            QCOMPARE(use.seldom[told].expert, expert);
            QCOMPARE(use.seldom[told].tokens, std::uint64_t(tokens[0]));
            ++told;
        }
    QCOMPARE(told, use.seldom.size());
    QCOMPARE(told, std::size_t(3));
    QCOMPARE(use.unused(), std::size_t(2));
}

void TestExperts::seldomUsedOnesAreTold()
{
    const auto outcome = prune("told", StatisticsMode::Pruned, {});
    VERIFY_RESULT(outcome.times);
    QVERIFY(outcome.use.has_value());
    expectReference(*outcome.use);
}

void TestExperts::resumedRunsTellTheSame_data()
{
    QTest::addColumn<bool>("dense");
    QTest::newRow("pruned statistics") << false;
    QTest::newRow("dense statistics") << true;
}

/// The tokens of layers of an earlier session are read from their files.
void TestExperts::resumedRunsTellTheSame()
{
    QFETCH(bool, dense);
    const auto statistics = dense ? StatisticsMode::Dense : StatisticsMode::Pruned;
    const std::string name = dense ? "dense" : "pruned";
    const auto whole = prune("whole-" + name, statistics, {});
    VERIFY_RESULT(whole.times);
    std::stop_source source;
    const RunContext stopping(source.get_token(), [&](const Progress &progress) {
        if (progress.stage == "prune" && progress.done == 2)
            source.request_stop();
    });
    VERIFY_ERROR(prune(name, statistics, stopping).times, ErrorCode::Cancelled);
    const auto resumed = prune(name, statistics, {}, true);
    VERIFY_RESULT(resumed.times);
    QCOMPARE(resumed.use->experts, whole.use->experts);
    QCOMPARE(resumed.use->seldom.size(), whole.use->seldom.size());
    for (std::size_t i = 0; i < whole.use->seldom.size(); ++i) {
        QCOMPARE(resumed.use->seldom[i].layer.value, whole.use->seldom[i].layer.value);
        QCOMPARE(resumed.use->seldom[i].expert, whole.use->seldom[i].expert);
        QCOMPARE(resumed.use->seldom[i].tokens, whole.use->seldom[i].tokens);
    }
    for (std::size_t layer = 0; layer < whole.layers.size(); ++layer)
        for (std::size_t i = 0; i < whole.layers[layer].matrices.size(); ++i)
            QVERIFY(resumed.layers[layer].matrices[i].kept == whole.layers[layer].matrices[i].kept);
}

QTEST_GUILESS_MAIN(TestExperts)
#include "tst_experts.moc"
