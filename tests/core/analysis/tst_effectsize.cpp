// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/analysis/effectsize.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::analysis;
using namespace secateur::test;

namespace {

/// Runs 0 … a-1 of one domain and a … a+b-1 of the other.
DomainSamples samples(std::size_t a, std::size_t b)
{
    DomainSamples all;
    for (std::size_t run = 0; run < a + b; ++run)
        (run < a ? all.a : all.b).push_back(run);
    return all;
}

ItemDistances distances(const DomainSamples &all, double within, double between, double spread = 0.0)
{
    ItemDistances result(all.a.size() + all.b.size());
    for (std::size_t i = 0; i < result.size; ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const bool same = (i < all.a.size()) == (j < all.a.size());
            result.set(i, j, (same ? within : between) + spread * double((i * 7 + j * 3) % 5));
        }
    return result;
}

bool near(double a, double b)
{
    return std::abs(a - b) < 1e-12;
}

} // namespace

class TestEffectSize : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void liesBetweenFloorAndChance()
    {
        const auto all = samples(3, 2);
        const auto effect = effectSize(distances(all, 0.1, 0.3), all, 0.6, mersenneTwisterDraws(1));
        VERIFY_RESULT(effect);
        QVERIFY(near(effect->floor, 0.1));
        QVERIFY(near(effect->cross, 0.3));
        QVERIFY(near(effect->value, 0.4));
        QCOMPARE(effect->samplesA, std::size_t(3));
        QCOMPARE(effect->samplesB, std::size_t(2));
        QVERIFY(effect->interval); // a run is never compared with itself, so nothing moves the floor
        QVERIFY(near(effect->interval->low, 0.4) && near(effect->interval->high, 0.4));
        const auto none = effectSize(distances(all, 0.1, 0.1), all, 0.6, mersenneTwisterDraws(1));
        QVERIFY(near(none->value, 0.0));
        const auto chance = effectSize(distances(all, 0.1, 0.6), all, 0.6, mersenneTwisterDraws(1));
        QVERIFY(near(chance->value, 1.0));
    }

    void intervalCoversTheSpread()
    {
        const auto all = samples(4, 4);
        const auto table = distances(all, 0.1, 0.3, 0.02);
        const auto effect = effectSize(table, all, 0.7, mersenneTwisterDraws(1));
        VERIFY_RESULT(effect);
        QVERIFY(effect->interval && effect->interval->covers(effect->value));
        QVERIFY(effect->interval->high - effect->interval->low > 0.01);
        const auto again = effectSize(table, all, 0.7, mersenneTwisterDraws(1));
        QCOMPARE(again->interval->low, effect->interval->low);
    }

    void oneDomainMayGiveTheFloor()
    {
        const auto all = samples(2, 1);
        const auto effect = effectSize(distances(all, 0.1, 0.3), all, 0.6, mersenneTwisterDraws(1));
        VERIFY_RESULT(effect);
        QVERIFY(near(effect->value, 0.4));
        QVERIFY(!effect->interval); // nobody knows how much the other domain's sample matters
    }

    void refusesWithAReason()
    {
        const auto single = samples(1, 1);
        const auto none = effectSize(distances(single, 0.1, 0.3), single, 0.6, mersenneTwisterDraws(1));
        VERIFY_ERROR(none, ErrorCode::InvalidArgument);
        QVERIFY(none.error().detail.find("--seed") != std::string::npos);
        const auto all = samples(2, 2);
        VERIFY_ERROR(effectSize(distances(all, 0.6, 0.6), all, 0.6, mersenneTwisterDraws(1)),
                     ErrorCode::InvalidArgument);
        VERIFY_ERROR(effectSize(distances(all, 0.1, 0.3), {{0, 1}, {}}, 0.6, mersenneTwisterDraws(1)),
                     ErrorCode::InvalidArgument);
    }
};

QTEST_APPLESS_MAIN(TestEffectSize)
#include "tst_effectsize.moc"
