// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/base/system.h"
#include "core/model/generation.h"
#include "core/model/logitswriter.h"
#include "core/model/scoring.h"
#include "tests/support/goldens.h"
#include "tests/support/testsupport.h"

using namespace secateur;

/// Forward pass, loss and greedy text of the real model against transformers in float32 (goldens/smollm2/forward.*),
/// within the tolerances of its README.
class TestDecoderGolden : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        SECATEUR_NEEDS_SHARED();
        m_forward = test::goldenJson("forward.json");
        m_model = test::openGoldenModel();
    }
    void nllAndLogits_data() { texts(); }
    void nllAndLogits();
    void hiddenStates_data() { texts(); }
    void hiddenStates();
    void greedyIds_data() { texts(); }
    void greedyIds();
    void heldOutTexts();

private:
    static void texts()
    {
        QTest::addColumn<QString>("text");
        for (const char *const name : {"python", "prose", "math"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    [[nodiscard]] std::vector<std::int32_t> ids(const std::string &text) const
    {
        return m_forward["texts"][text]["input_ids"].get<std::vector<std::int32_t>>();
    }
    [[nodiscard]] std::unique_ptr<model::Decoder> decoder(model::MaskSource masks = {}, bool keepWeights = false) const
    {
        auto made = model::Decoder::create(m_model, 512,
                                           {.threads = physicalCores(),
                                            .precision = model::Precision::Float32,
                                            .masks = std::move(masks),
                                            .keepWeights = keepWeights});
        return made ? std::move(*made) : nullptr;
    }

    nlohmann::json m_forward;
    std::shared_ptr<const architecture::ModelArchive> m_model;
};

void TestDecoderGolden::nllAndLogits()
{
    QFETCH(QString, text);
    const std::string name = text.toStdString();
    const auto expected = m_forward["texts"][name]["nll"].get<std::vector<double>>();
    auto subject = decoder();
    QVERIFY(subject);
    const std::vector<std::vector<std::int32_t>> sequences = {ids(name)};
    const auto hidden = model::finalHidden(*subject, sequences, {});
    VERIFY_RESULT(hidden);
    const auto scores = model::scoreHidden(*subject, *hidden, sequences, {});
    VERIFY_RESULT(scores);

    const auto &score = scores->front();
    QCOMPARE(score.tokenNll.size(), expected.size());
    double sum = 0.0;
    double worst = 0.0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        worst = std::max(worst, std::fabs(score.tokenNll[i] - expected[i]));
        sum += expected[i];
    }
    QVERIFY2(worst < 2e-3, qPrintable(QString::number(worst)));
    QVERIFY(std::fabs(score.nll - sum) / double(expected.size()) < 1e-4);

    test::TemporaryFolder folder;
    const auto path = folder.path() / "logits.safetensors";
    auto writer = model::LogitsWriter::create(
        path, {1, sequences[0].size(), std::uint64_t(subject->config().vocabSize)}, m_model->weightFiles());
    VERIFY_RESULT(writer);
    VERIFY_RESULT(writer->append(*subject, *hidden, {}));
    VERIFY_RESULT(writer->commit());
    const auto file = format::SafetensorsFile::open(path);
    VERIFY_RESULT(file);
    const auto reference = test::goldenFloats("forward.safetensors", name + ".logits_last4");
    std::vector<float> logits(reference.size());
    const auto *const tensor = file->find("logits");
    QVERIFY(tensor);
    QCOMPARE(tensor->shape[1], std::uint64_t(sequences[0].size()));
    VERIFY_RESULT(
        file->read(*tensor, tensor->bytes - logits.size() * sizeof(float), std::as_writable_bytes(std::span(logits))));
    double worstLogit = 0.0;
    for (std::size_t i = 0; i < logits.size(); ++i)
        worstLogit = std::max(worstLogit, double(std::fabs(logits[i] - reference[i])));
    qInfo("largest difference of a token's NLL %.2e, of a logit %.2e", worst, worstLogit);
    QVERIFY2(worstLogit < 2e-3, qPrintable(QString::number(worstLogit)));
}

void TestDecoderGolden::hiddenStates()
{
    QFETCH(QString, text);
    const std::string name = text.toStdString();
    const auto reference = test::goldenFloats("forward.safetensors", name + ".hidden_last"); // [layers + 2, hidden]
    auto subject = decoder();
    QVERIFY(subject);
    const auto input = ids(name);
    const auto width = std::size_t(m_model->config().hiddenSize);
    std::vector<float> hidden(input.size() * width);
    VERIFY_RESULT(subject->embed(input, hidden));
    std::size_t row = 0;
    const auto compareLast = [&] {
        double difference = 0.0;
        double size = 0.0;
        for (std::size_t i = 0; i < width; ++i) {
            const double expected = reference[row * width + i];
            difference += std::pow(hidden[hidden.size() - width + i] - expected, 2);
            size += expected * expected;
        }
        ++row;
        return std::sqrt(difference / size);
    };
    QVERIFY(compareLast() < 1e-6);
    auto groups = model::groupSequences({std::int64_t(input.size())}, hidden, std::int64_t(width));
    for (std::uint32_t layer = 0; layer < m_model->config().layers; ++layer) {
        const auto weights = subject->load(LayerIndex{layer});
        VERIFY_RESULT(weights);
        VERIFY_RESULT(subject->forward(LayerIndex{layer}, **weights, groups, model::PassKind::Full, nullptr, {}));
        const double error = compareLast();
        QVERIFY2(error < 1e-4, qPrintable(QStringLiteral("layer %1: %2").arg(layer).arg(error)));
    }
    VERIFY_RESULT(subject->finalNorm(hidden));
    QVERIFY(compareLast() < 1e-4);
}

void TestDecoderGolden::greedyIds()
{
    QFETCH(QString, text);
    const std::string name = text.toStdString();
    const auto expected = m_forward["texts"][name]["generated_ids"].get<std::vector<std::int32_t>>();
    auto subject = decoder({}, true);
    QVERIFY(subject);
    const auto generated = model::generate(*subject, ids(name), {.maxNewTokens = 32, .sampling = {}, .ignoreEos = true},
                                           [](std::int32_t) -> Result<bool> { return true; }, {});
    VERIFY_RESULT(generated);
    QCOMPARE(generated->ids, expected);
    QVERIFY(!generated->cancelled);
}

/// The dense losses of heldout_nll.json: several sequences in one group.
void TestDecoderGolden::heldOutTexts()
{
    const auto expected = test::goldenJson("heldout_nll.json")["nll"]["dense"]["python"].get<std::vector<double>>();
    auto sequences = test::goldenIds("calib_python.safetensors", "heldout_ids");
    sequences.resize(expected.size());
    auto subject = decoder();
    QVERIFY(subject);
    const auto hidden = model::finalHidden(*subject, sequences, {});
    VERIFY_RESULT(hidden);
    const auto scores = model::scoreHidden(*subject, *hidden, sequences, {});
    VERIFY_RESULT(scores);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double mean = (*scores)[i].nll / double((*scores)[i].predicted);
        QVERIFY2(std::fabs(mean - expected[i]) < 1e-4 * expected[i], qPrintable(QString::number(mean)));
    }
}

QTEST_GUILESS_MAIN(TestDecoderGolden)
#include "tst_decoder_golden.moc"
