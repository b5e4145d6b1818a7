// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mask/bitmatrix.h"

#include <limits>
#include <string>

#include "core/mask/bitkernels.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::mask;
using Bytes = std::vector<std::uint8_t>;

namespace {

/// Rows of '0' and '1'; blanks are skipped.
BitMatrix fromText(const std::vector<std::string> &rows)
{
    BitMatrix out(rows.size(), rows.empty() ? 0 : rows.front().size());
    for (std::size_t row = 0; row < out.rows(); ++row)
        for (std::size_t col = 0; col < out.cols(); ++col)
            out.set(row, col, rows[row][col] == '1');
    return out;
}

BitMatrix randomMatrix(std::size_t rows, std::size_t cols, std::uint64_t seed)
{
    test::TinyRandom random(seed);
    BitMatrix out(rows, cols);
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t col = 0; col < cols; ++col)
            out.set(row, col, random.below(2) == 1);
    return out;
}

} // namespace

class TestBitMatrix : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void startsWithOneValueAndNoPadding();
    void setChangesOneCell();
    void countsPerColumn_data();
    void countsPerColumn();
    void invertsWithinTheColumns();
    void packsAsNumpyDoes();
    void packedRowsReadBack_data();
    void packedRowsReadBack();
    void refusesWrongPackedRows_data();
    void refusesWrongPackedRows();
    void algebraCellByCell();
    void refusesDifferentShapes();
    void overlapCountsInOnePass();
    void overlapOfRowsAddsUp();
    void complementCountsTheOtherSet();
    void everyCpuLevelCountsAlike();
};

void TestBitMatrix::startsWithOneValueAndNoPadding()
{
    const BitMatrix ones(3, 70, true);
    QCOMPARE(ones.wordsPerRow(), std::size_t(2));
    QCOMPARE(ones.count(), std::uint64_t(210));
    QCOMPARE(ones.row(1)[1], std::uint64_t(0x3f));
    QCOMPARE(BitMatrix(3, 70).count(), std::uint64_t(0));
    QCOMPARE(BitMatrix(2, 128, true).row(1)[1], ~std::uint64_t(0));
    QCOMPARE(BitMatrix(0, 5, true).count(), std::uint64_t(0));
    QCOMPARE(BitMatrix(5, 0, true).size(), std::size_t(0));
}

void TestBitMatrix::setChangesOneCell()
{
    BitMatrix matrix(2, 130);
    matrix.set(1, 129, true);
    matrix.set(1, 64, true);
    QVERIFY(matrix.test(1, 129));
    QVERIFY(matrix.test(1, 64));
    QVERIFY(!matrix.test(0, 129));
    QCOMPARE(matrix.row(1)[1], std::uint64_t(1));
    QCOMPARE(matrix.row(1)[2], std::uint64_t(2));
    QCOMPARE(matrix.countRow(0), std::uint64_t(0));
    QCOMPARE(matrix.countRow(1), std::uint64_t(2));
    matrix.set(1, 129, false);
    QCOMPARE(matrix.count(), std::uint64_t(1));
}

void TestBitMatrix::countsPerColumn_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("cols");
    QTest::newRow("one cell") << 1 << 1;
    QTest::newRow("ragged") << 7 << 13;
    QTest::newRow("several words") << 20 << 200;
    QTest::newRow("more rows than a byte counts") << 600 << 65;
}

void TestBitMatrix::countsPerColumn()
{
    QFETCH(int, rows);
    QFETCH(int, cols);
    BitMatrix matrix = randomMatrix(std::size_t(rows), std::size_t(cols), 5);
    for (std::size_t row = 0; row < matrix.rows(); ++row)
        matrix.set(row, 0, true);
    std::vector<std::uint64_t> expected(matrix.cols());
    for (std::size_t row = 0; row < matrix.rows(); ++row)
        for (std::size_t col = 0; col < matrix.cols(); ++col)
            expected[col] += matrix.test(row, col) ? 1 : 0;
    QCOMPARE(expected[0], std::uint64_t(rows));
    QCOMPARE(matrix.columnCounts(), expected);
}

void TestBitMatrix::invertsWithinTheColumns()
{
    const BitMatrix inverted = fromText({"01100", "11111"}).inverted();
    QCOMPARE(inverted, fromText({"10011", "00000"}));
    QCOMPARE(inverted.row(0)[0], std::uint64_t(0b11001));
}

void TestBitMatrix::packsAsNumpyDoes()
{
    // design/protocols.md E.2: non-zeros of [0,1,0,2,3,0,0,0,4,0], of zeros, and of [-1.5,0,0,0,0,0,0,.5,0,.25].
    const BitMatrix matrix = fromText({"0101100010", "0000000000", "1000000101"});
    const Bytes expected{0x1a, 0x01, 0x00, 0x00, 0x81, 0x02};
    QCOMPARE(matrix.bytesPerPackedRow(), std::size_t(2));
    QCOMPARE(matrix.toPackedRows(), expected);
    const auto back = BitMatrix::fromPackedRows(3, 10, expected);
    VERIFY_RESULT(back);
    QCOMPARE(*back, matrix);
}

void TestBitMatrix::packedRowsReadBack_data()
{
    QTest::addColumn<int>("cols");
    for (const int cols : {1, 7, 8, 9, 63, 64, 65, 72, 127, 128, 129})
        QTest::newRow(std::to_string(cols).c_str()) << cols;
}

void TestBitMatrix::packedRowsReadBack()
{
    QFETCH(int, cols);
    const BitMatrix matrix = randomMatrix(5, std::size_t(cols), std::uint64_t(cols));
    const auto back = BitMatrix::fromPackedRows(5, std::size_t(cols), matrix.toPackedRows());
    VERIFY_RESULT(back);
    QCOMPARE(*back, matrix);
}

