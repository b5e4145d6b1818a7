// SPDX-License-Identifier: GPL-3.0-or-later
#include <bit>

#include <QtCore/QObject>
#include <QtTest/QTest>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/support/refusal.h"

using namespace secateur;
using tokenizer::TokenId;
using tokenizer::Tokenizer;
using TokenizerPointer = std::shared_ptr<const Tokenizer>;

namespace {

std::filesystem::path goldenFolder()
{
    return test::sharedFolder() / "goldens" / "smollm2";
}

std::vector<nlohmann::json> readLines(const std::filesystem::path &path)
{
    std::vector<nlohmann::json> records;
    const auto text = readTextFile(path, 64 << 20);
    if (!text)
        return records;
    std::size_t begin = 0;
    while (begin < text->size()) {
        const std::size_t end = std::min(text->find('\n', begin), text->size());
        if (end > begin) {
            auto record = parseJson(std::string_view(*text).substr(begin, end - begin), path.string());
            if (record)
                records.push_back(std::move(*record));
        }
        begin = end + 1;
    }
    return records;
}

std::string join(const std::vector<TokenId> &ids)
{
    std::string text;
    for (const TokenId id : ids)
        text += std::to_string(id) + " ";
    return text;
}

/// int32, little-endian.
void updateWithIds(Sha256 &hash, const std::vector<TokenId> &ids)
{
    static_assert(std::endian::native == std::endian::little);
    hash.update(std::as_bytes(std::span(ids)));
}

} // namespace

/// The SmolLM2 tokenizer from its two sources against what transformers gave (goldens/smollm2).
class TestTokenizerGolden : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cases_data();
    void cases();
    void corpora_data();
    void corpora();
    void describesItself_data() { sources(); }
    void describesItself();
    void streamsEveryCase();
    void exportedFilesEncodeAlike();
    void longWords();

private:
    void sources();
    TokenizerPointer m_fromFolder;
    TokenizerPointer m_fromGguf;
    [[nodiscard]] TokenizerPointer source(const QByteArray &name) const
    {
        return name == "gguf" ? m_fromGguf : m_fromFolder;
    }
};

