// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>

#include <QtTest/QTest>

#include "core/data/calibration.h"
#include "core/data/dataset.h"
#include "core/data/utf8.h"
#include "tests/core/data/bytetokenizer.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::data;

/// The real data of ../shared/data: every calibration file must render without being told how.
class TestCalibrationShared : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void everyRecordRenders_data();
    void everyRecordRenders();
    void startsAsExpected_data();
    void startsAsExpected();
    void packsRealText();
    void tokenIdsOfTheGoldens();
};

void TestCalibrationShared::init()
{
    SECATEUR_NEEDS_SHARED();
}

void TestCalibrationShared::everyRecordRenders_data()
{
    QTest::addColumn<std::string>("path");
    QTest::addColumn<std::uint64_t>("records");

    const auto add = [](const char *path, std::uint64_t records) {
        QTest::newRow(path) << std::string(path) << records;
    };
    add("code/python_calib.jsonl", 500);
    add("code/java_calib.jsonl", 500);
    add("code/cpp_calib.jsonl", 500);
    add("code/javascript_calib.jsonl", 360);
    add("math/gsm8k_train.jsonl", 1500);
    add("math/aqua_calib.jsonl", 254);
    add("math/mathqa_calib.jsonl", 800);
    add("commonsense/hellaswag_calib.jsonl", 600);
    add("commonsense/openbookqa_calib.jsonl", 800);
    add("commonsense/arc_easy_calib.jsonl", 400);
    add("commonsense/arc_challenge_calib.jsonl", 400);
    add("commonsense/piqa_calib.jsonl", 500);
    add("commonsense/commonsenseqa_calib.jsonl", 400);
    add("commonsense/winogrande_calib.jsonl", 360);
    add("commonsense/boolq_calib.jsonl", 400);
    add("translation/tatoeba_en_fr_calib.jsonl", 300);
    add("translation/python_docs_en_fr_calib.jsonl", 1500);
    add("translation/genesis_en_fr_calib.jsonl", 700);
    add("general/general_calib.jsonl", 1033);
    add("general/wikitext2_test.jsonl", 62);
    add("code_eval/humaneval.jsonl", 164);
    add("code_eval/mbpp_test.jsonl", 500);
}

void TestCalibrationShared::everyRecordRenders()
{
    QFETCH(std::string, path);
    QFETCH(std::uint64_t, records);
    CalibrationRequest request;
    request.files = {test::sharedFolder() / "data" / path};
    request.samples = records;
    request.maxLength = 1 << 20;
    const auto set = buildCalibrationSet(request, test::ByteTokenizer(false, false), RunContext());
    VERIFY_RESULT(set);
    QCOMPARE(set->provenance.files[0].records, records);
    QCOMPARE(set->sequences.size() + set->provenance.duplicates, std::size_t(records));
    QVERIFY(set->provenance.duplicates * 100 <= records);
}

