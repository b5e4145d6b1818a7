// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/selection/selection.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "core/selection/matrixrank.h"
#include "core/selection/rowkernels.h"
#include "core/selection/rowsum.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::selection;
using mask::BitMatrix;
using Floats = std::vector<float>;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();

Sparsity sparsity(double ratio)
{
    return Sparsity::fromRatio(ratio).value();
}

NmPattern pattern(int n, int m)
{
    return NmPattern::fromCounts(n, m).value();
}

/// "1010 0111": rows of kept (1) and pruned (0) cells.
std::string text(const BitMatrix &kept)
{
    std::string out;
    for (std::size_t row = 0; row < kept.rows(); ++row) {
        out += row == 0 ? "" : " ";
        for (std::size_t col = 0; col < kept.cols(); ++col)
            out += kept.test(row, col) ? '1' : '0';
    }
    return out;
}

struct Case {
    std::size_t rows = 0;
    std::size_t cols = 0;
    Floats weights;
    Floats norms;
    [[nodiscard]] WeightView view() const { return {rows, cols, weights}; }
};

/// Few distinct values, so that every row has many ties; now and then zeros of both signs.
Case tiedCase(std::size_t rows, std::size_t cols, std::uint64_t seed)
{
    test::TinyRandom random(seed);
    Case out{rows, cols, Floats(rows * cols), Floats(cols)};
    for (float &weight : out.weights)
        weight = (random.below(2) == 0 ? -0.25F : 0.25F) * float(random.below(9));
    for (float &norm : out.norms)
        norm = float(1 + random.below(3));
    return out;
}

Case smoothCase(std::size_t rows, std::size_t cols, std::uint64_t seed)
{
    test::TinyRandom random(seed);
    Case out{rows, cols, Floats(rows * cols), Floats(cols)};
    for (float &weight : out.weights)
        weight = float(0.02 * random.normal());
    for (float &norm : out.norms)
        norm = float(std::exp(random.normal()));
    return out;
}

float scoreOf(const Case &input, std::size_t row, std::size_t col)
{
    return std::fabs(input.weights[row * input.cols + col]) * std::sqrt(input.norms[col]);
}

/// The reference's words: a stable sort of columns [first, end), of which the first `count` are pruned.
void sortAndPrune(const Case &input, std::size_t row, std::size_t first, std::size_t end, std::size_t count,
                  BitMatrix &kept)
{
    std::vector<std::size_t> order(end - first);
    std::iota(order.begin(), order.end(), first);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return scoreOf(input, row, a) < scoreOf(input, row, b); });
    for (std::size_t i = 0; i < count; ++i)
        kept.set(row, order[i], false);
}

BitMatrix bySorting(const Case &input, const PruneTarget &target)
{
    BitMatrix kept(input.rows, input.cols, true);
    const auto *const nm = std::get_if<NmPattern>(&target);
    const std::size_t group = nm ? std::size_t(nm->m()) : input.cols;
    const std::size_t count = nm ? std::size_t(nm->n()) : std::size_t(double(input.cols) * targetRatio(target));
    for (std::size_t row = 0; row < input.rows; ++row)
        for (std::size_t first = 0; first < input.cols; first += group)
            sortAndPrune(input, row, first, first + group, count, kept);
    return kept;
}

/// The variant, spelled out: cumulative sums over sorted scores, everything up to the last score within the share.
BitMatrix variantByDefinition(const Case &input, double alpha)
{
    BitMatrix kept(input.rows, input.cols, true);
    for (std::size_t row = 0; row < input.rows; ++row) {
        Floats scores;
        for (std::size_t col = 0; col < input.cols; ++col)
            scores.push_back(scoreOf(input, row, col));
        const float share = rowSum(scores) * float(alpha);
        Floats sorted = scores;
        std::sort(sorted.begin(), sorted.end());
        double sum = 0.0;
        float threshold = -1.0F;
        for (const float score : sorted)
            if (float(sum += double(score)) <= share)
                threshold = score;
        for (std::size_t col = 0; col < input.cols; ++col)
            kept.set(row, col, scores[col] > threshold);
    }
    return kept;
}

} // namespace

