// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/selection/layersparsity.h"

#include <numeric>

#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::selection;

namespace {

double meanOf(const std::vector<Sparsity> &sparsities)
{
    double sum = 0.0;
    for (const auto &sparsity : sparsities)
        sum += sparsity.ratio();
    return sum / double(sparsities.size());
}

} // namespace

class TestLayerSparsity : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsAndNamesRules_data();
    void readsAndNamesRules();
    void refusesWhatIsNoRule_data();
    void refusesWhatIsNoRule();
    void aPatternHasNoRule();
    void aTableMustFit();
    void movingAShareKeepsTheMean();
    void movingStopsWhereTheOthersCannotFollow();
    void countsOutliersOverAllMatrices();
    void owlKeepsTheTotal();
    void owlPrunesEqualBlocksAlike();
    void owlNeverPrunesAllOfABlock();
};

void TestLayerSparsity::readsAndNamesRules_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("again");
    QTest::addColumn<QString>("target");
    QTest::newRow("published") << "owl"
                               << "owl"
                               << "0.7-owl";
    QTest::newRow("published, spelled out") << "owl:5:0.08"
                                            << "owl"
                                            << "0.7-owl";
    QTest::newRow("other numbers") << "owl:7:0.1"
                                   << "owl:7:0.1"
                                   << "0.7-owl-7-0.1";
    QTest::newRow("table") << "0.5, 0.25,0.75"
                           << "0.5,0.25,0.75"
                           << "0.5-table-";
    QTest::newRow("many decimals") << "0.33333333,0.5"
                                   << "0.3333,0.5"
                                   << "0.4167-table-";
}

void TestLayerSparsity::readsAndNamesRules()
{
    QFETCH(QString, text);
    QFETCH(QString, again);
    QFETCH(QString, target);
    const auto rule = layerRuleFromText(text.toStdString());
    VERIFY_RESULT(rule);
    QCOMPARE(layerRuleText(*rule), again.toStdString());
    const auto second = layerRuleFromText(layerRuleText(*rule));
    VERIFY_RESULT(second);
    QVERIFY(*second == *rule);
    const auto name = targetText(Sparsity::fromRatio(0.7).value(), *rule);
    VERIFY_RESULT(name);
    if (target.endsWith(u'-'))
        QVERIFY2(name->starts_with(target.toStdString()) && name->size() == std::size_t(target.size()) + 6,
                 name->c_str());
    else
        QCOMPARE(*name, target.toStdString());
}

void TestLayerSparsity::refusesWhatIsNoRule_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"", "owls", "owl:5", "owl:x:0.1", "owl:0:0.1", "owl:5:0.5", "owl:5:-0.1", "0.5,", "0.5,1",
                             "0.5,-0.1", "0.5;0.5", "nan,0.5"})
        QTest::newRow(*text ? text : "nothing") << QString::fromLatin1(text);
}

void TestLayerSparsity::refusesWhatIsNoRule()
{
    QFETCH(QString, text);
    const auto rule = layerRuleFromText(text.toStdString());
    QVERIFY(!rule);
    QCOMPARE(rule.error().code, ErrorCode::InvalidArgument);
}

void TestLayerSparsity::aPatternHasNoRule()
{
    const PruneTarget pattern = NmPattern::fromCounts(2, 4).value();
    QCOMPARE(targetText(pattern, std::nullopt).value(), std::string("2:4"));
    const auto name = targetText(pattern, LayerRule());
    QVERIFY(!name);
    QCOMPARE(name.error().code, ErrorCode::InvalidArgument);
}

void TestLayerSparsity::aTableMustFit()
{
    const auto rule = layerRuleFromText("0.1,0.2,0.3").value();
    const auto fits = tableSparsities(rule, 3);
    VERIFY_RESULT(fits);
    QCOMPARE(fits->back().ratio(), 0.3);
    const auto tooFew = tableSparsities(rule, 4);
    QVERIFY(!tooFew);
    QVERIFY(tooFew.error().detail.find("3 shares, and the model has 4 layers") != std::string::npos);
}

