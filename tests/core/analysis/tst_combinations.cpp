// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/combinations.h"

#include <stop_token>

#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::analysis;
using mask::BitMatrix;

namespace {

using Counts = std::vector<std::uint64_t>;

/// One row from "1100".
BitMatrix rowOf(std::string_view bits)
{
    BitMatrix out(1, bits.size());
    for (std::size_t col = 0; col < bits.size(); ++col)
        out.set(0, col, bits[col] == '1');
    return out;
}

BitMatrix randomMask(std::size_t rows, std::size_t cols, std::uint64_t seed)
{
    test::TinyRandom random(seed);
    BitMatrix out(rows, cols);
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t col = 0; col < cols; ++col)
            out.set(row, col, random.below(3) > 0);
    return out;
}

/// Cell by cell.
Counts slowCounts(const std::vector<const BitMatrix *> &kept)
{
    Counts counts(std::size_t(1) << kept.size(), 0);
    for (std::size_t row = 0; row < kept.front()->rows(); ++row)
        for (std::size_t col = 0; col < kept.front()->cols(); ++col) {
            std::size_t set = 0;
            for (std::size_t run = 0; run < kept.size(); ++run)
                set |= std::size_t(kept[run]->test(row, col)) << run;
            ++counts[set];
        }
    return counts;
}

} // namespace

class TestCombinations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsEachCombination();
    void countsAsCellByCell_data();
    void countsAsCellByCell();
    void prunedIsTheMirrorImage();
    void chanceOfIndependentMasks();
    void streamsMatrices();
    void refuses();
    void stopsWhenAsked();
};

void TestCombinations::countsEachCombination()
{
    const BitMatrix a = rowOf("1111000011");
    const BitMatrix b = rowOf("1100110011");
    const BitMatrix c = rowOf("1010101011");
    const auto found = countCombinations({&a, &b, &c});
    VERIFY_RESULT(found);
    QCOMPARE(found->runs, std::size_t(3));
    //                              none a  b  ab c  ac bc abc
    QCOMPARE(found->exactly, (Counts{1, 1, 1, 1, 1, 1, 1, 3}));
    QCOMPARE(found->total(), std::uint64_t(10));
    QCOMPARE(found->inAll(), std::uint64_t(3));
    QCOMPARE(found->inNone(), std::uint64_t(1));
    QCOMPARE(found->inExactly(1), std::uint64_t(3));
    QCOMPARE(found->inExactly(2), std::uint64_t(3));
    QCOMPARE(found->ofRun(0), std::uint64_t(6));
    QCOMPARE(found->ofRun(2), std::uint64_t(6));
}

void TestCombinations::countsAsCellByCell_data()
{
    QTest::addColumn<int>("runs");
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("cols");
    QTest::newRow("one run, padding bits") << 1 << 3 << 5;
    QTest::newRow("two runs, whole words") << 2 << 4 << 128;
    QTest::newRow("five runs, several blocks") << 5 << 61 << 333;
    QTest::newRow("as many as allowed") << 12 << 7 << 70;
}

void TestCombinations::countsAsCellByCell()
{
    QFETCH(int, runs);
    QFETCH(int, rows);
    QFETCH(int, cols);
    std::vector<BitMatrix> masks;
    for (int run = 0; run < runs; ++run)
        masks.push_back(randomMask(std::size_t(rows), std::size_t(cols), std::uint64_t(run + 1)));
    std::vector<const BitMatrix *> kept;
    for (const BitMatrix &mask : masks)
        kept.push_back(&mask);
    const auto found = countCombinations(kept);
    VERIFY_RESULT(found);
    QCOMPARE(found->exactly, slowCounts(kept));
}

void TestCombinations::prunedIsTheMirrorImage()
{
    const BitMatrix a = randomMask(9, 50, 1);
    const BitMatrix b = randomMask(9, 50, 2);
    const BitMatrix c = randomMask(9, 50, 3);
    const auto kept = countCombinations({&a, &b, &c});
    const BitMatrix notA = a.inverted();
    const BitMatrix notB = b.inverted();
    const BitMatrix notC = c.inverted();
    const auto pruned = countCombinations({&notA, &notB, &notC});
    VERIFY_RESULT(kept);
    VERIFY_RESULT(pruned);
    QVERIFY(kept->exactly != pruned->exactly);
    QCOMPARE(kept->complement().exactly, pruned->exactly);
}

void TestCombinations::chanceOfIndependentMasks()
{
    QCOMPARE(chanceOf(0, {0.5, 0.5, 0.5}), 0.125);
    QCOMPARE(chanceOf(0b01, {0.6, 0.2}), 0.6 * 0.8);
    QCOMPARE(chanceOf(0b11, {0.6, 0.2}), 0.6 * 0.2);
}

void TestCombinations::streamsMatrices()
{
    const auto load = [](std::size_t run, const MatrixId &id) -> Result<BitMatrix> {
        return randomMask(3, 40, run + 10 * id.layer.value + (id.sublayer == "up" ? 100 : 0));
    };
    std::vector<std::uint64_t> done;
    const RunContext context({}, [&done](const Progress &progress) { done.push_back(progress.done); });
    const auto table = combineRuns(2, 2, {"q", "up"}, load, context);
    VERIFY_RESULT(table);
    QCOMPARE(table->size(), std::size_t(2));
    const BitMatrix a = randomMask(3, 40, 110);
    const BitMatrix b = randomMask(3, 40, 111);
    QCOMPARE(table->at("up").at(1).exactly, slowCounts({&a, &b}));
    QCOMPARE(done, (Counts{0, 1, 2}));

    CombinationCounts whole;
    for (const auto &[name, layers] : *table)
        for (const CombinationCounts &counts : layers)
            whole += counts;
    QCOMPARE(whole.runs, std::size_t(2));
    QCOMPARE(whole.total(), std::uint64_t(4 * 3 * 40));
}

void TestCombinations::refuses()
{
    VERIFY_ERROR(countCombinations({}), ErrorCode::InvalidArgument);
    const BitMatrix mask(2, 3);
    VERIFY_ERROR(countCombinations(std::vector<const BitMatrix *>(13, &mask)), ErrorCode::InvalidArgument);
    const BitMatrix other(3, 2);
    VERIFY_ERROR(countCombinations({&mask, &other}), ErrorCode::Internal);
    const auto damaged = [](std::size_t, const MatrixId &) -> Result<BitMatrix> {
        return failure(ErrorCode::BadInput, "damaged");
    };
    VERIFY_ERROR(combineRuns(2, 1, {"q"}, damaged, {}), ErrorCode::BadInput);
}

void TestCombinations::stopsWhenAsked()
{
    std::stop_source stop;
    const auto load = [&stop](std::size_t, const MatrixId &) -> Result<BitMatrix> {
        stop.request_stop();
        return BitMatrix(1, 1);
    };
    VERIFY_ERROR(combineRuns(2, 1, {"q"}, load, RunContext(stop.get_token(), {})), ErrorCode::Cancelled);
}

QTEST_APPLESS_MAIN(TestCombinations)
#include "tst_combinations.moc"