Q_DECLARE_METATYPE(secateur::PruneTarget)

class TestSelection : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void weighsByColumn();
    void weightsAloneWhereNothingIsKnown();
    void prunesAsManyAsPythonCounts_data();
    void prunesAsManyAsPythonCounts();
    void tiesFallInColumnOrder();
    void ordersSpecialValues();
    void patternPrunesInEachGroup();
    void agreesWithAStableSort_data();
    void agreesWithAStableSort();
    void everyCpuLevelSelectsAlike();
    void magnitudePrunesUpToTheThreshold();
    void magnitudeThresholdOfSpecialValues();
    void magnitudePattern();
    void randomIsByChanceAlone();
    void randomOfGroups();
    void methodsAreChosenByName();
    void rankOfAMatrix();
    void bandOfKeys();
    void rowSumHasTheReferenceOrder_data();
    void rowSumHasTheReferenceOrder();
    void variantFollowsItsDefinition_data();
    void variantFollowsItsDefinition();
    void variantOfAwkwardRows();
    void refusesWrongSizes();
    void refusesPatternsThatDoNotDivide();
    void appliesAMask();
    void emptyMatrices();
};

void TestSelection::weighsByColumn()
{
    // Scores: 1*3, 2*1, 3*0.5, 4*0; half of four are pruned.
    const Floats weights{1.0F, -2.0F, 3.0F, -4.0F};
    const auto kept = selectWanda({1, 4, weights}, Floats{9.0F, 1.0F, 0.25F, 0.0F}, sparsity(0.5), 1);
    VERIFY_RESULT(kept);
    QCOMPARE(text(*kept), std::string("1100"));
}

void TestSelection::weightsAloneWhereNothingIsKnown()
{
    const Floats weights{1.0F, -2.0F, 3.0F, -4.0F};
    const auto kept = selectWanda({1, 4, weights}, Floats(4, 0.0F), sparsity(0.5), 1);
    VERIFY_RESULT(kept);
    QCOMPARE(text(*kept), std::string("0011"));
    const auto variant = selectWandaVariant({1, 4, weights}, Floats(4, 0.0F), sparsity(0.5), 1);
    VERIFY_RESULT(variant);
    QCOMPARE(text(variant->kept), std::string("0011"));
}

void TestSelection::prunesAsManyAsPythonCounts_data()
{
    QTest::addColumn<int>("cols");
    QTest::addColumn<double>("ratio");
    QTest::addColumn<int>("pruned"); // int(cols * ratio) in Python
    QTest::newRow("half") << 576 << 0.5 << 288;
    QTest::newRow("odd") << 7 << 0.5 << 3;
    QTest::newRow("nothing") << 50 << 0.0 << 0;
    QTest::newRow("below one") << 50 << 0.019 << 0;
    QTest::newRow("28.999999999999996") << 100 << 0.29 << 28;
    QTest::newRow("57.99999999999999") << 100 << 0.58 << 57;
    QTest::newRow("345.59999999999997") << 576 << 0.6 << 345;
    QTest::newRow("all but the last") << 10 << 0.99 << 9;
    QTest::newRow("just below one") << 10 << std::nextafter(1.0, 0.0) << 9;
}

void TestSelection::prunesAsManyAsPythonCounts()
{
    QFETCH(int, cols);
    QFETCH(double, ratio);
    QFETCH(int, pruned);
    const Case input = smoothCase(3, std::size_t(cols), 1);
    const auto kept = selectWanda(input.view(), input.norms, sparsity(ratio), 1);
    VERIFY_RESULT(kept);
    for (std::size_t row = 0; row < 3; ++row)
        QCOMPARE(kept->countRow(row), std::uint64_t(cols - pruned));
}

void TestSelection::tiesFallInColumnOrder()
{
    const Floats weights{2.0F, 1.0F, 1.0F, 1.0F, 0.5F, 1.0F, 0.0F, -0.0F, 0.0F, -0.0F, 0.0F, 0.0F};
    const auto kept = selectWanda({2, 6, weights}, Floats(6, 4.0F), sparsity(0.5), 1);
    VERIFY_RESULT(kept);
    QCOMPARE(text(*kept), std::string("100101 000111"));
}

