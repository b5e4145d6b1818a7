// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "core/model/sampler.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using model::Sampler;
using model::SamplingOptions;

class TestSampler : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void greedyTakesTheFirstOfEquals();
    void refusesBadOptions_data();
    void refusesBadOptions();
    void drawsInProportion();
    void topKAndTopPCutTheTail();
    void sameSeedSameTokens();
    void sortsNoLessThanNeeded_data();
    void sortsNoLessThanNeeded();

private:
    static constexpr std::array<float, 4> logits = {0.0F, std::numeric_limits<float>::lowest(), 1.0F, 2.0F};
};

void TestSampler::greedyTakesTheFirstOfEquals()
{
    auto sampler = Sampler::create({});
    VERIFY_RESULT(sampler);
    QCOMPARE(sampler->next(std::array{1.0F, 3.0F, 3.0F}), 1);
}

void TestSampler::refusesBadOptions_data()
{
    QTest::addColumn<double>("temperature");
    QTest::addColumn<double>("topP");
    QTest::addColumn<int>("topK");
    QTest::newRow("negative temperature") << -1.0 << 1.0 << 0;
    QTest::newRow("temperature is no number") << std::nan("") << 1.0 << 0;
    QTest::newRow("top-p 0") << 1.0 << 0.0 << 0;
    QTest::newRow("top-p above 1") << 1.0 << 1.1 << 0;
    QTest::newRow("negative top-k") << 1.0 << 1.0 << -1;
}

void TestSampler::refusesBadOptions()
{
    QFETCH(double, temperature);
    QFETCH(double, topP);
    QFETCH(int, topK);
    VERIFY_ERROR(Sampler::create({temperature, topP, topK, 0}), ErrorCode::InvalidArgument);
}

/// Ids 0, 2 and 3 have weights 1 : e : e^2 at temperature 1. With 20000 draws a share is within 0.015 (4 sigma).
void TestSampler::drawsInProportion()
{
    auto sampler = Sampler::create({.temperature = 1.0, .topP = 1.0, .topK = 0, .seed = 7});
    VERIFY_RESULT(sampler);
    std::array<int, 4> counts{};
    constexpr int draws = 20000;
    for (int i = 0; i < draws; ++i)
        ++counts[std::size_t(sampler->next(logits))];
    const double all = 1.0 + std::exp(1.0) + std::exp(2.0);
    QVERIFY(std::fabs(double(counts[0]) / draws - 1.0 / all) < 0.015);
    QVERIFY(std::fabs(double(counts[2]) / draws - std::exp(1.0) / all) < 0.015);
    QVERIFY(std::fabs(double(counts[3]) / draws - std::exp(2.0) / all) < 0.015);
    QCOMPARE(counts[1], 0);
}

void TestSampler::topKAndTopPCutTheTail()
{
    // The most likely token has probability 0.665: top-p 0.6 keeps it alone, 0.7 the second too.
    for (const auto &options : {SamplingOptions{1.0, 1.0, 2, 1}, SamplingOptions{1.0, 0.7, 0, 1}}) {
        auto sampler = Sampler::create(options);
        VERIFY_RESULT(sampler);
        std::array<int, 4> counts{};
        for (int i = 0; i < 500; ++i)
            ++counts[std::size_t(sampler->next(logits))];
        QCOMPARE(counts[0], 0);
        QVERIFY(counts[2] > 0);
        QVERIFY(counts[3] > counts[2]);
    }
    auto only = Sampler::create({1.0, 0.6, 0, 1});
    VERIFY_RESULT(only);
    for (int i = 0; i < 100; ++i)
        QCOMPARE(only->next(logits), 3);
}

void TestSampler::sameSeedSameTokens()
{
    const auto draw = [](std::uint64_t seed) {
        auto sampler = Sampler::create({.temperature = 1.0, .topP = 1.0, .topK = 0, .seed = seed});
        std::vector<int> ids;
        for (int i = 0; i < 50; ++i)
            ids.push_back(sampler->next(logits));
        return ids;
    };
    QCOMPARE(draw(3), draw(3));
    QVERIFY(draw(3) != draw(4));
}

/// Draws from a large vocabulary, of which only a part gets sorted, against a plain restatement that sorts all of it.
void TestSampler::sortsNoLessThanNeeded_data()
{
    QTest::addColumn<double>("topP");
    QTest::addColumn<int>("topK");
    QTest::newRow("all") << 1.0 << 0;
    QTest::newRow("top-p") << 0.9 << 0;
    QTest::newRow("top-k") << 1.0 << 500;
    QTest::newRow("both") << 0.8 << 2000;
}

void TestSampler::sortsNoLessThanNeeded()
{
    QFETCH(double, topP);
    QFETCH(int, topK);
    constexpr std::size_t vocabulary = 5000;
    std::vector<float> many(vocabulary);
    for (std::size_t i = 0; i < vocabulary; ++i)
        many[i] = float((i * 7919) % 997) / 250.0F; // each value about five times
    std::vector<int> order(vocabulary);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return many[std::size_t(a)] > many[std::size_t(b)]; });
    if (topK > 0)
        order.resize(std::size_t(topK));
    double all = 0.0;
    for (const int id : order)
        all += std::exp(double(many[std::size_t(id)]));
    std::size_t count = 0;
    for (double kept = 0.0; count < order.size() && kept < topP * all; ++count)
        kept += std::exp(double(many[std::size_t(order[count])]));

    auto sampler = Sampler::create({1.0, topP, topK, 5});
    VERIFY_RESULT(sampler);
    std::size_t deepest = 0;
    double rank = 0.0;
    constexpr int draws = 2000;
    for (int i = 0; i < draws; ++i) {
        const auto place = std::size_t(std::find(order.begin(), order.end(), sampler->next(many)) - order.begin());
        deepest = std::max(deepest, place);
        rank += double(place) / draws;
    }
    double expected = 0.0;
    double weights = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
        const double weight = std::exp(double(many[std::size_t(order[i])]));
        expected += double(i) * weight;
        weights += weight;
    }
    QVERIFY(deepest < count && deepest > count * 9 / 10);
    // The standard error of the mean rank is below count / 150.
    QVERIFY(std::fabs(rank - expected / weights) < double(count) / 35.0);
}

QTEST_GUILESS_MAIN(TestSampler)
#include "tst_sampler.moc"
