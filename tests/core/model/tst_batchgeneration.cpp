// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numeric>

#include "core/model/batchgeneration.h"
#include "core/model/scoring.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using model::BatchPrompt;
using model::TokenId;

/// Continuing many prompts at once on a small random model: each prompt's tokens are its own, in any company.
class TestBatchGeneration : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void followsTheFullModel();
    void companyDoesNotMatter_data();
    void companyDoesNotMatter();
    void sharedTokensAreReadOnce();
    void longPromptsTakeSeveralPasses();
    void endsOneByOne();
    void anEndTokenEndsASequence();
    void aCallbackCanFail();
    void hearsAStop();
    void refusesWhatCannotBeContinued();
    void reportsProgress();
    void forecastGrowsWithTheBatch();

private:
    using Tokens = std::vector<std::vector<TokenId>>;

    [[nodiscard]] std::unique_ptr<model::Decoder> decoder(bool keep = true, int threads = 2,
                                                          model::Precision precision = model::Precision::Float32) const
    {
        auto made = model::Decoder::create(
            m_model, 512, {.threads = threads, .precision = precision, .masks = {}, .keepWeights = keep});
        return made ? std::move(*made) : nullptr;
    }
    static Tokens generate(model::Decoder &decoder, const std::vector<BatchPrompt> &prompts, std::size_t atOnce,
                           model::BatchReport *report = nullptr);

    test::TemporaryFolder m_folder;
    std::shared_ptr<const architecture::ModelArchive> m_model;
};

namespace {

const model::OnDone ignoreDone = [](std::size_t) { return Result<void>(); };

std::vector<TokenId> randomIds(test::TinyRandom &random, std::size_t count)
{
    std::vector<TokenId> ids(count);
    for (auto &id : ids)
        id = TokenId(random.below(test::tinyVocabulary));
    return ids;
}

/// Prompts with two sets of demonstrations, some of them equal; greedy and sampled; of all lengths.
std::vector<BatchPrompt> somePrompts()
{
    test::TinyRandom random(11);
    const std::vector<std::vector<TokenId>> demonstrations = {randomIds(random, 60), randomIds(random, 35), {}};
    std::vector<BatchPrompt> prompts;
    for (std::size_t i = 0; i < 20; ++i) {
        auto ids = demonstrations[i % 3];
        const auto shared = std::int64_t(ids.size());
        const auto question = randomIds(random, 1 + random.below(30));
        ids.insert(ids.end(), question.begin(), question.end());
        model::SamplingOptions sampling;
        if (i % 2 == 1)
            sampling = {.temperature = 0.8, .topP = 0.95, .topK = 0, .seed = i};
        prompts.push_back({ids, shared, sampling, std::int64_t(i % 7 + 6), true});
    }
    for (std::uint64_t seed : {100, 101, 102}) {
        prompts.push_back(prompts[3]);
        prompts.back().sampling.seed = seed;
    }
    return prompts;
}

} // namespace

TestBatchGeneration::Tokens TestBatchGeneration::generate(model::Decoder &decoder,
                                                          const std::vector<BatchPrompt> &prompts, std::size_t atOnce,
                                                          model::BatchReport *report)
{
    Tokens tokens(prompts.size());
    std::vector<int> done(prompts.size(), 0);
    const auto result = model::generateBatch(
        decoder, prompts, atOnce,
        [&](std::size_t prompt, TokenId id) -> Result<bool> {
            tokens[prompt].push_back(id);
            return done[prompt] == 0;
        },
        [&](std::size_t prompt) -> Result<void> {
            ++done[prompt];
            return {};
        },
        {});
    if (!result || std::count(done.begin(), done.end(), 1) != std::ptrdiff_t(prompts.size()))
        return {};
    if (report)
        *report = *result;
    return tokens;
}

void TestBatchGeneration::initTestCase()
{
    auto opened = architecture::ModelArchive::open(test::writeTinyModel(m_folder.path() / "model"));
    VERIFY_RESULT(opened);
    m_model = *opened;
}

