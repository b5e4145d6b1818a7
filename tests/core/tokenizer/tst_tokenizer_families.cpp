// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>
#include <sstream>

#include "core/base/splitmix64.h"
#include "core/tokenizer/ggufpre.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::tokenizer;
using namespace secateur::test;
using nlohmann::json;

namespace {

std::string fileText(const std::string &name)
{
    std::ifstream file(std::filesystem::path(SECATEUR_SOURCE_DIR) / "tests/data/tokenizers" / name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

const json &cases()
{
    static const json document = json::parse(fileText("cases.json"));
    return document;
}

json unigram(const json &vocab, const json &unknown = 0)
{
    return {{"model", {{"type", "Unigram"}, {"vocab", vocab}, {"unk_id", unknown}, {"byte_fallback", false}}}};
}

/// [["a", -1.0], …]: written out, because nlohmann takes pairs of a text and a value for an object.
json pieces(const std::vector<json> &more, const char *first = "<unk>")
{
    json list = json::array({json::array({first, 0.0})});
    for (const json &piece : more)
        list.push_back(piece);
    return list;
}

json piece(const json &text, const json &score)
{
    return json::array({text, score});
}

json withCharsmap(const std::string &base64)
{
    json document = unigram(pieces({piece("a", -1.0)}));
    document["normalizer"] = {{"type", "Precompiled"}, {"precompiled_charsmap", base64}};
    return document;
}

} // namespace

/// Tiny tokenizers with the words of the model families, and Unigram ones, against the ids of the package tokenizers
/// (tests/data/tokenizers/make_tokenizers.py).
class TestTokenizerFamilies : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void asTokenizers_data();
    void asTokenizers();
    void ggufNames_data();
    void ggufNames();
    void malformed_data();
    void malformed();
    void noPieceForACharacter();
    void damagedCharsmaps();
    void damagedFiles();
};

void TestTokenizerFamilies::asTokenizers_data()
{
    QTest::addColumn<QString>("name");
    for (const auto &[name, ignored] : cases().at("tokenizers").items())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
    QCOMPARE(cases().at("tokenizers").size(), std::size_t(10));
}

void TestTokenizerFamilies::asTokenizers()
{
    QFETCH(QString, name);
    const auto tokenizer = Tokenizer::fromJson(fileText(name.toStdString() + ".json"), {}, name.toStdString());
    VERIFY_RESULT(tokenizer);
    QCOMPARE((*tokenizer)->kind() == "SentencePiece Unigram", name.startsWith(QLatin1String("unigram")));
    const auto &wanted = cases().at("tokenizers").at(name.toStdString());
    for (std::size_t i = 0; i < cases().at("texts").size(); ++i) {
        const auto text = cases().at("texts")[i].get<std::string>();
        const auto ids = (*tokenizer)->encode(text, BosPolicy::Auto);
        VERIFY_RESULT(ids);
        QVERIFY2(json(*ids) == wanted.at("ids")[i],
                 (json(text).dump() + ": " + json(*ids).dump() + " for " + wanted.at("ids")[i].dump()).c_str());
        const auto decoded = (*tokenizer)->decode(*ids, false);
        VERIFY_RESULT(decoded);
        QCOMPARE(*decoded, wanted.at("decoded")[i].get<std::string>());
    }
}

void TestTokenizerFamilies::ggufNames_data()
{
    QTest::addColumn<QString>("name");
    for (const auto &[name, ignored] : cases().at("tokenizers").items())
        if (!name.starts_with("unigram"))
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

/// A GGUF file says only the name; the words behind it are those of the model's own tokenizer.json.
void TestTokenizerFamilies::ggufNames()
{
    QFETCH(QString, name);
    const auto pre = ggufPre(name.toStdString());
    VERIFY_RESULT(pre);
    const json document = json::parse(fileText(name.toStdString() + ".json"));
    QVERIFY2(pre->preTokenizer == document.at("pre_tokenizer"), pre->preTokenizer.dump().c_str());
    QVERIFY(pre->normalizer == document.at("normalizer"));
    QCOMPARE(pre->ignoreMerges, document.at("model").value("ignore_merges", false));
}

void TestTokenizerFamilies::malformed_data()
{
    QTest::addColumn<std::string>("document");
    QTest::addColumn<int>("code");
    const auto add = [](const char *name, const json &document, ErrorCode code = ErrorCode::BadInput) {
        QTest::newRow(name) << document.dump() << int(code);
    };
    const json good = pieces({piece("a", -1.0)});
    QVERIFY(Tokenizer::fromJson(unigram(good).dump(), {}, "tokenizer.json")); // without damage
    QVERIFY(Tokenizer::fromJson(withCharsmap("BAAAAAAAAABhAA==").dump(), {}, "tokenizer.json"));
    add("no pieces", unigram(json::array()));
    add("a vocabulary of BPE", unigram({{"a", 0}}));
    add("a piece without score", unigram(pieces({json::array({"a"})})));
    add("a score without piece", unigram(pieces({json::array({-1.0})})));
    add("three parts", unigram(pieces({json::array({"a", -1.0, 2})})));
    add("turned around", unigram(pieces({piece(-1.0, "a")})));
    add("a list in a piece", unigram(pieces({piece("a", json::array({1}))})));
    add("an object in a piece", unigram(pieces({piece("a", json::object())})));
    add("null as a score", unigram(pieces({piece("a", nullptr)})));
    add("the same piece twice", unigram(pieces({piece("a", -1.0), piece("a", -2.0)})));
    add("a piece too long", unigram(pieces({piece(std::string(2000, 'a'), -1.0)})));
    add("unk_id outside", unigram(good, 2));
    add("unk_id negative", unigram(good, -1));
    add("unk_id no number", unigram(good, "0"));
    add("pieces in BPE", {{"model", {{"type", "BPE"}, {"vocab", good}, {"merges", json::array()}}}});
    add("WordPiece", {{"model", {{"type", "WordPiece"}, {"vocab", {{"a", 0}}}}}}, ErrorCode::Unsupported);
    add("charsmap empty", withCharsmap(""));
    add("charsmap of 2 bytes", withCharsmap("AAA="));
    add("charsmap without trie", withCharsmap("AAAAAA=="));
    add("charsmap with a trie too long", withCharsmap("/////wAAAAA="));
    add("charsmap with half a unit", withCharsmap("AgAAAAAA"));
    add("charsmap not base64", withCharsmap("BAAA*AAAAAAA"));
    add("charsmap of a wrong length", withCharsmap("BAAAA"));
    add("charsmap replaces by no UTF-8", withCharsmap("BAAAAAAAAAD/"));
}

void TestTokenizerFamilies::malformed()
{
    QFETCH(std::string, document);
    QFETCH(int, code);
    VERIFY_ERROR(Tokenizer::fromJson(document, {}, "tokenizer.json"), ErrorCode(code));
}

void TestTokenizerFamilies::noPieceForACharacter()
{
    const auto tokenizer =
        Tokenizer::fromJson(unigram(pieces({piece("a", -1.0)}, "b"), nullptr).dump(), {}, "tokenizer.json");
    VERIFY_RESULT(tokenizer);
    const auto known = (*tokenizer)->encode("abba", BosPolicy::Never);
    VERIFY_RESULT(known);
    QVERIFY(*known == std::vector<TokenId>({1, 0, 0, 1}));
    VERIFY_ERROR((*tokenizer)->encode("abc", BosPolicy::Never), ErrorCode::BadInput);
}

/// A table whose bytes are changed is refused, or still gives a text: it never reads outside of itself.
void TestTokenizerFamilies::damagedCharsmaps()
{
    static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const json good = json::parse(fileText("unigram-t5.json"));
    const auto table = good.at("normalizer").at("normalizers")[0].at("precompiled_charsmap").get<std::string>();
    SplitMix64 random(11);
    int read = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string changed = table;
        for (int change = 0; change < 4; ++change)
            changed[random.below(changed.size() - 4)] = digits[random.below(digits.size())];
        const auto tokenizer = Tokenizer::fromJson(withCharsmap(changed).dump(), {}, "tokenizer.json");
        if (!tokenizer)
            continue;
        ++read;
        for (const auto &text : cases().at("texts"))
            static_cast<void>((*tokenizer)->encode(text.get<std::string>(), BosPolicy::Auto).has_value());
    }
    QVERIFY(read > 100);
}

void TestTokenizerFamilies::damagedFiles()
{
    const std::string good = fileText("unigram-bytes.json");
    SplitMix64 random(12);
    int refused = 0;
    for (int round = 0; round < 1500; ++round) {
        std::string changed = good;
        for (int change = 0; change < 2; ++change) {
            const std::size_t at = random.below(changed.size());
            if (random.below(2) == 0)
                changed.erase(at, 1 + random.below(8));
            else
                changed[at] = "[]{}\",:0-e\\"[random.below(11)];
        }
        const auto tokenizer = Tokenizer::fromJson(changed, {}, "tokenizer.json");
        refused += tokenizer ? 0 : 1;
        if (tokenizer)
            static_cast<void>((*tokenizer)->encode("The old gardener \u6811", BosPolicy::Auto).has_value());
    }
    QVERIFY(refused > 100);
}

QTEST_APPLESS_MAIN(TestTokenizerFamilies)
#include "tst_tokenizer_families.moc"
