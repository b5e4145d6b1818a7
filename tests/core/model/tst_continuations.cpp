// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/model/continuations.h"
#include "core/model/scoring.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using model::ScoredSequence;
using model::ScoringItem;
using model::TokenId;

/// Scores of continuations on a small random model: against plain scoring, and bit for bit the same in any company.
class TestContinuations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void agreesWithPlainScoring();
    void companyDoesNotMatter_data();
    void companyDoesNotMatter();
    void greedyIsTheMostLikely();
    void refusesMalformedItems();
    void hearsAStop();
    void reportsTokens();
    void forecastCountsTheItems();

private:
    [[nodiscard]] std::unique_ptr<model::Decoder> decoder(bool keep, int threads,
                                                          model::Precision precision = model::Precision::Float32) const
    {
        auto made = model::Decoder::create(
            m_model, 512, {.threads = threads, .precision = precision, .masks = {}, .keepWeights = keep});
        return made ? std::move(*made) : nullptr;
    }

    test::TemporaryFolder m_folder;
    std::shared_ptr<const architecture::ModelArchive> m_model;
};

namespace {

std::vector<TokenId> randomIds(test::TinyRandom &random, std::size_t count)
{
    std::vector<TokenId> ids(count);
    for (auto &id : ids)
        id = TokenId(random.below(test::tinyVocabulary));
    return ids;
}

/// Items of all shapes: choices of one token, choices that share no beginning, a choice within another, one choice.
std::vector<ScoringItem> someItems()
{
    test::TinyRandom random(3);
    std::vector<ScoringItem> items;
    for (std::size_t i = 0; i < 24; ++i) {
        auto &item = items.emplace_back();
        const auto context = randomIds(random, 1 + random.below(70));
        for (std::size_t choice = 0; choice < 1 + i % 4; ++choice) {
            const auto scored = i % 5 == 0 ? 1 : 1 + random.below(9);
            auto ids = i % 6 == 5 ? randomIds(random, context.size()) : context;
            const auto tail = randomIds(random, scored);
            ids.insert(ids.end(), tail.begin(), tail.end());
            item.sequences.push_back({std::move(ids), std::int64_t(scored)});
        }
    }
    items[1].sequences.push_back(items[1].sequences[0]);
    items[1].sequences.back().ids.push_back(5);
    items.emplace_back();
    return items;
}

bool operator==(const model::ContinuationScore &a, const model::ContinuationScore &b)
{
    return a.logLikelihood == b.logLikelihood && a.greedy == b.greedy && a.tokens == b.tokens;
}

bool same(const std::vector<model::ContinuationScore> &a, const std::vector<model::ContinuationScore> &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto &x, const auto &y) { return x == y; });
}

} // namespace

void TestContinuations::initTestCase()
{
    auto opened = architecture::ModelArchive::open(test::writeTinyModel(m_folder.path() / "model"));
    VERIFY_RESULT(opened);
    m_model = *opened;
}

void TestContinuations::agreesWithPlainScoring()
{
    const auto items = someItems();
    auto subject = decoder(true, 2);
    QVERIFY(subject);
    const auto scores = model::scoreContinuations(*subject, items, {});
    VERIFY_RESULT(scores);
    QCOMPARE(scores->size(), items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        QCOMPARE(scores->at(i).size(), items[i].sequences.size());
        for (std::size_t c = 0; c < items[i].sequences.size(); ++c) {
            const auto &[ids, scored] = items[i].sequences[c];
            const auto hidden = model::finalHidden(*subject, {ids}, {});
            VERIFY_RESULT(hidden);
            const auto plain = model::scoreHidden(*subject, *hidden, {ids}, {});
            VERIFY_RESULT(plain);
            const auto &nll = plain->front().tokenNll;
            double expected = 0.0;
            for (auto token = nll.end() - scored; token != nll.end(); ++token)
                expected -= double(*token);
            const double difference = std::fabs(scores->at(i)[c].logLikelihood - expected) / double(scored);
            QVERIFY2(difference < 3e-5, qPrintable(QString::number(difference)));
            QCOMPARE(scores->at(i)[c].tokens, scored);
        }
    }
}

void TestContinuations::companyDoesNotMatter_data()
{
    QTest::addColumn<bool>("rounded");
    QTest::newRow("f32") << false;
    QTest::newRow("bf16") << true;
}

void TestContinuations::companyDoesNotMatter()
{
    QFETCH(bool, rounded);
    if (rounded && !model::probeBFloat16().usable())
        QSKIP("bf16 is not usable on this machine: scoring in bf16 was NOT tested");
    const auto precision = rounded ? model::Precision::BFloat16 : model::Precision::Float32;
    auto items = someItems();
    auto subject = decoder(true, 2, precision);
    QVERIFY(subject);
    const auto together = model::scoreContinuations(*subject, items, {});
    VERIFY_RESULT(together);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto alone = model::scoreContinuations(*subject, std::span(items).subspan(i, 1), {});
        VERIFY_RESULT(alone);
        QVERIFY2(same(alone->front(), together->at(i)), qPrintable(QString::number(i)));
    }
    std::reverse(items.begin(), items.end());
    for (const bool keep : {true, false})
        for (const int threads : {1, 3}) {
            auto other = decoder(keep, threads, precision);
            QVERIFY(other);
            const auto reversed = model::scoreContinuations(*other, items, {});
            VERIFY_RESULT(reversed);
            for (std::size_t i = 0; i < items.size(); ++i)
                QVERIFY(same(reversed->at(items.size() - 1 - i), together->at(i)));
        }
}

