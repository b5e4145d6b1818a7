// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/format/safetensors.h"
#include "core/model/nexttokens.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using model::TokenId;

namespace {

template <typename T>
std::vector<T> valuesOf(const format::SafetensorsFile &file, const std::string &name)
{
    const auto *const tensor = file.find(name);
    std::vector<T> values(tensor ? tensor->bytes / sizeof(T) : 0);
    if (!tensor || !file.read(*tensor, 0, std::as_writable_bytes(std::span(values))))
        throw std::runtime_error("cannot read " + name);
    return values;
}

} // namespace

/// The way of generation through the block, row by row, for every family: logits of transformers
/// (tests/data/families/make_families.py). tst_clifamilies has the way of pruning and scoring.
class TestFamilyRows : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void logitsAreThoseOfTransformers_data()
    {
        QTest::addColumn<QString>("family");
        for (const char *family : {"gemma", "gemma2", "qwen2", "qwen2-window", "qwen3", "smollm3", "olmo2"})
            QTest::newRow(family) << QString::fromLatin1(family);
    }
    void logitsAreThoseOfTransformers()
    {
        QFETCH(QString, family);
        const auto folder = std::filesystem::path(SECATEUR_SOURCE_DIR) / "tests/data/families" / family.toStdString();
        const auto archive = architecture::ModelArchive::open(folder);
        VERIFY_RESULT(archive);
        const auto file = format::SafetensorsFile::open(folder / "expected.safetensors");
        VERIFY_RESULT(file);
        const auto ids = valuesOf<TokenId>(*file, "input_ids");
        const auto expected = valuesOf<float>(*file, "logits");
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
