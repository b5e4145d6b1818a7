// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/distance.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <stop_token>

#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::analysis;
using mask::BitMatrix;
using mask::OverlapCounts;

namespace {

const std::vector<std::string> twoSublayers = {"self_attn.q_proj", "mlp.up_proj"};

/// A mask that depends on run and matrix alone. The share kept grows with the run, so that pairs differ.
BitMatrix maskOf(std::size_t run, const MatrixId &id)
{
    const bool wide = id.sublayer == "mlp.up_proj";
    BitMatrix out(wide ? 12 : 7, wide ? 70 : 33);
    test::TinyRandom random(run * 1000 + id.layer.value * 10 + (wide ? 1 : 0));
    for (std::size_t row = 0; row < out.rows(); ++row)
        for (std::size_t col = 0; col < out.cols(); ++col)
            out.set(row, col, random.below(10) < 3 + run);
    return out;
}

/// 1 - |A and B| / |A or B| over pruned cells, cell by cell.
double slowJaccard(std::size_t a, std::size_t b, const std::vector<MatrixId> &ids)
{
    double both = 0;
    double either = 0;
    for (const MatrixId &id : ids) {
        const BitMatrix left = maskOf(a, id);
        const BitMatrix right = maskOf(b, id);
        for (std::size_t row = 0; row < left.rows(); ++row)
            for (std::size_t col = 0; col < left.cols(); ++col) {
                both += !left.test(row, col) && !right.test(row, col) ? 1 : 0;
                either += !left.test(row, col) || !right.test(row, col) ? 1 : 0;
            }
    }
    return 1.0 - both / either;
}

bool sameNumbers(const std::vector<PairDistance> &left, const std::vector<PairDistance> &right)
{
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](const auto &x, const auto &y) {
        return x.a == y.a && x.b == y.b && x.whole == y.whole && x.perLayer == y.perLayer
            && x.perSublayer == y.perSublayer && x.hamming == y.hamming && x.random == y.random;
    });
}

} // namespace

class TestDistance : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void jaccardOfSets_data();
    void jaccardOfSets();
    void hammingIsTheShareThatDiffers();
    void randomBaselineInClosedForm();
    void randomBaselineMeetsRandomMasks();
    void comparesAllPairs();
    void keptSetIsAnotherDistance();
    void blocksAndThreadsChangeNothing_data();
    void blocksAndThreadsChangeNothing();
    void keepsAtMostTheAllowedMasks();
    void fewerThanTwoRunsHaveNoPairs();
    void passesErrorsOn();
    void stopsWhenAsked();
    void reportsProgress();
};

void TestDistance::jaccardOfSets_data()
{
    QTest::addColumn<quint64>("inA");
    QTest::addColumn<quint64>("inB");
    QTest::addColumn<quint64>("inBoth");
    QTest::addColumn<double>("kept");
    QTest::addColumn<double>("pruned"); // of 10 cells
    QTest::newRow("equal") << quint64(4) << quint64(4) << quint64(4) << 0.0 << 0.0;
    QTest::newRow("disjoint halves") << quint64(5) << quint64(5) << quint64(0) << 1.0 << 1.0;
    QTest::newRow("overlapping") << quint64(5) << quint64(4) << quint64(3) << 0.5 << 1.0 - 4.0 / 7.0;
    QTest::newRow("nothing kept") << quint64(0) << quint64(0) << quint64(0) << 0.0 << 0.0;
    QTest::newRow("nothing pruned") << quint64(10) << quint64(10) << quint64(10) << 0.0 << 0.0;
    QTest::newRow("one empty") << quint64(0) << quint64(10) << quint64(0) << 1.0 << 1.0;
}

void TestDistance::jaccardOfSets()
{
    QFETCH(quint64, inA);
    QFETCH(quint64, inB);
    QFETCH(quint64, inBoth);
    QFETCH(double, kept);
    QFETCH(double, pruned);
    const OverlapCounts counts{10, inA, inB, inBoth};
    QCOMPARE(jaccardDistance(counts, SetKind::Kept), kept);
    QCOMPARE(jaccardDistance(counts, SetKind::Pruned), pruned);
}

void TestDistance::hammingIsTheShareThatDiffers()
{
    QCOMPARE(hammingDistance({10, 5, 4, 3}), 0.3);
    QCOMPARE(hammingDistance({10, 5, 5, 5}), 0.0);
    QCOMPARE(hammingDistance({}), 0.0);
}

