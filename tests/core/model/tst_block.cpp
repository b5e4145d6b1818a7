// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/model/attention.h"
#include "core/model/block.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using architecture::Activation;
using architecture::ModelConfig;
using architecture::RopeSpec;

/// The block against a plain double-precision restatement of transformers' eager code, written loop by loop, for every
/// feature that a family can switch on.
class TestBlock : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void matchesPlainLoops_data();
    void matchesPlainLoops();
    void cacheContinuesLikeOnePass();
    void statisticsPassLeavesTheInput();
    void tilesCoverAProductOnce_data();
    void tilesCoverAProductOnce();
    void tilesDoNotChangeBits();
    void stopsWithinASequence();
    void weightsRoundedBeforeGiveTheSameBits();
};

namespace {

using Matrix = std::vector<std::vector<double>>;

ModelConfig smallConfig()
{
    ModelConfig config;
    config.layers = 1;
    config.hiddenSize = 24;
    config.intermediateSize = 40;
    config.heads = 4;
    config.kvHeads = 2;
    config.headDim = 8;
    config.vocabSize = 16;
    config.maxPositions = 512;
    config.attentionScale = 1.0 / std::sqrt(8.0);
    config.attention = {{}};
    return config;
}

std::vector<float> randomVector(test::TinyRandom &random, std::size_t size, double mean, double deviation)
{
    std::vector<float> values(size);
    for (auto &value : values)
        value = float(mean + deviation * random.normal());
    return values;
}

model::BlockWeights randomWeights(const ModelConfig &config, std::uint64_t seed)
{
    test::TinyRandom random(seed);
    model::BlockWeights weights;
    for (const auto &sublayer : architecture::prunableSublayers(config))
        weights.linears.push_back(
            {sublayer, randomVector(random, std::size_t(sublayer.rows * sublayer.cols), 0.0, 0.2)});
    const auto hidden = std::size_t(config.hiddenSize);
    for (auto *norm :
         {&weights.inputNorm, &weights.postAttentionNorm, &weights.preFeedforwardNorm, &weights.postFeedforwardNorm})
        *norm = randomVector(random, hidden, 1.0, 0.1);
    weights.queryNorm = randomVector(random, std::size_t(config.headDim), 1.0, 0.1);
    weights.keyNorm = randomVector(random, std::size_t(config.headDim), 1.0, 0.1);
    return weights;
}

Matrix normed(const Matrix &x, const std::vector<float> &weight, const ModelConfig &config)
{
    Matrix out = x;
    for (auto &row : out) {
        double squares = 0.0;
        for (const double value : row)
            squares += value * value;
        const double scale = 1.0 / std::sqrt(squares / double(row.size()) + config.normEpsilon);
        for (std::size_t i = 0; i < row.size(); ++i)
            row[i] *= scale * (config.normWeightOffset + double(weight[i]));
    }
    return out;
}

Matrix linear(const Matrix &x, const model::LinearWeights &weights)
{
    Matrix out(x.size(), std::vector<double>(std::size_t(weights.sublayer.rows)));
    const auto cols = std::size_t(weights.sublayer.cols);
    for (std::size_t t = 0; t < x.size(); ++t)
        for (std::size_t r = 0; r < out[t].size(); ++r)
            for (std::size_t c = 0; c < cols; ++c)
                out[t][r] += x[t][c] * double(weights.values[r * cols + c]);
    return out;
}

void rotateHeads(Matrix &x, const ModelConfig &config)
{
    const auto half = std::size_t(config.headDim / 2);
    const auto &rope = config.attention[0].rope;
    for (std::size_t t = 0; t < x.size(); ++t)
        for (std::size_t head = 0; head < x[t].size(); head += 2 * half)
            for (std::size_t i = 0; i < half; ++i) {
                double frequency = std::pow(rope.base, -double(2 * i) / double(2 * half));
                if (rope.scaling == RopeSpec::Scaling::Linear)
                    frequency /= rope.factor;
                const double angle = double(t) * frequency;
                const double a = x[t][head + i];
                const double b = x[t][head + half + i];
                x[t][head + i] = a * std::cos(angle) - b * std::sin(angle);
                x[t][head + half + i] = b * std::cos(angle) + a * std::sin(angle);
            }
}

void normHeads(Matrix &x, const std::vector<float> &weight, const ModelConfig &config)
{
    const auto width = std::size_t(config.headDim);
    for (auto &row : x)
        for (std::size_t head = 0; head < row.size(); head += width) {
            const Matrix one = {
                std::vector<double>(row.begin() + std::ptrdiff_t(head), row.begin() + std::ptrdiff_t(head + width))};
            const auto result = normed(one, weight, config);
            std::copy(result[0].begin(), result[0].end(), row.begin() + std::ptrdiff_t(head));
        }
}

Matrix attention(const Matrix &q, const Matrix &k, const Matrix &v, const ModelConfig &config)
{
    Matrix out(q.size(), std::vector<double>(q[0].size()));
    const auto width = std::size_t(config.headDim);
    const std::int64_t window = config.attention[0].slidingWindow;
    for (std::size_t head = 0; head < std::size_t(config.heads); ++head) {
        const std::size_t kv = head / std::size_t(config.heads / config.kvHeads) * width;
        for (std::size_t i = 0; i < q.size(); ++i) {
            std::vector<double> weight(i + 1, 0.0);
            double sum = 0.0;
            for (std::size_t j = 0; j <= i; ++j) {
                if (window > 0 && std::int64_t(i - j) >= window)
                    continue;
                double score = 0.0;
                for (std::size_t d = 0; d < width; ++d)
                    score += q[i][head * width + d] * k[j][kv + d];
                weight[j] = std::exp(score * config.attentionScale);
                sum += weight[j];
            }
            for (std::size_t j = 0; j <= i; ++j)
                for (std::size_t d = 0; d < width; ++d)
                    out[i][head * width + d] += weight[j] / sum * v[j][kv + d];
        }
    }
    return out;
}

Matrix plus(Matrix a, const Matrix &b)
{
    for (std::size_t t = 0; t < a.size(); ++t)
        for (std::size_t i = 0; i < a[t].size(); ++i)
            a[t][i] += b[t][i];
    return a;
}

Matrix plainBlock(const Matrix &x, const model::BlockWeights &w, const ModelConfig &config)
{
    using Place = model::BlockWeights::Place;
    const Matrix input = normed(x, w.inputNorm, config);
    Matrix q = linear(input, w.linears[Place::Query]);
    Matrix k = linear(input, w.linears[Place::Key]);
    if (config.queryKeyNorm) {
        normHeads(q, w.queryNorm, config);
        normHeads(k, w.keyNorm, config);
    }
    rotateHeads(q, config);
    rotateHeads(k, config);
    Matrix attended = linear(attention(q, k, linear(input, w.linears[Place::Value]), config), w.linears[Place::Output]);
    if (config.postNorms)
        attended = normed(attended, w.postAttentionNorm, config);
    const Matrix residual = plus(attended, x);
    const Matrix middle = normed(residual, config.postNorms ? w.preFeedforwardNorm : w.postAttentionNorm, config);
    Matrix gate = linear(middle, w.linears[Place::Gate]);
    const Matrix up = linear(middle, w.linears[Place::Up]);
    for (std::size_t t = 0; t < gate.size(); ++t)
        for (std::size_t i = 0; i < gate[t].size(); ++i) {
            const double g = gate[t][i];
            const double silu = g / (1.0 + std::exp(-g));
            const double gelu = 0.5 * g * (1.0 + std::tanh(std::sqrt(2.0 / M_PI) * (g + 0.044715 * g * g * g)));
            gate[t][i] = (config.activation == Activation::Silu ? silu : gelu) * up[t][i];
        }
    Matrix out = linear(gate, w.linears[Place::Down]);
    if (config.postNorms)
        out = normed(out, w.postFeedforwardNorm, config);
    return plus(out, residual);
}

/// Hidden states of `lengths` tokens through the block.
std::vector<float> runBlock(const ModelConfig &config, const model::BlockWeights &weights, std::vector<float> hidden,
                            const std::vector<std::int64_t> &lengths, model::PassKind kind = model::PassKind::Full,
                            model::KvCache *cache = nullptr, bool byRow = false)
{
    const model::RopeTables ropes(config, 512);
    model::WorkTeam team(2);
    const model::Block block(config, LayerIndex{0}, weights, ropes.layer(0), model::Precision::Float32, {}, nullptr,
                             cache || byRow ? &team : nullptr);
    model::SequenceGroup group{.firstSequence = 0, .lengths = lengths, .hidden = hidden};
    if (cache)
        group.caches = {cache};
    model::BlockScratch scratch;
    block.forward(group, kind, nullptr, scratch);
    return hidden;
}

} // namespace

