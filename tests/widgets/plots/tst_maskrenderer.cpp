// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <numeric>

#include <QtTest/QtTest>

#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"
#include "widgets/plots/maskcounts.h"
#include "widgets/plots/maskrenderer.h"

using namespace secateur;
using namespace secateur::widgets;

namespace {

/// Colours that cannot be mistaken, and in which a share can be read back.
MaskPalette plainPalette()
{
    MaskPalette palette;
    palette.outside = qRgb(1, 2, 3);
    palette.kept = qRgb(255, 255, 255);
    palette.pruned = qRgb(0, 0, 0);
    palette.onlyA = qRgb(255, 0, 0);
    palette.onlyB = qRgb(0, 255, 0);
    palette.both = qRgb(0, 0, 255);
    palette.neither = qRgb(0, 0, 0);
    palette.blank = qRgb(255, 255, 255);
    for (int i = 0; i < 256; ++i)
        palette.diverging[std::size_t(i)] = qRgb(i, 0, 255 - i);
    return palette;
}

mask::BitMatrix randomMask(std::size_t rows, std::size_t cols, double share, std::uint64_t seed)
{
    test::TinyRandom random(seed);
    mask::BitMatrix bits(rows, cols);
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t col = 0; col < cols; ++col)
            bits.set(row, col, random.uniform() < share);
    return bits;
}

std::shared_ptr<const MaskData> maskData(std::size_t rows, std::size_t cols, double share, std::uint64_t seed)
{
    return std::make_shared<const MaskData>(randomMask(rows, cols, share, seed));
}

std::shared_ptr<const MaskDifference> differenceOf(const std::shared_ptr<const MaskData> &a,
                                                   const std::shared_ptr<const MaskData> &b)
{
    return MaskDifference::make(a, b).value();
}

/// The whole matrix at one pixel per `cells` cells.
CellWindow whole(std::size_t rows, std::size_t cols, int cells)
{
    const auto pixels = [cells](std::size_t n) { return (int(n) + cells - 1) / cells; };
    return {0.0, 0.0, 1.0 / cells, QSize(pixels(cols), pixels(rows))};
}

QRgb expectedCell(const MaskData &a, const MaskData &b, std::size_t row, std::size_t col)
{
    const bool inA = a.bits().test(row, col);
    const bool inB = b.bits().test(row, col);
    const MaskPalette palette = plainPalette();
    return inA && inB ? palette.both : inA ? palette.onlyA : inB ? palette.onlyB : palette.neither;
}

} // namespace

class TestMaskRenderer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void spansCoverEachCellOnce_data();
    void spansCoverEachCellOnce();
    void cellsAtOnePixelAndMore_data();
    void cellsAtOnePixelAndMore();
    void differenceCells();
    void countsAddUpToThePopulation_data();
    void countsAddUpToThePopulation();
    void countsDoNotDependOnTheCpu();
    void settledPixelsAreMeans();
    void settledDifferenceMixesFourColours();
    void movingIsCloseToSettled_data();
    void movingIsCloseToSettled();
    void outsideIsLeftBlank();
    void emptyWindowsAndMatrices();
    void differenceNeedsEqualShapes();
    void marginsAreShares();
    void weightsByCell();
    void weightsZoomedOut();
    void memoryPerMask();
};

void TestMaskRenderer::spansCoverEachCellOnce_data()
{
    QTest::addColumn<double>("origin");
    QTest::addColumn<double>("pixelsPerCell");
    QTest::addColumn<int>("cells");
    QTest::newRow("whole cells per pixel") << 0.0 << 0.25 << 100;
    QTest::newRow("a third of a cell over") << 0.0 << 1.0 / 3.0 << 1000;
    QTest::newRow("odd scale") << 0.0 << 0.7317 << 577;
    QTest::newRow("shifted") << -13.37 << 0.61 << 1536;
    QTest::newRow("far out") << 0.0 << 0.0031 << 128256;
    QTest::newRow("just below one") << 0.0 << 0.9999999999 << 700;
}

