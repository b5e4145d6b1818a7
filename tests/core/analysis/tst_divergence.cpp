// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>
#include <numeric>

#include <QtTest/QTest>

#include "core/analysis/alignment.h"
#include "core/analysis/divergence.h"

using namespace secateur::analysis;

namespace {

bool near(double a, double b)
{
    return std::abs(a - b) < 1e-12;
}

} // namespace

class TestDivergence : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void softmaxOfLiterals();
    void divergenceOfLiterals_data();
    void divergenceOfLiterals();
    void divergenceOfLogitsThatDifferByAConstant();
    void orderAndRank();
    void alignment_data();
    void alignment();
    void longMiddlesAreNotCompared();
};

void TestDivergence::softmaxOfLiterals()
{
    const float logits[] = {0.0F, std::log(2.0F), std::log(5.0F)};
    const auto shares = softmax(logits);
    QCOMPARE(shares.size(), std::size_t(3));
    QVERIFY(std::abs(shares[0] - 0.125) < 1e-7);
    QVERIFY(std::abs(shares[1] - 0.25) < 1e-7);
    QVERIFY(std::abs(shares[2] - 0.625) < 1e-7);
    // Neither overflow nor a lost 1, and minus infinity has no share.
    const float wide[] = {1000.0F, -1000.0F, -std::numeric_limits<float>::infinity()};
    QVERIFY(softmax(wide) == (std::vector<double>{1.0, 0.0, 0.0}));
    QVERIFY(softmax({}).empty());
}

void TestDivergence::divergenceOfLiterals_data()
{
    using Shares = std::vector<double>;
    QTest::addColumn<Shares>("p");
    QTest::addColumn<Shares>("q");
    QTest::addColumn<double>("bits");
    QTest::newRow("the same") << Shares{0.5, 0.25, 0.25} << Shares{0.5, 0.25, 0.25} << 0.0;
    QTest::newRow("nothing in common") << Shares{0.5, 0.5, 0.0, 0.0} << Shares{0.0, 0.0, 0.25, 0.75} << 1.0;
    // m = (3/4, 1/4): 1/2 log2(4/3) + 1/2 (1/2 log2(2/3) + 1/2 log2(2)) = log2(4/3)/2 + log2(4/3)/4
    QTest::newRow("certain and even") << Shares{1.0, 0.0} << Shares{0.5, 0.5} << 0.31127812445913283;
    // m = (1/2, 1/2): 1 - H(1/4), H the binary entropy
    QTest::newRow("mirrored") << Shares{0.25, 0.75} << Shares{0.75, 0.25} << 0.18872187554086717;
    QTest::newRow("half in common") << Shares{0.5, 0.5, 0.0} << Shares{0.0, 0.5, 0.5} << 0.5;
}

void TestDivergence::divergenceOfLiterals()
{
    QFETCH(const std::vector<double>, p);
    QFETCH(const std::vector<double>, q);
    QFETCH(const double, bits);
    QVERIFY2(near(jensenShannonBits(p, q), bits), qPrintable(QString::number(jensenShannonBits(p, q), 'g', 17)));
    QVERIFY(near(jensenShannonBits(q, p), bits));
}

void TestDivergence::divergenceOfLogitsThatDifferByAConstant()
{
    std::vector<float> logits(5000);
    std::iota(logits.begin(), logits.end(), -4.0F);
    std::vector<float> moved = logits;
    for (float &logit : moved)
        logit += 16.0F;
    QCOMPARE(jensenShannonBits(softmax(logits), softmax(moved)), 0.0);
    moved[0] = 6000.0F; // now certain of what the other does not expect at all
    QVERIFY(near(jensenShannonBits(softmax(logits), softmax(moved)), 1.0));
}

void TestDivergence::orderAndRank()
{
    const float logits[] = {1.0F, 3.0F, 2.0F, 3.0F, -1.0F};
    QVERIFY(mostLikely(logits, 3) == (std::vector<std::size_t>{1, 3, 2}));
    QVERIFY(mostLikely(logits, 9) == (std::vector<std::size_t>{1, 3, 2, 0, 4}));
    QVERIFY(mostLikely(logits, 0).empty());
    const auto order = mostLikely(logits, 5);
    for (std::size_t place = 0; place < order.size(); ++place)
        QCOMPARE(rankOf(logits, order[place]), std::uint64_t(place + 1));
}

void TestDivergence::alignment_data()
{
    using Ids = std::vector<std::int32_t>;
    QTest::addColumn<Ids>("reference");
    QTest::addColumn<Ids>("text");
    QTest::addColumn<QString>("common"); // of the text: = or x
    QTest::newRow("equal") << Ids{1, 2, 3} << Ids{1, 2, 3} << QStringLiteral("===");
    QTest::newRow("one exchanged") << Ids{1, 2, 3, 4} << Ids{1, 9, 3, 4} << QStringLiteral("=x==");
    QTest::newRow("one put in") << Ids{1, 2, 3} << Ids{1, 2, 9, 3} << QStringLiteral("==x=");
    QTest::newRow("one left out") << Ids{1, 2, 3, 4} << Ids{1, 3, 4} << QStringLiteral("===");
    QTest::newRow("a beginning") << Ids{1, 2, 3, 4} << Ids{1, 2} << QStringLiteral("==");
    QTest::newRow("goes on") << Ids{1, 2} << Ids{1, 2, 3} << QStringLiteral("==x");
    QTest::newRow("nothing") << Ids{1, 2} << Ids{3, 4, 5} << QStringLiteral("xxx");
    QTest::newRow("moved") << Ids{1, 2, 3, 4, 5} << Ids{3, 4, 1, 2, 5} << QStringLiteral("==xx=");
    QTest::newRow("repeated") << Ids{1, 1, 2} << Ids{1, 1, 1, 1, 2} << QStringLiteral("==xx=");
    QTest::newRow("two islands") << Ids{7, 1, 2, 8, 3, 4} << Ids{1, 2, 9, 3, 4, 9} << QStringLiteral("==x==x");
    QTest::newRow("no reference") << Ids{} << Ids{1} << QStringLiteral("x");
    QTest::newRow("no text") << Ids{1} << Ids{} << QString();
}

void TestDivergence::alignment()
{
    QFETCH(const std::vector<std::int32_t>, reference);
    QFETCH(const std::vector<std::int32_t>, text);
    QFETCH(const QString, common);
    QString found;
    for (const bool same : commonTokens(reference, text))
        found += same ? u'=' : u'x';
    QCOMPARE(found, common);
}

void TestDivergence::longMiddlesAreNotCompared()
{
    std::vector<std::int32_t> reference(5000, 1);
    std::vector<std::int32_t> text(5000, 1);
    text[10] = 2;
    text[4900] = 3;
    const auto common = commonTokens(reference, text);
    QVERIFY(common[9] && !common[10] && !common[11] && !common[4900] && common[4901]);
}

QTEST_GUILESS_MAIN(TestDivergence)
#include "tst_divergence.moc"