/// Each greedy token is the most likely one after everything before it, as scoring without a cache sees it.
void TestBatchGeneration::followsTheFullModel()
{
    auto subject = decoder();
    QVERIFY(subject);
    const auto prompts = somePrompts();
    const auto tokens = generate(*subject, prompts, 8);
    QCOMPARE(tokens.size(), prompts.size());
    for (std::size_t i = 0; i < prompts.size(); i += 2) {
        if (prompts[i].sampling.temperature > 0.0)
            continue;
        QCOMPARE(std::int64_t(tokens[i].size()), prompts[i].maxNewTokens);
        auto ids = prompts[i].ids;
        for (const TokenId token : tokens[i]) {
            double chosen = 0.0;
            double best = -1e9;
            auto longer = ids;
            longer.push_back(token);
            const auto hidden = model::finalHidden(*subject, {longer}, {});
            VERIFY_RESULT(hidden);
            std::vector<float> head(std::size_t(test::tinyVocabulary) * 64);
            VERIFY_RESULT(subject->headRows(0, head));
            for (TokenId id = 0; id < test::tinyVocabulary; ++id) {
                double logit = 0.0;
                for (std::size_t c = 0; c < 64; ++c)
                    logit += double(head[std::size_t(id) * 64 + c]) * double((*hidden)[(ids.size() - 1) * 64 + c]);
                best = std::max(best, logit);
                chosen = id == token ? logit : chosen;
            }
            QVERIFY2(chosen > best - 1e-4, qPrintable(QString::number(best - chosen)));
            ids = longer;
        }
    }
}

void TestBatchGeneration::companyDoesNotMatter_data()
{
    QTest::addColumn<bool>("rounded");
    QTest::newRow("f32") << false;
    QTest::newRow("bf16") << true;
}

void TestBatchGeneration::companyDoesNotMatter()
{
    QFETCH(bool, rounded);
    if (rounded && !model::probeBFloat16().usable())
        QSKIP("bf16 is not usable on this machine: generating in bf16 was NOT tested");
    const auto precision = rounded ? model::Precision::BFloat16 : model::Precision::Float32;
    const auto prompts = somePrompts();
    auto subject = decoder(true, 2, precision);
    QVERIFY(subject);
    Tokens alone;
    for (auto prompt : prompts) {
        prompt.sharedPrefix = 0;
        alone.push_back(generate(*subject, {prompt}, 1).at(0));
    }
    test::TinyRandom random(12);
    for (const std::size_t atOnce : {std::size_t(1), std::size_t(3), std::size_t(16)})
        for (const int threads : {1, 3}) {
            std::vector<std::size_t> order(prompts.size());
            std::iota(order.begin(), order.end(), 0);
            for (std::size_t i = order.size(); i > 1; --i)
                std::swap(order[i - 1], order[random.below(i)]);
            std::vector<BatchPrompt> shuffled;
            for (const auto i : order)
                shuffled.push_back(prompts[i]);
            auto other = decoder(threads == 1, threads, precision);
            QVERIFY(other);
            const auto tokens = generate(*other, shuffled, atOnce);
            QCOMPARE(tokens.size(), prompts.size());
            for (std::size_t i = 0; i < order.size(); ++i)
                QCOMPARE(tokens[i], alone[order[i]]);
        }
    QVERIFY(alone[20] != alone[21]); // samples do differ
}

void TestBatchGeneration::sharedTokensAreReadOnce()
{
    const auto prompts = somePrompts();
    std::uint64_t expected = 60 + 35;
    for (std::size_t i = 0; i < 20; ++i)
        expected += prompts[i].ids.size() - std::size_t(prompts[i].sharedPrefix);
    for (const std::size_t atOnce : {std::size_t(1), std::size_t(4), std::size_t(50)}) {
        auto subject = decoder();
        QVERIFY(subject);
        model::BatchReport report;
        const auto tokens = generate(*subject, prompts, atOnce, &report);
        QCOMPARE(tokens.size(), prompts.size());
        QCOMPARE(report.promptTokens, expected);
        std::uint64_t handedOut = 0;
        for (const auto &own : tokens)
            handedOut += own.size();
        QCOMPARE(report.newTokens, handedOut);
    }
}