void TestSelection::ordersSpecialValues()
{
    // As torch.sort: not-a-number is the largest, whatever its sign; infinity comes before it.
    const Floats weights{notANumber, infinity, 5.0F, -notANumber, 1e-45F, -infinity};
    for (const auto &[ratio, expected] :
         {std::pair(0.17, "111101"), std::pair(0.34, "110101"), std::pair(0.5, "100101"), std::pair(0.67, "100100"),
          std::pair(0.84, "000100")}) {
        const auto kept = selectWanda({1, 6, weights}, Floats(6, 1.0F), sparsity(ratio), 1);
        VERIFY_RESULT(kept);
        QCOMPARE(text(*kept), std::string(expected));
    }
    const auto noNorm =
        selectWanda({1, 6, Floats(6, 1.0F)}, Floats{1.0F, -1.0F, 2.0F, notANumber, 0.0F, 3.0F}, sparsity(0.7), 1);
    VERIFY_RESULT(noNorm);
    QCOMPARE(text(*noNorm), std::string("010100"));
}

void TestSelection::patternPrunesInEachGroup()
{
    const Floats weights{4.0F, 1.0F, 3.0F, 2.0F, 1.0F, 1.0F, 1.0F, 1.0F, 0.0F, 9.0F, 0.0F, 0.0F};
    const auto kept = selectWanda({1, 12, weights}, Floats(12, 1.0F), pattern(2, 4), 1);
    VERIFY_RESULT(kept);
    QCOMPARE(text(*kept), std::string("101000110101"));
    const auto third = selectWanda({1, 12, weights}, Floats(12, 1.0F), pattern(1, 3), 1);
    VERIFY_RESULT(third);
    QCOMPARE(text(*third), std::string("101101110101"));
}

void TestSelection::agreesWithAStableSort_data()
{
    QTest::addColumn<int>("cols");
    QTest::addColumn<PruneTarget>("target");
    for (const int cols : {1, 5, 63, 64, 65, 576, 1000})
        for (const double ratio : {0.3, 0.5, 0.6})
            QTest::addRow("%d columns, %g", cols, ratio) << cols << PruneTarget(sparsity(ratio));
    for (const auto &[n, m] :
         {std::pair(1, 2), std::pair(2, 4), std::pair(4, 8), std::pair(3, 8), std::pair(5, 10), std::pair(100, 200)})
        QTest::addRow("%d:%d", n, m) << 3 * m << PruneTarget(pattern(n, m));
    QTest::newRow("the largest group") << 512 << PruneTarget(pattern(255, 256));
}

void TestSelection::agreesWithAStableSort()
{
    QFETCH(int, cols);
    QFETCH(PruneTarget, target);
    for (const Case &input : {tiedCase(40, std::size_t(cols), 21), smoothCase(40, std::size_t(cols), 22)}) {
        const BitMatrix expected = bySorting(input, target);
        for (const int threads : {1, 2, 5}) {
            const auto kept = selectWanda(input.view(), input.norms, target, threads);
            VERIFY_RESULT(kept);
            QCOMPARE(text(*kept), text(expected));
        }
    }
}

void TestSelection::everyCpuLevelSelectsAlike()
{
    for (const std::size_t cols : {37U, 64U, 1030U}) {
        const Case input = tiedCase(1, cols, cols);
        Floats roots(cols);
        std::transform(input.norms.begin(), input.norms.end(), roots.begin(),
                       [](float norm) { return std::sqrt(norm); });
        const BitMatrix expected = bySorting(input, sparsity(0.45));
        std::vector<ScoreKey> keys(cols);
        BitMatrix kept(1, cols);
        std::vector<std::uint8_t> flags(64 * kept.wordsPerRow());
        for (const CpuLevel level : {CpuLevel::Baseline, CpuLevel::Avx2, CpuLevel::Avx512}) {
            if (level > mask::cpuLevel())
                continue;
            scoreKeys(input.weights, roots, keys, level);
            keepLargest(keys, std::size_t(double(cols) * 0.45), flags, kept.row(0), level);
            QCOMPARE(text(kept), text(expected));
            keepAbove(keys, keys[3], flags, kept.row(0), level);
            for (std::size_t col = 0; col < cols; ++col)
                QCOMPARE(kept.test(0, col), scoreOf(input, 0, col) > scoreOf(input, 0, 3));
            QCOMPARE(kept.row(0).back() >> (cols % 64 == 0 ? 63 : cols % 64) >> (cols % 64 == 0 ? 1 : 0),
                     std::uint64_t(0));
        }
    }
}

