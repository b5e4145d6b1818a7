// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>
#include <random>

#include <QtCore/QObject>
#include <QtTest/QTest>

#include "core/tokenizer/regex.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/unicode.h"
#include "core/tokenizer/wordscanner.h"
#include "tests/core/tokenizer/tinytokenizer.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using nlohmann::json;
using test::ReferenceCase;
using test::TinyTokenizer;
using tokenizer::TokenId;
using tokenizer::Tokenizer;

namespace {

const test::Pairs Merges = {{"h", "e"},   {"l", "l"},   {"he", "ll"}, {"hell", "o"},  {"Ġ", "hello"}, {"o", "r"},
                            {"Ġ", "w"},   {"Ġw", "or"}, {"l", "d"},   {"Ġwor", "ld"}, {"'", "s"},     {"Ġ", "Ġ"},
                            {"1", "2"},   {"12", "3"},  {"Ċ", "Ċ"},   {"Ã", "©"},     {"o", "o"},     {"f", "oo"},
                            {"foo", "d"}, {"!", "!"},   {"Ċ", "Ġ"}};

json byteLevel(bool prefixSpace, bool pattern)
{
    return {{"type", "ByteLevel"}, {"add_prefix_space", prefixSpace}, {"trim_offsets", true}, {"use_regex", pattern}};
}

json splitWords(std::string_view pattern)
{
    const json split = {
        {"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", "Isolated"}, {"invert", false}};
    return {{"type", "Sequence"}, {"pretokenizers", {split, byteLevel(false, false)}}};
}

json surroundingTemplate(TokenId begin, TokenId end)
{
    const auto special = [](const char *name) { return json{{"SpecialToken", {{"id", name}, {"type_id", 0}}}}; };
    const json text = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
    const json table = {{"<|begin|>", {{"id", "<|begin|>"}, {"ids", json::array({begin})}}},
                        {"<|end|>", {{"id", "<|end|>"}, {"ids", json::array({end})}}}};
    const json around = {{"type", "TemplateProcessing"},
                         {"single", json::array({special("<|begin|>"), text, special("<|end|>")})},
                         {"special_tokens", table}};
    return {{"type", "Sequence"}, {"processors", {byteLevel(true, true), around}}};
}

const json BeginAndEnd = {{{"content", "<|begin|>"}, {"special", true}}, {{"content", "<|end|>"}, {"special", true}}};

TinyTokenizer base()
{
    TinyTokenizer tiny;
    tiny.tokens = test::byteTokens();
    tiny.merges = Merges;
    tiny.preTokenizer = byteLevel(false, true);
    tiny.decoder = byteLevel(true, true);
    return tiny;
}

std::map<std::string, TinyTokenizer> pipelines()
{
    std::map<std::string, TinyTokenizer> all;
    all["gpt2"] = base();
    all["prefix"] = base();
    all["prefix"].preTokenizer = byteLevel(true, true);
    all["digits"] = base();
    all["digits"].preTokenizer = {
        {"type", "Sequence"},
        {"pretokenizers", {{{"type", "Digits"}, {"individual_digits", true}}, byteLevel(false, true)}}};
    TinyTokenizer &llama3 = all["llama3"] = base();
    llama3.preTokenizer = splitWords(tokenizer::patterns::Llama3);
    llama3.model = {{"ignore_merges", true}};
    llama3.added = BeginAndEnd;
    llama3.postProcessor = surroundingTemplate(277, 278);
    all["qwen2"] = base();
    all["qwen2"].preTokenizer = splitWords(tokenizer::patterns::Qwen2);
    all["qwen2"].normalizer = {{"type", "NFC"}};
    TinyTokenizer &added = all["added"] = base();
    added.normalizer = {{"type", "NFC"}};
    added.added = BeginAndEnd;
    added.added.push_back({{"content", "<l>"}, {"lstrip", true}});
    added.added.push_back({{"content", "<r>"}, {"rstrip", true}});
    added.added.push_back({{"content", "<lr>"}, {"lstrip", true}, {"rstrip", true}, {"special", true}});
    added.added.push_back({{"content", "word"}, {"single_word", true}});
    added.added.push_back({{"content", "<|end|>x"}});
    added.added.push_back({{"content", "é"}, {"normalized", true}});
    return all;
}

// From tokenizers 0.22.2 with the same tokenizer.json.
const ReferenceCase Cases[] = {
    {"gpt2", "", "", nullptr, nullptr, nullptr},
    {"gpt2", "hello world", "hello|Ġworld", nullptr, nullptr, nullptr},
    {"gpt2", "hello  world's hello", "hello|Ġ|Ġworld|'s|Ġhello", nullptr, nullptr, nullptr},
    {"gpt2", "!!\n\n  foo12345 food", "!!|ĊĊ|Ġ|Ġ|foo|123|4|5|Ġ|food", nullptr, nullptr, nullptr},
    {"gpt2", "é\u00A0中😀", "Ã©|Â|ł|ä|¸|Ń|ð|Ł|ĺ|Ģ", nullptr, nullptr, nullptr},
    {"gpt2", "   ", "ĠĠ|Ġ", nullptr, nullptr, nullptr},
    {"gpt2", "a \n b", "a|Ġ|Ċ|Ġ|b", nullptr, nullptr, nullptr},
    {"prefix", "hello", "Ġhello", nullptr, " hello", nullptr},
    {"prefix", " hello", "Ġhello", nullptr, nullptr, nullptr},
    {"prefix", "foo\nhello", "Ġ|foo|Ċ|hello", nullptr, " foo\nhello", nullptr},
    {"digits", "hello 123", "hello|Ġ|1|2|3", nullptr, nullptr, nullptr},
    {"digits", "12foo123½", "1|2|foo|1|2|3|Â|½", nullptr, nullptr, nullptr},
    {"llama3", "hello world", "hello|Ġworld", "<|begin|>|hello|Ġworld|<|end|>", nullptr, nullptr},
    {"llama3", "HELLO'S 12345", "H|E|L|L|O|'|S|Ġ|123|4|5", "<|begin|>|H|E|L|L|O|'|S|Ġ|123|4|5|<|end|>", nullptr,
     nullptr},
    {"llama3", "!!\n\nfoo\n\n  hello", "!!|ĊĊ|foo|ĊĊ|Ġ|Ġhello", "<|begin|>|!!|ĊĊ|foo|ĊĊ|Ġ|Ġhello|<|end|>", nullptr,
     nullptr},
    {"llama3", "\thello it'ſ", "ĉ|hello|Ġ|i|t|'|Å|¿", "<|begin|>|ĉ|hello|Ġ|i|t|'|Å|¿|<|end|>", nullptr, nullptr},
    {"qwen2", "hello 123", "hello|Ġ|1|2|3", nullptr, nullptr, nullptr},
    {"qwen2", "e\u0301 food", "Ã©|Ġ|food", nullptr, "é food", nullptr},
    {"added", "<|begin|>hello<|end|>", "<|begin|>|hello|<|end|>", nullptr, nullptr, "hello"},
    {"added", "hello <l> hello <r> hello <lr> x", "hello|<l>|Ġhello|Ġ|<r>|hello|<lr>|x", nullptr,
     "hello<l> hello <r>hello<lr>x", "hello<l> hello <r>hellox"},
    {"added", "word words sword word", "word|Ġwor|d|s|Ġ|s|w|or|d|Ġ|word", nullptr, nullptr, nullptr},
    {"added", "<|end|>x<|end|>y", "<|end|>x|<|end|>|y", nullptr, nullptr, "<|end|>xy"},
    {"added", "e\u0301é <r>\n\n<l>", "é|é|Ġ|<r>|<l>", nullptr, "�� <r><l>", nullptr},
    {"added", "  <lr>  <l>  ", "<lr>|<l>|ĠĠ", nullptr, "<lr><l>  ", "<l>  "},
};

/// Text that is likely to meet every branch of the word rules.
std::string randomText(std::mt19937 &random)
{
    static const std::vector<std::string> Parts = {
        "a",  "Z",   "é",        "中",     "안",     "\u0301", "1",      "23",     "٣",      "½", "Ⅷ",
        " ",  "  ",  "\t",       "\n",     "\r\n",   "\u00A0", "\u2003", "\u3000", "\u0085", "'", "'s",
        "'S", "'ll", "'LL",      "'re",    "'Ve",    "'d",     "'ſ",     "!",      "?!",     "…", "_",
        "-",  "😀",   "👨\u200D👩", "\u180E", "\u200B", "\uFEFF", "\u001C", "/"};
    std::string text;
    for (std::size_t i = random() % 24 + 1; i > 0; --i)
        text += Parts[random() % Parts.size()];
    return text;
}

std::u32string randomCharacters(std::mt19937 &random)
{
    std::u32string text;
    for (std::size_t i = random() % 40; i > 0; --i) {
        const char32_t limits[] = {0x80, 0x800, 0x10000, 0x110000};
        const char32_t character = random() % limits[random() % 4];
        if (character < 0xD800 || character > 0xDFFF)
            text.push_back(character);
    }
    return text;
}

std::string toUtf8(const std::u32string &text)
{
    std::string bytes;
    for (const char32_t character : text)
        tokenizer::appendUtf8(bytes, character);
    return bytes;
}

} // namespace

