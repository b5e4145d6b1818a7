// SPDX-License-Identifier: GPL-3.0-or-later
#include <functional>

#include "core/engine/light.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::engine;
using namespace secateur::test;
namespace fs = std::filesystem;

class TestInspect : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void folder();
    void withoutTokenizer();
    void brokenTokenizer();
    void notAModel();
    void realGguf();
    void forecastGrowsWithTheWork();
    void forecastOfTime();
    void forecastOfA7bModel();
};

void TestInspect::folder()
{
    const TemporaryFolder temporary;
    writeTinyModel(temporary.path(), {.shards = 2, .dtype = "BF16"});
    const auto report = inspect(temporary.path(), 2);
    VERIFY_RESULT(report);
    QCOMPARE(report->architecture, std::string("LlamaForCausalLM"));
    QCOMPARE(report->family, std::string("llama"));
    QCOMPARE(report->layers, 4);
    QCOMPARE(report->hiddenSize, 64);
    QCOMPARE(report->dtype, std::string("BF16"));
    const std::uint64_t prunable = 4 * (2 * 64 * 64 + 2 * 32 * 64 + 3 * 168 * 64);
    QCOMPARE(report->prunableParameters, prunable);
    QCOMPARE(report->parameters, prunable + 4 * 2 * 64 + 64 + std::uint64_t(300 * 64));
    std::uint64_t bytes = 0;
    for (const auto &entry : fs::directory_iterator(temporary.path()))
        if (entry.path().extension() == ".safetensors")
            bytes += entry.file_size();
    QCOMPARE(report->fileBytes, bytes);
    QCOMPARE(report->tokenizerKind, std::string("byte-level BPE"));
    QCOMPARE(report->vocabSize, std::size_t(300));
    QCOMPARE(report->bos.value_or(-1), 298);
    QCOMPARE(report->eos.value_or(-1), 299);
    QCOMPARE(report->sublayers.size(), std::size_t(7));
    // 128 samples of the 512 tokens that this model can see.
    QCOMPARE(report->prunePeakBytes > 128 * 512 * 64 * 4, true);
}

void TestInspect::withoutTokenizer()
{
    const TemporaryFolder temporary;
    writeTinyModel(temporary.path());
    fs::remove(temporary.path() / "tokenizer.json");
    const auto report = inspect(temporary.path(), 2);
    VERIFY_RESULT(report);
    QCOMPARE(report->tokenizerKind, std::string("none"));
    QVERIFY(!report->bos.has_value());
}

void TestInspect::brokenTokenizer()
{
    const TemporaryFolder temporary;
    writeTinyModel(temporary.path());
    writeFile(temporary.path() / "tokenizer.json", "{");
    VERIFY_ERROR(inspect(temporary.path(), 2), ErrorCode::BadInput);
}

void TestInspect::notAModel()
{
    const TemporaryFolder temporary;
    VERIFY_ERROR(inspect(temporary.path() / "none", 2), ErrorCode::NotFound);
    VERIFY_ERROR(inspect(writeFile(temporary.path() / "m.gguf", "GGUF"), 2), ErrorCode::BadInput);
}

void TestInspect::realGguf()
{
    SECATEUR_NEEDS_SHARED();
    const auto report = inspect(sharedFolder() / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf", 2);
    VERIFY_RESULT(report);
    QCOMPARE(report->parameters, std::uint64_t(134515008));
    QCOMPARE(report->prunableParameters, std::uint64_t(106168320));
    QCOMPARE(report->dtype, std::string("Q4_1"));
    QCOMPARE(report->vocabSize, std::size_t(49152));
    QCOMPARE(report->bos.value_or(-1), 1);
    QCOMPARE(report->eos.value_or(-1), 2);
}

void TestInspect::forecastGrowsWithTheWork()
{
    architecture::ModelConfig config;
    config.layers = 4;
    config.hiddenSize = 64;
    config.intermediateSize = 168;
    config.heads = 4;
    config.kvHeads = 2;
    config.headDim = 16;
    const auto forecast = [&config](const std::function<void(PruneDemand &)> &change = [](PruneDemand &) {}) {
        PruneDemand demand{.tokens = 1000, .sequences = 10, .longest = 100};
        change(demand);
        return forecastPruneBytes(config, demand);
    };
    const auto base = forecast();
    QVERIFY(forecast([](auto &demand) { demand.tokens = 2000; }) >= base + 1000 * 64 * 4);
    QVERIFY(forecast([](auto &demand) { demand.sequences = 20; }) >= base + 10 * (3 * 64 + 168) * 4);
    QVERIFY(forecast([](auto &demand) { demand.longest = 1000; }) > base);
    QVERIFY(forecast([](auto &demand) { demand.threads = 4; }) > base);
    QVERIFY(forecast([](auto &demand) { demand.bf16 = true; }) > base);
    QVERIFY(forecast([](auto &demand) { demand.method = PruneMethod::WandaVariant; }) >= base + 168 * 64 * 4);
    QVERIFY(forecast([](auto &demand) { demand.method = PruneMethod::Magnitude; }) < base);
    QCOMPARE(forecast([](auto &demand) { demand.threads = 0; }), base);
    config.layers = 40; // one block at a time
    QCOMPARE(forecast(), base);
    config.intermediateSize *= 2;
    QVERIFY(forecast() >= base + 3 * 168 * 64 * 4);
}

void TestInspect::forecastOfTime()
{
    architecture::ModelConfig config; // SmolLM2-135M: 106,168,320 prunable weights
    config.layers = 30;
    config.hiddenSize = 576;
    config.intermediateSize = 1536;
    config.heads = 9;
    config.kvHeads = 3;
    config.headDim = 64;
    PruneDemand demand{.tokens = 37787, .sequences = 128, .longest = 512, .threads = 2};
    const double seconds = forecastPruneSeconds(config, demand);
    const double calibrating = 4.0 * 106168320 * 37787 / 100e9; // took 82 s on two threads with AVX-512
    QVERIFY(seconds > calibrating && seconds < 1.01 * calibrating);
    demand.tokens *= 2;
    QVERIFY(forecastPruneSeconds(config, demand) > 1.9 * seconds);
    demand.threads = 4;
    QVERIFY(forecastPruneSeconds(config, demand) < 1.1 * seconds);
    demand.method = PruneMethod::Magnitude;
    QVERIFY(forecastPruneSeconds(config, demand) < 1.0);
    QCOMPARE(forecastPruneSeconds({}, demand), 0.0);
}

void TestInspect::forecastOfA7bModel()
{
    architecture::ModelConfig config;
    config.layers = 32;
    config.hiddenSize = 4096;
    config.intermediateSize = 11008;
    config.heads = config.kvHeads = 32;
    config.headDim = 128;
    const std::uint64_t block = 4ULL * 4096 * 4096 + 3ULL * 4096 * 11008;
    const auto forecast = forecastPruneBytes(config, {.tokens = 8 * 128, .sequences = 8, .longest = 128, .threads = 2});
    QVERIFY(forecast > block * 4);
    QVERIFY(forecast < (std::uint64_t(2) << 30));
}

QTEST_GUILESS_MAIN(TestInspect)
#include "tst_inspect.moc"