void TestMaskRenderer::spansCoverEachCellOnce()
{
    QFETCH(double, origin);
    QFETCH(double, pixelsPerCell);
    QFETCH(int, cells);
    const int pixels = int(std::ceil((cells - origin) * pixelsPerCell)) + 2;
    std::vector<int> seen(std::size_t(cells), 0);
    for (const CellSpan &span : cellsOfPixels(origin, pixelsPerCell, pixels, std::size_t(cells)))
        for (std::uint32_t cell = span.begin; cell < span.end; ++cell)
            ++seen[cell];
    QCOMPARE(std::count(seen.begin(), seen.end(), 1), std::ptrdiff_t(cells));
}

void TestMaskRenderer::cellsAtOnePixelAndMore_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("cols");
    QTest::addColumn<double>("pixelsPerCell");
    QTest::addColumn<double>("left");
    QTest::addColumn<double>("top");
    QTest::newRow("a pixel per cell") << 20 << 70 << 1.0 << 0.0 << 0.0;
    QTest::newRow("three pixels") << 9 << 168 << 3.0 << 0.0 << 0.0;
    QTest::newRow("high resolution, 1.5") << 64 << 64 << 1.5 << 0.0 << 0.0;
    QTest::newRow("panned by part of a cell") << 33 << 65 << 4.0 << 2.6 << -1.3;
    QTest::newRow("far in") << 40 << 200 << 64.0 << 130.25 << 17.5;
}

void TestMaskRenderer::cellsAtOnePixelAndMore()
{
    QFETCH(int, rows);
    QFETCH(int, cols);
    QFETCH(double, pixelsPerCell);
    QFETCH(double, left);
    QFETCH(double, top);
    const auto mask = maskData(std::size_t(rows), std::size_t(cols), 0.4, 7);
    const CellWindow window{left, top, pixelsPerCell, QSize(150, 90)};
    for (const MaskQuality quality : {MaskQuality::Moving, MaskQuality::Settled}) {
        const QImage image = drawMask(*mask, window, plainPalette(), quality);
        QCOMPARE(image.size(), window.pixels);
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x) {
                const int col = int(std::floor(left + (x + 0.5) / pixelsPerCell));
                const int row = int(std::floor(top + (y + 0.5) / pixelsPerCell));
                const bool inside = row >= 0 && col >= 0 && row < rows && col < cols;
                const QRgb expected = !inside                               ? plainPalette().outside
                    : mask->bits().test(std::size_t(row), std::size_t(col)) ? plainPalette().kept
                                                                            : plainPalette().pruned;
                QCOMPARE(image.pixel(x, y), expected);
            }
    }
}

void TestMaskRenderer::differenceCells()
{
    const auto a = maskData(30, 100, 0.5, 1);
    const auto b = maskData(30, 100, 0.5, 2);
    const CellWindow window{0.0, 0.0, 2.0, QSize(200, 60)};
    const QImage image = drawDifference(*differenceOf(a, b), window, plainPalette(), MaskQuality::Settled);
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            QCOMPARE(image.pixel(x, y), expectedCell(*a, *b, std::size_t(y / 2), std::size_t(x / 2)));
}

void TestMaskRenderer::countsAddUpToThePopulation_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("cols");
    QTest::addColumn<double>("pixelsPerCell");
    QTest::newRow("square") << 256 << 256 << 0.37;
    QTest::newRow("not a multiple of 64") << 130 << 577 << 0.21;
    QTest::newRow("wide") << 3 << 4001 << 0.05;
    QTest::newRow("tall") << 4001 << 3 << 0.05;
    QTest::newRow("more than 64 cells per pixel") << 90 << 1000 << 0.011;
    QTest::newRow("one pixel") << 77 << 130 << 0.001;
    QTest::newRow("almost one") << 200 << 333 << 0.97;
}