void TestBatchGeneration::longPromptsTakeSeveralPasses()
{
    test::TinyRandom random(13);
    std::vector<BatchPrompt> prompts;
    for (int i = 0; i < 3; ++i)
        prompts.push_back({randomIds(random, 400), 0, {}, 5, true});
    auto subject = decoder();
    QVERIFY(subject);
    model::BatchReport report;
    const auto together = generate(*subject, prompts, 3, &report);
    QCOMPARE(together.size(), std::size_t(3));
    QCOMPARE(report.passes, std::uint64_t(3 + 4)); // 1200 tokens to read, 512 at a time; then 4 each to feed
    for (std::size_t i = 0; i < prompts.size(); ++i)
        QCOMPARE(generate(*subject, {prompts[i]}, 1).at(0), together[i]);
}

void TestBatchGeneration::endsOneByOne()
{
    auto subject = decoder();
    QVERIFY(subject);
    std::vector<BatchPrompt> prompts;
    for (const std::int64_t tokens : {5, 2, 9, 0, 3})
        prompts.push_back({{TokenId(10 + tokens), 20, 30}, 0, {}, tokens, true});
    std::vector<std::size_t> order;
    std::vector<int> given(prompts.size(), 0);
    VERIFY_RESULT(model::generateBatch(
        *subject, prompts, 2, [&](std::size_t prompt, TokenId) -> Result<bool> { return ++given[prompt] < 4; },
        [&](std::size_t prompt) -> Result<void> {
            order.push_back(prompt);
            return {};
        },
        {}));
    QCOMPARE(given, (std::vector<int>{4, 2, 4, 0, 3}));
    QCOMPARE(order, (std::vector<std::size_t>{1, 0, 3, 2, 4}));
}

void TestBatchGeneration::anEndTokenEndsASequence()
{
    QVERIFY(!m_model->config().eosIds.empty());
    const TokenId end = m_model->config().eosIds.front();
    auto subject = decoder();
    QVERIFY(subject);
    // At this temperature every token is about equally likely, so that some of the sequences draw the end token.
    std::vector<BatchPrompt> prompts;
    for (std::uint64_t seed = 0; seed < 40; ++seed)
        prompts.push_back({{1, 2, 3}, 0, {.temperature = 50.0, .topP = 1.0, .topK = 0, .seed = seed}, 40, true});
    const auto through = generate(*subject, prompts, 16);
    for (auto &prompt : prompts)
        prompt.ignoreEos = false;
    const auto ended = generate(*subject, prompts, 16);
    QCOMPARE(ended.size(), prompts.size());
    int early = 0;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        const auto at = std::find(through[i].begin(), through[i].end(), end);
        QCOMPARE(ended[i], (std::vector<TokenId>(through[i].begin(), at)));
        early += at != through[i].end();
    }
    QVERIFY(early > 0 && early < 40);
}

void TestBatchGeneration::aCallbackCanFail()
{
    auto subject = decoder();
    QVERIFY(subject);
    const auto prompts = somePrompts();
    const auto fail = [] { return failure(ErrorCode::Io, "the disk is full"); };
    const auto onToken = model::generateBatch(
        *subject, prompts, 4, [&](std::size_t, TokenId) -> Result<bool> { return fail(); }, ignoreDone, {});
    VERIFY_ERROR(onToken, ErrorCode::Io);
    const auto onDone = model::generateBatch(
        *subject, prompts, 4, [](std::size_t, TokenId) -> Result<bool> { return true; },
        [&](std::size_t) -> Result<void> { return fail(); }, {});
    VERIFY_ERROR(onDone, ErrorCode::Io);
}

void TestBatchGeneration::hearsAStop()
{
    auto subject = decoder();
    QVERIFY(subject);
    std::stop_source source;
    const RunContext context(source.get_token(), {});
    int given = 0;
    const auto stopped = model::generateBatch(
        *subject, somePrompts(), 4,
        [&](std::size_t, TokenId) -> Result<bool> {
            if (++given == 9)
                source.request_stop();
            return true;
        },
        ignoreDone, context);
    VERIFY_ERROR(stopped, ErrorCode::Cancelled);
    QVERIFY(given < 9 + 4);
}

