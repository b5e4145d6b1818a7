// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <QtTest/QTest>

#include "core/engine/sidebyside.h"

using namespace secateur;
using namespace secateur::engine;

namespace {

std::string spelled(std::int32_t id)
{
    return "t" + std::to_string(id);
}

/// A position at which these models choose these tokens, and diverge so much.
ComparedPosition chosen(const std::vector<std::pair<std::int32_t, double>> &models)
{
    ComparedPosition position;
    for (const auto &[id, divergence] : models)
        position.models.push_back({{{id, spelled(id), 0.5}}, std::nullopt, std::nullopt, divergence});
    return position;
}

} // namespace

class TestSideBySide : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void positionOfLiterals();
    void positionBehindTheText();
    void summaryOfLiterals();
    void equalModelsPartNowhere();
};

void TestSideBySide::positionOfLiterals()
{
    // Two models over eight tokens: the first expects token 6 or 2 at even odds, the second token 2 or 0.
    std::vector<float> logits(16, -INFINITY);
    logits[6] = 1.0F;
    logits[2] = 1.0F;
    logits[8 + 2] = 3.0F;
    logits[8 + 0] = 3.0F;
    const auto position = comparedPosition(logits, 2, 0, 2, spelled);
    QCOMPARE(position.token.value(), 2);
    QCOMPARE(position.text, std::string("t2"));
    QCOMPARE(position.models.size(), std::size_t(2));
    const auto &first = position.models[0];
    const auto &second = position.models[1];
    QCOMPARE(first.top.size(), likeliestKept);
    QCOMPARE(first.top[0].id, 2); // the smaller id of equals
    QCOMPARE(first.top[1].id, 6);
    QCOMPARE(first.top[1].text, std::string("t6"));
    QCOMPARE(first.top[1].probability, 0.5);
    QCOMPARE(first.rank.value(), std::uint64_t(1));
    QCOMPARE(first.divergence, 0.0);
    QCOMPARE(second.top[0].id, 0);
    QCOMPARE(second.rank.value(), std::uint64_t(2));
    QCOMPARE(second.probability.value(), 0.5);
    QCOMPARE(second.divergence, 0.5); // half of the mass in common
    QVERIFY(!position.agree(1, 0) && position.agree(0, 0));
    QCOMPARE(comparedPosition(logits, 2, 1, 2, spelled).models[0].divergence, 0.5);
}

void TestSideBySide::positionBehindTheText()
{
    const std::vector<float> logits = {0.0F, 1.0F, 2.0F};
    const auto position = comparedPosition(logits, 1, 0, std::nullopt, spelled);
    QVERIFY(!position.token && position.text.empty());
    QVERIFY(!position.models[0].rank && !position.models[0].probability);
    QCOMPARE(position.models[0].top.size(), std::size_t(3)); // of a vocabulary of three
}

void TestSideBySide::summaryOfLiterals()
{
    SideBySideReport report;
    report.models.resize(4);
    report.reference = 1;
    report.models[0].generated.ids = {5, 6, 9, 8};
    report.models[1].generated.ids = {5, 6, 7, 8};
    report.models[2].generated.ids = {5, 6};
    report.models[3].generated.ids = {5, 6, 7, 8};
    report.positions = {chosen({{5, 0.0}, {5, 0.0}, {5, 0.25}, {5, 0.0}}),
                        chosen({{6, 0.25}, {6, 0.0}, {1, 0.75}, {6, 0.5}}),
                        chosen({{9, 0.5}, {7, 0.0}, {7, 0.5}, {7, 0.25}})};
    summarise(report);
    QVERIFY(report.models[0].common == (std::vector<bool>{true, true, false, true}));
    QCOMPARE(report.models[0].textParts.value(), std::size_t(2));
    QCOMPARE(report.models[0].choiceParts.value(), std::size_t(2));
    QCOMPARE(report.models[0].meanDivergence, 0.25);
    QVERIFY(!report.models[1].textParts && !report.models[1].choiceParts);
    QCOMPARE(report.models[1].meanDivergence, 0.0);
    QCOMPARE(report.models[2].textParts.value(), std::size_t(2)); // it ends there
    QVERIFY(report.models[2].common == (std::vector<bool>{true, true}));
    QCOMPARE(report.models[2].choiceParts.value(), std::size_t(1));
    QCOMPARE(report.models[2].meanDivergence, 0.5);
    QVERIFY(!report.models[3].choiceParts); // other shares, the same choices
    QCOMPARE(report.choicesPart.value(), std::size_t(1));
}

void TestSideBySide::equalModelsPartNowhere()
{
    SideBySideReport report;
    report.models.resize(2);
    summarise(report); // cancelled before there was anything
    QVERIFY(!report.choicesPart && !report.models[1].textParts);
    QCOMPARE(report.models[1].meanDivergence, 0.0);
}

QTEST_GUILESS_MAIN(TestSideBySide)
#include "tst_sidebyside.moc"
