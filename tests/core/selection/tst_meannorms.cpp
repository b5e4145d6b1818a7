// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/selection/meannorms.h"
#include "core/selection/selection.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::selection;
using namespace secateur::test;

namespace {

using Norms = std::vector<std::vector<float>>;

std::vector<float> randomNorms(std::size_t cols, double scale, TinyRandom &random)
{
    std::vector<float> norms(cols);
    for (float &norm : norms)
        norm = float(scale * std::exp(random.normal()));
    return norms;
}

std::vector<float> randomWeights(std::size_t count, TinyRandom &random)
{
    std::vector<float> weights(count);
    for (float &weight : weights)
        weight = float(random.normal());
    return weights;
}

double meanRoot(const std::vector<float> &norms)
{
    double sum = 0.0;
    for (const float norm : norms)
        sum += std::sqrt(double(norm));
    return sum / double(norms.size());
}

/// Scores of each domain, divided by the mean norm, weighted and added up: the definition, one row at a time.
mask::BitMatrix bruteForce(const WeightView &weights, const Norms &norms, const std::vector<double> &counts,
                           std::size_t pruned)
{
    mask::BitMatrix kept(weights.rows, weights.cols, true);
    for (std::size_t row = 0; row < weights.rows; ++row) {
        std::vector<double> scores(weights.cols, 0.0);
        for (std::size_t domain = 0; domain < norms.size(); ++domain)
            for (std::size_t col = 0; col < weights.cols; ++col)
                scores[col] += counts[domain] * std::abs(double(weights.values[row * weights.cols + col]))
                    * std::sqrt(double(norms[domain][col])) / meanRoot(norms[domain]);
        std::vector<std::size_t> order(weights.cols);
        std::iota(order.begin(), order.end(), std::size_t(0));
        std::ranges::stable_sort(order, {}, [&scores](std::size_t col) { return scores[col]; });
        for (std::size_t i = 0; i < pruned; ++i)
            kept.set(row, order[i], false);
    }
    return kept;
}

} // namespace

class TestMeanNorms : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void selectsByTheMeanOfTheScores();
    void oneDomainIsItself();
    void weightsCount();
    void scaleOfADomainDoesNotCount();
    void silentDomainAddsNothing();
    void refuses();
};

void TestMeanNorms::selectsByTheMeanOfTheScores()
{
    TinyRandom random(11);
    const std::vector<float> values = randomWeights(9 * 40, random);
    const WeightView weights{9, 40, values};
    const Norms norms = {randomNorms(40, 1.0, random), randomNorms(40, 300.0, random), randomNorms(40, 0.01, random)};
    const std::vector<double> counts = {3.0, 1.0, 0.5};
    const auto mean = meanNorms(norms, counts);
    VERIFY_RESULT(mean);
    const auto kept = selectWanda(weights, *mean, Sparsity::fromRatio(0.5).value(), 1);
    VERIFY_RESULT(kept);
    QVERIFY(*kept == bruteForce(weights, norms, counts, 20));
}

void TestMeanNorms::oneDomainIsItself()
{
    TinyRandom random(12);
    const std::vector<float> norms = randomNorms(100, 5.0, random);
    QCOMPARE(meanNorms({norms}, std::vector<double>{0.3}).value(), norms);
    QCOMPARE(meanNorms({norms, norms}, std::vector<double>{0.3, 7.0}).value(), norms);
}

void TestMeanNorms::weightsCount()
{
    TinyRandom random(13);
    const Norms norms = {randomNorms(50, 1.0, random), randomNorms(50, 1.0, random)};
    const auto towards = [&](double first) {
        const auto mean = meanNorms(norms, std::vector<double>{first, 1.0}).value();
        double far = 0.0; // in units of the first domain, in whose scale the mean is
        for (std::size_t col = 0; col < mean.size(); ++col)
            far += std::abs(std::sqrt(double(mean[col])) - std::sqrt(double(norms[0][col])));
        return far;
    };
    QVERIFY(towards(1.0) > 1.5 * towards(3.0));
    QVERIFY(towards(1e9) < 1e-4);
    // Only proportions count.
    const auto small = meanNorms(norms, std::vector<double>{0.3, 0.1}).value();
    const auto large = meanNorms(norms, std::vector<double>{30.0, 10.0}).value();
    for (std::size_t col = 0; col < small.size(); ++col)
        QVERIFY(std::abs(small[col] - large[col]) <= 1e-6F * large[col]);
}

void TestMeanNorms::scaleOfADomainDoesNotCount()
{
    TinyRandom random(14);
    Norms norms = {randomNorms(64, 1.0, random), randomNorms(64, 1.0, random)};
    const auto before = meanNorms(norms, std::vector<double>{1.0, 1.0}).value();
    for (float &norm : norms[1])
        norm *= 4096.0F; // texts 4096 times as long
    QCOMPARE(meanNorms(norms, std::vector<double>{1.0, 1.0}).value(), before);
}

void TestMeanNorms::silentDomainAddsNothing()
{
    TinyRandom random(15);
    const std::vector<float> norms = randomNorms(16, 1.0, random);
    const std::vector<float> silent(16, 0.0F);
    for (const Norms &both : {Norms{norms, silent}, Norms{silent, norms}}) {
        const auto mean = meanNorms(both, std::vector<double>{1.0, 1.0}).value();
        for (std::size_t col = 1; col < 16; ++col) // in proportion to the other's
            QVERIFY(std::abs(mean[col] / mean[0] - norms[col] / norms[0]) < 1e-4F * norms[col] / norms[0]);
    }
    QCOMPARE(meanNorms({silent, silent}, std::vector<double>{1.0, 1.0}).value(), silent);
}

void TestMeanNorms::refuses()
{
    const std::vector<float> norms(4, 1.0F);
    VERIFY_ERROR(meanNorms({}, {}), ErrorCode::InvalidArgument);
    VERIFY_ERROR(meanNorms({norms}, std::vector<double>{1.0, 2.0}), ErrorCode::InvalidArgument);
    for (const double weight : {0.0, -1.0, std::numeric_limits<double>::infinity(), std::nan("")})
        VERIFY_ERROR(meanNorms({norms}, std::vector<double>{weight}), ErrorCode::InvalidArgument);
    VERIFY_ERROR(meanNorms({norms, {1.0F}}, std::vector<double>{1.0, 1.0}), ErrorCode::Internal);
    for (const float bad : {-1.0F, std::numeric_limits<float>::infinity(), std::nanf("")})
        VERIFY_ERROR(meanNorms({norms, {1.0F, bad, 1.0F, 1.0F}}, std::vector<double>{1.0, 1.0}), ErrorCode::BadInput);
}

QTEST_APPLESS_MAIN(TestMeanNorms)
#include "tst_meannorms.moc"