void TestContinuations::greedyIsTheMostLikely()
{
    auto subject = decoder(true, 2);
    QVERIFY(subject);
    ScoringItem item;
    for (TokenId id = 0; id < test::tinyVocabulary; ++id)
        item.sequences.push_back({{4, 9, 17, id}, 1});
    const auto scores = model::scoreContinuations(*subject, std::span(&item, 1), {});
    VERIFY_RESULT(scores);
    const auto &all = scores->front();
    const auto best = std::max_element(all.begin(), all.end(),
                                       [](const auto &a, const auto &b) { return a.logLikelihood < b.logLikelihood; });
    double sum = 0.0;
    for (const auto &score : all) {
        sum += std::exp(score.logLikelihood);
        QCOMPARE(score.greedy, &score == &*best);
    }
    QVERIFY(std::fabs(sum - 1.0) < 1e-6);
}

void TestContinuations::refusesMalformedItems()
{
    auto subject = decoder(true, 1);
    QVERIFY(subject);
    const auto refused = [&](const ScoredSequence &sequence) {
        const std::vector<ScoringItem> items = {{{{{1, 2}, 1}}}, {{sequence}}};
        const auto scores = model::scoreContinuations(*subject, items, {});
        return !scores && scores.error().code == ErrorCode::InvalidArgument
            && scores.error().detail.find("item 1") != std::string::npos;
    };
    QVERIFY(refused({{1, 2, 3}, 0}));
    QVERIFY(refused({{1, 2, 3}, 3}));
    QVERIFY(refused({{1, 2, 3}, -1}));
    QVERIFY(refused({{}, 1}));
    QVERIFY(refused({std::vector<TokenId>(514, 1), 1}));
    const std::vector<ScoringItem> items = {{{{std::vector<TokenId>(513, 1), 1}}}};
    VERIFY_RESULT(model::scoreContinuations(*subject, items, {}));
    const std::vector<ScoringItem> outside = {{{{{1, test::tinyVocabulary, 3}, 1}}}};
    const auto scores = model::scoreContinuations(*subject, outside, {});
    QVERIFY(!scores);
    QCOMPARE(scores.error().code, ErrorCode::BadInput);
}

void TestContinuations::hearsAStop()
{
    auto subject = decoder(true, 2);
    QVERIFY(subject);
    std::stop_source source;
    int reports = 0;
    const RunContext context(source.get_token(), [&](const Progress &) {
        if (++reports == 2)
            source.request_stop();
    });
    const auto scores = model::scoreContinuations(*subject, someItems(), context);
    QVERIFY(!scores);
    QCOMPARE(scores.error().code, ErrorCode::Cancelled);
    QCOMPARE(reports, 2);
}

void TestContinuations::reportsTokens()
{
    auto subject = decoder(true, 2);
    QVERIFY(subject);
    std::vector<Progress> seen;
    const RunContext context({}, [&](const Progress &progress) { seen.push_back(progress); });
    VERIFY_RESULT(model::scoreContinuations(*subject, someItems(), context));
    QVERIFY(seen.size() > 4);
    QCOMPARE(seen.front().stage, std::string("forward"));
    QVERIFY(std::is_sorted(seen.begin(), seen.end() - 1, [](const auto &a, const auto &b) { return a.done < b.done; }));
    QCOMPARE(seen[seen.size() - 2].done, seen.front().total);
    QCOMPARE(seen.back().stage, std::string("score"));
    QCOMPARE(seen.back().done, std::uint64_t(someItems().size()));
}

void TestContinuations::forecastCountsTheItems()
{
    const auto items = someItems();
    const model::DecoderOptions options{
        .threads = 2, .precision = model::Precision::Float32, .masks = {}, .keepWeights = false};
    const auto few = model::continuationsShape(std::span(items).first(5), options);
    const auto all = model::continuationsShape(items, options);
    QVERIFY(few.tokens < all.tokens && few.scored < all.scored);
    std::uint64_t unshared = 0;
    for (const auto &item : items)
        for (const auto &sequence : item.sequences)
            unshared += sequence.ids.size();
    QVERIFY(all.tokens < unshared);
    const auto &config = m_model->config();
    QVERIFY(model::forecastPassBytes(config, all) >= model::forecastPassBytes(config, few)
                + (all.tokens - few.tokens) * std::uint64_t(config.hiddenSize) * sizeof(float));
}

QTEST_GUILESS_MAIN(TestContinuations)
#include "tst_continuations.moc"
