// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mask/maskset.h"

#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::mask;
using Bytes = std::vector<std::uint8_t>;

class TestMaskSet : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsAndCounts();
    void keepCountsPerCell();
    void keepCountsRefusesWhatItCannotCount();
    void pyramidOfOneBlock();
    void pyramidRoundsEdgeBlocksOverTheirOwnCells();
    void pyramidHalvesUntilOneBlockIsLeft();
    void pyramidLevelsMatchCounting();
    void pyramidOfNothing();
};

void TestMaskSet::findsAndCounts()
{
    MaskSet masks;
    const MatrixId id{LayerIndex{3}, "mlp.up_proj"};
    masks.insert(id, BitMatrix(2, 3, true));
    masks.insert({LayerIndex{4}, "mlp.up_proj"}, BitMatrix(5, 2));
    QCOMPARE(masks.size(), std::size_t(2));
    QVERIFY(masks.find(id) != nullptr);
    QCOMPARE(masks.find(id)->cols(), std::size_t(3));
    QVERIFY(masks.find({LayerIndex{3}, "mlp.down_proj"}) == nullptr);
    QCOMPARE(masks.keptCount(), std::uint64_t(6));
    QCOMPARE(masks.totalCount(), std::uint64_t(16));
    masks.insert(id, BitMatrix(2, 3));
    QCOMPARE(masks.keptCount(), std::uint64_t(0));
    QCOMPARE(masks.size(), std::size_t(2));
}

void TestMaskSet::keepCountsPerCell()
{
    BitMatrix a(2, 66);
    BitMatrix b(2, 66);
    BitMatrix c(2, 66, true);
    a.set(0, 0, true);
    b.set(0, 0, true);
    a.set(1, 65, true);
    const auto counts = keepCounts({&a, &b, &c});
    VERIFY_RESULT(counts);
    QCOMPARE(counts->size(), std::size_t(132));
    QCOMPARE((*counts)[0], std::uint8_t(3));
    QCOMPARE((*counts)[1], std::uint8_t(1));
    QCOMPARE((*counts)[66], std::uint8_t(1));
    QCOMPARE((*counts)[131], std::uint8_t(2));
    const auto most = keepCounts(std::vector<const BitMatrix *>(255, &c));
    VERIFY_RESULT(most);
    QCOMPARE(*most, Bytes(132, 255));
}

void TestMaskSet::keepCountsRefusesWhatItCannotCount()
{
    const BitMatrix a(2, 8);
    const BitMatrix other(2, 9);
    VERIFY_ERROR(keepCounts({&a, &other}), ErrorCode::Internal);
    VERIFY_ERROR(keepCounts(std::vector<const BitMatrix *>(256, &a)), ErrorCode::Internal);
    const auto none = keepCounts({});
    VERIFY_RESULT(none);
    QVERIFY(none->empty());
}

void TestMaskSet::pyramidOfOneBlock()
{
    BitMatrix matrix(8, 8);
    for (std::size_t i = 0; i < 8; ++i)
        matrix.set(i, i, true);
    const auto pyramid = DensityPyramid::build(matrix);
    QCOMPARE(pyramid.levels().size(), std::size_t(1));
    QCOMPARE(pyramid.levels()[0].values, Bytes{32}); // 255 * 8 / 64 = 31.875
}

void TestMaskSet::pyramidRoundsEdgeBlocksOverTheirOwnCells()
{
    BitMatrix matrix(9, 10, true);
    matrix.set(8, 9, false);
    const auto pyramid = DensityPyramid::build(matrix);
    QCOMPARE(pyramid.levels().size(), std::size_t(2));
    const auto &finest = pyramid.levels()[0];
    QCOMPARE(finest.rows, std::size_t(2));
    QCOMPARE(finest.cols, std::size_t(2));
    QCOMPARE(finest.values, (Bytes{255, 255, 255, 128})); // the corner holds 2 cells, one of them set: 127.5
    QCOMPARE(pyramid.levels()[1].values, Bytes{252}); // 255 * 89 / 90 = 252.17
}

void TestMaskSet::pyramidHalvesUntilOneBlockIsLeft()
{
    const auto pyramid = DensityPyramid::build(BitMatrix(100, 20, true));
    std::vector<std::size_t> shapes;
    for (const auto &level : pyramid.levels()) {
        shapes.insert(shapes.end(), {level.rows, level.cols, level.cellsPerSide});
        QCOMPARE(level.values, Bytes(level.rows * level.cols, 255));
    }
    QCOMPARE(shapes, (std::vector<std::size_t>{13, 3, 8, 7, 2, 16, 4, 1, 32, 2, 1, 64, 1, 1, 128}));
}

void TestMaskSet::pyramidLevelsMatchCounting()
{
    test::TinyRandom random(11);
    BitMatrix matrix(75, 203);
    for (std::size_t row = 0; row < matrix.rows(); ++row)
        for (std::size_t col = 0; col < matrix.cols(); ++col)
            matrix.set(row, col, random.below(203) < col);
    const auto pyramid = DensityPyramid::build(matrix);
    for (const auto &level : pyramid.levels())
        for (std::size_t block = 0; block < level.values.size(); ++block) {
            double ones = 0;
            double cells = 0;
            const std::size_t side = level.cellsPerSide;
            const std::size_t top = block / level.cols * side;
            const std::size_t left = block % level.cols * side;
            for (std::size_t row = top; row < std::min(top + side, matrix.rows()); ++row)
                for (std::size_t col = left; col < std::min(left + side, matrix.cols()); ++col) {
                    ones += matrix.test(row, col) ? 1 : 0;
                    cells += 1;
                }
            QCOMPARE(level.values[block], std::uint8_t(255 * ones / cells + 0.5));
        }
}

void TestMaskSet::pyramidOfNothing()
{
    QVERIFY(DensityPyramid::build(BitMatrix()).levels().empty());
    QVERIFY(DensityPyramid::build(BitMatrix(0, 8)).levels().empty());
}

QTEST_APPLESS_MAIN(TestMaskSet)
#include "tst_maskset.moc"
