// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>
#include <random>

#include <QtCore/QObject>
#include <QtTest/QTest>

#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/unicode.h"
#include "tests/core/tokenizer/tinytokenizer.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using nlohmann::json;
using test::ReferenceCase;
using test::TinyTokenizer;
using tokenizer::TokenId;
using tokenizer::Tokenizer;

namespace {

const test::Pairs Merges = {{"h", "e"}, {"l", "l"},   {"he", "ll"}, {"hell", "o"},  {"▁", "hello"}, {"o", "r"},
                            {"▁", "w"}, {"▁w", "or"}, {"l", "d"},   {"▁wor", "ld"}, {"▁", "▁"},     {"▁▁", "▁▁"}};

json replace(const char *from, const char *to)
{
    return {{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
}

json decoders(bool stripPrefix)
{
    json list = json::array({replace("▁", " "), {{"type", "ByteFallback"}}, {{"type", "Fuse"}}});
    if (stripPrefix)
        list.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
    return {{"type", "Sequence"}, {"decoders", list}};
}

json metaspace(const char *scheme, bool split)
{
    return {{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", scheme}, {"split", split}};
}

json beginTemplate()
{
    const json begin = {{"SpecialToken", {{"id", "<s>"}, {"type_id", 0}}}};
    const json text = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
    return {{"type", "TemplateProcessing"},
            {"single", json::array({begin, text})},
            {"special_tokens", {{"<s>", {{"id", "<s>"}, {"ids", json::array({1})}}}}}};
}

/// Llama 2: the text is prepared by the normaliser and merged as a whole.
TinyTokenizer llama2()
{
    TinyTokenizer tiny;
    tiny.tokens = {"<unk>", "<s>", "</s>"};
    for (const std::string &token : test::fallbackTokens())
        tiny.tokens.push_back(token);
    for (const char *character : {"▁", "h", "e", "l", "o", "w", "r", "d", "x", "y", "<", ">"})
        tiny.tokens.emplace_back(character);
    tiny.merges = Merges;
    tiny.model = {{"unk_token", "<unk>"}, {"fuse_unk", true}, {"byte_fallback", true}};
    for (const char *special : {"<unk>", "<s>", "</s>"})
        tiny.added.push_back({{"content", special}, {"special", true}});
    const json prepend = {{"type", "Prepend"}, {"prepend", "▁"}};
    tiny.normalizer = {{"type", "Sequence"}, {"normalizers", {prepend, replace(" ", "▁")}}};
    tiny.postProcessor = beginTemplate();
    tiny.decoder = decoders(true);
    return tiny;
}

std::map<std::string, TinyTokenizer> pipelines()
{
    std::map<std::string, TinyTokenizer> all;
    for (const char *name : {"llama2", "gemma", "first", "always", "nofallback", "unfused", "added"})
        all[name] = llama2();
    for (const char *name : {"always", "nofallback", "unfused", "added"})
        all[name].postProcessor = nullptr;
    TinyTokenizer &gemma = all["gemma"];
    gemma.normalizer = replace(" ", "▁");
    gemma.preTokenizer = {
        {"type", "Split"}, {"pattern", {{"String", " "}}}, {"behavior", "MergedWithPrevious"}, {"invert", false}};
    gemma.decoder = decoders(false);
    all["first"].normalizer = nullptr;
    all["first"].preTokenizer = metaspace("first", false);
    all["always"].normalizer = nullptr;
    all["always"].preTokenizer = metaspace("always", true);
    all["always"].decoder = metaspace("always", true);
    all["nofallback"].model["byte_fallback"] = false;
    all["unfused"].model["byte_fallback"] = false;
    all["unfused"].model["fuse_unk"] = false;
    TinyTokenizer &added = all["added"];
    added.added.push_back({{"content", "<m>"}, {"lstrip", true}, {"rstrip", true}, {"special", true}});
    added.added.push_back({{"content", "x y"}, {"normalized", true}});
    added.added.push_back({{"content", "▁▁▁▁"}});
    return all;
}

// From tokenizers 0.22.2 with the same tokenizer.json.
const ReferenceCase Cases[] = {
    {"llama2", "", "", "<s>", nullptr, nullptr},
    {"llama2", "hello world", "▁hello|▁world", "<s>|▁hello|▁world", nullptr, nullptr},
    {"llama2", " hello", "▁|▁hello", "<s>|▁|▁hello", nullptr, nullptr},
    {"llama2", "hello  world", "▁hello|▁|▁world", "<s>|▁hello|▁|▁world", nullptr, nullptr},
    {"llama2", "é中😀", "▁|<0xC3>|<0xA9>|<0xE4>|<0xB8>|<0xAD>|<0xF0>|<0x9F>|<0x98>|<0x80>",
     "<s>|▁|<0xC3>|<0xA9>|<0xE4>|<0xB8>|<0xAD>|<0xF0>|<0x9F>|<0x98>|<0x80>", nullptr, nullptr},
    {"llama2", "<s>hello</s> world", "<s>|▁hello|</s>|▁|▁world", "<s>|<s>|▁hello|</s>|▁|▁world", "<s> hello</s>  world",
     "hello  world"},
    {"llama2", "hello<unk>x", "▁hello|<unk>|▁|x", "<s>|▁hello|<unk>|▁|x", "hello<unk> x", "hello x"},
    {"llama2", "a\n\tb", "▁|<0x61>|<0x0A>|<0x09>|<0x62>", "<s>|▁|<0x61>|<0x0A>|<0x09>|<0x62>", nullptr, nullptr},
    {"llama2", "<0x41>", "▁|<|<0x30>|x|<0x34>|<0x31>|>", "<s>|▁|<|<0x30>|x|<0x34>|<0x31>|>", nullptr, nullptr},
    {"gemma", "hello world", "hello|▁world", "<s>|hello|▁world", nullptr, nullptr},
    {"gemma", " hello", "▁hello", "<s>|▁hello", nullptr, nullptr},
    {"gemma", "hello    world", "hello|▁▁|▁|▁world", "<s>|hello|▁▁|▁|▁world", nullptr, nullptr},
    {"gemma", "hello<s>hello", "hello|<s>|hello", "<s>|hello|<s>|hello", nullptr, "hellohello"},
    {"first", "hello world", "▁hello|▁world", "<s>|▁hello|▁world", nullptr, nullptr},
    {"first", " hello", "▁hello", "<s>|▁hello", "hello", nullptr},
    {"first", "hello<s>hello world", "▁hello|<s>|hello|▁world", "<s>|▁hello|<s>|hello|▁world", nullptr,
     "hellohello world"},
    {"first", "<s> hello", "<s>|▁hello", "<s>|<s>|▁hello", nullptr, "hello"},
    {"always", "hello world", "▁hello|▁world", nullptr, nullptr, nullptr},
    {"always", "hello<s>hello", "▁hello|<s>|▁hello", nullptr, "hello<s> hello", "hello hello"},
    {"always", " x", "▁|x", nullptr, "x", nullptr},
    {"nofallback", "helloéé世x", "▁hello|<unk>|x", nullptr, "hello<unk>x", "hellox"},
    {"nofallback", "é", "▁|<unk>", nullptr, "<unk>", ""},
    {"unfused", "helloéé世x", "▁hello|<unk>|<unk>|<unk>|x", nullptr, "hello<unk><unk><unk>x", "hellox"},
    {"added", "hello <m> world", "▁hello|<m>|▁world", nullptr, "hello<m> world", "hello world"},
    {"added", "x y xx y", "x y|▁|x|x|▁|y", nullptr, nullptr, nullptr},
    {"added", "a▁▁▁▁hello", "▁|<0x61>|▁▁▁▁|▁hello", nullptr, "a     hello", nullptr},
    {"added", "  <m>hello", "<m>|▁hello", nullptr, "<m> hello", "hello"},
};

} // namespace

/// SentencePiece-style BPE on a vocabulary of 283 tokens against the reference.
class TestSentencePiece : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void referenceCases_data();
    void referenceCases();
    void anyTextComesBack();
    void classesThatRebuildTheTemplate_data();
    void classesThatRebuildTheTemplate();
    void badByteTokens_data();
    void badByteTokens();
    void spacesMarkWhereATextMayBeCut();
    void streamKeepsSpaces();
};

void TestSentencePiece::referenceCases_data()
{
    QTest::addColumn<int>("index");
    for (int i = 0; i < int(std::size(Cases)); ++i)
        QTest::addRow("%s %d", Cases[i].pipeline, i) << i;
}

void TestSentencePiece::referenceCases()
{
    QFETCH(int, index);
    const auto opened = Tokenizer::fromJson(pipelines().at(Cases[index].pipeline).json(), "", "tiny");
    VERIFY_RESULT(opened);
    QCOMPARE((*opened)->kind(), std::string("SentencePiece BPE"));
    test::checkReferenceCase(**opened, Cases[index]);
}

void TestSentencePiece::anyTextComesBack()
{
    std::mt19937 random(9);
    for (const char *name : {"llama2", "gemma"}) {
        const auto opened = Tokenizer::fromJson(pipelines().at(name).json(), "", "tiny");
        VERIFY_RESULT(opened);
        for (int round = 0; round < 1000; ++round) {
            std::string text;
            for (std::size_t i = random() % 40; i > 0; --i) {
                const char32_t character = random() % 3 == 0 ? random() % 0x20000 : random() % 0x80;
                const bool lost = character == 0x2581 || (character >= 0xD800 && character <= 0xDFFF);
                tokenizer::appendUtf8(text, lost ? U' ' : character);
            }
            const auto ids = (*opened)->encode(text, BosPolicy::Never);
            VERIFY_RESULT(ids);
            const auto decoded = (*opened)->decode(*ids, false);
            VERIFY_RESULT(decoded);
            QCOMPARE(*decoded, text);
        }
    }
}

void TestSentencePiece::classesThatRebuildTheTemplate_data()
{
    QTest::addColumn<QByteArray>("config");
    QTest::addColumn<QByteArray>("tokens");
    const auto row = [](const char *name, const char *config, const char *tokens) {
        QTest::newRow(name) << QByteArray(config) << QByteArray(tokens);
    };
    row("llama says nothing", R"({"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>"})", "<s>|▁hello");
    row("llama says no", R"({"tokenizer_class": "LlamaTokenizerFast", "bos_token": "<s>", "add_bos_token": false})",
        "▁hello");
    row("llama wants both",
        R"({"tokenizer_class": "LlamaTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "add_eos_token": true})",
        "<s>|▁hello|</s>");
    row("others keep the template",
        R"({"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "add_bos_token": false})", "<s>|▁hello");
    row("no class, but a wish", R"({"bos_token": "<s>", "add_bos_token": false})", "▁hello");
}

