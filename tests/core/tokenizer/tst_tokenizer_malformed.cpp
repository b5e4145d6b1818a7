// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtCore/QObject>
#include <QtTest/QTest>

#include "core/tokenizer/regex.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/support/malformed_tokenizer.h"
#include "tests/support/refusal.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using tokenizer::Tokenizer;

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::string oneWord(const char *normalizer)
{
    return std::string(R"({"normalizer": )") + normalizer
        + R"(, "model": {"type": "BPE", "byte_fallback": true, "vocab": {"a": 0}, "merges": []}})";
}

} // namespace

/// Cases 66 to 69 of design/safety.md B.7, and that no text makes a sound tokenizer slow.
class TestTokenizerMalformed : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void folders_data() { list(test::malformedTokenizerFolders()); }
    void folders() { check(test::malformedTokenizerFolders(), "model"); }
    void gguf_data() { list(test::malformedTokenizerGguf()); }
    void gguf() { check(test::malformedTokenizerGguf(), "model.gguf"); }
    void hostileTexts_data();
    void hostileTexts();
    void clockStopsSlowPatterns();
    void marksAreOrderedInLinearTime();
    void missingFiles();

private:
    static void list(const std::vector<test::MalformedCase> &cases);
    static void check(const std::vector<test::MalformedCase> &cases, const std::string &fileName);
};

void TestTokenizerMalformed::list(const std::vector<test::MalformedCase> &cases)
{
    QTest::addColumn<std::size_t>("index");
    for (std::size_t i = 0; i < cases.size(); ++i)
        QTest::newRow(cases[i].name.c_str()) << i;
}

void TestTokenizerMalformed::check(const std::vector<test::MalformedCase> &cases, const std::string &fileName)
{
    QFETCH(std::size_t, index);
    test::checkCase(cases[index], fileName,
                    [](const std::filesystem::path &path) { return Tokenizer::forModel(path); });
}

void TestTokenizerMalformed::hostileTexts_data()
{
    QTest::addColumn<std::size_t>("index");
    const auto cases = test::malformedTokenizers();
    for (std::size_t i = 0; i < cases.size(); ++i) {
        if (!cases[i].hostileText.empty())
            QTest::newRow(cases[i].name.c_str()) << i;
    }
}

void TestTokenizerMalformed::hostileTexts()
{
    QFETCH(std::size_t, index);
    const auto hostile = test::malformedTokenizers()[index];
    const auto opened = Tokenizer::fromJson(hostile.tokenizerJson, "", "the file");
    VERIFY_RESULT(opened);
    const double begin = test::processorSeconds();
    const auto ids = (*opened)->encode(hostile.hostileText, BosPolicy::Never);
    QVERIFY2(test::processorSeconds() - begin < 1.0 * test::sanitizerFactor, "took longer than a second");
    VERIFY_ERROR(ids, ErrorCode::BadInput);
    const std::string text = test::describe(ids.error());
    QVERIFY2(text.find(hostile.says) != std::string::npos, text.c_str());
    QVERIFY2(text.find("the file") != std::string::npos, text.c_str());
    // The tokenizer itself is not the worse for it.
    VERIFY_RESULT((*opened)->encode("b", BosPolicy::Never));
}

/// Quadratic in the text, but each single attempt is far below the match limit: only the clock can stop it.
void TestTokenizerMalformed::clockStopsSlowPatterns()
{
    const auto regex = tokenizer::Regex::compile("a(?=a*[bc])");
    VERIFY_RESULT(regex);
    const std::string text(1'000'000, 'a');
    tokenizer::RegexScratch scratch(text.size());
    const auto begin = Clock::now();
    const auto found = regex->findAll(text, scratch);
    VERIFY_ERROR(found, ErrorCode::BadInput);
    QVERIFY2(found.error().detail.find("2 s per MB") != std::string::npos, found.error().detail.c_str());
    QVERIFY(secondsSince(begin) < 20.0);
}

void TestTokenizerMalformed::marksAreOrderedInLinearTime()
{
    std::string text = "a";
    for (int i = 0; i < 200'000; ++i)
        text += "\u0301\u0323"; // above and below: out of order each time
    for (const char *form : {R"({"type": "NFC"})", R"({"type": "NFKD"})"}) {
        const auto opened = Tokenizer::fromJson(oneWord(form), "", "tiny");
        VERIFY_RESULT(opened);
        const auto begin = Clock::now();
        VERIFY_RESULT((*opened)->encode(text, BosPolicy::Never));
        QVERIFY(secondsSince(begin) < 5.0);
    }
}

void TestTokenizerMalformed::missingFiles()
{
    const test::TemporaryFolder folder;
    VERIFY_ERROR(Tokenizer::forModel(folder.path()), ErrorCode::NotFound);
    VERIFY_ERROR(Tokenizer::forModel(folder.path() / "absent.gguf"), ErrorCode::NotFound);
    std::filesystem::create_directory(folder.path() / "tokenizer.json");
    VERIFY_ERROR(Tokenizer::forModel(folder.path()), ErrorCode::BadInput);
}

QTEST_GUILESS_MAIN(TestTokenizerMalformed)
#include "tst_tokenizer_malformed.moc"