void TestTokenizerGolden::initTestCase()
{
    SECATEUR_NEEDS_SHARED();
    const auto folder = Tokenizer::forModel(goldenFolder() / "hf");
    VERIFY_RESULT(folder);
    m_fromFolder = *folder;
    const auto gguf = Tokenizer::forModel(test::sharedFolder() / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf");
    VERIFY_RESULT(gguf);
    m_fromGguf = *gguf;
}

void TestTokenizerGolden::sources()
{
    QTest::addColumn<QByteArray>("sourceName");
    QTest::newRow("folder") << QByteArray("folder");
    QTest::newRow("gguf") << QByteArray("gguf");
}

void TestTokenizerGolden::cases_data()
{
    QTest::addColumn<QByteArray>("sourceName");
    QTest::addColumn<QByteArray>("record");
    const auto records = readLines(goldenFolder() / "tokenizer_cases.jsonl");
    QCOMPARE(records.size(), std::size_t(70));
    for (const char *name : {"folder", "gguf"}) {
        for (std::size_t i = 0; i < records.size(); ++i)
            QTest::addRow("%s %zu", name, i) << QByteArray(name) << QByteArray::fromStdString(records[i].dump());
    }
}

void TestTokenizerGolden::cases()
{
    QFETCH(QByteArray, sourceName);
    QFETCH(QByteArray, record);
    const auto expected = parseJson(record.toStdString(), "case");
    VERIFY_RESULT(expected);
    const auto tokenizer = source(sourceName);
    const std::string text =
        QByteArray::fromBase64(QByteArray::fromStdString(expected->at("text_utf8_base64").get<std::string>()))
            .toStdString();
    const auto expectedIds = expected->at("ids").get<std::vector<TokenId>>();

    const auto ids = tokenizer->encode(text, BosPolicy::Never);
    VERIFY_RESULT(ids);
    QCOMPARE(join(*ids), join(expectedIds));
    const auto withSpecial = tokenizer->encode(text, BosPolicy::Auto);
    VERIFY_RESULT(withSpecial);
    QCOMPARE(join(*withSpecial), join(expected->at("ids_with_special").get<std::vector<TokenId>>()));

    const auto decoded = tokenizer->decode(*ids, false);
    VERIFY_RESULT(decoded);
    QCOMPARE(*decoded, expected->at("decoded").get<std::string>());
    QCOMPARE(*decoded == text, expected->at("roundtrip").get<bool>());
    std::vector<std::string> tokens;
    for (const TokenId id : *ids)
        tokens.push_back(tokenizer->tokenText(id));
    QCOMPARE(tokens, expected->at("tokens").get<std::vector<std::string>>());
}

void TestTokenizerGolden::corpora_data()
{
    QTest::addColumn<QByteArray>("sourceName");
    QTest::addColumn<QByteArray>("fileName");
    QTest::addColumn<QByteArray>("record");
    const auto text = readTextFile(goldenFolder() / "tokenizer_corpora.json", 1 << 20);
    VERIFY_RESULT(text);
    const auto corpora = parseJson(*text, "tokenizer_corpora.json");
    VERIFY_RESULT(corpora);
    QVERIFY(corpora->size() >= 5);
    for (const char *name : {"folder", "gguf"}) {
        for (const auto &[file, record] : corpora->items())
            QTest::addRow("%s %s", name, file.c_str())
                << QByteArray(name) << QByteArray::fromStdString(file) << QByteArray::fromStdString(record.dump());
    }
}

void TestTokenizerGolden::corpora()
{
    QFETCH(QByteArray, sourceName);
    QFETCH(QByteArray, fileName);
    QFETCH(QByteArray, record);
    const auto expected = parseJson(record.toStdString(), "record");
    VERIFY_RESULT(expected);
    const auto path = test::sharedFolder() / "data" / fileName.toStdString();
    const auto fileHash = sha256File(path, RunContext());
    VERIFY_RESULT(fileHash);
    QCOMPARE(*fileHash, expected->at("file_sha256").get<std::string>());

    const auto rows = readLines(path);
    QCOMPARE(rows.size(), expected->at("rows").get<std::size_t>());
    Sha256 hash;
    std::size_t tokens = 0;
    std::size_t roundTrips = 0;
    std::vector<std::size_t> firstCounts;
    const auto tokenizer = source(sourceName);
    for (const auto &row : rows) {
        const auto text = row.at("text").get<std::string>();
        const auto ids = tokenizer->encode(text, BosPolicy::Never);
        VERIFY_RESULT(ids);
        updateWithIds(hash, *ids);
        tokens += ids->size();
        if (firstCounts.size() < 10)
            firstCounts.push_back(ids->size());
        const auto decoded = tokenizer->decode(*ids, false);
        VERIFY_RESULT(decoded);
        roundTrips += *decoded == text ? 1 : 0;
    }
    QCOMPARE(firstCounts, expected->at("tokens_of_first_10_rows").get<std::vector<std::size_t>>());
    QCOMPARE(tokens, expected->at("tokens").get<std::size_t>());
    QCOMPARE(hash.finishHex(), expected->at("ids_sha256").get<std::string>());
    QCOMPARE(roundTrips, expected->at("rows_that_round_trip").get<std::size_t>());
}

void TestTokenizerGolden::describesItself()
{
    QFETCH(QByteArray, sourceName);
    const auto tokenizer = source(sourceName);
    QCOMPARE(tokenizer->kind(), std::string("byte-level BPE"));
    QCOMPARE(tokenizer->vocabSize(), std::size_t(49152));
    QCOMPARE(tokenizer->bosId(), std::optional<TokenId>(1));
    QCOMPARE(tokenizer->eosId(), std::optional<TokenId>(2));
    QVERIFY(!tokenizer->addsBos());
    QVERIFY(tokenizer->isSpecial(16));
    QVERIFY(!tokenizer->isSpecial(17));
    QCOMPARE(tokenizer->tokenText(1), std::string("<|im_start|>"));
    QCOMPARE(tokenizer->tokenText(49152), std::string());

    const auto always = tokenizer->encode("Hello", BosPolicy::Always, true);
    VERIFY_RESULT(always);
    QCOMPARE(join(*always), std::string("1 19556 2 "));
    const auto written = tokenizer->encode("<|im_start|>Hello", BosPolicy::Always);
    VERIFY_RESULT(written);
    QCOMPARE(join(*written), std::string("1 19556 "));
    const auto skipped = tokenizer->decode(*always, true);
    VERIFY_RESULT(skipped);
    QCOMPARE(*skipped, std::string("Hello"));
    VERIFY_ERROR(tokenizer->decode(std::vector<TokenId>{49152}, true), ErrorCode::BadInput);
    VERIFY_ERROR(tokenizer->decode(std::vector<TokenId>{-1}, true), ErrorCode::BadInput);
    VERIFY_ERROR(tokenizer->encode("\xC3(", BosPolicy::Never), ErrorCode::BadInput);
}

void TestTokenizerGolden::streamsEveryCase()
{
    for (const auto &record : readLines(goldenFolder() / "tokenizer_cases.jsonl")) {
        tokenizer::StreamDecoder stream(m_fromFolder, false);
        std::string text;
        for (const TokenId id : record.at("ids").get<std::vector<TokenId>>()) {
            const auto piece = stream.push(id);
            VERIFY_RESULT(piece);
            text += *piece;
        }
        const auto rest = stream.finish();
        VERIFY_RESULT(rest);
        QCOMPARE(text + *rest, record.at("decoded").get<std::string>());
    }
}

/// What an export of the GGUF writes is read back and gives the same ids.
void TestTokenizerGolden::exportedFilesEncodeAlike()
{
    const auto reread = Tokenizer::fromJson(m_fromGguf->tokenizerJson(), m_fromGguf->tokenizerConfigJson(), "export");
    VERIFY_RESULT(reread);
    QCOMPARE((*reread)->bosId(), m_fromGguf->bosId());
    QCOMPARE((*reread)->eosId(), m_fromGguf->eosId());
    for (const auto &record : readLines(goldenFolder() / "tokenizer_cases.jsonl")) {
        const auto ids = (*reread)->encode(record.at("text").get<std::string>(), BosPolicy::Auto);
        VERIFY_RESULT(ids);
        QCOMPARE(join(*ids), join(record.at("ids").get<std::vector<TokenId>>()));
    }
}

/// A cost that grows with the square of a word's length would take minutes.
void TestTokenizerGolden::longWords()
{
    const std::string letters(64 * 1024, 'x');
    const double begin = test::processorSeconds();
    VERIFY_RESULT(m_fromFolder->encode(letters, BosPolicy::Never));
    QVERIFY(test::processorSeconds() - begin < 1.0 * test::sanitizerFactor);
}

QTEST_GUILESS_MAIN(TestTokenizerGolden)
#include "tst_tokenizer_golden.moc"
