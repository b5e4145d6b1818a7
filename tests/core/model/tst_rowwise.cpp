// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include "core/model/attention.h"
#include "core/model/rowwise.h"
#include "core/model/workteam.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using architecture::Activation;

/// Row-by-row products and attention: right against plain loops in double precision, and bit for bit the same whatever
/// is computed with them.
class TestRowwise : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void products_data();
    void products();
    void roundedWeights();
    void weightedRows();
    void exponentials();
    void activations();
    void roundsToNearestEven();
    void attentionInPieces_data();
    void attentionInPieces();
    void teamDoesAllWorkOnce();
    void teamHandsOnExceptions();
};

namespace {

/// In double precision, by the definitions.
double activated(double x, Activation activation)
{
    switch (activation) {
    case Activation::Silu: return x / (1.0 + std::exp(-x));
    case Activation::GeluTanh: return 0.5 * x * (1.0 + std::tanh(std::sqrt(2.0 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::Gelu: return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    case Activation::Relu: return std::max(x, 0.0);
    }
    return 0.0;
}

std::vector<float> noise(std::size_t size, std::uint64_t seed)
{
    test::TinyRandom random(seed);
    std::vector<float> values(size);
    for (auto &value : values)
        value = float(random.uniform() - 0.5);
    return values;
}

std::vector<float> product(const std::vector<float> &x, std::int64_t m, const std::vector<float> &w, std::int64_t n)
{
    const auto k = std::int64_t(x.size()) / m;
    std::vector<float> out(std::size_t(m * n), 7.0F);
    model::multiplyRows({x.data(), m, k, k}, model::ConstMatrixView(w.data(), n, k, k), {out.data(), m, n, n});
    return out;
}

} // namespace

void TestRowwise::products_data()
{
    QTest::addColumn<std::int64_t>("m");
    QTest::addColumn<std::int64_t>("n");
    QTest::addColumn<std::int64_t>("k");
    using Size = std::int64_t;
    QTest::newRow("one row") << Size(1) << Size(96) << Size(576);
    QTest::newRow("a batch") << Size(16) << Size(100) << Size(576);
    QTest::newRow("fewer columns than a vector") << Size(5) << Size(7) << Size(9);
    QTest::newRow("columns beyond the last vector") << Size(9) << Size(13) << Size(1000 + 7);
    QTest::newRow("several pieces of columns and rows") << Size(131) << Size(11) << Size(2500);
}

/// Each row alone has the bits it has among the others, and each output too.
void TestRowwise::products()
{
    QFETCH(std::int64_t, m);
    QFETCH(std::int64_t, n);
    QFETCH(std::int64_t, k);
    const auto x = noise(std::size_t(m * k), 1);
    const auto w = noise(std::size_t(n * k), 2);
    const auto whole = product(x, m, w, n);
    for (std::int64_t i = 0; i < m; ++i) {
        const auto alone = product({x.begin() + i * k, x.begin() + (i + 1) * k}, 1, w, n);
        QVERIFY(std::equal(alone.begin(), alone.end(), whole.begin() + i * n));
        for (std::int64_t j = 0; j < n; ++j) {
            double sum = 0.0;
            for (std::int64_t c = 0; c < k; ++c)
                sum += double(x[std::size_t(i * k + c)]) * double(w[std::size_t(j * k + c)]);
            QVERIFY(std::fabs(double(whole[std::size_t(i * n + j)]) - sum) < 1e-5);
        }
    }
    const auto last = product(x, m, {w.end() - k, w.end()}, 1);
    for (std::int64_t i = 0; i < m; ++i)
        QCOMPARE(last[std::size_t(i)], whole[std::size_t(i * n + n - 1)]);
}

void TestRowwise::roundedWeights()
{
    constexpr std::int64_t m = 6;
    constexpr std::int64_t n = 9;
    constexpr std::int64_t k = 83;
    const auto x = noise(m * k, 3);
    auto w = noise(n * k, 4);
    std::vector<model::BFloat16Bits> bits(w.size());
    model::roundToBFloat16({w.data(), n, k, k}, bits);
    model::roundRowsToBFloat16(w.data(), n * k, w.data());
    std::vector<float> out(m * n);
    model::multiplyRows({x.data(), m, k, k}, model::RoundedView{bits.data(), n, k}, {out.data(), m, n, n});
    QVERIFY(out == product(x, m, w, n));
}

void TestRowwise::weightedRows()
{
    constexpr std::int64_t m = 5;
    constexpr std::int64_t k = 30;
    for (const std::int64_t n : {64, 80, 8, 150}) {
        auto x = noise(m * k, 5);
        for (std::int64_t i = 0; i < m; ++i)
            x[std::size_t(i * k + 3)] = 0.0F;
        const auto w = noise(std::size_t(k * n), 6);
        std::vector<float> whole(std::size_t(m * n), 1.0F);
        auto halves = whole;
        model::addWeightedRows({x.data(), m, k, k}, {w.data(), k, n, n}, {whole.data(), m, n, n});
        for (const auto &[first, count] : {std::pair{0, 11}, std::pair{11, 19}})
            model::addWeightedRows({x.data() + first, m, count, k}, {w.data() + first * n, count, n, n},
                                   {halves.data(), m, n, n});
        QVERIFY(whole == halves);
        for (std::int64_t i = 0; i < m; ++i)
            for (std::int64_t j = 0; j < n; ++j) {
                double sum = 1.0;
                for (std::int64_t c = 0; c < k; ++c)
                    sum += double(x[std::size_t(i * k + c)]) * double(w[std::size_t(c * n + j)]);
                QVERIFY(std::fabs(double(whole[std::size_t(i * n + j)]) - sum) < 1e-5);
            }
    }
}

void TestRowwise::exponentials()
{
    for (const std::size_t size : {std::size_t(1), std::size_t(16), std::size_t(300), std::size_t(2048)}) {
        auto values = noise(size, 7);
        for (auto &value : values)
            value *= 60.0F; // up to e^60 apart
        const auto sum = model::expSumOfRow(values);
        double expected = 0.0;
        for (const float value : values)
            expected += std::exp(double(value) - double(sum.max));
        QCOMPARE(sum.max, *std::max_element(values.begin(), values.end()));
        QVERIFY(std::fabs(sum.sum / expected - 1.0) < 1e-6);
        auto weights = values;
        model::softmaxRow(weights);
        for (std::size_t i = 0; i < size; ++i) {
            const double weight = std::exp(double(values[i]) - double(sum.max)) / expected;
            QVERIFY(std::fabs(double(weights[i]) - weight) <= 1e-5 * weight);
        }
    }
    std::vector<float> far = {0.0F, -200.0F, -std::numeric_limits<float>::infinity()};
    model::softmaxRow(far);
    QCOMPARE(far, (std::vector<float>{1.0F, 0.0F, 0.0F}));
    std::vector<float> broken = {0.0F, std::numeric_limits<float>::quiet_NaN()};
    QVERIFY(std::isnan(model::expSumOfRow(broken).sum));
}

void TestRowwise::activations()
{
    std::vector<float> x;
    for (int i = -120; i <= 120; ++i)
        x.push_back(float(i) * (i % 2 == 0 ? 0.83F : 0.041F));
    const auto up = noise(x.size(), 8);
    for (const auto activation : {Activation::Silu, Activation::GeluTanh, Activation::Gelu, Activation::Relu}) {
        // The series of the error function is good to 1.5e-7 absolutely, of one half of the factor.
        const double absolute = activation == Activation::Gelu ? 4e-7 : 1e-7;
        auto gate = x;
        auto plain = x;
        model::gateRow(gate, up, activation);
        model::gateRow(plain, {}, activation);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double expected = activated(x[i], activation);
            QVERIFY(std::fabs(double(plain[i]) - expected) <= 2e-6 * std::fabs(expected) + absolute);
            QCOMPARE(gate[i], plain[i] * up[i]);
        }
        auto broken = std::vector<float>{std::numeric_limits<float>::quiet_NaN()};
        model::gateRow(broken, {}, activation);
        QVERIFY(std::isnan(broken[0]));
    }
}

void TestRowwise::roundsToNearestEven()
{
    // 1 + 2^-8 lies between two bf16 numbers, 1 + 3 * 2^-8 too; each goes to the even one.
    const std::vector<float> x = {1.0F, 1.00390625F, 1.01171875F, -1.004F, std::numeric_limits<float>::infinity()};
    std::vector<float> out(x.size());
    model::roundRowsToBFloat16(x.data(), std::int64_t(x.size()), out.data());
    QCOMPARE(out, (std::vector<float>{1.0F, 1.0F, 1.015625F, -1.0078125F, std::numeric_limits<float>::infinity()}));
    const float broken = std::numeric_limits<float>::quiet_NaN();
    model::roundRowsToBFloat16(&broken, 1, out.data());
    QVERIFY(std::isnan(out[0]));
}

void TestRowwise::attentionInPieces_data()
{
    QTest::addColumn<std::int64_t>("window");
    QTest::newRow("all positions") << std::int64_t(0);
    QTest::newRow("sliding window") << std::int64_t(9);
}

/// Against causalAttention; and queries one at a time, over positions in three segments, against all at once over one.
void TestRowwise::attentionInPieces()
{
    QFETCH(std::int64_t, window);
    constexpr std::int64_t tokens = 40;
    constexpr std::int64_t width = 2 * 8;
    const model::AttentionShape shape{4, 2, 8, window, 0.35F};
    const auto q = noise(tokens * 2 * width, 9);
    const auto k = noise(tokens * width, 10);
    const auto v = noise(tokens * width, 11);
    const auto some = [&](std::int64_t first, std::int64_t rows) {
        return model::KeyValues{{k.data() + first * width, rows, width, width},
                                {v.data() + first * width, rows, width, width}};
    };
    std::vector<float> scratch;
    std::vector<float> plain(q.size());
    model::causalAttention(shape, {q.data(), tokens, 2 * width, 2 * width}, some(0, tokens).keys,
                           some(0, tokens).values, {plain.data(), tokens, 2 * width, 2 * width}, scratch);
    std::vector<float> whole(q.size());
    std::vector<float> pieces(q.size());
    for (std::int64_t head = 0; head < shape.kvHeads; ++head) {
        const std::array all = {some(0, tokens)};
        model::attendRows(shape, head, {q.data(), tokens, 2 * width, 2 * width}, all,
                          {whole.data(), tokens, 2 * width, 2 * width}, scratch);
        for (std::int64_t row = 0; row < tokens; ++row) {
            const std::int64_t first = (row + 1) / 3;
            const std::int64_t second = (row + 1 - first) / 2;
            const std::array cut = {some(0, first), some(first, second),
                                    some(first + second, row + 1 - first - second)};
            model::attendRows(shape, head, {q.data() + row * 2 * width, 1, 2 * width, 2 * width}, cut,
                              {pieces.data() + row * 2 * width, 1, 2 * width, 2 * width}, scratch);
        }
    }
    QVERIFY(whole == pieces);
    for (std::size_t i = 0; i < whole.size(); ++i)
        QVERIFY(std::fabs(whole[i] - plain[i]) < 1e-6F);
}

void TestRowwise::teamDoesAllWorkOnce()
{
    for (const int threads : {1, 2, 5}) {
        model::WorkTeam team(threads);
        QCOMPARE(team.threads(), threads);
        for (std::size_t count : {std::size_t(0), std::size_t(1), std::size_t(3), std::size_t(1000)}) {
            std::vector<std::atomic<int>> seen(count);
            std::atomic<bool> inRange = true;
            team.each(count, [&](std::size_t index, std::size_t thread) {
                ++seen[index];
                inRange = inRange && thread < std::size_t(threads);
            });
            QVERIFY(inRange);
            for (const auto &times : seen)
                QCOMPARE(times.load(), 1);
        }
    }
}

void TestRowwise::teamHandsOnExceptions()
{
    model::WorkTeam team(3);
    QVERIFY_EXCEPTION_THROWN(team.each(100,
                                       [](std::size_t index, std::size_t) {
                                           if (index == 40)
                                               throw std::bad_alloc();
                                       }),
                             std::bad_alloc);
    int calls = 0;
    team.each(1, [&](std::size_t, std::size_t) { ++calls; });
    QCOMPARE(calls, 1);
}

QTEST_GUILESS_MAIN(TestRowwise)
#include "tst_rowwise.moc"
