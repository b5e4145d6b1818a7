// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest/QTest>

#include "app/pages/calibrationpreview.h"
#include "app/pages/prunegrid.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::app;

class TestPruneGrid : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void targets()
    {
        const auto targets = parseTargets(QStringLiteral(" 0.5, 70% 2:4 0.5"));
        VERIFY_RESULT(targets);
        QCOMPARE(targets->size(), 3U);
        QCOMPARE(targetText((*targets)[0]), std::string("0.5"));
        QCOMPARE(targetText((*targets)[1]), std::string("0.7"));
        QCOMPARE(targetText((*targets)[2]), std::string("2:4"));
        QVERIFY(parseTargets(QString())->empty());
    }

    void targetsRefused_data()
    {
        QTest::addColumn<QString>("text");
        for (const char *const text : {"half", "1.0", "-0.1", "4:2", "0.5 x", "100%"})
            QTest::newRow(text) << QString::fromLatin1(text);
    }
    void targetsRefused()
    {
        QFETCH(const QString, text);
        VERIFY_ERROR(parseTargets(text), ErrorCode::InvalidArgument);
    }

    void seeds()
    {
        const auto seeds = parseSeeds(QStringLiteral("7 0-2, 1"));
        VERIFY_RESULT(seeds);
        QVERIFY((*seeds == std::vector<std::uint64_t>{7, 0, 1, 2}));
        VERIFY_ERROR(parseSeeds(QStringLiteral("3-1")), ErrorCode::InvalidArgument);
        VERIFY_ERROR(parseSeeds(QStringLiteral("0-1000000")), ErrorCode::InvalidArgument);
        VERIFY_ERROR(parseSeeds(QStringLiteral("-1")), ErrorCode::InvalidArgument);
    }

    void everyCombinationOnce()
    {
        auto wanted = grid();
        wanted.targets = *parseTargets(QStringLiteral("0.5 2:4"));
        wanted.seeds = {0, 1};
        wanted.methods = {PruneMethod::Wanda, PruneMethod::Magnitude};
        const auto runs = planRuns(wanted, "/s/a.secateur", "/m/b.gguf", {"math-wanda-0.5-s1"});
        QCOMPARE(runs.size(), 2U * 2U * 2U + 2U); // magnitude once per target
        QCOMPARE(runs[0].name, QStringLiteral("math-wanda-0.5-s0"));
        QVERIFY(!runs[0].isThere);
        QVERIFY(runs[1].isThere);
        QCOMPARE(runs[2].name, QStringLiteral("math-wanda-2-4-s0"));
        QVERIFY(!runs[4].problem.isEmpty()); // law has no files
        QCOMPARE(runs.back().name, QStringLiteral("none-magnitude-2-4"));
        QVERIFY(!runs.back().arguments.contains(QStringLiteral("--data")));
    }

    void argumentsSayItAll()
    {
        const auto runs = planRuns(grid(), "/s/a.secateur", "/m/b.gguf", {});
        const QString line = runs[0].arguments.join(u' ');
        QCOMPARE(
            line,
            QStringLiteral("prune /s/a.secateur --model /m/b.gguf --domain math --run math-wanda-0.5 --data "
                           "/d/a.jsonl /d/b.jsonl --preset gsm8k --samples 32 --max-length 512 --seed 3 --bos auto "
                           "--method wanda --sparsity 0.5 --statistics pruned"));
    }

    void histogramCountsEachOnce()
    {
        const std::vector<CalibrationPreview::Sample> samples = {{1, {}}, {9, {}}, {10, {}}, {10, {}}};
        const auto counts = lengthHistogram(samples, 10, 2);
        QVERIFY((counts == std::vector<int>{1, 3}));
        QVERIFY(lengthHistogram(samples, 10, 0).empty());
        QVERIFY((lengthHistogram({{0, {}}}, 0, 2) == std::vector<int>{1, 0}));
    }

private:
    static PruneGrid grid()
    {
        DomainPlan math{QStringLiteral("math"), {}};
        math.data.files = {"/d/a.jsonl", "/d/b.jsonl"};
        math.data.preset = "gsm8k";
        math.data.samples = 32;
        math.data.maxLength = 512;
        PruneGrid grid;
        grid.domains = {math, {QStringLiteral("law"), {}}};
        grid.methods = {PruneMethod::Wanda};
        grid.targets = {Sparsity::fromRatio(0.5).value()};
        grid.seeds = {3};
        return grid;
    }
};

QTEST_MAIN(TestPruneGrid)
#include "tst_prunegrid.moc"
