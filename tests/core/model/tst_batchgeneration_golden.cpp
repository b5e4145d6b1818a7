// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>

#include "core/base/system.h"
#include "core/model/batchgeneration.h"
#include "tests/support/goldens.h"
#include "tests/support/testsupport.h"

using namespace secateur;

/// The greedy answers to 8-shot GSM8K prompts of the real model (goldens/eval/gsm8k_generate.jsonl), token by token.
class TestBatchGenerationGolden : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void gsm8k();
};

void TestBatchGenerationGolden::gsm8k()
{
    SECATEUR_NEEDS_SHARED();
    std::ifstream file(test::sharedFolder() / "goldens/eval/gsm8k_generate.jsonl");
    std::vector<model::BatchPrompt> prompts;
    std::vector<std::vector<std::int32_t>> expected;
    for (std::string line; std::getline(file, line);) {
        const auto item = nlohmann::json::parse(line);
        prompts.push_back({item["prompt_ids"], 0, {}, 64, true});
        expected.push_back(item["new_ids"]);
    }
    QCOMPARE(prompts.size(), std::size_t(4));
    // The demonstrations are what all prompts begin with.
    auto shared = prompts[0].ids.size();
    for (const auto &prompt : prompts) {
        const auto end =
            std::mismatch(prompts[0].ids.begin(), prompts[0].ids.end(), prompt.ids.begin(), prompt.ids.end()).first;
        if (&prompt != &prompts[0])
            shared = std::min(shared, std::size_t(end - prompts[0].ids.begin()));
    }
    QVERIFY(shared > 500);
    std::uint64_t toRead = shared;
    for (auto &prompt : prompts) {
        prompt.sharedPrefix = std::int64_t(shared);
        toRead += prompt.ids.size() - shared;
    }

    const auto archive = test::openGoldenModel();
    auto decoder = model::Decoder::create(
        archive, 2048,
        {.threads = physicalCores(), .precision = model::Precision::Float32, .masks = {}, .keepWeights = true});
    VERIFY_RESULT(decoder);
    std::vector<std::vector<std::int32_t>> tokens(prompts.size());
    const auto report = model::generateBatch(
        **decoder, prompts, 16,
        [&](std::size_t prompt, model::TokenId id) -> Result<bool> {
            tokens[prompt].push_back(id);
            return true;
        },
        [](std::size_t) { return Result<void>(); }, {});
    VERIFY_RESULT(report);
    for (std::size_t i = 0; i < prompts.size(); ++i)
        QCOMPARE(tokens[i], expected[i]);
    QCOMPARE(report->promptTokens, toRead);
}

QTEST_GUILESS_MAIN(TestBatchGenerationGolden)
#include "tst_batchgeneration_golden.moc"
