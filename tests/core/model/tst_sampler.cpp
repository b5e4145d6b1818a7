// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <cmath>
#include <limits>

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

QTEST_GUILESS_MAIN(TestSampler)
#include "tst_sampler.moc"
