// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/format/safetensors.h"
#include "core/model/generation.h"
#include "core/model/logitswriter.h"
#include "core/model/memoryforecast.h"
#include "core/model/scoring.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;

/// What surrounds the blocks: continuing a prompt, the output head in ranges, stops and the memory forecast.
class TestGeneration : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void keptAndStreamedWeightsAgree();
    void stopsAtThePositions();
    void aPromptNeedsRoom();
    void cancelKeepsWhatIsThere();
    void reportsLoading();
    void logitsInBatchesAreTheSame();
    void logitsRefuseTheirSources();
    void everyStageHearsAStop();
    void forecastGrowsWithTheWork();

private:
    [[nodiscard]] std::unique_ptr<model::Decoder> decoder(std::int64_t positions, bool keep = true,
                                                          int threads = 2) const
    {
        auto made = model::Decoder::create(
            m_model, positions,
            {.threads = threads, .precision = model::Precision::Float32, .masks = {}, .keepWeights = keep});
        return made ? std::move(*made) : nullptr;
    }
    static Result<bool> goOn(model::TokenId) { return true; }

    test::TemporaryFolder m_folder;
    std::shared_ptr<const architecture::ModelArchive> m_model;
};

namespace {

const std::vector<model::TokenId> prompt = {1, 2, 3, 4, 5};

model::GenerationOptions upTo(std::int64_t tokens)
{
    return {.maxNewTokens = tokens, .sampling = {}, .ignoreEos = true};
}

std::vector<std::vector<model::TokenId>> someSequences()
{
    std::vector<std::vector<model::TokenId>> sequences;
    for (model::TokenId first = 0; first < 5; ++first) {
        auto &sequence = sequences.emplace_back();
        for (model::TokenId i = 0; i < 9; ++i)
            sequence.push_back((first * 31 + i * 17) % test::tinyVocabulary);
    }
    return sequences;
}

} // namespace

void TestGeneration::initTestCase()
{
    auto opened = architecture::ModelArchive::open(test::writeTinyModel(m_folder.path() / "model"));
    VERIFY_RESULT(opened);
    m_model = *opened;
}

void TestGeneration::keptAndStreamedWeightsAgree()
{
    std::vector<std::vector<model::TokenId>> results;
    for (const bool keep : {true, false})
        for (const int threads : {1, 3}) {
            auto subject = decoder(32, keep, threads);
            QVERIFY(subject);
            const auto generated = model::generate(*subject, prompt, upTo(12), goOn, {});
            VERIFY_RESULT(generated);
            results.push_back(generated->ids);
        }
    QCOMPARE(results[0].size(), std::size_t(12));
    for (const auto &ids : results)
        QCOMPARE(ids, results[0]);
}

void TestGeneration::stopsAtThePositions()
{
    auto subject = decoder(8);
    QVERIFY(subject);
    const auto generated = model::generate(*subject, prompt, upTo(std::numeric_limits<std::int64_t>::max()), goOn, {});
    VERIFY_RESULT(generated);
    QCOMPARE(generated->ids.size(), std::size_t(3));
    QVERIFY(!generated->cancelled);
}

void TestGeneration::aPromptNeedsRoom()
{
    auto subject = decoder(5);
    QVERIFY(subject);
    const auto generated = model::generate(*subject, prompt, upTo(4), goOn, {});
    QVERIFY(!generated);
    QCOMPARE(generated.error().code, ErrorCode::InvalidArgument);
    QVERIFY(!model::generate(*subject, {}, upTo(4), goOn, {}));
}

void TestGeneration::cancelKeepsWhatIsThere()
{
    auto subject = decoder(32);
    QVERIFY(subject);
    std::stop_source source;
    const RunContext context(source.get_token(), {});
    int seen = 0;
    const auto stopAfterThree = [&](model::TokenId) -> Result<bool> {
        if (++seen == 3)
            source.request_stop();
        return true;
    };
    const auto generated = model::generate(*subject, prompt, upTo(12), stopAfterThree, context);
    VERIFY_RESULT(generated);
    QVERIFY(generated->cancelled);
    QCOMPARE(generated->ids.size(), std::size_t(3));
    const auto nothing = model::generate(*subject, prompt, upTo(12), goOn, context);
    QVERIFY(!nothing);
    QCOMPARE(nothing.error().code, ErrorCode::Cancelled);
}

void TestGeneration::reportsLoading()
{
    auto subject = decoder(32);
    QVERIFY(subject);
    std::vector<std::uint64_t> layers;
    const RunContext context({}, [&](const Progress &progress) {
        QCOMPARE(progress.stage, std::string("load"));
        layers.push_back(progress.done);
        QCOMPARE(progress.total, std::uint64_t(4));
    });
    VERIFY_RESULT(model::generate(*subject, prompt, upTo(3), goOn, context));
    QCOMPARE(layers, (std::vector<std::uint64_t>{1, 2, 3, 4}));
}