void TestBlock::matchesPlainLoops_data()
{
    QTest::addColumn<int>("window");
    QTest::addColumn<bool>("gemma");
    QTest::addColumn<bool>("linearRope");
    QTest::addColumn<std::vector<std::int64_t>>("lengths");
    QTest::addColumn<bool>("byRow");
    using Lengths = std::vector<std::int64_t>;
    for (const bool byRow : {false, true}) {
        const auto row = [byRow](const char *name, int window, bool gemma, bool linearRope, const Lengths &lengths) {
            QTest::addRow("%s%s", name, byRow ? ", row by row" : "")
                << window << gemma << linearRope << lengths << byRow;
        };
        row("llama, one sequence", 0, false, false, Lengths{7});
        row("llama, sequences of unequal length", 0, false, false, Lengths{5, 1, 9});
        row("llama, longer than a block of queries", 0, false, false, Lengths{300});
        row("sliding window", 4, false, false, Lengths{11, 3});
        row("sliding window over blocks of queries", 100, false, false, Lengths{290});
        row("linear rope scaling", 0, false, true, Lengths{12});
        row("gemma 3", 0, true, false, Lengths{6, 8});
        row("gemma 3, local layer", 5, true, false, Lengths{13});
    }
}

void TestBlock::matchesPlainLoops()
{
    QFETCH(int, window);
    QFETCH(bool, gemma);
    QFETCH(bool, linearRope);
    QFETCH(bool, byRow);
    QFETCH(std::vector<std::int64_t>, lengths);
    ModelConfig config = smallConfig();
    config.attention[0].slidingWindow = window;
    if (linearRope)
        config.attention[0].rope = {.base = 10000.0, .scaling = RopeSpec::Scaling::Linear, .factor = 4.0};
    if (gemma) {
        config.activation = Activation::GeluTanh;
        config.queryKeyNorm = config.postNorms = true;
        config.normWeightOffset = 1.0;
    }
    const auto weights = randomWeights(config, 5);
    test::TinyRandom random(6);
    std::int64_t tokens = 0;
    for (const auto length : lengths)
        tokens += length;
    const auto width = std::size_t(config.hiddenSize);
    const auto hidden = randomVector(random, std::size_t(tokens) * width, 0.0, 1.0);
    const auto result = runBlock(config, weights, hidden, lengths, model::PassKind::Full, nullptr, byRow);

    std::size_t row = 0;
    double worst = 0.0;
    for (const auto length : lengths) {
        Matrix x;
        for (std::int64_t t = 0; t < length; ++t)
            x.emplace_back(hidden.begin() + std::ptrdiff_t((row + std::size_t(t)) * width),
                           hidden.begin() + std::ptrdiff_t((row + std::size_t(t) + 1) * width));
        for (const auto &expected : plainBlock(x, weights, config)) {
            for (std::size_t i = 0; i < width; ++i)
                worst = std::max(worst, std::fabs(double(result[row * width + i]) - expected[i]));
            ++row;
        }
    }
    QVERIFY2(worst < 2e-5, qPrintable(QString::number(worst)));
}