/// Byte-level BPE on a vocabulary of 277 tokens against the reference; its word rules; the way there and back.
class TestByteLevel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void referenceCases_data();
    void referenceCases();
    void scannersFollowTheirPatterns_data();
    void scannersFollowTheirPatterns();
    void anyTextComesBack();
    void shortAndLongWordsMergeAlike();
    void replacesIllFormedBytes_data();
    void replacesIllFormedBytes();
    void bosPolicies();
    void streamGivesWholeCharacters();
};

void TestByteLevel::referenceCases_data()
{
    QTest::addColumn<int>("index");
    for (int i = 0; i < int(std::size(Cases)); ++i)
        QTest::addRow("%s %d", Cases[i].pipeline, i) << i;
}

void TestByteLevel::referenceCases()
{
    QFETCH(int, index);
    const auto opened = Tokenizer::fromJson(pipelines().at(Cases[index].pipeline).json(), "", "tiny");
    VERIFY_RESULT(opened);
    QCOMPARE((*opened)->kind(), std::string("byte-level BPE"));
    test::checkReferenceCase(**opened, Cases[index]);
}

void TestByteLevel::scannersFollowTheirPatterns_data()
{
    QTest::addColumn<QByteArray>("pattern");
    for (const auto pattern : {tokenizer::patterns::Gpt2, tokenizer::patterns::Llama3, tokenizer::patterns::Qwen2,
                               tokenizer::patterns::Llama3Spelled, tokenizer::patterns::Qwen2Spelled}) {
        const QByteArray bytes(pattern.data(), qsizetype(pattern.size()));
        QTest::newRow(bytes.constData()) << bytes;
    }
}