void TestSelection::magnitudePrunesUpToTheThreshold()
{
    // Sorted: 0 1 1 2 2 2 3 4; index int(8 * 0.5) = 4 holds 2, so six are pruned.
    const Floats weights{1.0F, -2.0F, 3.0F, -4.0F, 0.0F, 2.0F, 2.0F, -1.0F};
    const auto kept = selectMagnitude({2, 4, weights}, sparsity(0.5), 1);
    VERIFY_RESULT(kept);
    QCOMPARE(text(*kept), std::string("0011 0000"));
    // Even at ratio 0 the smallest goes, for it is <= itself.
    const auto least = selectMagnitude({2, 4, weights}, sparsity(0.0), 1);
    VERIFY_RESULT(least);
    QCOMPARE(text(*least), std::string("1111 0111"));
}

void TestSelection::magnitudeThresholdOfSpecialValues()
{
    const Floats weights{1.0F, infinity, notANumber, -0.0F};
    const auto upToInfinity = selectMagnitude({1, 4, weights}, sparsity(0.5), 1);
    VERIFY_RESULT(upToInfinity);
    QCOMPARE(text(*upToInfinity), std::string("0010"));
    const auto noThreshold = selectMagnitude({1, 4, weights}, sparsity(0.75), 1);
    VERIFY_RESULT(noThreshold);
    QCOMPARE(text(*noThreshold), std::string("1111")); // nothing is <= not-a-number
}

void TestSelection::randomIsByChanceAlone()
{
    const Case wanted = smoothCase(200, 256, 5);
    const auto first = selectRandom(wanted.view(), 1, sparsity(0.5), 1);
    const auto second = selectRandom(wanted.view(), 2, sparsity(0.5), 1);
    VERIFY_RESULT(first);
    VERIFY_RESULT(second);
    std::size_t both = 0;
    std::vector<std::size_t> ofColumn(256, 0);
    for (std::size_t row = 0; row < 200; ++row) {
        QCOMPARE(first->countRow(row), std::uint64_t(128));
        for (std::size_t col = 0; col < 256; ++col) {
            both += first->test(row, col) && second->test(row, col) ? 1 : 0;
            ofColumn[col] += first->test(row, col) ? 1 : 0;
        }
    }
    // Two independent halves share a quarter: 12,800 expected, standard deviation below 60.
    QVERIFY2(both > 12'500 && both < 13'100, std::to_string(both).c_str());
    // No column is preferred: 100 expected in each, standard deviation 7.
    QVERIFY(*std::ranges::min_element(ofColumn) > 60 && *std::ranges::max_element(ofColumn) < 140);

    const auto threads = selectRandom(wanted.view(), 1, sparsity(0.5), 3);
    VERIFY_RESULT(threads);
    QVERIFY(*threads == *first);
    const Case others = smoothCase(200, 256, 6);
    const auto same = selectRandom(others.view(), 1, sparsity(0.5), 1);
    VERIFY_RESULT(same);
    QVERIFY(*same == *first); // whatever the weights are
}

