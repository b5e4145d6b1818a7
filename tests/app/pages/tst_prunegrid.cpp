// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest/QTest>

#include "app/pages/calibrationpreview.h"
#include "app/pages/pruneforecast.h"
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

    void randomOncePerTargetAndSeed()
    {
        auto wanted = grid();
        wanted.seeds = {0, 4};
        wanted.methods = {PruneMethod::Random};
        const auto runs = planRuns(wanted, "/s/a.secateur", "/m/b.gguf", {});
        QCOMPARE(runs.size(), 2U);
        QCOMPARE(runs[1].name, QStringLiteral("none-random-0.5-s4"));
        QCOMPARE(runs[1].arguments.mid(8).join(u' '), QStringLiteral("--seed 4 --method random --sparsity 0.5"));
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

    void owlSpreadsEveryTargetItCan()
    {
        auto wanted = grid();
        wanted.targets = *parseTargets(QStringLiteral("0.7 2:4"));
        wanted.methods = {PruneMethod::Wanda, PruneMethod::Random};
        wanted.layers = selection::LayerRule();
        const auto runs = planRuns(wanted, "/s/a.secateur", "/m/b.gguf", {});
        QCOMPARE(runs[0].name, QStringLiteral("math-wanda-0.7-owl"));
        QVERIFY(runs[0].problem.isEmpty());
        QVERIFY(runs[0].arguments.join(u' ').endsWith(
            QStringLiteral("--method wanda --sparsity 0.7 --layer-sparsity owl --statistics pruned")));
        QCOMPARE(runs[1].name, QStringLiteral("math-wanda-2-4"));
        QVERIFY(runs[1].problem.contains(QStringLiteral("pattern")));
        const auto plain = planRuns(grid(), "/s/a.secateur", "/m/b.gguf", {});
        QVERIFY(forecastRuns({runs[0]}, smallModel(), {}, "here", 2).seconds
                > 1.4 * forecastRuns({plain[0]}, smallModel(), {}, "here", 2).seconds);
        const auto random = std::ranges::find(runs, PruneMethod::Random, &PlannedRun::method);
        QVERIFY(random != runs.end() && random->problem.contains(QStringLiteral("OWL")));
    }

    void aTableReplacesTheTargets()
    {
        auto wanted = grid();
        wanted.targets = *parseTargets(QStringLiteral("0.7 2:4"));
        wanted.methods = {PruneMethod::Magnitude};
        wanted.layers = *selection::layerRuleFromText("0.25,0.75,0.5");
        const auto runs = planRuns(wanted, "/s/a.secateur", "/m/b.gguf", {});
        QCOMPARE(runs.size(), 1U);
        QVERIFY(runs[0].name.startsWith(QStringLiteral("none-magnitude-0.5-table-")));
        QVERIFY(
            runs[0].arguments.join(u' ').endsWith(QStringLiteral("--method magnitude --layer-sparsity 0.25,0.75,0.5")));
    }

    void timeByARuleOfThumbBeforeAnyRun()
    {
        const auto runs = planRuns(grid(), "/s", "/m", {});
        const auto forecast = forecastRuns({runs[0]}, smallModel(), {}, "here", 2);
        QVERIFY(!forecast.measured && forecast.atMost && forecast.bytes > 0);
        const auto twice = forecastRuns({runs[0], runs[0]}, smallModel(), {}, "here", 2);
        QCOMPARE(twice.seconds, 2.0 * forecast.seconds);
        QCOMPARE(twice.bytes, forecast.bytes); // one after another
        const QString words = timeWords(forecast, 1);
        QVERIFY2(words.startsWith(QStringLiteral("At most ")) && words.contains(QStringLiteral("rule of thumb")),
                 qPrintable(words));
    }

    void timeByTheLastRunHere()
    {
        const auto runs = planRuns(grid(), "/s", "/m", {});
        auto elsewhere = earlierRun("other", "math", 5000.0);
        const auto fromElsewhere = forecastRuns({runs[0]}, smallModel(), {elsewhere}, "here", 2);
        QVERIFY(!fromElsewhere.measured && !fromElsewhere.atMost); // but the texts' lengths are known
        const std::vector<store::RunManifest> earlier = {earlierRun("here", "math", 50.0), elsewhere};
        const auto forecast = forecastRuns({runs[0]}, smallModel(), earlier, "here", 2);
        QVERIFY(forecast.measured && !forecast.atMost);
        QCOMPARE(forecast.seconds, 50.0 / 2.0 + 3.0); // 32 of 64 texts, and what does not depend on them
        auto other = runs[0];
        other.domain = QStringLiteral("law");
        QVERIFY(forecastRuns({other}, smallModel(), earlier, "here", 2).atMost);
        other.method = PruneMethod::Magnitude;
        const auto magnitude = forecastRuns({other}, smallModel(), earlier, "here", 2);
        QCOMPARE(magnitude.seconds, 3.0);
        QVERIFY(!magnitude.atMost);
        QVERIFY(timeWords(forecast, 4).contains(QStringLiteral("for 4 runs, by the last run's speed")));
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
    static architecture::ModelConfig smallModel()
    {
        architecture::ModelConfig config;
        config.layers = 4;
        config.hiddenSize = 64;
        config.intermediateSize = 168;
        config.heads = 4;
        config.kvHeads = 2;
        config.headDim = 16;
        config.maxPositions = 1024;
        return config;
    }
    /// 64 texts of 100 tokens, and three seconds for all but calibrating.
    static store::RunManifest earlierRun(const char *host, const char *domain, double calibrate)
    {
        store::RunManifest run;
        run.outcome.host = host;
        run.outcome.seconds = {{"calibrate", calibrate}, {"total", calibrate + 3.0}};
        run.recipe.domain = domain;
        run.recipe.calibrationTokens = 6400;
        run.recipe.calibrationSequences = 64;
        return run;
    }
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