void TestByteLevel::scannersFollowTheirPatterns()
{
    QFETCH(QByteArray, pattern);
    const auto scanner = tokenizer::WordScanner::forPattern(pattern.toStdString());
    QVERIFY(scanner.has_value());
    const auto regex = tokenizer::Regex::compile(pattern.toStdString());
    VERIFY_RESULT(regex);
    std::mt19937 random(20);
    for (int round = 0; round < 3000; ++round) {
        const std::string text = randomText(random);
        tokenizer::RegexScratch scratch(text.size());
        const auto expected = regex->findAll(text, scratch);
        VERIFY_RESULT(expected);
        std::size_t position = 0;
        for (const tokenizer::Span &span : *expected) {
            QCOMPARE(span.begin, position);
            const std::size_t end = scanner->wordEnd(text, position);
            QVERIFY2(end == span.end, text.c_str());
            position = end;
        }
        QCOMPARE(position, text.size());
    }
}

void TestByteLevel::anyTextComesBack()
{
    TinyTokenizer tiny = base();
    tiny.added = BeginAndEnd;
    const auto opened = Tokenizer::fromJson(tiny.json(), "", "tiny");
    VERIFY_RESULT(opened);
    std::mt19937 random(4);
    for (int round = 0; round < 2000; ++round) {
        const std::string text =
            round % 2 ? toUtf8(randomCharacters(random)) : randomText(random) + "<|end|>" + randomText(random);
        const auto ids = (*opened)->encode(text, BosPolicy::Never);
        VERIFY_RESULT(ids);
        const auto decoded = (*opened)->decode(*ids, false);
        VERIFY_RESULT(decoded);
        QCOMPARE(*decoded, text);
    }
}

/// Long words take another algorithm; a word of n times a part that no merge leaves has n times its tokens.
void TestByteLevel::shortAndLongWordsMergeAlike()
{
    const auto opened = Tokenizer::fromJson(base().json(), "", "tiny");
    VERIFY_RESULT(opened);
    const auto part = (*opened)->encode("hellofoodldor", BosPolicy::Never);
    VERIFY_RESULT(part);
    std::string text;
    std::vector<TokenId> expected;
    for (int i = 0; i < 5000; ++i) {
        text += "hellofoodldor";
        expected.insert(expected.end(), part->begin(), part->end());
    }
    const auto whole = (*opened)->encode(text, BosPolicy::Never);
    VERIFY_RESULT(whole);
    QCOMPARE(*whole, expected);
    QCOMPARE(test::spelled(**opened, *part), std::string("hello|food|ld|or"));
}

