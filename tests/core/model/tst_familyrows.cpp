// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

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
};

QTEST_GUILESS_MAIN(TestFamilyRows)
#include "tst_familyrows.moc"
