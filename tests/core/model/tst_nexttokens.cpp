// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/model/generation.h"
#include "core/model/nexttokens.h"
#include "core/model/scoring.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using model::TokenId;

/// Expectations along a text on a small random model: what generating would choose there, and what scoring says.
class TestNextTokens : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void greedyTextIsWhatIsExpected_data();
    void greedyTextIsWhatIsExpected();
    void agreesWithScoring();
    void threadsDoNotMatter();
    void refusesWhatCannotBeFollowed();
    void hearsAStop();

private:
    [[nodiscard]] std::unique_ptr<model::Decoder> decoder(bool keep = true, int threads = 2,
                                                          model::Precision precision = model::Precision::Float32) const
    {
        auto made = model::Decoder::create(
            m_model, 512, {.threads = threads, .precision = precision, .masks = {}, .keepWeights = keep});
        return made ? std::move(*made) : nullptr;
    }
    static std::vector<float> logitsOf(model::Decoder &subject, const std::vector<TokenId> &ids, std::size_t first)
    {
        const auto states = model::followedStates(subject, ids, first, {});
        std::vector<float> logits((ids.size() - first) * test::tinyVocabulary);
        if (!states || !model::headLogits(subject, *states, logits, {}))
            return {};
        return logits;
    }
    static std::vector<TokenId> someIds(std::size_t count, std::uint64_t seed)
    {
        test::TinyRandom random(seed);
        std::vector<TokenId> ids(count);
        for (auto &id : ids)
            id = TokenId(random.below(test::tinyVocabulary));
        return ids;
    }

    test::TemporaryFolder m_folder;
    std::shared_ptr<const architecture::ModelArchive> m_model;
};

void TestNextTokens::initTestCase()
{
    auto opened = architecture::ModelArchive::open(test::writeTinyModel(m_folder.path() / "model"));
    VERIFY_RESULT(opened);
    m_model = *opened;
}

void TestNextTokens::greedyTextIsWhatIsExpected_data()
{
    QTest::addColumn<int>("prompt");
    QTest::addColumn<bool>("keep");
    QTest::newRow("one token") << 1 << true;
    QTest::newRow("short") << 9 << true;
    QTest::newRow("streamed") << 9 << false;
    QTest::newRow("long") << 400 << true;
}

void TestNextTokens::greedyTextIsWhatIsExpected()
{
    QFETCH(const int, prompt);
    QFETCH(const bool, keep);
    auto subject = decoder(keep);
    QVERIFY(subject);
    auto ids = someIds(std::size_t(prompt), 5);
    const model::GenerationOptions options{.maxNewTokens = 40, .sampling = {}, .ignoreEos = true};
    const auto generated = model::generate(*subject, ids, options, [](TokenId) { return Result<bool>(true); }, {});
    VERIFY_RESULT(generated);
    QCOMPARE(generated->ids.size(), std::size_t(40));
    ids.insert(ids.end(), generated->ids.begin(), generated->ids.end());
    const auto logits = logitsOf(*subject, ids, std::size_t(prompt - 1));
    QCOMPARE(logits.size(), std::size_t(41 * test::tinyVocabulary));
    for (std::size_t place = 0; place < 40; ++place) {
        const auto row = logits.begin() + std::ptrdiff_t(place * test::tinyVocabulary);
        QCOMPARE(TokenId(std::max_element(row, row + test::tinyVocabulary) - row), generated->ids[place]);
    }
}

void TestNextTokens::agreesWithScoring()
{
    auto subject = decoder();
    QVERIFY(subject);
    const auto ids = someIds(60, 8);
    const auto logits = logitsOf(*subject, ids, 0);
    const auto hidden = model::finalHidden(*subject, {ids}, {});
    VERIFY_RESULT(hidden);
    const auto scores = model::scoreHidden(*subject, *hidden, {ids}, {});
    VERIFY_RESULT(scores);
    for (std::size_t place = 0; place + 1 < ids.size(); ++place) {
        const float *const row = logits.data() + place * test::tinyVocabulary;
        double sum = 0.0;
        for (int id = 0; id < test::tinyVocabulary; ++id)
            sum += std::exp(double(row[id]));
        const double nll = std::log(sum) - row[ids[place + 1]];
        QVERIFY2(std::abs(nll - double(scores->front().tokenNll[place])) < 3e-5, qPrintable(QString::number(nll)));
    }
}

void TestNextTokens::threadsDoNotMatter()
{
    const auto ids = someIds(70, 2);
    const auto one = decoder(true, 1);
    const auto three = decoder(false, 3);
    QVERIFY(one && three);
    const auto expected = logitsOf(*one, ids, 20);
    QCOMPARE(expected.size(), std::size_t(50 * test::tinyVocabulary));
    QVERIFY(logitsOf(*three, ids, 20) == expected);
    // A later beginning leaves rows away and changes none.
    const auto later = logitsOf(*one, ids, 45);
    QVERIFY(std::equal(later.begin(), later.end(), expected.begin() + 25 * test::tinyVocabulary));
}

void TestNextTokens::refusesWhatCannotBeFollowed()
{
    auto subject = decoder();
    QVERIFY(subject);
    VERIFY_ERROR(model::followedStates(*subject, someIds(5, 1), 5, {}), ErrorCode::InvalidArgument);
    VERIFY_ERROR(model::followedStates(*subject, {}, 0, {}), ErrorCode::InvalidArgument);
    VERIFY_ERROR(model::followedStates(*subject, someIds(513, 1), 0, {}), ErrorCode::InvalidArgument);
    const auto states = model::followedStates(*subject, someIds(4, 1), 0, {});
    VERIFY_RESULT(states);
    std::vector<float> tooFew(3 * test::tinyVocabulary);
    VERIFY_ERROR(model::headLogits(*subject, *states, tooFew, {}), ErrorCode::InvalidArgument);
}

void TestNextTokens::hearsAStop()
{
    auto subject = decoder(false);
    QVERIFY(subject);
    std::stop_source source;
    std::uint64_t layers = 0;
    const RunContext context(source.get_token(), [&](const Progress &progress) {
        layers = progress.done;
        source.request_stop();
    });
    VERIFY_ERROR(model::followedStates(*subject, someIds(30, 1), 0, context), ErrorCode::Cancelled);
    QCOMPARE(layers, std::uint64_t(1));
    const auto states = model::followedStates(*subject, someIds(4, 1), 0, {});
    VERIFY_RESULT(states);
    std::vector<float> logits(4 * test::tinyVocabulary);
    VERIFY_ERROR(model::headLogits(*subject, *states, logits, context), ErrorCode::Cancelled);
}

QTEST_GUILESS_MAIN(TestNextTokens)
#include "tst_nexttokens.moc"