void TestSelection::randomOfGroups()
{
    const Case wanted = smoothCase(20, 64, 5);
    const auto kept = selectRandom(wanted.view(), 1, pattern(2, 4), 1);
    VERIFY_RESULT(kept);
    for (std::size_t row = 0; row < 20; ++row)
        for (std::size_t group = 0; group < 16; ++group) {
            int count = 0;
            for (std::size_t col = 4 * group; col < 4 * group + 4; ++col)
                count += kept->test(row, col) ? 1 : 0;
            QCOMPARE(count, 2);
        }
    const MatrixId q{LayerIndex{3}, "self_attn.q_proj"};
    const MatrixId k{LayerIndex{3}, "self_attn.k_proj"};
    QVERIFY(matrixSeed(1, q) != matrixSeed(1, k) && matrixSeed(1, q) != matrixSeed(2, q));
    VERIFY_ERROR(selectRandom(smoothCase(2, 6, 5).view(), 1, pattern(2, 4), 1), ErrorCode::Unsupported);
}

void TestSelection::methodsAreChosenByName()
{
    const Case wanted = smoothCase(8, 16, 5);
    const MatrixId id{LayerIndex{0}, "mlp.up_proj"};
    const auto chosen = [&](PruneMethod method, const PruneTarget &target) {
        return select(method, target, id, wanted.view(), wanted.norms, 7, 1);
    };
    const auto wanda = chosen(PruneMethod::Wanda, sparsity(0.5));
    VERIFY_RESULT(wanda);
    QVERIFY(wanda->kept == *selectWanda(wanted.view(), wanted.norms, sparsity(0.5), 1) && !wanda->alpha);
    const auto variant = chosen(PruneMethod::WandaVariant, sparsity(0.5));
    VERIFY_RESULT(variant);
    QVERIFY(variant->kept == selectWandaVariant(wanted.view(), wanted.norms, sparsity(0.5), 1)->kept);
    QVERIFY(variant->alpha.has_value());
    const auto magnitude = chosen(PruneMethod::Magnitude, pattern(2, 4));
    VERIFY_RESULT(magnitude);
    QVERIFY(magnitude->kept == *selectMagnitude(wanted.view(), pattern(2, 4), 1));
    const auto random = chosen(PruneMethod::Random, pattern(2, 4));
    VERIFY_RESULT(random);
    QVERIFY(random->kept == *selectRandom(wanted.view(), matrixSeed(7, id), pattern(2, 4), 1));
    VERIFY_ERROR(chosen(PruneMethod::WandaVariant, pattern(2, 4)), ErrorCode::InvalidArgument);
}

void TestSelection::magnitudePattern()
{
    const Floats weights{4.0F, -1.0F, -3.0F, 2.0F};
    const auto kept = selectMagnitude({1, 4, weights}, pattern(2, 4), 1);
    VERIFY_RESULT(kept);
    QCOMPARE(text(*kept), std::string("1010"));
}

/// Large enough for the sampled way, and made to mislead the sample: every 17th value, which is what it sees, is small.
Case misleadingCase()
{
    Case out = smoothCase(1100, 1000, 6);
    for (std::size_t i = 0; i < out.weights.size(); i += 17)
        out.weights[i] = 1e-20F * float(i % 1000);
    return out;
}

Case specialCase()
{
    Case out = smoothCase(1100, 1000, 7);
    for (std::size_t i = 0; i < out.weights.size(); i += 5)
        out.weights[i] = std::array{0.0F, -0.0F, infinity, 1e-42F}[i / 5 % 4];
    return out;
}

void TestSelection::rankOfAMatrix()
{
    const Case constant{1100, 1000, Floats(1100000, -0.25F), {}};
    for (const Case &input : {smoothCase(1100, 1000, 4), tiedCase(30, 31, 5), tiedCase(1100, 1000, 5), misleadingCase(),
                              specialCase(), constant}) {
        Floats sorted;
        for (const float weight : input.weights)
            sorted.push_back(std::fabs(weight));
        std::sort(sorted.begin(), sorted.end());
        for (const std::size_t rank : {std::size_t(0), std::size_t(1), sorted.size() / 10, sorted.size() / 3,
                                       sorted.size() / 2, sorted.size() - 2, sorted.size() - 1})
            for (const int threads : {1, 3}) {
                QCOMPARE(keyScore(magnitudeKeyOfRank(input.weights, rank, threads)), sorted[rank]);
                QCOMPARE(keyScore(keyOfRankByDigits(input.weights, rank, threads)), sorted[rank]);
            }
    }
}