void TestByteLevel::replacesIllFormedBytes_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("text");
    // What Python's bytes.decode("utf-8", "replace") gives.
    QTest::newRow("stray continuation") << QByteArray("a\x80"
                                                      "b")
                                        << QByteArray("a\uFFFDb");
    QTest::newRow("cut in a character") << QByteArray("\xE4\xB8") << QByteArray("\uFFFD");
    QTest::newRow("cut, then a character") << QByteArray("\xE4\xB8\xE4\xB8\xAD") << QByteArray("\uFFFD中");
    QTest::newRow("overlong") << QByteArray("\xC0\x80") << QByteArray("\uFFFD\uFFFD");
    QTest::newRow("overlong of three") << QByteArray("\xE0\x80\x80") << QByteArray("\uFFFD\uFFFD\uFFFD");
    QTest::newRow("surrogate") << QByteArray("\xED\xA0\x80") << QByteArray("\uFFFD\uFFFD\uFFFD");
    QTest::newRow("above U+10FFFF") << QByteArray("\xF4\x90\x80\x80") << QByteArray("\uFFFD\uFFFD\uFFFD\uFFFD");
    QTest::newRow("three of four") << QByteArray("\xF0\x9F\x98x") << QByteArray("\uFFFDx");
}

void TestByteLevel::replacesIllFormedBytes()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, text);
    const auto opened = Tokenizer::fromJson(base().json(), "", "tiny");
    VERIFY_RESULT(opened);
    std::vector<TokenId> ids; // the first 256 ids are the bytes
    for (const char byte : bytes)
        ids.push_back(static_cast<unsigned char>(byte));
    const auto decoded = (*opened)->decode(ids, false);
    VERIFY_RESULT(decoded);
    QCOMPARE(*decoded, text.toStdString());
    tokenizer::StreamDecoder stream(*opened, false);
    std::string streamed;
    for (const TokenId id : ids) {
        const auto piece = stream.push(id);
        VERIFY_RESULT(piece);
        streamed += *piece;
    }
    const auto rest = stream.finish();
    VERIFY_RESULT(rest);
    QCOMPARE(streamed + *rest, text.toStdString());
}

void TestByteLevel::bosPolicies()
{
    const auto llama3 = Tokenizer::fromJson(
        pipelines().at("llama3").json(), R"({"bos_token": "<|begin|>", "eos_token": {"content": "<|end|>"}})", "tiny");
    VERIFY_RESULT(llama3);
    QVERIFY((*llama3)->addsBos());
    const auto tokens = [&](const char *text, BosPolicy bos, bool eos) {
        return test::spelled(**llama3, (*llama3)->encode(text, bos, eos).value_or(std::vector<TokenId>()));
    };
    QCOMPARE(tokens("hello", BosPolicy::Never, false), std::string("hello"));
    QCOMPARE(tokens("hello", BosPolicy::Never, true), std::string("hello|<|end|>"));
    QCOMPARE(tokens("hello", BosPolicy::Always, false), std::string("<|begin|>|hello|<|end|>"));
    QCOMPARE(tokens("<|begin|>hello", BosPolicy::Always, true), std::string("<|begin|>|hello|<|end|>"));
    // As the reference does it, though it is seldom meant.
    QCOMPARE(tokens("<|begin|>hello", BosPolicy::Auto, false), std::string("<|begin|>|<|begin|>|hello|<|end|>"));

    const auto without = Tokenizer::fromJson(base().json(), "", "tiny");
    VERIFY_RESULT(without);
    QVERIFY(!(*without)->bosId());
    VERIFY_ERROR((*without)->encode("x", BosPolicy::Always), ErrorCode::InvalidArgument);
    VERIFY_ERROR((*without)->encode("x", BosPolicy::Auto, true), ErrorCode::InvalidArgument);
}

void TestByteLevel::streamGivesWholeCharacters()
{
    const auto opened = Tokenizer::fromJson(base().json(), "", "tiny");
    VERIFY_RESULT(opened);
    tokenizer::StreamDecoder stream(*opened, false);
    std::vector<std::string> pieces;
    for (int round = 0; round < 10; ++round) {
        for (const unsigned char byte : {0xF0, 0x9F, 0x98, 0x80, 0x61}) {
            const auto piece = stream.push(byte);
            VERIFY_RESULT(piece);
            pieces.push_back(*piece);
        }
    }
    for (std::size_t i = 0; i < pieces.size(); i += 5) {
        QCOMPARE(pieces[i] + pieces[i + 1] + pieces[i + 2], std::string());
        QCOMPARE(pieces[i + 3], std::string("😀"));
        QCOMPARE(pieces[i + 4], std::string("a"));
    }
    VERIFY_ERROR(stream.push(99999), ErrorCode::BadInput);
}

QTEST_GUILESS_MAIN(TestByteLevel)
#include "tst_bytelevel.moc"