void TestMaskRenderer::countsAddUpToThePopulation()
{
    QFETCH(int, rows);
    QFETCH(int, cols);
    QFETCH(double, pixelsPerCell);
    const auto bits = randomMask(std::size_t(rows), std::size_t(cols), 0.5, 3);
    const QSize pixels(int(cols * pixelsPerCell) + 2, int(rows * pixelsPerCell) + 2);
    const auto counts = countCells(bits, {0.0, 0.0, pixelsPerCell, pixels});
    QCOMPARE(counts.size(), std::size_t(pixels.width()) * std::size_t(pixels.height()));
    QCOMPARE(std::accumulate(counts.begin(), counts.end(), std::uint64_t(0)), bits.count());
    // Also when the picture is cut in two.
    const int left = pixels.width() / 2;
    const auto first = countCells(bits, {0.0, 0.0, pixelsPerCell, QSize(left, pixels.height())});
    const auto second =
        countCells(bits, {left / pixelsPerCell, 0.0, pixelsPerCell, QSize(pixels.width() - left, pixels.height())});
    QCOMPARE(std::accumulate(first.begin(), first.end(), std::uint64_t(0))
                 + std::accumulate(second.begin(), second.end(), std::uint64_t(0)),
             bits.count());
}

void TestMaskRenderer::countsDoNotDependOnTheCpu()
{
    const auto a = randomMask(1, 1000, 0.5, 4);
    const auto b = randomMask(1, 1000, 0.3, 5);
    const auto pixels = pixelBits(cellsOfPixels(-4.0, 0.083, 90, 1000));
    const auto count = [&](mask::CpuLevel level) {
        std::vector<std::uint32_t> single(pixels.size());
        addCounts(a.row(0), pixels, single, level);
        PairCounts pair(pixels.size());
        addPairCounts(a.row(0), b.row(0), pixels, pair, level);
        return std::vector{single, pair.a, pair.b, pair.both};
    };
    const auto plain = count(mask::CpuLevel::Baseline);
    QCOMPARE(plain[0], plain[1]);
    QCOMPARE(std::accumulate(plain[0].begin(), plain[0].end(), std::uint64_t(0)), a.count());
    QCOMPARE(std::accumulate(plain[3].begin(), plain[3].end(), std::uint64_t(0)), mask::bitAnd(a, b)->count());
    if (mask::cpuLevel() != mask::CpuLevel::Baseline)
        QCOMPARE(count(mask::CpuLevel::Avx2), plain);
}

void TestMaskRenderer::settledPixelsAreMeans()
{
    const auto mask = maskData(130, 345, 0.35, 6);
    const CellWindow window = whole(130, 345, 5);
    const QImage image = drawMask(*mask, window, plainPalette(), MaskQuality::Settled);
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) {
            int ones = 0;
            for (int row = 5 * y; row < 5 * y + 5; ++row)
                for (int col = 5 * x; col < 5 * x + 5; ++col)
                    ones += mask->bits().test(std::size_t(row), std::size_t(col));
            QCOMPARE(qRed(image.pixel(x, y)), int(std::lround(255.0 * ones / 25.0)));
        }
}

void TestMaskRenderer::settledDifferenceMixesFourColours()
{
    const auto a = maskData(64, 192, 0.5, 8);
    const auto b = maskData(64, 192, 0.5, 9);
    const QImage image = drawDifference(*differenceOf(a, b), whole(64, 192, 64), plainPalette(), MaskQuality::Settled);
    QCOMPARE(image.size(), QSize(3, 1));
    for (int x = 0; x < 3; ++x) {
        int onlyA = 0;
        int onlyB = 0;
        int both = 0;
        for (std::size_t row = 0; row < 64; ++row)
            for (auto col = std::size_t(64 * x); col < std::size_t(64 * x + 64); ++col) {
                const QRgb cell = expectedCell(*a, *b, row, col);
                onlyA += qRed(cell) / 255;
                onlyB += qGreen(cell) / 255;
                both += qBlue(cell) / 255;
            }
        const QRgb pixel = image.pixel(x, 0);
        QVERIFY(std::abs(qRed(pixel) - 255 * onlyA / 4096) <= 1);
        QVERIFY(std::abs(qGreen(pixel) - 255 * onlyB / 4096) <= 1);
        QVERIFY(std::abs(qBlue(pixel) - 255 * both / 4096) <= 1);
    }
}