void TestSelection::bandOfKeys()
{
    const Case input = tiedCase(1, 331, 8);
    std::vector<ScoreKey> keys(input.weights.size());
    for (const CpuLevel level : {CpuLevel::Baseline, CpuLevel::Avx2, CpuLevel::Avx512}) {
        if (level > mask::cpuLevel())
            continue;
        magnitudeKeys(input.weights, keys, level);
        for (std::size_t j = 0; j < keys.size(); ++j)
            QCOMPARE(keyScore(keys[j]), std::fabs(input.weights[j]));
        auto sorted = keys;
        std::sort(sorted.begin(), sorted.end());
        for (const auto &[low, high] :
             {std::pair(sorted[100], sorted[200]), {sorted[7], sorted[7]}, {0, nanKey}, {sorted.back() + 1, nanKey}}) {
            std::vector<ScoreKey> expected;
            for (const ScoreKey key : keys)
                if (key >= low && key <= high)
                    expected.push_back(key);
            std::vector<ScoreKey> inside(keys.size());
            const BandCounts counts = collectBetween(keys, low, high, inside, level);
            inside.resize(counts.between);
            QCOMPARE(inside, expected);
            QCOMPARE(counts.below, std::size_t(std::lower_bound(sorted.begin(), sorted.end(), low) - sorted.begin()));
        }
    }
}

void TestSelection::rowSumHasTheReferenceOrder_data()
{
    QTest::addColumn<int>("count");
    QTest::addColumn<float>("sum"); // torch.sum(dim=1), PyTorch 2.13 on CPU
    QTest::newRow("one") << 1 << 0.0F;
    QTest::newRow("less than a vector") << 7 << 0x1.7d467cp+1F;
    QTest::newRow("one vector") << 8 << 0x1.a708a6p+1F;
    QTest::newRow("remainder") << 100 << 0x1.8a2558p+5F;
    QTest::newRow("576") << 576 << 0x1.1f6d9ep+8F;
    QTest::newRow("1536") << 1536 << 0x1.7ff4p+9F;
    QTest::newRow("4099") << 4099 << 0x1.002bc4p+11F;
    QTest::newRow("20000") << 20000 << 0x1.38781ap+13F;
    QTest::newRow("all levels") << 70001 << 0x1.116f8ep+15F;
}

void TestSelection::rowSumHasTheReferenceOrder()
{
    QFETCH(int, count);
    QFETCH(float, sum);
    Floats values;
    for (std::uint32_t i = 0; i < std::uint32_t(count); ++i)
        values.push_back(float((i * 2654435761U) >> 8) * 0x1p-24F);
    QCOMPARE(rowSum(values), sum);
}

void TestSelection::variantFollowsItsDefinition_data()
{
    QTest::addColumn<double>("ratio");
    for (const double ratio : {0.3, 0.5, 0.7})
        QTest::addRow("%g", ratio) << ratio;
}

void TestSelection::variantFollowsItsDefinition()
{
    QFETCH(double, ratio);
    const Case input = smoothCase(150, 300, 9);
    const auto found = selectWandaVariant(input.view(), input.norms, sparsity(ratio), 1);
    VERIFY_RESULT(found);
    QVERIFY(found->alpha > 0.0 && found->alpha < 0.8);
    QCOMPARE(text(found->kept), text(variantByDefinition(input, found->alpha)));
    const double achieved = 1.0 - double(found->kept.count()) / double(found->kept.size());
    QVERIFY2(std::fabs(achieved - ratio) <= 0.0011, std::to_string(achieved).c_str());
    const auto threaded = selectWandaVariant(input.view(), input.norms, sparsity(ratio), 4);
    VERIFY_RESULT(threaded);
    QCOMPARE(threaded->alpha, found->alpha);
    QCOMPARE(threaded->kept, found->kept);
}