void TestBitMatrix::refusesWrongPackedRows_data()
{
    QTest::addColumn<quint64>("rows");
    QTest::addColumn<quint64>("cols");
    QTest::addColumn<Bytes>("bytes");
    QTest::newRow("too short") << quint64(2) << quint64(9) << Bytes{1, 0, 1};
    QTest::newRow("too long") << quint64(1) << quint64(8) << Bytes{1, 0};
    QTest::newRow("padding bit") << quint64(1) << quint64(9) << Bytes{0, 2};
    QTest::newRow("padding bit of the second row") << quint64(2) << quint64(4) << Bytes{15, 16};
    const quint64 huge = std::numeric_limits<quint64>::max();
    QTest::newRow("product overflows to the size") << (quint64(1) << 63) << quint64(16) << Bytes{};
    QTest::newRow("columns near the limit") << quint64(1) << huge << Bytes{0};
}

void TestBitMatrix::refusesWrongPackedRows()
{
    QFETCH(quint64, rows);
    QFETCH(quint64, cols);
    QFETCH(Bytes, bytes);
    VERIFY_ERROR(BitMatrix::fromPackedRows(rows, cols, bytes), ErrorCode::BadInput);
}

void TestBitMatrix::algebraCellByCell()
{
    const BitMatrix a = fromText({"0011"});
    const BitMatrix b = fromText({"0101"});
    const auto both = bitAnd(a, b);
    const auto either = bitOr(a, b);
    const auto differing = bitXor(a, b);
    const auto onlyA = bitAndNot(a, b);
    VERIFY_RESULT(both);
    VERIFY_RESULT(either);
    VERIFY_RESULT(differing);
    VERIFY_RESULT(onlyA);
    QCOMPARE(*both, fromText({"0001"}));
    QCOMPARE(*either, fromText({"0111"}));
    QCOMPARE(*differing, fromText({"0110"}));
    QCOMPARE(*onlyA, fromText({"0010"}));
}

void TestBitMatrix::refusesDifferentShapes()
{
    const BitMatrix a(2, 64);
    const BitMatrix b(2, 63);
    VERIFY_ERROR(bitAnd(a, b), ErrorCode::Internal);
    VERIFY_ERROR(bitOr(a, b), ErrorCode::Internal);
    VERIFY_ERROR(bitXor(a, b), ErrorCode::Internal);
    VERIFY_ERROR(bitAndNot(a, b), ErrorCode::Internal);
    VERIFY_ERROR(overlap(a, b), ErrorCode::Internal);
    VERIFY_ERROR(overlap(a, BitMatrix(3, 64)), ErrorCode::Internal);
    VERIFY_ERROR(overlapRows(a, a, 1, 3), ErrorCode::Internal);
    VERIFY_ERROR(overlapRows(a, a, 2, 1), ErrorCode::Internal);
}

void TestBitMatrix::overlapCountsInOnePass()
{
    const auto counts = overlap(fromText({"11100", "00001"}), fromText({"01110", "00000"}));
    VERIFY_RESULT(counts);
    QCOMPARE(*counts, (OverlapCounts{10, 4, 3, 2}));
}

void TestBitMatrix::overlapOfRowsAddsUp()
{
    const BitMatrix a = randomMatrix(9, 77, 1);
    const BitMatrix b = randomMatrix(9, 77, 2);
    const auto whole = overlap(a, b);
    const auto upper = overlapRows(a, b, 0, 4);
    const auto lower = overlapRows(a, b, 4, 9);
    VERIFY_RESULT(whole);
    VERIFY_RESULT(upper);
    VERIFY_RESULT(lower);
    OverlapCounts sum = *upper;
    sum += *lower;
    QCOMPARE(sum, *whole);
    QCOMPARE(upper->total, std::uint64_t(4 * 77));
    const auto both = bitAnd(a, b);
    VERIFY_RESULT(both);
    QCOMPARE(*whole, (OverlapCounts{9 * 77, a.count(), b.count(), both->count()}));
}

void TestBitMatrix::complementCountsTheOtherSet()
{
    const BitMatrix a = randomMatrix(6, 100, 3);
    const BitMatrix b = randomMatrix(6, 100, 4);
    const auto kept = overlap(a, b);
    const auto pruned = overlap(a.inverted(), b.inverted());
    VERIFY_RESULT(kept);
    VERIFY_RESULT(pruned);
    QCOMPARE(kept->complement(), *pruned);
}

void TestBitMatrix::everyCpuLevelCountsAlike()
{
    for (const std::size_t cols : {1U, 64U, 500U, 4099U}) {
        const BitMatrix a = randomMatrix(3, cols, 8);
        const BitMatrix b = randomMatrix(3, cols, 9);
        std::uint64_t ones = 0;
        OverlapCounts expected;
        for (std::size_t row = 0; row < 3; ++row)
            for (std::size_t col = 0; col < cols; ++col) {
                ones += a.test(row, col) ? 1 : 0;
                expected += {0, a.test(row, col), b.test(row, col), a.test(row, col) && b.test(row, col)};
            }
        for (const CpuLevel level : {CpuLevel::Baseline, CpuLevel::Avx2, CpuLevel::Avx512}) {
            if (level > cpuLevel())
                continue;
            QCOMPARE(kernels::countOnes(a.words(), level), ones);
            QCOMPARE(kernels::overlap(a.words(), b.words(), level), expected);
        }
    }
}

QTEST_APPLESS_MAIN(TestBitMatrix)
#include "tst_bitmatrix.moc"