void TestMaskRenderer::movingIsCloseToSettled_data()
{
    QTest::addColumn<double>("pixelsPerCell");
    for (const double scale : {0.9, 0.5, 0.3, 0.125, 0.11, 0.0625, 0.03, 0.01})
        QTest::addRow("%g", scale) << scale;
}

/// A picture that is dark at the left and light at the right must be so while moving, too, and as light as a whole.
void TestMaskRenderer::movingIsCloseToSettled()
{
    QFETCH(double, pixelsPerCell);
    mask::BitMatrix bits(700, 1400);
    test::TinyRandom random(10);
    for (std::size_t row = 0; row < bits.rows(); ++row)
        for (std::size_t col = 0; col < bits.cols(); ++col)
            bits.set(row, col, random.uniform() < double(col) / double(bits.cols()));
    const MaskData mask(std::move(bits));
    const CellWindow window{0.0, 0.0, pixelsPerCell, QSize(int(1400 * pixelsPerCell), int(700 * pixelsPerCell))};
    const auto columnMeans = [&](MaskQuality quality) {
        const QImage image = drawMask(mask, window, plainPalette(), quality);
        std::vector<double> means(std::size_t(image.width()));
        for (int x = 0; x < image.width(); ++x)
            for (int y = 0; y < image.height(); ++y)
                means[std::size_t(x)] += qRed(image.pixel(x, y)) / 255.0 / image.height();
        return means;
    };
    const auto moving = columnMeans(MaskQuality::Moving);
    const auto settled = columnMeans(MaskQuality::Settled);
    double worst = 0.0;
    for (std::size_t x = 0; x < moving.size(); ++x)
        worst = std::max(worst, std::abs(moving[x] - settled[x]));
    QVERIFY2(worst < 0.12, qPrintable(QString::number(worst)));
    const auto total = [](const std::vector<double> &means) {
        return std::accumulate(means.begin(), means.end(), 0.0) / double(means.size());
    };
    QVERIFY(std::abs(total(moving) - total(settled)) < 0.01);
    QVERIFY(std::abs(total(settled) - double(mask.kept()) / double(mask.bits().size())) < 0.01);
}

void TestMaskRenderer::outsideIsLeftBlank()
{
    const auto mask = maskData(100, 100, 1.1, 11); // all kept
    for (const MaskQuality quality : {MaskQuality::Moving, MaskQuality::Settled}) {
        const QImage image = drawMask(*mask, {-40.0, -20.0, 0.1, QSize(20, 16)}, plainPalette(), quality);
        for (int y = 0; y < 16; ++y)
            for (int x = 0; x < 20; ++x) {
                const bool inside = x >= 4 && x < 14 && y >= 2 && y < 12;
                QCOMPARE(image.pixel(x, y), inside ? plainPalette().kept : plainPalette().outside);
            }
    }
}

void TestMaskRenderer::emptyWindowsAndMatrices()
{
    const auto mask = maskData(10, 10, 0.5, 1);
    QVERIFY(drawMask(*mask, {}, plainPalette(), MaskQuality::Settled).isNull());
    const MaskData none{mask::BitMatrix()};
    for (const double scale : {0.1, 2.0}) {
        const QImage image = drawMask(none, {0.0, 0.0, scale, QSize(4, 4)}, plainPalette(), MaskQuality::Moving);
        QCOMPARE(image.pixel(2, 2), plainPalette().outside);
    }
    const QImage away = drawMask(*mask, {1e6, -1e6, 3.0, QSize(4, 4)}, plainPalette(), MaskQuality::Settled);
    QCOMPARE(away.pixel(2, 2), plainPalette().outside);
}

void TestMaskRenderer::differenceNeedsEqualShapes()
{
    VERIFY_ERROR(MaskDifference::make(maskData(4, 4, 0.5, 1), maskData(4, 5, 0.5, 1)), ErrorCode::Internal);
    VERIFY_ERROR(MaskDifference::make(maskData(4, 4, 0.5, 1), nullptr), ErrorCode::Internal);
    VERIFY_ERROR(makeWeightMatrix(4, 4, std::vector<float>(15)), ErrorCode::Internal);
    const auto weights = makeWeightMatrix(4, 5, std::vector<float>(20)).value();
    VERIFY_ERROR(KeptWeights::make(weights, maskData(4, 4, 0.5, 1)), ErrorCode::Internal);
}