void TestCalibrationShared::startsAsExpected_data()
{
    QTest::addColumn<std::string>("path");
    QTest::addColumn<std::string>("start");
    QTest::addColumn<std::string>("contains");

    const auto add = [](const char *path, const char *start, const char *contains) {
        QTest::newRow(path) << std::string(path) << std::string(start) << std::string(contains);
    };
    add("code/python_calib.jsonl", "@locked_cached_property\ndef jinja_loader(self)", "\n    ");
    add("math/gsm8k_train.jsonl", "The P.T.O. decided to provide shirts", "\n#### ");
    add("math/aqua_calib.jsonl", "Three birds are flying", "]\nA)32400\nB)6000\nC)600\nD)60000\nE)10\nTo calculate");
    add("math/mathqa_calib.jsonl", "one pipe can fill a tank",
        "?\nA: 144 min, B: 250 min, C: 196 min, D: 100 min, E: 112 min");
    add("commonsense/hellaswag_calib.jsonl", "[INST]\nChoose the most appropriate ending: How to fix a marriage.",
        "###Options: 1: ");
    add("commonsense/openbookqa_calib.jsonl", "[INST]\nChoose the right option: A producer is relocated",
        "ease:#Choices: A: acclimate, B: rhyme, C: befriend, D: float\n[/INST]\n");
    add("commonsense/piqa_calib.jsonl", "[INST]\nChoose the right option: To make bath bombs.#Choices: A: Put your",
        ", B: Put your");
    add("commonsense/commonsenseqa_calib.jsonl",
        "[INST]\nChoose the right option related to the following sentence. What should everyone do",
        "? A: explicate, B: pay tribute to king, C: hope for peace, D: wear shoes, E: do well\n");
    add("commonsense/winogrande_calib.jsonl", "[INST]\nChoose the right option: The woman moved the urn",
        "#Choices: A: urn, B: vase\n");
    add("commonsense/boolq_calib.jsonl", "All biomass goes through", "\nQuestion: does ethanol take");
    add("translation/genesis_en_fr_calib.jsonl", "#Text: In the beginning God created",
        "earth. #Translation: Au commencement, Dieu créa");
}

void TestCalibrationShared::startsAsExpected()
{
    QFETCH(std::string, path);
    QFETCH(std::string, start);
    QFETCH(std::string, contains);
    std::string text;
    const auto first = [&](const Record &record) -> Result<void> {
        SECATEUR_TRY(guessed, guessTemplate(record));
        SECATEUR_TRY(parsed, FieldTemplate::parse(guessed));
        SECATEUR_TRY(rendered, parsed.render(record));
        text = rendered;
        return failure(ErrorCode::Cancelled, "one is enough");
    };
    VERIFY_ERROR(forEachRecord(test::sharedFolder() / "data" / path, first, RunContext()), ErrorCode::Cancelled);
    QVERIFY2(text.starts_with(start), text.c_str());
    QVERIFY2(text.find(contains) != std::string::npos, text.c_str());
}

void TestCalibrationShared::packsRealText()
{
    CalibrationRequest request;
    request.files = {test::sharedFolder() / "data/code/python_calib.jsonl"};
    request.length = 256;
    const test::ByteTokenizer tokenizer(false, false);
    std::set<std::string> fingerprints;
    for (request.seed = 0; request.seed < 3; ++request.seed) {
        const auto set = buildCalibrationSet(request, tokenizer, RunContext());
        VERIFY_RESULT(set);
        QCOMPARE(set->sequences.size(), std::size_t(128));
        QCOMPARE(set->tokens(), std::uint64_t(128 * 256));
        std::string stream;
        for (const auto &sequence : set->sequences)
            stream += tokenizer.decode(sequence, false).value();
        const auto bad = firstInvalidUtf8(stream);
        QVERIFY(!bad || *bad + 4 > stream.size()); // whole, up to a last character that the end may cut
        fingerprints.insert(set->fingerprint());
    }
    QCOMPARE(fingerprints.size(), std::size_t(3));
}

void TestCalibrationShared::tokenIdsOfTheGoldens()
{
    const auto path = test::sharedFolder() / "goldens/smollm2/calib_python.safetensors";
    const auto all = calibrationFromTokenIds(path, "input_ids", std::nullopt, 49152);
    VERIFY_RESULT(all);
    QCOMPARE(all->sequences.size(), std::size_t(32));
    QCOMPARE(all->longest(), std::size_t(256));
    QCOMPARE(all->tokens(), std::uint64_t(32 * 256));
    const auto other = calibrationFromTokenIds(path, "input_ids_b", 8, 49152);
    VERIFY_RESULT(other);
    QCOMPARE(other->sequences.size(), std::size_t(8));
    QVERIFY(other->sequences.front() != all->sequences.front());
}

QTEST_GUILESS_MAIN(TestCalibrationShared)
#include "tst_calibration_shared.moc"
