// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/demo/domains.h"
#include "core/tokenizer/tokenizer.h"
#include "core/training/bpetrainer.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::training;

class TestBpeTrainer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void mergesTheMostFrequentPair();
    void roundTrips();
    void promptsAreCutLikeTexts();
    void refusesWhatItCannotReach();
};

namespace {

std::shared_ptr<const tokenizer::Tokenizer> trained(const std::vector<std::string> &texts, std::size_t vocabulary)
{
    const auto json = trainTokenizer(texts, vocabulary);
    if (!json)
        return nullptr;
    const auto made = tokenizer::Tokenizer::fromJson(*json, tokenizerConfig(128), "trained");
    return made ? *made : nullptr;
}

std::vector<std::string> someTexts()
{
    std::vector<std::string> texts;
    for (const auto domain : demo::allDomains())
        for (const auto &text : demo::documents(domain, 1, 30))
            texts.push_back(text);
    return texts;
}

} // namespace

void TestBpeTrainer::mergesTheMostFrequentPair()
{
    // "ab" occurs most; then "abc" is "ab" + "c".
    const auto tokenizer = trained({"abc abc ab", "xab xab"}, 259);
    QVERIFY(tokenizer);
    QCOMPARE(tokenizer->tokenText(256), std::string("ab"));
    QCOMPARE(tokenizer->vocabSize(), std::size_t(259));
    QCOMPARE(*tokenizer->eosId(), 258);
    QCOMPARE(*tokenizer->bosId(), 258);
    const auto ids = tokenizer->encode("ab", BosPolicy::Auto);
    VERIFY_RESULT(ids);
    QCOMPARE(*ids, (std::vector<tokenizer::TokenId>{258, 256}));
}

void TestBpeTrainer::roundTrips()
{
    const auto tokenizer = trained(someTexts(), 700);
    QVERIFY(tokenizer);
    for (const std::string text :
         {"def f(x):\n    return x * 12\n", "L'été, où ça?", "  \n\n\ttabs", "漢字 🙂", "1234"}) {
        const auto ids = tokenizer->encode(text, BosPolicy::Never);
        VERIFY_RESULT(ids);
        QCOMPARE(tokenizer->decode(*ids, false).value(), text);
    }
    QCOMPARE(tokenizer->encode("1234", BosPolicy::Never).value().size(), std::size_t(4));
}

/// A prompt ends where a text goes on: both must give the same tokens up to there, or a model would be asked to
/// continue what it has never seen.
void TestBpeTrainer::promptsAreCutLikeTexts()
{
    const auto tokenizer = trained(someTexts(), 700);
    QVERIFY(tokenizer);
    const std::pair<std::string, std::string> cases[] = {
        {"def f(x):\n    \"\"\"Return x.\"\"\"\n", "    return x\n"},
        {"    public static int f(int x) {", "\n        return x;\n"},
        {"Q: How many?\nA:", " The answer is 3."},
        {"#Text: A cat. #Translation:", " Un chat."},
        {"Question: What?\nAnswer:", " glass"},
    };
    for (const auto &[prompt, rest] : cases) {
        auto begun = tokenizer->encode(prompt, BosPolicy::Never).value();
        const auto tail = tokenizer->encode(rest, BosPolicy::Never).value();
        begun.insert(begun.end(), tail.begin(), tail.end());
        QCOMPARE(tokenizer->encode(prompt + rest, BosPolicy::Never).value(), begun);
    }
}

void TestBpeTrainer::refusesWhatItCannotReach()
{
    VERIFY_ERROR(trainTokenizer({"ab"}, 256), ErrorCode::InvalidArgument);
    VERIFY_ERROR(trainTokenizer({"ab ab"}, 1000), ErrorCode::InvalidArgument);
}

QTEST_GUILESS_MAIN(TestBpeTrainer)
#include "tst_bpetrainer.moc"