void TestSentencePiece::classesThatRebuildTheTemplate()
{
    QFETCH(QByteArray, config);
    QFETCH(QByteArray, tokens);
    const auto opened = Tokenizer::fromJson(llama2().json(), config.toStdString(), "tiny");
    VERIFY_RESULT(opened);
    const auto ids = (*opened)->encode("hello", BosPolicy::Auto);
    VERIFY_RESULT(ids);
    QCOMPARE(test::spelled(**opened, *ids), tokens.toStdString());
    QCOMPARE((*opened)->addsBos(), tokens.startsWith("<s>"));
}

void TestSentencePiece::badByteTokens_data()
{
    QTest::addColumn<QByteArray>("tokens");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("whole") << QByteArray("E4 B8 AD") << QByteArray("中");
    QTest::newRow("a good one and half of one") << QByteArray("E4 B8 AD E4 B8") << QByteArray("中\uFFFD");
    QTest::newRow("not UTF-8") << QByteArray("FF 41") << QByteArray("\uFFFDA");
}

void TestSentencePiece::badByteTokens()
{
    QFETCH(QByteArray, tokens);
    QFETCH(QByteArray, text);
    const auto opened = Tokenizer::fromJson(llama2().json(), "", "tiny");
    VERIFY_RESULT(opened);
    std::vector<TokenId> ids; // <0x00> has the id 3
    for (const QByteArray &byte : tokens.split(' '))
        ids.push_back(3 + byte.toInt(nullptr, 16));
    const auto decoded = (*opened)->decode(ids, false);
    VERIFY_RESULT(decoded);
    QCOMPARE(*decoded, text.toStdString());
}