void TestSelection::variantOfAwkwardRows()
{
    // One row of zeros (its sum is within any share), one whose smallest score is above its share, one with infinity
    // (whose share is infinite as well), one with not-a-number (no comparison holds).
    const Floats weights{0.0F, 0.0F, 0.0F, 0.0F,     1.0F, 1.0F,       1.0F, 1.0F,
                         1.0F, 2.0F, 3.0F, infinity, 1.0F, notANumber, 1.0F, 1.0F};
    const auto found = selectWandaVariant({4, 4, weights}, Floats(4, 1.0F), sparsity(0.5), 1);
    VERIFY_RESULT(found);
    // The bisection ends below 1/4, where the row of ones loses nothing.
    QCOMPARE(text(found->kept), std::string("0000 1111 0000 1111"));
}

void TestSelection::refusesWrongSizes()
{
    const Floats weights(12, 1.0F);
    VERIFY_ERROR(selectWanda({3, 5, weights}, Floats(5, 1.0F), sparsity(0.5), 1), ErrorCode::Internal);
    VERIFY_ERROR(selectWanda({3, 4, weights}, Floats(5, 1.0F), sparsity(0.5), 1), ErrorCode::Internal);
    VERIFY_ERROR(selectWandaVariant({3, 4, weights}, Floats(3, 1.0F), sparsity(0.5), 1), ErrorCode::Internal);
    VERIFY_ERROR(selectMagnitude({12, 12, weights}, sparsity(0.5), 1), ErrorCode::Internal);
    const std::size_t huge = std::numeric_limits<std::size_t>::max() / 4 + 1; // huge * 4 is 0
    VERIFY_ERROR(selectMagnitude({huge, 4, {}}, sparsity(0.5), 1), ErrorCode::Internal);
    Floats some(11, 1.0F);
    VERIFY_ERROR(applyMask(BitMatrix(3, 4), some, 1), ErrorCode::Internal);
    QCOMPARE(some, Floats(11, 1.0F));
}

void TestSelection::refusesPatternsThatDoNotDivide()
{
    const Floats weights(12, 1.0F);
    VERIFY_ERROR(selectWanda({2, 6, weights}, Floats(6, 1.0F), pattern(2, 4), 1), ErrorCode::Unsupported);
    VERIFY_ERROR(selectMagnitude({2, 6, weights}, pattern(4, 8), 1), ErrorCode::Unsupported);
}

void TestSelection::appliesAMask()
{
    const Case input = smoothCase(70, 1000, 6);
    BitMatrix kept(70, 1000);
    test::TinyRandom random(7);
    for (std::size_t row = 0; row < 70; ++row)
        for (std::size_t col = 0; col < 1000; ++col)
            kept.set(row, col, random.below(2) == 0);
    Floats weights = input.weights;
    weights[0] = -1.0F;
    kept.set(0, 0, false);
    const auto applied = applyMask(kept, weights, 3);
    VERIFY_RESULT(applied);
    QVERIFY(!std::signbit(weights[0]));
    for (std::size_t row = 0; row < 70; ++row)
        for (std::size_t col = 0; col < 1000; ++col)
            QCOMPARE(weights[row * 1000 + col], kept.test(row, col) ? input.weights[row * 1000 + col] : 0.0F);
}

void TestSelection::emptyMatrices()
{
    for (const auto &[rows, cols] : {std::pair(0, 4), std::pair(4, 0)}) {
        const WeightView none{std::size_t(rows), std::size_t(cols), {}};
        const Floats norms(std::size_t(cols), 1.0F);
        const auto wanda = selectWanda(none, norms, sparsity(0.5), 2);
        const auto groups = selectWanda(none, norms, pattern(2, 4), 2);
        const auto variant = selectWandaVariant(none, norms, sparsity(0.5), 2);
        const auto magnitude = selectMagnitude(none, sparsity(0.5), 2);
        VERIFY_RESULT(wanda);
        VERIFY_RESULT(groups);
        VERIFY_RESULT(variant);
        VERIFY_RESULT(magnitude);
        QCOMPARE(wanda->size() + groups->size() + variant->kept.size() + magnitude->size(), std::size_t(0));
    }
}

QTEST_APPLESS_MAIN(TestSelection)
#include "tst_selection.moc"