void TestDistance::randomBaselineInClosedForm()
{
    QCOMPARE(randomBaseline(0.5, 0.5), 2.0 / 3.0);
    QCOMPARE(randomBaseline(0.6, 0.6), 1.0 - 0.36 / 0.84);
    QCOMPARE(randomBaseline(0.5, 0.7), 1.0 - 0.35 / 0.85);
    QCOMPARE(randomBaseline(1.0, 1.0), 0.0);
    QCOMPARE(randomBaseline(0.0, 0.5), 1.0);
    QCOMPARE(randomBaseline(0.0, 0.0), 0.0);
}

void TestDistance::randomBaselineMeetsRandomMasks()
{
    test::TinyRandom random(3);
    BitMatrix a(400, 500);
    BitMatrix b(400, 500);
    for (std::size_t row = 0; row < a.rows(); ++row)
        for (std::size_t col = 0; col < a.cols(); ++col) {
            a.set(row, col, random.uniform() < 0.5);
            b.set(row, col, random.uniform() < 0.3);
        }
    const auto counts = overlap(a, b);
    VERIFY_RESULT(counts);
    QVERIFY(std::fabs(jaccardDistance(*counts, SetKind::Kept) - randomBaseline(0.5, 0.3)) < 0.005);
    QVERIFY(std::fabs(jaccardDistance(*counts, SetKind::Pruned) - randomBaseline(0.5, 0.7)) < 0.005);
}

void TestDistance::comparesAllPairs()
{
    const auto pairs = comparePairs(3, 2, twoSublayers, SetKind::Pruned, maskOf, 1, {});
    VERIFY_RESULT(pairs);
    QCOMPARE(pairs->size(), std::size_t(3));
    const MatrixId q0{LayerIndex{0}, twoSublayers[0]};
    const MatrixId up0{LayerIndex{0}, twoSublayers[1]};
    const MatrixId q1{LayerIndex{1}, twoSublayers[0]};
    const MatrixId up1{LayerIndex{1}, twoSublayers[1]};
    std::set<std::pair<std::size_t, std::size_t>> seen;
    for (const PairDistance &pair : *pairs) {
        seen.insert({pair.a, pair.b});
        QCOMPARE(pair.whole, slowJaccard(pair.a, pair.b, {q0, up0, q1, up1}));
        QCOMPARE(pair.perLayer,
                 (std::vector<double>{slowJaccard(pair.a, pair.b, {q0, up0}), slowJaccard(pair.a, pair.b, {q1, up1})}));
        QCOMPARE(pair.perSublayer.size(), std::size_t(2));
        QCOMPARE(pair.perSublayer.at(twoSublayers[1]),
                 (std::vector<double>{slowJaccard(pair.a, pair.b, {up0}), slowJaccard(pair.a, pair.b, {up1})}));
        QVERIFY(pair.hamming > 0.0 && pair.hamming < 1.0);
        OverlapCounts whole;
        for (const std::string &sublayer : twoSublayers)
            for (const OverlapCounts &counts : pair.counts.at(sublayer))
                whole += counts;
        QCOMPARE(pair.counts.at(twoSublayers[0]).size(), std::size_t(2));
        QCOMPARE(jaccardDistance(whole, SetKind::Pruned), pair.whole);
        QCOMPARE(hammingDistance(whole), pair.hamming);
        QVERIFY(std::fabs(pair.random - randomBaseline(0.7 - 0.1 * double(pair.a), 0.7 - 0.1 * double(pair.b))) < 0.03);
    }
    QCOMPARE(seen, (std::set<std::pair<std::size_t, std::size_t>>{{0, 1}, {0, 2}, {1, 2}}));
}

void TestDistance::keptSetIsAnotherDistance()
{
    const auto load = [](std::size_t run, const MatrixId &) -> Result<BitMatrix> {
        BitMatrix out(1, 10);
        for (std::size_t col = 0; col < 4; ++col)
            out.set(0, col + run, true); // 0-3 and 1-4
        return out;
    };
    const auto kept = comparePairs(2, 1, {"x"}, SetKind::Kept, load, 1, {});
    const auto pruned = comparePairs(2, 1, {"x"}, SetKind::Pruned, load, 1, {});
    VERIFY_RESULT(kept);
    VERIFY_RESULT(pruned);
    QCOMPARE(kept->front().whole, 1.0 - 3.0 / 5.0);
    QCOMPARE(pruned->front().whole, 1.0 - 5.0 / 7.0);
    QCOMPARE(kept->front().hamming, 0.2);
    QCOMPARE(kept->front().random, randomBaseline(0.4, 0.4));
    QCOMPARE(pruned->front().random, randomBaseline(0.6, 0.6));
}