/// Where no merge reaches over a mark, words are merged one by one; where one does, the text is merged as a whole.
void TestSentencePiece::spacesMarkWhereATextMayBeCut()
{
    TinyTokenizer tiny = llama2();
    tiny.merges.insert(tiny.merges.begin(), {{"o", "▁"}, {"o▁", "w"}});
    const auto opened = Tokenizer::fromJson(tiny.json(), "", "tiny");
    VERIFY_RESULT(opened);
    const auto ids = (*opened)->encode("hello world", BosPolicy::Never);
    VERIFY_RESULT(ids);
    QCOMPARE(test::spelled(**opened, *ids), std::string("▁|hell|o▁w|or|ld"));
}

void TestSentencePiece::streamKeepsSpaces()
{
    const auto opened = Tokenizer::fromJson(llama2().json(), "", "tiny");
    VERIFY_RESULT(opened);
    std::string text;
    for (int i = 0; i < 50; ++i)
        text += "hello world  中 \n";
    const auto ids = (*opened)->encode(text, BosPolicy::Auto);
    VERIFY_RESULT(ids);
    tokenizer::StreamDecoder stream(*opened);
    std::string streamed;
    for (const TokenId id : *ids) {
        const auto piece = stream.push(id);
        VERIFY_RESULT(piece);
        streamed += *piece;
    }
    const auto rest = stream.finish();
    VERIFY_RESULT(rest);
    QCOMPARE(streamed + *rest, text);
}

QTEST_GUILESS_MAIN(TestSentencePiece)
#include "tst_sentencepiece.moc"