void TestLayerSparsity::movingAShareKeepsTheMean()
{
    test::TinyRandom random(2);
    std::vector<double> shares(12, 0.5);
    for (int i = 0; i < 500; ++i) {
        const auto block = std::size_t(random.below(12));
        shares = moveShare(shares, block, double(random.below(1200)) / 1000.0 - 0.1);
        double sum = 0.0;
        for (const double share : shares) {
            QVERIFY(share >= 0.0 && share <= mostPruned);
            sum += share;
        }
        QVERIFY(std::abs(sum / 12.0 - 0.5) < 1e-9);
    }
    QCOMPARE(moveShare(std::vector<double>{0.5, 0.5, 0.5}, 1, 0.75), (std::vector<double>{0.375, 0.75, 0.375}));
}

void TestLayerSparsity::movingStopsWhereTheOthersCannotFollow()
{
    QCOMPARE(moveShare(std::vector<double>{0.25, 0.25}, 0, 0.875), (std::vector<double>{0.5, 0.0}));
    QCOMPARE(moveShare(std::vector<double>{0.5}, 0, 0.875), std::vector<double>{0.5});
    QCOMPARE(moveShare(std::vector<double>{0.5, 0.125, 0.5}, 0, 0.875), (std::vector<double>{0.875, 0.0, 0.25}));
}

/// Scores 1 1 1 1 and 2 2 2 14: their mean is 3, and with a factor of 1.5 only 14 is above.
void TestLayerSparsity::countsOutliersOverAllMatrices()
{
    const std::vector<float> ones(4, 1.0F);
    const std::vector<float> others = {-1.0F, 2.0F, 1.0F, -7.0F};
    const std::vector<float> norms = {1.0F, 1.0F};
    const std::vector<float> otherNorms = {4.0F, 1.0F, 4.0F, 4.0F};
    const std::vector<ScoredMatrix> matrices = {{{2, 2, ones}, norms}, {{1, 4, others}, otherNorms}};
    QCOMPARE(outlierShare(matrices, 1.5, 1).value(), 1.0 / 8.0);
    QCOMPARE(outlierShare(matrices, 0.5, 3).value(), 4.0 / 8.0);
    QCOMPARE(outlierShare(matrices, 5.0, 2).value(), 0.0);
    QVERIFY(!outlierShare(std::vector<ScoredMatrix>{{{2, 2, ones}, otherNorms}}, 5.0, 1));
    // An expert that no token was sent to has scores of 0, as in the reference: the mean is 2.5.
    const std::vector<float> unknown = {0.0F, 0.0F};
    const std::vector<ScoredMatrix> unused = {{{2, 2, ones}, unknown}, {{1, 4, others}, otherNorms}};
    QCOMPARE(outlierShare(unused, 0.7, 1).value(), 4.0 / 8.0);
}

void TestLayerSparsity::owlKeepsTheTotal()
{
    test::TinyRandom random(1);
    std::vector<double> shares;
    for (int i = 0; i < 30; ++i)
        shares.push_back(double(random.below(1000)) / 20000.0);
    const auto found = owlSparsities(shares, Sparsity::fromRatio(0.6).value(), 0.08);
    VERIFY_RESULT(found);
    QVERIFY(std::abs(meanOf(*found) - 0.6) < 1e-12);
    const auto [least, most] = std::ranges::minmax_element(shares);
    const auto at = [&](auto where) { return (*found)[std::size_t(where - shares.begin())].ratio(); };
    QVERIFY(std::abs(at(least) - at(most) - 0.16) < 1e-12); // the block with most outliers is pruned least
}

void TestLayerSparsity::owlPrunesEqualBlocksAlike()
{
    const auto found = owlSparsities(std::vector<double>(4, 0.02), Sparsity::fromRatio(0.5).value(), 0.08);
    VERIFY_RESULT(found);
    for (const auto &sparsity : *found)
        QCOMPARE(sparsity.ratio(), 0.5);
}

void TestLayerSparsity::owlNeverPrunesAllOfABlock()
{
    const std::vector<double> shares = {0.0, 0.1};
    const auto found = owlSparsities(shares, Sparsity::fromRatio(0.95).value(), 0.08);
    QVERIFY(!found);
    QVERIFY(found.error().detail.find("layer 0") != std::string::npos);
    QCOMPARE(owlSparsities(shares, Sparsity::fromRatio(0.05).value(), 0.08)->back().ratio(), 0.01);
}

QTEST_APPLESS_MAIN(TestLayerSparsity)
#include "tst_layersparsity.moc"