void TestBlock::cacheContinuesLikeOnePass()
{
    const ModelConfig config = smallConfig();
    const auto weights = randomWeights(config, 8);
    test::TinyRandom random(9);
    const auto width = std::size_t(config.hiddenSize);
    const auto hidden = randomVector(random, 10 * width, 0.0, 1.0);
    const auto whole = runBlock(config, weights, hidden, {10}, model::PassKind::Full, nullptr, true);
    model::KvCache cache;
    std::vector<float> pieces;
    for (const auto &[first, count] : {std::pair{0, 6}, std::pair{6, 1}, std::pair{7, 3}}) {
        const auto begin = hidden.begin() + std::ptrdiff_t(std::size_t(first) * width);
        const auto piece = runBlock(config, weights, {begin, begin + std::ptrdiff_t(std::size_t(count) * width)},
                                    {count}, model::PassKind::Full, &cache);
        pieces.insert(pieces.end(), piece.begin(), piece.end());
    }
    QCOMPARE(cache.tokens, 10);
    for (std::size_t i = 0; i < whole.size(); ++i)
        QCOMPARE(whole[i], pieces[i]);
}

void TestBlock::statisticsPassLeavesTheInput()
{
    const ModelConfig config = smallConfig();
    const auto weights = randomWeights(config, 10);
    test::TinyRandom random(11);
    const auto hidden = randomVector(random, 4 * std::size_t(config.hiddenSize), 0.0, 1.0);
    QCOMPARE(runBlock(config, weights, hidden, {4}, model::PassKind::StatisticsOnly), hidden);
}

void TestBlock::tilesCoverAProductOnce_data()
{
    QTest::addColumn<std::int64_t>("m");
    QTest::addColumn<std::int64_t>("n");
    QTest::addColumn<std::int64_t>("k");
    QTest::addColumn<bool>("whole");
    using Size = std::int64_t;
    QTest::newRow("one token") << Size(1) << Size(11008) << Size(4096) << true;
    QTest::newRow("small model") << Size(2048) << Size(1536) << Size(576) << true;
    QTest::newRow("7B, a group") << Size(512) << Size(11008) << Size(4096) << false;
    QTest::newRow("7B, a long sequence") << Size(4096) << Size(4096) << Size(11008) << false;
    QTest::newRow("sizes that nothing divides") << Size(1031) << Size(10007) << Size(4099) << false;
}

