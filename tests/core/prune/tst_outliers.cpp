// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/prune/outliers.h"

#include <cmath>
#include <fstream>
#include <stop_token>

#include "core/selection/layersparsity.h"
#include "tests/support/families.h"

using namespace secateur;

/// OWL's shares against what tests/data/owl/make_owl.py computes with transformers.
class TestOutliers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void areThoseOfTheReference_data();
    void areThoseOfTheReference();
    void doNotDependOnThreads();
    void canBeCancelled();

private:
    [[nodiscard]] Result<std::vector<double>> shares(double factor, int threads, const RunContext &context = {}) const;

    nlohmann::json m_expected;
    std::shared_ptr<const architecture::ModelArchive> m_model;
    data::CalibrationSet m_calibration;
};

void TestOutliers::initTestCase()
{
    std::ifstream(std::string(SECATEUR_SOURCE_DIR) + "/tests/data/owl/expected.json") >> m_expected;
    const auto folder = test::familyFolder(QString::fromStdString(m_expected.at("model")));
    auto model = architecture::ModelArchive::open(folder);
    VERIFY_RESULT(model);
    m_model = *model;
    const auto ids = test::tensorValues<std::int32_t>(test::openTensors(folder / "expected.safetensors"), "input_ids");
    m_calibration.sequences = {{ids.begin(), ids.begin() + 24}, {ids.begin() + 24, ids.end()}};
}

Result<std::vector<double>> TestOutliers::shares(double factor, int threads, const RunContext &context) const
{
    SECATEUR_TRY(decoder,
                 model::Decoder::create(
                     m_model, 24,
                     {.threads = threads, .precision = model::Precision::Float32, .masks = {}, .keepWeights = false}));
    return prune::outlierShares(*decoder, m_calibration, factor, context);
}

void TestOutliers::areThoseOfTheReference_data()
{
    QTest::addColumn<std::size_t>("number");
    for (std::size_t i = 0; i < m_expected.at("cases").size(); ++i)
        QTest::addRow("case %zu", i) << i;
}

void TestOutliers::areThoseOfTheReference()
{
    QFETCH(std::size_t, number);
    const auto &expected = m_expected.at("cases")[number];
    const auto found = shares(expected.at("M"), 2);
    VERIFY_RESULT(found);
    const auto pruned =
        selection::owlSparsities(*found, Sparsity::fromRatio(expected.at("total")).value(), expected.at("lambda"));
    VERIFY_RESULT(pruned);
    QCOMPARE(pruned->size(), expected.at("pruned").size());
    for (std::size_t layer = 0; layer < pruned->size(); ++layer) {
        QVERIFY(std::abs((*found)[layer] - double(expected.at("outliers")[layer])) < 1e-12);
        QVERIFY(std::abs((*pruned)[layer].ratio() - double(expected.at("pruned")[layer])) < 1e-9);
    }
}

void TestOutliers::doNotDependOnThreads()
{
    QVERIFY(shares(2.0, 1).value() == shares(2.0, 5).value());
}

void TestOutliers::canBeCancelled()
{
    std::stop_source stop;
    const RunContext context(stop.get_token(), [&stop](const Progress &progress) {
        if (progress.stage == "outliers" && progress.done == 2)
            stop.request_stop();
    });
    const auto found = shares(5.0, 2, context);
    QVERIFY(!found);
    QCOMPARE(found.error().code, ErrorCode::Cancelled);
}

QTEST_GUILESS_MAIN(TestOutliers)
#include "tst_outliers.moc"
