// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <fstream>

#include "core/base/system.h"
#include "core/model/continuations.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/support/goldens.h"
#include "tests/support/testsupport.h"

using namespace secateur;

/// Log-likelihoods of the choices of eight tasks against lm-evaluation-harness on the real model
/// (goldens/eval/choice_*.jsonl), within the tolerances of its README.
class TestContinuationsGolden : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void choices_data();
    void choices();

private:
    std::shared_ptr<const architecture::ModelArchive> m_model;
    std::shared_ptr<const tokenizer::Tokenizer> m_tokenizer;
    std::unique_ptr<model::Decoder> m_decoder;
};

namespace {

std::vector<nlohmann::json> itemsOf(const std::string &task)
{
    std::ifstream file(test::sharedFolder() / "goldens/eval" / ("choice_" + task + ".jsonl"));
    std::vector<nlohmann::json> items;
    for (std::string line; std::getline(file, line);)
        items.push_back(nlohmann::json::parse(line));
    return items;
}

/// The continuation is what the whole has beyond the context, whose trailing blanks belong to it
/// (lm-evaluation-harness, TemplateLM._encode_pair).
model::ScoredSequence sequenceOf(const tokenizer::Tokenizer &tokenizer, std::string context, std::string continuation)
{
    const auto end = context.find_last_not_of(" \t\r\n") + 1;
    continuation.insert(0, context.substr(end));
    context.resize(end);
    const auto whole = tokenizer.encode(context + continuation, BosPolicy::Never);
    const auto front = tokenizer.encode(context, BosPolicy::Never);
    if (!whole || !front)
        return {};
    return {*whole, std::int64_t(whole->size()) - std::int64_t(front->size())};
}

} // namespace

void TestContinuationsGolden::initTestCase()
{
    SECATEUR_NEEDS_SHARED();
    m_model = test::openGoldenModel();
    auto tokenizer = tokenizer::Tokenizer::forModel(test::goldenModelPath());
    VERIFY_RESULT(tokenizer);
    m_tokenizer = *tokenizer;
    auto decoder = model::Decoder::create(
        m_model, 1024,
        {.threads = physicalCores(), .precision = model::Precision::Float32, .masks = {}, .keepWeights = true});
    VERIFY_RESULT(decoder);
    m_decoder = std::move(*decoder);
}

void TestContinuationsGolden::choices_data()
{
    QTest::addColumn<QString>("task");
    for (const char *const task :
         {"arc_challenge", "arc_easy", "boolq", "commonsenseqa", "hellaswag", "openbookqa", "piqa", "winogrande"})
        QTest::newRow(task) << QString::fromLatin1(task);
}

void TestContinuationsGolden::choices()
{
    QFETCH(QString, task);
    const auto expected = itemsOf(task.toStdString());
    QCOMPARE(expected.size(), std::size_t(60));
    std::vector<model::ScoringItem> items;
    for (const auto &item : expected) {
        auto &mine = items.emplace_back();
        for (const auto &choice : item["choices"]) {
            mine.sequences.push_back(sequenceOf(*m_tokenizer, choice["context"], choice["continuation"]));
            const auto &[ids, scored] = mine.sequences.back();
            QCOMPARE(std::vector<std::int32_t>(ids.end() - scored, ids.end()),
                     choice["continuation_ids"].get<std::vector<std::int32_t>>());
        }
    }
    const auto scores = model::scoreContinuations(*m_decoder, items, {});
    VERIFY_RESULT(scores);

    double worst = 0.0;
    for (std::size_t i = 0; i < expected.size(); ++i)
        for (std::size_t c = 0; c < expected[i]["choices"].size(); ++c) {
            const auto &choice = expected[i]["choices"][c];
            const auto &score = scores->at(i).at(c);
            const double difference = std::fabs(score.logLikelihood - choice["loglikelihood"].get<double>());
            worst = std::max(worst, difference / double(score.tokens));
            QCOMPARE(score.tokens, choice["continuation_tokens"].get<std::int64_t>());
            QCOMPARE(score.greedy, choice["is_greedy"].get<bool>());
        }
    qInfo("largest difference per token %.2e", worst);
    QVERIFY2(worst < 2e-3, qPrintable(QString::number(worst)));
}

QTEST_GUILESS_MAIN(TestContinuationsGolden)
#include "tst_continuations_golden.moc"
