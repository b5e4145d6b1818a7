// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <set>

#include <QtTest/QTest>

#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/data/calibration.h"
#include "core/data/mixture.h"
#include "core/data/sampler.h"
#include "tests/core/data/bytetokenizer.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::data;
using secateur::test::ByteTokenizer;

namespace {

/// {"text": "doc 0"}, {"text": "doc 1"}, …
std::string documents(int count)
{
    std::string text;
    for (int i = 0; i < count; ++i)
        text += "{\"text\":\"doc " + std::to_string(i) + "\"}\n";
    return text;
}

std::string textOf(const ByteTokenizer &tokenizer, const std::vector<tokenizer::TokenId> &sequence)
{
    return tokenizer.decode(sequence, false).value();
}

std::string allText(const ByteTokenizer &tokenizer, const CalibrationSet &set)
{
    std::string text;
    for (const auto &sequence : set.sequences)
        text += textOf(tokenizer, sequence) + "|";
    return text;
}

} // namespace

class TestCalibration : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void generatorIsSplitMix64();
    void belowIsUniform();
    void orderIsAPermutation();

    void naturalLength();
    void naturalIsCut();
    void packed();
    void packedDoesNotDependOnHowMuchIsAsked();
    void packedUsesADocumentOnce();
    void bos_data();
    void bos();
    void sameRequestSameIds();
    void knownSample();
    void seedsDiffer();
    void duplicatesAndBlanks();
    void tooFew();
    void nothing();
    void severalFiles();
    void mixture();
    void mixtureOfPackedSequences();
    void mixtureThatIsShort();
    void filtered();
    void filteredMixture();
    void filtersThatFitNothing();
    void apportionment_data();
    void apportionment();
    void provenance();
    void wrongRequests_data();
    void wrongRequests();
    void badRecordIsNamed();
    void cancels();
    void provenanceJson();
    void provenanceJsonRefuses_data();
    void provenanceJsonRefuses();
    void fingerprint();

private:
    [[nodiscard]] CalibrationRequest request(const std::string &bytes, const char *name = "x.jsonl")
    {
        CalibrationRequest result;
        result.files = {test::writeFile(m_folder.path() / name, bytes)};
        return result;
    }
    [[nodiscard]] Result<CalibrationSet> build(const CalibrationRequest &asked) const
    {
        return buildCalibrationSet(asked, m_tokenizer, RunContext());
    }

    test::TemporaryFolder m_folder;
    ByteTokenizer m_tokenizer{false, false};
};

void TestCalibration::generatorIsSplitMix64()
{
    // The first outputs for seed 0 of the published algorithm, computed with Python's unbounded integers.
    SplitMix64 generator(0);
    QCOMPARE(generator.next(), std::uint64_t(0xE220A8397B1DCDAFu));
    QCOMPARE(generator.next(), std::uint64_t(0x6E789E6AA1B965F4u));
    QCOMPARE(generator.next(), std::uint64_t(0x06C45D188009454Fu));
}