void TestBatchGeneration::refusesWhatCannotBeContinued()
{
    auto subject = decoder();
    QVERIFY(subject);
    const auto refused = [&](const BatchPrompt &prompt) {
        int given = 0;
        const std::vector<BatchPrompt> prompts = {{{1, 2}, 0, {}, 3, true}, prompt};
        const auto result = model::generateBatch(*subject, prompts, 4,
                                                 [&](std::size_t, TokenId) -> Result<bool> {
                                                     ++given;
                                                     return true;
                                                 },
                                                 ignoreDone, {});
        return !result && result.error().code == ErrorCode::InvalidArgument && given == 0;
    };
    QVERIFY(refused({{}, 0, {}, 3, true}));
    QVERIFY(refused({std::vector<TokenId>(512, 1), 0, {}, 3, true}));
    QVERIFY(refused({{1, 2}, 0, {.temperature = -1.0}, 3, true}));
    QCOMPARE(generate(*subject, {{std::vector<TokenId>(510, 1), 600, {}, 50, true}}, 1).at(0).size(), std::size_t(2));
    model::BatchReport report;
    report.passes = 7;
    QVERIFY(generate(*subject, {}, 4, &report).empty());
    QCOMPARE(report.passes, std::uint64_t(0));
}

void TestBatchGeneration::reportsProgress()
{
    auto subject = decoder();
    QVERIFY(subject);
    std::vector<Progress> seen;
    const RunContext context({}, [&](const Progress &progress) { seen.push_back(progress); });
    const std::vector<BatchPrompt> prompts = {{{1, 2}, 0, {}, 3, true}, {{7, 8}, 0, {}, 4, true}};
    VERIFY_RESULT(model::generateBatch(
        *subject, prompts, 2, [](std::size_t, TokenId) -> Result<bool> { return true; }, ignoreDone, context));
    QCOMPARE(seen.size(), std::size_t(4 + 4));
    for (std::size_t i = 0; i < 4; ++i)
        QCOMPARE(seen[i].stage, std::string("load"));
    std::vector<std::uint64_t> done;
    for (std::size_t i = 4; i < 8; ++i) {
        QCOMPARE(seen[i].stage, std::string("generate"));
        QCOMPARE(seen[i].total, std::uint64_t(7));
        done.push_back(seen[i].done);
    }
    QCOMPARE(done, (std::vector<std::uint64_t>{2, 4, 6, 7}));
}

void TestBatchGeneration::forecastGrowsWithTheBatch()
{
    const auto prompts = somePrompts();
    const auto &config = m_model->config();
    const model::DecoderOptions options{
        .threads = 2, .precision = model::Precision::Float32, .masks = {}, .keepWeights = true};
    const auto shape = [&](std::size_t atOnce) { return model::batchShape(prompts, atOnce, 512, options); };
    const auto bytes = [&](std::size_t atOnce) { return model::forecastPassBytes(config, shape(atOnce)); };
    QVERIFY(bytes(1) < bytes(4) && bytes(4) < bytes(16));
    QCOMPARE(bytes(100), bytes(prompts.size()));
    // All demonstrations once, and every prompt with what may follow it.
    std::uint64_t cached = 60 + 35;
    for (const auto &prompt : prompts)
        cached += prompt.ids.size() - std::size_t(prompt.sharedPrefix) + std::uint64_t(prompt.maxNewTokens);
    QCOMPARE(shape(100).cached, cached);
    auto endless = prompts;
    for (auto &prompt : endless)
        prompt.maxNewTokens = std::int64_t(1) << 60;
    QCOMPARE(model::batchShape(endless, 4, 512, options).longest, std::uint64_t(512));
}

QTEST_GUILESS_MAIN(TestBatchGeneration)
#include "tst_batchgeneration.moc"