void TestDistance::blocksAndThreadsChangeNothing_data()
{
    QTest::addColumn<int>("runs");
    QTest::addColumn<int>("threads");
    QTest::addColumn<int>("maxResident");
    QTest::newRow("one thread, all resident") << 5 << 1 << 16;
    QTest::newRow("more threads than pairs") << 2 << 8 << 16;
    QTest::newRow("threads") << 5 << 3 << 5;
    QTest::newRow("blocks of two") << 5 << 2 << 4;
    QTest::newRow("blocks of one") << 5 << 2 << 2;
    QTest::newRow("no room asked for") << 3 << 1 << 0;
}

void TestDistance::blocksAndThreadsChangeNothing()
{
    QFETCH(int, runs);
    QFETCH(int, threads);
    QFETCH(int, maxResident);
    const auto expected = comparePairs(std::size_t(runs), 2, twoSublayers, SetKind::Pruned, maskOf, 1, {}, 100);
    const auto found = comparePairs(std::size_t(runs), 2, twoSublayers, SetKind::Pruned, maskOf, threads, {},
                                    std::size_t(maxResident));
    VERIFY_RESULT(expected);
    VERIFY_RESULT(found);
    QVERIFY(sameNumbers(*found, *expected));
    QCOMPARE(found->size(), std::size_t(runs * (runs - 1) / 2));
}

void TestDistance::keepsAtMostTheAllowedMasks()
{
    std::size_t loads = 0;
    const auto load = [&loads](std::size_t run, const MatrixId &id) -> Result<BitMatrix> {
        ++loads;
        return maskOf(run, id);
    };
    const auto together = comparePairs(6, 1, {"x"}, SetKind::Pruned, load, 1, {}, 6);
    VERIFY_RESULT(together);
    QCOMPARE(loads, std::size_t(6));
    loads = 0;
    const auto inBlocks = comparePairs(6, 1, {"x"}, SetKind::Pruned, load, 1, {}, 4);
    VERIFY_RESULT(inBlocks);
    QCOMPARE(loads, std::size_t(6 + 4 + 2)); // blocks of two: each with all later ones
}

void TestDistance::fewerThanTwoRunsHaveNoPairs()
{
    for (const std::size_t runs : {0U, 1U}) {
        const auto pairs = comparePairs(runs, 2, twoSublayers, SetKind::Pruned, maskOf, 1, {});
        VERIFY_RESULT(pairs);
        QVERIFY(pairs->empty());
    }
}

void TestDistance::passesErrorsOn()
{
    const auto damaged = [](std::size_t run, const MatrixId &id) -> Result<BitMatrix> {
        if (run == 1 && id.layer.value == 1)
            return failure(ErrorCode::BadInput, "layer-0001.h5 is damaged");
        return maskOf(run, id);
    };
    VERIFY_ERROR(comparePairs(2, 2, twoSublayers, SetKind::Pruned, damaged, 2, {}), ErrorCode::BadInput);
    const auto misshapen = [](std::size_t run, const MatrixId &) -> Result<BitMatrix> { return BitMatrix(2, 3 + run); };
    const auto refused = comparePairs(2, 1, {"mlp.up_proj"}, SetKind::Pruned, misshapen, 2, {});
    VERIFY_ERROR(refused, ErrorCode::Internal);
    QVERIFY(refused.error().detail.find("model.layers.0.mlp.up_proj.weight") != std::string::npos);
}

void TestDistance::stopsWhenAsked()
{
    std::stop_source stop;
    const auto load = [&stop](std::size_t run, const MatrixId &id) -> Result<BitMatrix> {
        if (id.layer.value == 1)
            stop.request_stop();
        return maskOf(run, id);
    };
    const auto pairs = comparePairs(2, 3, twoSublayers, SetKind::Pruned, load, 1, RunContext(stop.get_token(), {}));
    VERIFY_ERROR(pairs, ErrorCode::Cancelled);
}

void TestDistance::reportsProgress()
{
    std::vector<std::uint64_t> done;
    const RunContext context({}, [&done](const Progress &progress) {
        done.push_back(progress.stage == "compare" && progress.total == 2 ? progress.done : 99);
    });
    const auto pairs = comparePairs(2, 2, twoSublayers, SetKind::Pruned, maskOf, 1, context);
    VERIFY_RESULT(pairs);
    QCOMPARE(done, (std::vector<std::uint64_t>{0, 1, 2}));
}

QTEST_APPLESS_MAIN(TestDistance)
#include "tst_distance.moc"