void TestBlock::tilesCoverAProductOnce()
{
    QFETCH(std::int64_t, m);
    QFETCH(std::int64_t, n);
    QFETCH(std::int64_t, k);
    QFETCH(bool, whole);
    const auto tiles = model::tilesOfProduct(m, n, k);
    QCOMPARE(tiles.size() == 1, whole);
    std::vector<char> seen(std::size_t(m * n), 0);
    for (const auto &tile : tiles) {
        QVERIFY(tile.xRows > 0 && tile.firstX + tile.xRows <= m && tile.wRows > 0 && tile.firstW + tile.wRows <= n);
        QVERIFY(2.0 * double(tile.xRows) * double(tile.wRows) * double(k) <= 1e10);
        for (std::int64_t x = tile.firstX; x < tile.firstX + tile.xRows; ++x)
            for (std::int64_t w = tile.firstW; w < tile.firstW + tile.wRows; ++w)
                ++seen[std::size_t(x * n + w)];
    }
    QCOMPARE(std::count(seen.begin(), seen.end(), 1), std::ptrdiff_t(seen.size()));
}

/// A product just large enough to be cut, against the same product in one piece.
void TestBlock::tilesDoNotChangeBits()
{
    constexpr std::int64_t m = 1100;
    constexpr std::int64_t n = 4608;
    constexpr std::int64_t k = 2048;
    const auto tiles = model::tilesOfProduct(m, n, k);
    QVERIFY(tiles.size() > 2);
    test::TinyRandom random(12);
    std::vector<float> x(m * k);
    std::vector<float> w(n * k);
    for (auto *const values : {&x, &w})
        for (auto &value : *values)
            value = float(random.uniform() - 0.5);
    std::vector<float> whole(m * n);
    std::vector<float> pieces(m * n);
    model::multiplyTransposed({x.data(), m, k, k}, {w.data(), n, k, k}, {whole.data(), m, n, n},
                              model::Precision::Float32);
    for (const auto &tile : tiles)
        model::multiplyTransposed(
            {x.data() + tile.firstX * k, tile.xRows, k, k}, {w.data() + tile.firstW * k, tile.wRows, k, k},
            {pieces.data() + tile.firstX * n + tile.firstW, tile.xRows, tile.wRows, n}, model::Precision::Float32);
    QVERIFY(whole == pieces);
}

/// With a stop requested, attention leaves its output as it is.
void TestBlock::stopsWithinASequence()
{
    constexpr std::int64_t tokens = 300;
    const std::vector<float> q(tokens * 16, 0.5F);
    const std::vector<float> kv(tokens * 8, 0.25F);
    std::vector<float> out(tokens * 16, 7.0F);
    std::vector<float> scratch;
    const model::AttentionShape shape{2, 1, 8, 0, 1.0F};
    std::stop_source source;
    source.request_stop();
    model::causalAttention(shape, {q.data(), tokens, 16, 16}, {kv.data(), tokens, 8, 8}, {kv.data(), tokens, 8, 8},
                           {out.data(), tokens, 16, 16}, scratch, source.get_token());
    QVERIFY(std::all_of(out.begin(), out.end(), [](float value) { return value == 7.0F; }));
    model::causalAttention(shape, {q.data(), tokens, 16, 16}, {kv.data(), tokens, 8, 8}, {kv.data(), tokens, 8, 8},
                           {out.data(), tokens, 16, 16}, scratch, {});
    QVERIFY(std::all_of(out.begin(), out.end(), [](float value) { return std::fabs(value - 0.25F) < 1e-5F; }));
}

void TestBlock::weightsRoundedBeforeGiveTheSameBits()
{
    const ModelConfig config = smallConfig();
    const auto weights = randomWeights(config, 13);
    model::RoundedWeights rounded;
    model::roundWeights(weights, 2, rounded);
    test::TinyRandom random(14);
    const auto input = randomVector(random, 9 * std::size_t(config.hiddenSize), 0.0, 1.0);
    const model::RopeTables ropes(config, 16);
    const auto run = [&](const model::RoundedWeights *given) {
        auto hidden = input;
        const model::Block block(config, LayerIndex{0}, weights, ropes.layer(0), model::Precision::BFloat16, {}, given);
        model::SequenceGroup group{.firstSequence = 0, .lengths = {4, 5}, .hidden = hidden};
        model::BlockScratch scratch;
        block.forward(group, model::PassKind::Full, nullptr, scratch);
        return hidden;
    };
    const auto before = run(&rounded);
    QVERIFY(before == run(nullptr));
    QVERIFY(before != runBlock(config, weights, input, {4, 5})); // it did compute in bf16
}

QTEST_GUILESS_MAIN(TestBlock)
#include "tst_block.moc"