void TestGeneration::logitsInBatchesAreTheSame()
{
    const auto sequences = someSequences();
    std::vector<std::vector<float>> files;
    for (const std::size_t perBatch : {std::size_t(5), std::size_t(2)}) {
        auto subject = decoder(16, false);
        QVERIFY(subject);
        const auto path = m_folder.path() / "logits.safetensors";
        auto writer = model::LogitsWriter::create(path, {5, 9, std::uint64_t(test::tinyVocabulary)}, {});
        VERIFY_RESULT(writer);
        for (std::size_t first = 0; first < sequences.size(); first += perBatch) {
            const auto last = std::min(sequences.size(), first + perBatch);
            const auto hidden = model::finalHidden(
                *subject, {sequences.begin() + std::ptrdiff_t(first), sequences.begin() + std::ptrdiff_t(last)}, {});
            VERIFY_RESULT(hidden);
            VERIFY_RESULT(writer->append(*subject, *hidden, {}));
        }
        VERIFY_RESULT(writer->commit());
        const auto file = format::SafetensorsFile::open(path);
        VERIFY_RESULT(file);
        const auto *const tensor = file->find("logits");
        QVERIFY(tensor);
        QCOMPARE(tensor->shape, (std::vector<std::uint64_t>{5, 9, std::uint64_t(test::tinyVocabulary)}));
        std::vector<float> logits(tensor->bytes / sizeof(float));
        VERIFY_RESULT(file->read(*tensor, 0, std::as_writable_bytes(std::span(logits))));
        files.push_back(logits);
    }
    // Not to the bit: oneDNN sums in another order when a product has fewer rows.
    for (std::size_t i = 0; i < files[0].size(); ++i)
        QVERIFY(std::fabs(files[0][i] - files[1][i]) < 1e-5F);
}

void TestGeneration::logitsRefuseTheirSources()
{
    const auto weights = m_model->weightFiles();
    const auto size = std::filesystem::file_size(weights.front());
    const auto writer = model::LogitsWriter::create(weights.front(), {1, 2, 300}, weights);
    QVERIFY(!writer);
    QCOMPARE(writer.error().code, ErrorCode::InvalidArgument);
    QCOMPARE(std::filesystem::file_size(weights.front()), size);
}

void TestGeneration::everyStageHearsAStop()
{
    std::stop_source source;
    source.request_stop();
    const RunContext stopped(source.get_token(), {});
    auto subject = decoder(16, false);
    QVERIFY(subject);
    std::vector<float> hidden(2 * std::size_t(m_model->config().hiddenSize));
    const auto cancelled = [](const auto &result) { return !result && result.error().code == ErrorCode::Cancelled; };
    QVERIFY(cancelled(subject->embed(std::vector<model::TokenId>{1, 2}, hidden, stopped)));
    QVERIFY(cancelled(subject->load(LayerIndex{0}, stopped)));
    QVERIFY(cancelled(subject->forEachHeadRange([](std::int64_t, const model::ConstMatrixView &) {}, stopped)));
    VERIFY_RESULT(subject->load(LayerIndex{0}));
}

void TestGeneration::forecastGrowsWithTheWork()
{
    const auto &config = m_model->config();
    const model::PassShape small{.tokens = 2000,
                                 .longest = 100,
                                 .cached = 0,
                                 .headTokens = 1,
                                 .keepWeights = false,
                                 .precision = model::Precision::Float32,
                                 .threads = 1};
    const auto base = model::forecastPassBytes(config, small);
    const auto with = [&](auto change) {
        auto shape = small;
        change(shape);
        return model::forecastPassBytes(config, shape);
    };
    using Shape = model::PassShape;
    const auto rowBytes = std::uint64_t(config.hiddenSize) * sizeof(float);
    QVERIFY(with([](Shape &shape) { shape.tokens = 4000; }) >= base + 2000 * rowBytes);
    QVERIFY(with([](Shape &shape) { shape.longest = 2000; }) > base);
    QVERIFY(with([](Shape &shape) { shape.cached = 1000; })
            >= base + 1000 * 2 * 4 * std::uint64_t(config.keyValueWidth()) * sizeof(float));
    QVERIFY(with([](Shape &shape) { shape.keepWeights = true; }) > base);
    QVERIFY(with([](Shape &shape) { shape.precision = model::Precision::BFloat16; }) > base);
    QVERIFY(with([](Shape &shape) { shape.threads = 4; }) > base);
    QVERIFY(with([](Shape &shape) { shape.cached = std::uint64_t(1) << 62; }) >= std::uint64_t(1) << 62);
}

QTEST_GUILESS_MAIN(TestGeneration)
#include "tst_generation.moc"
