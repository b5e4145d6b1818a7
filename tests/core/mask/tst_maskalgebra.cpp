// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mask/maskalgebra.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::mask;
using namespace secateur::test;

namespace {

using Masks = std::vector<const BitMatrix *>;

BitMatrix randomMask(std::size_t rows, std::size_t cols, TinyRandom &random)
{
    BitMatrix kept(rows, cols);
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t col = 0; col < cols; ++col)
            kept.set(row, col, random.below(2) == 1);
    return kept;
}

/// What the rule's words say, cell by cell.
bool keeps(CombineRule rule, const Masks &masks, std::size_t row, std::size_t col)
{
    std::size_t votes = 0;
    bool others = false;
    for (std::size_t i = 0; i < masks.size(); ++i) {
        votes += masks[i]->test(row, col) ? 1 : 0;
        others = others || (i > 0 && masks[i]->test(row, col));
    }
    switch (rule) {
    case CombineRule::Union: return votes > 0;
    case CombineRule::Intersection: return votes == masks.size();
    case CombineRule::Majority: return 2 * votes > masks.size();
    case CombineRule::Difference: return masks.front()->test(row, col) && !others;
    case CombineRule::Scores: break;
    }
    return false;
}

} // namespace

Q_DECLARE_METATYPE(secateur::mask::CombineRule)

class TestMaskAlgebra : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isWhatTheRuleSays_data();
    void isWhatTheRuleSays();
    void identities();
    void refuses();
    void namesReadBack();
};

void TestMaskAlgebra::isWhatTheRuleSays_data()
{
    QTest::addColumn<CombineRule>("rule");
    QTest::addColumn<int>("masks");
    for (const CombineRule rule : allCombineRules)
        for (const int masks : {1, 2, 3, 4, 5, 8, 9})
            if (rule != CombineRule::Scores)
                QTest::addRow("%s of %d", ruleName(rule).c_str(), masks) << rule << masks;
}

void TestMaskAlgebra::isWhatTheRuleSays()
{
    QFETCH(CombineRule, rule);
    QFETCH(int, masks);
    TinyRandom random(std::uint64_t(masks) * 17 + std::uint64_t(rule));
    std::vector<BitMatrix> all;
    for (int i = 0; i < masks; ++i)
        all.push_back(randomMask(5, 131, random));
    const auto made = combineMasks(rule, pointersTo(all));
    VERIFY_RESULT(made);
    BitMatrix expected(5, 131);
    for (std::size_t row = 0; row < expected.rows(); ++row)
        for (std::size_t col = 0; col < expected.cols(); ++col)
            expected.set(row, col, keeps(rule, pointersTo(all), row, col));
    QVERIFY(*made == expected); // padding bits are among what is compared
}

void TestMaskAlgebra::identities()
{
    TinyRandom random(3);
    const BitMatrix a = randomMask(7, 70, random);
    const BitMatrix b = randomMask(7, 70, random);
    for (const CombineRule rule : {CombineRule::Union, CombineRule::Intersection, CombineRule::Majority})
        QVERIFY(combineMasks(rule, {&a, &a}).value() == a);
    QCOMPARE(combineMasks(CombineRule::Difference, {&a, &a}).value().count(), std::uint64_t(0));
    const BitMatrix onlyA = combineMasks(CombineRule::Difference, {&a, &b}).value();
    QVERIFY(onlyA.count() > 0);
    QCOMPARE(combineMasks(CombineRule::Intersection, {&onlyA, &b}).value().count(), std::uint64_t(0));
    const BitMatrix both = combineMasks(CombineRule::Intersection, {&a, &b}).value();
    QVERIFY(combineMasks(CombineRule::Union, {&onlyA, &both}).value() == a);
    QVERIFY(combineMasks(CombineRule::Majority, {&a, &b}).value() == both);
    // Two independent halves together keep about three quarters.
    const double share = double(combineMasks(CombineRule::Union, {&a, &b}).value().count()) / double(a.size());
    QVERIFY(share > 0.6 && share < 0.9);
}

void TestMaskAlgebra::refuses()
{
    const BitMatrix a(2, 3);
    const BitMatrix b(3, 2);
    VERIFY_ERROR(combineMasks(CombineRule::Union, {}), ErrorCode::Internal);
    VERIFY_ERROR(combineMasks(CombineRule::Union, {&a, &b}), ErrorCode::Internal);
    VERIFY_ERROR(combineMasks(CombineRule::Scores, {&a, &a}), ErrorCode::Internal);
    VERIFY_ERROR(ruleFromName("sum"), ErrorCode::InvalidArgument);
}

void TestMaskAlgebra::namesReadBack()
{
    for (const CombineRule rule : allCombineRules)
        QVERIFY(ruleFromName(ruleName(rule)).value() == rule);
}

QTEST_APPLESS_MAIN(TestMaskAlgebra)
#include "tst_maskalgebra.moc"