void TestMaskRenderer::marginsAreShares()
{
    mask::BitMatrix bits(4, 70);
    for (std::size_t col = 0; col < 35; ++col)
        bits.set(1, col, true);
    bits.set(3, 69, true);
    const auto empty = std::make_shared<const MaskData>(mask::BitMatrix(4, 70));
    const auto mask = std::make_shared<const MaskData>(std::move(bits));
    QCOMPARE(mask->kept(), std::size_t(36));
    QCOMPARE(mask->margins().rows, (std::vector<float>{0.0F, 0.5F, 0.0F, 1.0F / 70.0F}));
    QCOMPARE(mask->margins().cols[0], 0.25F);
    QCOMPARE(mask->margins().cols[69], 0.25F);
    QCOMPARE(mask->margins().cols[50], 0.0F);
    QCOMPARE(differenceOf(mask, empty)->margins().rows[1], 0.5F); // of the cells that differ
    QCOMPARE(differenceOf(mask, mask)->margins().rows[1], 0.0F);
}

void TestMaskRenderer::weightsByCell()
{
    std::vector<float> values(256, 0.0F);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = i % 2 == 0 ? 2.0F : -2.0F;
    values[2] = std::nanf("");
    const auto weights = makeWeightMatrix(2, 128, values).value();
    QCOMPARE(weights->limit, 2.0F);
    mask::BitMatrix bits(2, 128, true);
    bits.set(0, 1, false);
    const auto kept = KeptWeights::make(weights, std::make_shared<const MaskData>(std::move(bits))).value();
    const QImage image = drawWeights(*kept, {0.0, 0.0, 2.0, QSize(256, 4)}, plainPalette(), MaskQuality::Settled);
    QCOMPARE(image.pixel(0, 0), plainPalette().diverging[255]);
    QCOMPARE(image.pixel(2, 0), plainPalette().blank); // pruned
    QCOMPARE(image.pixel(4, 0), plainPalette().diverging[127]); // not a number
    QCOMPARE(image.pixel(6, 0), plainPalette().diverging[0]);
}

void TestMaskRenderer::weightsZoomedOut()
{
    // Left half positive, right half negative, all kept: both qualities and all scales must show that.
    std::vector<float> values(64 * 256);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = i % 256 < 128 ? 1.0F : -1.0F;
    const auto weights = makeWeightMatrix(64, 256, values).value();
    const auto mask = std::make_shared<const MaskData>(mask::BitMatrix(64, 256, true));
    const auto kept = KeptWeights::make(weights, mask).value();
    for (const double scale : {0.5, 0.2, 0.125, 0.0625})
        for (const MaskQuality quality : {MaskQuality::Moving, MaskQuality::Settled}) {
            const QSize size(int(256 * scale), int(64 * scale));
            const QImage image = drawWeights(*kept, {0.0, 0.0, scale, size}, plainPalette(), quality);
            QCOMPARE(qRed(image.pixel(0, size.height() - 1)), 255);
            QCOMPARE(qRed(image.pixel(size.width() - 1, 0)), 0);
        }
}

/// What a mask of 4096 x 11008 holds beyond its packed bits: the densities and the margins, under 16 MB by far.
void TestMaskRenderer::memoryPerMask()
{
    const auto a = std::make_shared<const MaskData>(mask::BitMatrix(4096, 11008, true));
    std::size_t bytes = (a->margins().rows.size() + a->margins().cols.size()) * sizeof(float);
    for (const auto &level : a->density().levels())
        bytes += level.values.size();
    QVERIFY2(bytes < std::size_t(1) << 20, qPrintable(QString::number(bytes)));
}

QTEST_GUILESS_MAIN(TestMaskRenderer)
#include "tst_maskrenderer.moc"