void TestCalibration::belowIsUniform()
{
    SplitMix64 generator(7);
    std::array<int, 5> counts = {};
    for (int i = 0; i < 50'000; ++i)
        ++counts.at(std::size_t(generator.below(5)));
    for (const int count : counts)
        QVERIFY2(std::abs(count - 10'000) < 450, std::to_string(count).c_str()); // five standard deviations
    QCOMPARE(generator.below(1), std::uint64_t(0));
    QCOMPARE(generator.below(0), std::uint64_t(0));
    const std::uint64_t large = (std::uint64_t(1) << 63) + 1; // half of all values are rejected
    for (int i = 0; i < 100; ++i)
        QVERIFY(generator.below(large) < large);
}

void TestCalibration::orderIsAPermutation()
{
    ShuffledOrder order(1000, 3);
    std::set<std::size_t> seen;
    std::size_t inPlace = 0;
    for (std::size_t i = 0; order.remaining() > 0; ++i) {
        const auto drawn = order.draw();
        inPlace += drawn == i;
        seen.insert(drawn);
    }
    QCOMPARE(seen.size(), std::size_t(1000));
    QCOMPARE(*seen.rbegin(), std::size_t(999));
    QVERIFY(inPlace < 10);
}

void TestCalibration::naturalLength()
{
    auto asked = request(documents(50));
    asked.samples = 20;
    const auto set = build(asked);
    VERIFY_RESULT(set);
    QCOMPARE(set->sequences.size(), std::size_t(20));
    std::set<std::string> texts;
    for (std::size_t i = 0; i < 20; ++i) {
        const std::string text = textOf(m_tokenizer, set->sequences[i]);
        QCOMPARE(text, "doc " + std::to_string(set->provenance.sampleIndices[i]));
        QCOMPARE(set->provenance.tokenCounts[i], std::uint64_t(text.size()));
        texts.insert(text);
    }
    QCOMPARE(texts.size(), std::size_t(20)); // without replacement
    QCOMPARE(set->longest(), std::size_t(6));
    QVERIFY(set->tokens() > 20 * 4);
}

void TestCalibration::naturalIsCut()
{
    auto asked = request("{\"text\":\"0123456789\"}\n{\"text\":\"abc\"}\n");
    asked.samples = 2;
    asked.maxLength = 4;
    const auto set = build(asked);
    VERIFY_RESULT(set);
    const std::string text = allText(m_tokenizer, *set);
    QVERIFY2(text == "0123|abc|" || text == "abc|0123|", text.c_str());
    const auto &notices = set->provenance.notices;
    QVERIFY(std::any_of(notices.begin(), notices.end(), [](const std::string &notice) {
        return notice == "1 of 2 samples were longer than 4 tokens and were cut";
    }));
}

void TestCalibration::packed()
{
    auto asked = request(documents(10));
    asked.samples = 3;
    asked.length = 16;
    const auto set = build(asked);
    VERIFY_RESULT(set);
    QCOMPARE(set->sequences.size(), std::size_t(3));
    std::string stream;
    for (const auto &sequence : set->sequences) {
        QCOMPARE(sequence.size(), std::size_t(16));
        stream += textOf(m_tokenizer, sequence);
    }
    std::string expected;
    for (const auto index : set->provenance.sampleIndices)
        expected += "doc " + std::to_string(index) + "\n\n";
    QCOMPARE(set->provenance.sampleIndices.size(), std::size_t(7)); // 48 tokens of documents of 7
    QCOMPARE(stream, expected.substr(0, 48));
    QCOMPARE(set->provenance.tokenCounts, (std::vector<std::uint64_t>{16, 16, 16}));
}

void TestCalibration::packedDoesNotDependOnHowMuchIsAsked()
{
    auto asked = request(documents(5000));
    asked.length = 32;
    asked.samples = 1;
    const auto one = build(asked);
    VERIFY_RESULT(one);
    asked.samples = 900;
    const auto many = build(asked);
    VERIFY_RESULT(many);
    QCOMPARE(many->sequences.size(), std::size_t(900));
    QVERIFY(many->sequences.front() == one->sequences.front());
    // A byte is a token here: of the six times as many bytes that were fetched, most must have been left alone.
    QVERIFY(many->provenance.sampleIndices.size() < 5000);
}

void TestCalibration::packedUsesADocumentOnce()
{
    auto asked = request(documents(40));
    asked.samples = 1000;
    asked.length = 10;
    const auto set = build(asked);
    VERIFY_RESULT(set);
    const std::uint64_t stream = 10 * 7 + 30 * 8;
    QCOMPARE(set->sequences.size(), std::size_t(stream / 10));
    auto indices = set->provenance.sampleIndices;
    std::sort(indices.begin(), indices.end());
    QVERIFY(std::adjacent_find(indices.begin(), indices.end()) == indices.end());
}

void TestCalibration::bos_data()
{
    QTest::addColumn<int>("policy");
    QTest::addColumn<bool>("hasBos");
    QTest::addColumn<bool>("addsBos");
    QTest::addColumn<int>("expected"); // 1: a BOS at the start; 0: none; -1: an error

    QTest::newRow("auto, adds") << int(BosPolicy::Auto) << true << true << 1;
    QTest::newRow("auto, does not add") << int(BosPolicy::Auto) << true << false << 0;
    QTest::newRow("auto, has none") << int(BosPolicy::Auto) << false << false << 0;
    QTest::newRow("always") << int(BosPolicy::Always) << true << false << 1;
    QTest::newRow("always, adds") << int(BosPolicy::Always) << true << true << 1;
    QTest::newRow("always, has none") << int(BosPolicy::Always) << false << false << -1;
    QTest::newRow("never") << int(BosPolicy::Never) << true << true << 0;
}

void TestCalibration::bos()
{
    QFETCH(int, policy);
    QFETCH(bool, hasBos);
    QFETCH(bool, addsBos);
    QFETCH(int, expected);
    const ByteTokenizer tokenizer(hasBos, addsBos);
    for (const std::uint64_t length : {0, 8}) {
        auto asked = request(documents(30));
        asked.samples = 4;
        asked.length = length;
        asked.bos = BosPolicy(policy);
        const auto set = buildCalibrationSet(asked, tokenizer, RunContext());
        if (expected < 0) {
            VERIFY_ERROR(set, ErrorCode::InvalidArgument);
            continue;
        }
        VERIFY_RESULT(set);
        QCOMPARE(set->sequences.size(), std::size_t(4));
        for (const auto &sequence : set->sequences) {
            QCOMPARE(std::count(sequence.begin(), sequence.end(), ByteTokenizer::bos), std::ptrdiff_t(expected));
            QCOMPARE(sequence.front() == ByteTokenizer::bos, expected == 1);
            if (length > 0)
                QCOMPARE(sequence.size(), std::size_t(length));
        }
        QCOMPARE(set->provenance.bos, bosName(BosPolicy(policy)));
    }
}

void TestCalibration::sameRequestSameIds()
{
    auto asked = request(documents(200));
    asked.samples = 10;
    for (const std::uint64_t length : {0, 20}) {
        asked.length = length;
        const auto first = build(asked);
        const auto second = build(asked);
        VERIFY_RESULT(first);
        VERIFY_RESULT(second);
        QVERIFY(first->sequences == second->sequences);
        QCOMPARE(first->fingerprint(), second->fingerprint());
    }
}

void TestCalibration::knownSample()
{
    // Guards the promise "the same ids on every machine and in every version": Fisher-Yates from the front with
    // SplitMix64, computed by hand in Python.
    auto asked = request(documents(10));
    asked.samples = 5;
    asked.seed = 42;
    const auto set = build(asked);
    VERIFY_RESULT(set);
    QCOMPARE(set->provenance.sampleIndices, (std::vector<std::uint64_t>{3, 2, 4, 5, 8}));
}

void TestCalibration::seedsDiffer()
{
    auto asked = request(documents(200));
    asked.samples = 10;
    std::set<std::string> fingerprints;
    for (asked.seed = 0; asked.seed < 20; ++asked.seed) {
        const auto set = build(asked);
        VERIFY_RESULT(set);
        fingerprints.insert(set->fingerprint());
    }
    QCOMPARE(fingerprints.size(), std::size_t(20));
}

void TestCalibration::duplicatesAndBlanks()
{
    auto asked =
        request("{\"text\":\"a\"}\n{\"text\":\" \\n\\u00a0\"}\n{\"text\":\"a\"}\n{\"text\":\"b\"}\n{\"text\":\"\"}\n"
                "{\"text\":\"a\"}\n{\"text\":\"a \"}\n");
    asked.samples = 3;
    const auto set = build(asked);
    VERIFY_RESULT(set);
    QCOMPARE(set->provenance.duplicates, std::uint64_t(2));
    auto indices = set->provenance.sampleIndices;
    std::sort(indices.begin(), indices.end());
    QCOMPARE(indices, (std::vector<std::uint64_t>{0, 3, 6}));
    QCOMPARE(set->provenance.files.front().records, std::uint64_t(7));
    const auto &notices = set->provenance.notices;
    QVERIFY(std::find(notices.begin(), notices.end(), "2 records were left out because they hold no text")
            != notices.end());
    QVERIFY(std::find(notices.begin(), notices.end(), "2 records were left out because their text was seen before")
            != notices.end());
}

void TestCalibration::tooFew()
{
    auto asked = request(documents(3));
    asked.fieldTemplate = "{text}";
    const auto natural = build(asked);
    VERIFY_RESULT(natural);
    QCOMPARE(natural->sequences.size(), std::size_t(3));
    QCOMPARE(
        natural->provenance.notices,
        (std::vector<std::string>{"128 samples were asked for; the files hold 3 different texts, and all were taken"}));
    asked.length = 8;
    const auto packedSet = build(asked);
    VERIFY_RESULT(packedSet);
    QCOMPARE(packedSet->sequences.size(), std::size_t(2)); // of 21 tokens
    QCOMPARE(packedSet->provenance.notices,
             (std::vector<std::string>{"128 sequences of 8 tokens were asked for; the files hold enough for 2"}));
}

void TestCalibration::nothing()
{
    VERIFY_ERROR(build(request("")), ErrorCode::BadInput);
    VERIFY_ERROR(build(request("{\"text\":\"  \"}\n")), ErrorCode::BadInput);
    auto asked = request(documents(3));
    asked.length = 100;
    const auto set = build(asked);
    VERIFY_ERROR(set, ErrorCode::BadInput);
    QVERIFY2(set.error().detail.find("21 tokens") != std::string::npos, set.error().detail.c_str());
    QVERIFY2(set.error().detail.find("x.jsonl") != std::string::npos, set.error().detail.c_str());
}

void TestCalibration::severalFiles()
{
    auto asked = request(documents(3), "a.jsonl");
    asked.files.push_back(test::writeFile(m_folder.path() / "b.csv", "question,answer\nq1,a1\nq2,a2\n"));
    asked.files.push_back(test::writeFile(m_folder.path() / "c.txt", ""));
    asked.files.push_back(test::writeFile(m_folder.path() / "d.txt", "para 1\n\ndoc 1\n"));
    const auto set = build(asked);
    VERIFY_RESULT(set);
    std::vector<std::string> texts;
    for (const auto &sequence : set->sequences)
        texts.push_back(textOf(m_tokenizer, sequence));
    std::sort(texts.begin(), texts.end());
    QCOMPARE(texts, (std::vector<std::string>{"doc 0", "doc 1", "doc 2", "para 1", "q1\na1", "q2\na2"}));
    QCOMPARE(set->provenance.duplicates, std::uint64_t(1)); // over files, too
    auto indices = set->provenance.sampleIndices;
    std::sort(indices.begin(), indices.end());
    QCOMPARE(indices, (std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5}));
    QCOMPARE(set->provenance.fieldTemplate, std::string());
    QCOMPARE(set->provenance.files[0].fieldTemplate, std::string("{text}"));
    QCOMPARE(set->provenance.files[1].fieldTemplate, std::string("{question}\n{answer}"));
    QCOMPARE(set->provenance.files[2].records, std::uint64_t(0));
}

void TestCalibration::mixture()
{
    auto asked = request(documents(50), "a.jsonl");
    asked.files.push_back(test::writeFile(m_folder.path() / "b.txt", "para 1\n\npara 2\n\npara 3\n\ndoc 1\n"));
    asked.samples = 8;
    asked.weights = {3, 1};
    const auto set = build(asked);
    VERIFY_RESULT(set);
    std::size_t ofFirst = 0;
    for (const auto &sequence : set->sequences)
        ofFirst += textOf(m_tokenizer, sequence).rfind("doc ", 0) == 0 ? 1 : 0;
    QCOMPARE(set->sequences.size(), std::size_t(8));
    QCOMPARE(ofFirst, std::size_t(6)); // "doc 1" counts for the first file only
    const auto &provenance = set->provenance;
    QCOMPARE(provenance.files[0].weight, std::optional(3.0));
    QCOMPARE(provenance.files[0].sequences, std::uint64_t(6));
    QCOMPARE(provenance.files[1].sequences, std::uint64_t(2));
    QCOMPARE(provenance.duplicates, std::uint64_t(1));
    for (std::size_t i = 0; i < 8; ++i) // record numbers go on over the files
        QCOMPARE(provenance.sampleIndices[i] < 50, i < 6);
    const auto again = provenanceFromJson(toJson(provenance), "x");
    VERIFY_RESULT(again);
    QCOMPARE(again->files[1].weight, std::optional(1.0));
    QCOMPARE(again->files[1].sequences, std::uint64_t(2));

    // What the first file gives does not depend on the second: the same draw as from it alone.
    auto alone = asked;
    alone.files.pop_back();
    alone.weights.clear();
    alone.samples = 6;
    const auto first = build(alone);
    VERIFY_RESULT(first);
    QVERIFY(std::equal(first->sequences.begin(), first->sequences.end(), set->sequences.begin()));
}

void TestCalibration::mixtureOfPackedSequences()
{
    auto asked = request(documents(50), "a.jsonl");
    asked.files.push_back(
        test::writeFile(m_folder.path() / "b.jsonl", "{\"text\":\"" + std::string(100, 'b') + "\"}\n"));
    asked.samples = 4;
    asked.length = 20;
    asked.weights = {1, 1};
    const auto set = build(asked);
    VERIFY_RESULT(set);
    QCOMPARE(set->sequences.size(), std::size_t(4));
    for (std::size_t i = 0; i < 4; ++i) {
        QCOMPARE(set->sequences[i].size(), std::size_t(20));
        QCOMPARE(textOf(m_tokenizer, set->sequences[i]).find("bbb") != std::string::npos, i >= 2);
    }
}

void TestCalibration::mixtureThatIsShort()
{
    auto asked = request(documents(3), "a.jsonl");
    asked.files.push_back(test::writeFile(m_folder.path() / "b.jsonl", "{\"text\":\"b\"}\n"));
    asked.samples = 4;
    asked.weights = {1, 1};
    const auto set = build(asked);
    VERIFY_RESULT(set);
    QCOMPARE(set->sequences.size(), std::size_t(3));
    QCOMPARE(set->provenance.notices.back(),
             std::string("b.jsonl: 2 samples were asked for; the files hold 1 different texts, and all were taken"));
    asked.weights = {0, 1};
    asked.samples = 1;
    const auto second = build(asked);
    VERIFY_RESULT(second);
    QCOMPARE(allText(m_tokenizer, *second), std::string("b|"));
    asked.files[1] = test::writeFile(m_folder.path() / "b.jsonl", "");
    const auto none = build(asked);
    VERIFY_ERROR(none, ErrorCode::BadInput);
    QVERIFY2(none.error().detail.find("b.jsonl") != std::string::npos, none.error().detail.c_str());
}

void TestCalibration::filtered()
{
    // What is left out has no text, or guesses would go wrong; the record that is taken keeps its number.
    std::string bytes = "{\"kind\":\"readme\",\"lines\":1}\n";
    for (int i = 1; i < 20; ++i)
        bytes += "{\"kind\":\"code\",\"lines\":" + std::to_string(i) + ",\"body\":\"doc " + std::to_string(i) + "\"}\n";
    auto asked = request(bytes);
    asked.fieldTemplate = "{body}";
    asked.samples = 5;
    asked.filter = "kind == 'code' and lines >= 12";
    const auto set = build(asked);
    VERIFY_RESULT(set);
    QCOMPARE(set->sequences.size(), std::size_t(5));
    for (std::size_t i = 0; i < set->sequences.size(); ++i) {
        const auto number = set->provenance.sampleIndices[i];
        QVERIFY(number >= 12);
        QCOMPARE(textOf(m_tokenizer, set->sequences[i]), "doc " + std::to_string(number));
    }
    const auto &file = set->provenance.files.front();
    QCOMPARE(file.records, std::uint64_t(20));
    QCOMPARE(file.filtered, std::uint64_t(8));
    QCOMPARE(set->provenance.notices, (std::vector<std::string>{"x.jsonl: the filter took 8 of 20 records"}));

    // What is recorded is enough to do it again.
    const auto recorded = provenanceFromJson(toJson(set->provenance), "m.json");
    VERIFY_RESULT(recorded);
    CalibrationRequest again;
    again.files = {recorded->files.front().path};
    again.fieldTemplate = recorded->fieldTemplate;
    again.filter = recorded->files.front().filter;
    again.samples = recorded->samplesRequested;
    again.seed = recorded->seed;
    const auto repeated = build(again);
    VERIFY_RESULT(repeated);
    QCOMPARE(repeated->fingerprint(), set->fingerprint());
    QCOMPARE(toJson(repeated->provenance).dump(), toJson(*recorded).dump());
    const auto outcome = filterOutcome(*recorded);
    QVERIFY(outcome && outcome->filter == asked.filter && outcome->records == 20 && outcome->taken == 8);
}

void TestCalibration::filteredMixture()
{
    auto asked = request("{\"text\":\"doc 0\"}\n{\"text\":\"doc 1\",\"ok\":true}\n", "a.jsonl");
    asked.files.push_back(test::writeFile(m_folder.path() / "b.csv", "q,a,ok\nq1,a1,no\nq2,a2,yes\n"));
    asked.fieldTemplate = "{ok}";
    asked.filter = "ok present and ok != 'no'";
    asked.weights = {1, 1};
    asked.samples = 2;
    const auto set = build(asked);
    VERIFY_RESULT(set);
    QCOMPARE(allText(m_tokenizer, *set), std::string("true|yes|"));
    QCOMPARE(set->provenance.sampleIndices, (std::vector<std::uint64_t>{1, 3}));
    const auto outcome = filterOutcome(set->provenance);
    QVERIFY(outcome && outcome->records == 4 && outcome->taken == 2);
    QVERIFY(!filterOutcome(Provenance()));
}

void TestCalibration::filtersThatFitNothing()
{
    const auto detail = [this](const std::string &filter) {
        auto asked = request(documents(3));
        asked.filter = filter;
        const auto set = build(asked);
        return set ? std::string("it was built") : set.error().detail;
    };
    QCOMPARE(detail("texte present"),
             std::string("filter \"texte present\": no record has a field texte; there are text"));
    QCOMPARE(detail("text == 'doc 7'"),
             std::string("filter \"text == 'doc 7'\": none of the 3 records is left (text == 'doc 7' holds for 0)"));
}

void TestCalibration::apportionment_data()
{
    QTest::addColumn<quint64>("samples");
    QTest::addColumn<std::vector<double>>("weights");
    QTest::addColumn<std::vector<std::uint64_t>>("shares");
    using Weights = std::vector<double>;
    using Shares = std::vector<std::uint64_t>;
    QTest::newRow("even") << quint64(8) << Weights{1, 1} << Shares{4, 4};
    QTest::newRow("odd: the earlier one") << quint64(7) << Weights{1, 1} << Shares{4, 3};
    QTest::newRow("largest remainders") << quint64(10) << Weights{5, 3, 1} << Shares{6, 3, 1};
    QTest::newRow("sum is free") << quint64(128) << Weights{0.3, 0.1} << Shares{96, 32};
    QTest::newRow("nothing for nothing") << quint64(3) << Weights{0, 1, 0} << Shares{0, 3, 0};
    QTest::newRow("fewer than sources") << quint64(1) << Weights{1, 1, 1} << Shares{1, 0, 0};
    QTest::newRow("tiny and huge") << quint64(10) << Weights{1e-300, 1e300} << Shares{0, 10};
}

void TestCalibration::apportionment()
{
    QFETCH(quint64, samples);
    QFETCH(std::vector<double>, weights);
    QFETCH(std::vector<std::uint64_t>, shares);
    QCOMPARE(apportion(samples, weights), shares);
}

void TestCalibration::provenance()
{
    const std::string bytes = "{\"question\":\"q\",\"answer\":\"a\"}\n";
    auto asked = request(bytes);
    asked.preset = "gsm8k";
    asked.seed = 18446744073709551615u;
    const auto set = build(asked);
    VERIFY_RESULT(set);
    const auto &provenance = set->provenance;
    QCOMPARE(provenance.files.size(), std::size_t(1));
    QCOMPARE(provenance.files[0].name, std::string("x.jsonl"));
    QCOMPARE(provenance.files[0].bytes, std::uint64_t(bytes.size()));
    QCOMPARE(provenance.files[0].sha256, sha256Hex(bytes));
    QCOMPARE(provenance.files[0].records, std::uint64_t(1));
    QCOMPARE(provenance.preset, std::string("gsm8k"));
    QCOMPARE(provenance.fieldTemplate, std::string("{question}\n{answer}"));
    QCOMPARE(provenance.seed, std::uint64_t(18446744073709551615u));
    QCOMPARE(provenance.bos, std::string("auto"));
    QCOMPARE(textOf(m_tokenizer, set->sequences[0]), std::string("q\na"));
}

void TestCalibration::wrongRequests_data()
{
    QTest::addColumn<CalibrationRequest>("asked");

    const auto add = [this](const char *title, auto change) {
        auto asked = request(documents(3));
        change(asked);
        QTest::newRow(title) << asked;
    };
    add("no files", [](auto &asked) { asked.files.clear(); });
    add("no samples", [](auto &asked) { asked.samples = 0; });
    add("too many samples", [](auto &asked) { asked.samples = std::uint64_t(1) << 60; });
    add("too long", [](auto &asked) { asked.length = std::uint64_t(1) << 60; });
    add("cut to nothing", [](auto &asked) { asked.maxLength = 0; });
    add("unknown preset", [](auto &asked) { asked.preset = "gsm9k"; });
    add("wrong template", [](auto &asked) { asked.fieldTemplate = "{text"; });
    add("weights of other files", [](auto &asked) { asked.weights = {1, 1}; });
    add("weight below 0", [](auto &asked) { asked.weights = {-1}; });
    add("weight that is none", [](auto &asked) { asked.weights = {std::numeric_limits<double>::quiet_NaN()}; });
    add("wrong filter", [](auto &asked) { asked.filter = "text = 'a'"; });
    add("no weight", [](auto &asked) { asked.weights = {0}; });
    add("preset and template", [](auto &asked) { asked.preset = "c4", asked.fieldTemplate = "{text}"; });
}

void TestCalibration::wrongRequests()
{
    QFETCH(CalibrationRequest, asked);
    VERIFY_ERROR(build(asked), ErrorCode::InvalidArgument);
}

void TestCalibration::badRecordIsNamed()
{
    const auto set = build(request("{\"text\":\"a\"}\n{\"texte\":\"b\"}\n"));
    VERIFY_ERROR(set, ErrorCode::BadInput);
    QVERIFY2(set.error().detail.find("x.jsonl, line 2: has no field \"text\"") != std::string::npos,
             set.error().detail.c_str());
}

void TestCalibration::cancels()
{
    std::stop_source source;
    const auto stopAt = [&](const std::string &stage) {
        return RunContext(source.get_token(), [&source, stage](const Progress &progress) {
            if (progress.stage == stage)
                source.request_stop();
        });
    };
    auto asked = request(documents(100));
    asked.samples = 50;
    for (const char *const stage : {"read", "tokenize"}) {
        source = {};
        const auto set = buildCalibrationSet(asked, m_tokenizer, stopAt(stage));
        VERIFY_ERROR(set, ErrorCode::Cancelled);
    }
}

void TestCalibration::provenanceJson()
{
    auto asked = request(documents(9));
    asked.seed = 18446744073709551615u;
    const auto set = build(asked);
    VERIFY_RESULT(set);
    const auto text = toJson(set->provenance).dump();
    const auto parsed = parseJson(text, "x");
    VERIFY_RESULT(parsed);
    const auto again = provenanceFromJson(*parsed, "x");
    VERIFY_RESULT(again);
    QCOMPARE(toJson(*again).dump(), text);
    QCOMPARE(again->seed, asked.seed);
    QCOMPARE(again->sampleIndices, set->provenance.sampleIndices);
    QCOMPARE(again->notices, set->provenance.notices);
    QCOMPARE(again->files[0].sha256, set->provenance.files[0].sha256);
}

void TestCalibration::provenanceJsonRefuses_data()
{
    QTest::addColumn<std::string>("pointer");
    QTest::addColumn<std::string>("value");

    for (const char *const pointer :
         {"/files", "/preset", "/template", "/seed", "/length", "/bos", "/sample_indices", "/token_counts",
          "/duplicates", "/notices", "/files/0", "/files/0/name", "/files/0/bytes", "/files/0/sha256",
          "/files/0/records", "/files/0/template", "/sample_indices/0", "/notices/0"})
        QTest::newRow(pointer) << std::string(pointer) << std::string("null");
    QTest::newRow("negative seed") << std::string("/seed") << std::string("-1");
    QTest::newRow("float seed") << std::string("/seed") << std::string("1.0");
    QTest::newRow("upper-case digest") << std::string("/files/0/sha256") << '"' + std::string(64, 'A') + '"';
    QTest::newRow("short digest") << std::string("/files/0/sha256") << '"' + std::string(63, 'a') + '"';
    QTest::newRow("whole") << std::string() << std::string("[]");
}

void TestCalibration::provenanceJsonRefuses()
{
    QFETCH(std::string, pointer);
    QFETCH(std::string, value);
    const auto set = build(request(documents(9)));
    VERIFY_RESULT(set);
    auto changed = toJson(set->provenance);
    VERIFY_RESULT(provenanceFromJson(changed, "m.json"));
    changed.at(nlohmann::json::json_pointer(pointer)) = nlohmann::json::parse(value);
    const auto read = provenanceFromJson(changed, "m.json");
    VERIFY_ERROR(read, ErrorCode::BadInput);
    QVERIFY2(read.error().detail.starts_with("m.json"), read.error().detail.c_str());
}

void TestCalibration::fingerprint()
{
    CalibrationSet set;
    QCOMPARE(set.fingerprint(), sha256Hex(std::string_view()));
    set.sequences = {{1, 258}, {-1}};
    const std::string bytes("\2\0\0\0\1\0\0\0\2\1\0\0\1\0\0\0\xFF\xFF\xFF\xFF", 20);
    QCOMPARE(set.fingerprint(), sha256Hex(bytes));
    CalibrationSet other;
    other.sequences = {{1}, {258, -1}};
    QVERIFY(other.fingerprint() != set.fingerprint());
}

QTEST_GUILESS_MAIN(TestCalibration)
#include "tst_calibration.moc"
