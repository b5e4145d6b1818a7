// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>

#include "core/model/batchgeneration.h"
#include "core/model/nexttokens.h"
#include "tests/support/families.h"

using namespace secateur;
using model::TokenId;

/// The way of generation through the block, row by row, for every family: logits of transformers
/// (tests/data/families/make_families.py). tst_clifamilies has the way of pruning and scoring.
class TestFamilyRows : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void logitsAreThoseOfTransformers_data() { test::addFamilies(); }
    void logitsAreThoseOfTransformers()
    {
        QFETCH(QString, family);
        const auto folder = test::familyFolder(family);
        const auto archive = architecture::ModelArchive::open(folder);
        VERIFY_RESULT(archive);
        const auto file = test::openTensors(folder / "expected.safetensors");
        const auto ids = test::tensorValues<TokenId>(file, "input_ids");
        const auto expected = test::tensorValues<float>(file, "logits");
        const std::size_t length = ids.size() / 2; // two sequences
        auto decoder = model::Decoder::create(
            *archive, std::int64_t(length),
            {.threads = 2, .precision = model::Precision::Float32, .masks = {}, .keepWeights = false});
        VERIFY_RESULT(decoder);
        for (std::size_t sequence = 0; sequence < 2; ++sequence) {
            const auto states =
                model::followedStates(**decoder, std::span(ids).subspan(sequence * length, length), 0, {});
            VERIFY_RESULT(states);
            std::vector<float> logits(expected.size() / 2);
            VERIFY_RESULT(model::headLogits(**decoder, *states, logits, {}));
            float largest = 0.0F;
            for (std::size_t i = 0; i < logits.size(); ++i)
                largest = std::max(largest, std::abs(logits[i] - expected[sequence * logits.size() + i]));
            QVERIFY2(largest < 2e-3F, std::to_string(largest).c_str());
        }
    }

    void bFloat16IsTheSameToItsPrecision_data() { test::addFamilies(); }
    /// Rounded weights are kept beside the others: each product must take its own.
    void bFloat16IsTheSameToItsPrecision()
    {
        QFETCH(QString, family);
        const auto folder = test::familyFolder(family);
        const auto archive = architecture::ModelArchive::open(folder);
        VERIFY_RESULT(archive);
        const auto file = test::openTensors(folder / "expected.safetensors");
        const auto ids = test::tensorValues<TokenId>(file, "input_ids");
        const auto expected = test::tensorValues<float>(file, "logits");
        const std::size_t length = ids.size() / 2;
        auto decoder = model::Decoder::create(
            *archive, std::int64_t(length),
            {.threads = 2, .precision = model::Precision::BFloat16, .masks = {}, .keepWeights = false});
        if (!decoder)
            QSKIP("this machine does not compute in bf16");
        const auto states = model::followedStates(**decoder, std::span(ids).first(length), 0, {});
        VERIFY_RESULT(states);
        std::vector<float> logits(expected.size() / 2);
        VERIFY_RESULT(model::headLogits(**decoder, *states, logits, {}));
        double off = 0.0;
        double size = 0.0;
        for (std::size_t i = 0; i < logits.size(); ++i) {
            off += std::pow(double(logits[i]) - double(expected[i]), 2.0);
            size += std::pow(double(expected[i]), 2.0);
        }
        QVERIFY2(off < 0.01 * size, std::to_string(off / size).c_str());
    }

    void generationSeesEveryPositionInItsPlace_data() { test::addFamilies(); }
    /// Greedy continuations, through caches with a shared beginning, against the whole text read at once.
    void generationSeesEveryPositionInItsPlace()
    {
        QFETCH(QString, family);
        const auto folder = test::familyFolder(family);
        const auto archive = architecture::ModelArchive::open(folder);
        VERIFY_RESULT(archive);
        constexpr std::int64_t positions = 24; // so far, phi4-mini's fixture can be computed
        auto decoder = model::Decoder::create(
            *archive, positions,
            {.threads = 2, .precision = model::Precision::Float32, .masks = {}, .keepWeights = true});
        VERIFY_RESULT(decoder);
        const auto file = test::openTensors(folder / "expected.safetensors");
        const auto ids = test::tensorValues<TokenId>(file, "input_ids");
        constexpr std::size_t asked = 9;
        std::vector<std::vector<TokenId>> texts = {{ids.begin(), ids.begin() + 9}, {ids.begin(), ids.begin() + 6}};
        texts.back().back() = 7;
        std::vector<model::BatchPrompt> prompts;
        for (const auto &text : texts)
            prompts.push_back(
                {.ids = text, .sharedPrefix = 4, .sampling = {}, .maxNewTokens = asked, .ignoreEos = true});
        const auto lengths = std::array{texts[0].size(), texts[1].size()};
        const auto grow = [&](std::size_t prompt, TokenId id) -> Result<bool> {
            texts[prompt].push_back(id);
            return true;
        };
        VERIFY_RESULT(
            model::generateBatch(**decoder, prompts, 2, grow, [](std::size_t) { return Result<void>(); }, {}));
        const auto words = std::size_t(archive.value()->config().vocabSize);
        for (std::size_t prompt = 0; prompt < texts.size(); ++prompt) {
            QCOMPARE(texts[prompt].size(), lengths[prompt] + asked);
            const auto states = model::followedStates(**decoder, texts[prompt], 0, {});
            VERIFY_RESULT(states);
            std::vector<float> logits(texts[prompt].size() * words);
            VERIFY_RESULT(model::headLogits(**decoder, *states, logits, {}));
            for (std::size_t at = lengths[prompt]; at < texts[prompt].size(); ++at) {
                const auto row = std::span(logits).subspan((at - 1) * words, words);
                QCOMPARE(texts[prompt][at], TokenId(std::ranges::max_element(row) - row.begin()));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestFamilyRows)
#include "tst_familyrows.moc"
