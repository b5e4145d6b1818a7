// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>

#include <QtTest/QTest>

#include "core/base/file.h"
#include "core/store/evaluationfile.h"
#include "core/store/study.h"
#include "tests/core/store/samplerun.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::store;
using test::sampleModel;
namespace fs = std::filesystem;

namespace {

EvaluationRecipe sampleEvaluation(const std::string &run)
{
    EvaluationRecipe recipe;
    recipe.task = "perplexity:python";
    recipe.taskVersion = "1";
    recipe.protocol = "heldout-perplexity-1";
    recipe.run = run;
    recipe.domain = "python";
    recipe.modelFingerprint = sampleModel().fingerprint();
    recipe.files = {{"python.jsonl", 4096, std::string(64, 'd'), 12, "{code}", "/data/python.jsonl"}};
    recipe.itemsSha256 = std::string(64, 'e');
    recipe.bos = "auto";
    recipe.length = 2048;
    recipe.limit = 3;
    recipe.seed = 5;
    recipe.settings = {{"temperature", "0"}};
    return recipe;
}

EvaluationResult sampleResult()
{
    EvaluationResult result;
    result.metrics = {{"perplexity", 12.5, 11.0, 14.25, "95 % percentile bootstrap", 3, 1}};
    result.items.counts = {{"index", {4, 9, 2}}, {"tokens", {10, 20, 30}}};
    result.items.numbers = {{"nll", {25.5, 51.25, 0.1}}};
    result.items.texts = {{"output", {"été", "", "two\nlines"}}};
    result.tokens = 63;
    result.seconds = 1.5;
    result.threads = 2;
    result.versions = {{"secateur", "0.1.0"}};
    return result;
}

/// What flips a bit that a JSON reader would not notice: inside a text.
void damage(const fs::path &file)
{
    test::flipBit(file, fs::file_size(file) * 4);
}

} // namespace

/// Evaluations in a study: written whole or not at all, checked when read, gone with their run.
class TestEvaluation : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { qputenv("XDG_DATA_HOME", QByteArray::fromStdString(m_home.path().string())); }
    void init()
    {
        m_folder = std::make_unique<test::TemporaryFolder>();
        m_path = m_folder->path() / "tiny.secateur";
        auto created = Study::openOrCreate(m_path, sampleModel());
        VERIFY_RESULT(created);
        m_study = std::move(*created);
    }
    void cleanup() { m_study.reset(); }

    void protocolsNameWhatDecides();
    void readsBackWhatWasWritten();
    void equalRecipesAreKnown();
    void onlyWritersAdd();
    void columnsMustFit();
    void aRunTakesItsEvaluationsAlong();
    void damagedItemsAreNamed();
    void aDamagedManifestHidesNoOther();
    void whatAKilledWriterLeft();
    void foreignItemsAreExamined();
    void itemsPassTheExamination();

private:
    [[nodiscard]] std::string add(const std::string &run)
    {
        const auto added = m_study->addEvaluation(sampleEvaluation(run), sampleResult());
        return added ? added->id : std::string();
    }
    [[nodiscard]] fs::path folderOf(const std::string &id) const { return m_path / "evaluations" / id; }
    [[nodiscard]] std::unique_ptr<Study> reopened(Study::Access access)
    {
        m_study.reset();
        auto open = Study::open(m_path, access);
        return open ? std::move(*open) : nullptr;
    }

    test::TemporaryFolder m_home;
    std::unique_ptr<test::TemporaryFolder> m_folder;
    fs::path m_path;
    std::unique_ptr<Study> m_study;
};

void TestEvaluation::protocolsNameWhatDecides()
{
    EvaluationRecipe recipe;
    recipe.task = "translation_fr_en";
    recipe.protocol = "zero-shot";
    recipe.bos = "auto";
    recipe.settings = {{"max_new_tokens", "64"},
                       {"samples", "1"},
                       {"temperature", "0"},
                       {"label bleu", "nrefs:1"},
                       {"label meteor", "METEOR|as:nltk|stages:exact+stem+wordnet-3.0|a:0.9"}};
    QCOMPARE(recipe.protocolText(), std::string("zero-shot, 64 tokens, METEOR by exact+stem+wordnet-3.0"));
    recipe.settings = {{"samples", "5"}, {"temperature", "0.95"}, {"top_k", "250"}};
    QCOMPARE(recipe.protocolText(), std::string("zero-shot, n=5, T=0.95, top-k 250"));
}

void TestEvaluation::readsBackWhatWasWritten()
{
    const std::string id = add(denseRun);
    QCOMPARE(m_study->evaluations().size(), std::size_t(1));
    const auto study = reopened(Study::Access::Read);
    QVERIFY(study);
    QCOMPARE(study->evaluations().size(), std::size_t(1));
    const auto &found = study->evaluations().front();
    QCOMPARE(found.id, id);
    QCOMPARE(found.recipe.fingerprint(), sampleEvaluation(denseRun).fingerprint());
    QCOMPARE(found.recipe.files.front().path, std::string("/data/python.jsonl"));
    QCOMPARE(found.recipe.limit, std::uint64_t(3));
    QCOMPARE(found.metrics.front().high, 14.25);
    QCOMPARE(found.metrics.front().unscored, std::uint64_t(1));
    QCOMPARE(found.rows, std::uint64_t(3));
    const auto items = study->evaluationItems(id, {});
    VERIFY_RESULT(items);
    QCOMPARE(items->counts, sampleResult().items.counts);
    QCOMPARE(items->numbers, sampleResult().items.numbers);
    QCOMPARE(items->texts, sampleResult().items.texts);
    VERIFY_ERROR(study->evaluationItems("nothing", {}), ErrorCode::NotFound);
}

void TestEvaluation::equalRecipesAreKnown()
{
    const auto first = sampleEvaluation("a");
    auto second = first;
    second.files.clear(); // where the items were found decides no number; what they are does
    second.seed = 6;
    QCOMPARE(second.fingerprint(), first.fingerprint());
    second.run = "b";
    QVERIFY(second.fingerprint() != first.fingerprint());
    QCOMPARE(second.conditions(), first.conditions());
    second.compute = "bf16";
    QVERIFY(second.conditions() != first.conditions());
}

void TestEvaluation::onlyWritersAdd()
{
    const std::string id = add(denseRun);
    const auto study = reopened(Study::Access::Read);
    QVERIFY(study);
    VERIFY_ERROR(study->addEvaluation(sampleEvaluation(denseRun), sampleResult()), ErrorCode::Internal);
    VERIFY_ERROR(study->removeEvaluation(id), ErrorCode::Internal);
}

void TestEvaluation::columnsMustFit()
{
    auto uneven = sampleResult();
    uneven.items.numbers["nll"].pop_back();
    VERIFY_ERROR(m_study->addEvaluation(sampleEvaluation(denseRun), uneven), ErrorCode::InvalidArgument);
    auto odd = sampleResult();
    odd.items.counts["../x"] = {1, 2, 3};
    VERIFY_ERROR(m_study->addEvaluation(sampleEvaluation(denseRun), odd), ErrorCode::InvalidArgument);
    auto empty = sampleResult();
    empty.items = {};
    VERIFY_ERROR(m_study->addEvaluation(sampleEvaluation(denseRun), empty), ErrorCode::InvalidArgument);
    auto unmeasured = sampleResult();
    unmeasured.metrics.clear();
    VERIFY_ERROR(m_study->addEvaluation(sampleEvaluation(denseRun), unmeasured), ErrorCode::InvalidArgument);
    auto endless = sampleResult();
    endless.metrics.front().high = std::numeric_limits<double>::infinity();
    VERIFY_ERROR(m_study->addEvaluation(sampleEvaluation(denseRun), endless), ErrorCode::InvalidArgument);
    QVERIFY(m_study->evaluations().empty());
    QVERIFY(fs::is_empty(m_path / "evaluations")); // nothing half is left
}

void TestEvaluation::aRunTakesItsEvaluationsAlong()
{
    m_study.reset();
    const auto run = test::completeRun(m_path, "python", [](std::size_t) {});
    VERIFY_RESULT(run);
    m_study = reopened(Study::Access::Write);
    QVERIFY(m_study);
    const std::string kept = add(denseRun);
    const std::string gone = add(run->id);
    VERIFY_RESULT(m_study->remove("python"));
    QCOMPARE(m_study->evaluations().size(), std::size_t(1));
    QCOMPARE(m_study->evaluations().front().id, kept);
    QVERIFY(fs::exists(m_path / "trash" / gone / "manifest.json"));
    VERIFY_RESULT(m_study->removeEvaluation(kept));
    VERIFY_ERROR(m_study->removeEvaluation(kept), ErrorCode::NotFound);
    VERIFY_ERROR(m_study->removeEvaluation(".."), ErrorCode::NotFound);
    QVERIFY(m_study->evaluations().empty());
}

void TestEvaluation::damagedItemsAreNamed()
{
    const std::string bad = add(denseRun);
    const std::string good = add(denseRun);
    damage(folderOf(bad) / "items.h5");
    const auto study = reopened(Study::Access::Read);
    QVERIFY(study);
    QCOMPARE(study->evaluations().size(), std::size_t(2));
    const auto items = study->evaluationItems(bad, {});
    VERIFY_ERROR(items, ErrorCode::BadInput);
    QVERIFY(items.error().detail.find(bad + "/items.h5") != std::string::npos);
    VERIFY_RESULT(study->evaluationItems(good, {}));
    const auto report = study->verify({});
    VERIFY_RESULT(report);
    QCOMPARE(report->files, std::uint64_t(5)); // study.json and two of each
    QCOMPARE(report->bad.size(), std::size_t(1));
    QCOMPARE(report->bad.front().file, "evaluations/" + bad + "/items.h5");
}

void TestEvaluation::aDamagedManifestHidesNoOther()
{
    const std::string bad = add(denseRun);
    const std::string good = add(denseRun);
    damage(folderOf(bad) / "manifest.json");
    m_study = reopened(Study::Access::Write);
    QVERIFY(m_study);
    QCOMPARE(m_study->evaluations().size(), std::size_t(1));
    QCOMPARE(m_study->evaluations().front().id, good);
    QCOMPARE(m_study->damaged().size(), std::size_t(1));
    QVERIFY(m_study->damaged().front().detail.find(bad) != std::string::npos);
    VERIFY_RESULT(m_study->removeEvaluation(bad));
    QVERIFY(m_study->damaged().empty());
}

void TestEvaluation::whatAKilledWriterLeft()
{
    const std::string id = add(denseRun);
    fs::remove(folderOf(id) / "manifest.json"); // as if killed between the two files
    test::writeFile(folderOf(id) / "manifest.json.part", "{");
    {
        const auto reader = reopened(Study::Access::Read);
        QVERIFY(reader);
        QVERIFY(reader->evaluations().empty() && reader->damaged().empty());
        const auto report = reader->verify({});
        VERIFY_RESULT(report);
        QVERIFY(report->bad.empty());
        QVERIFY(fs::exists(folderOf(id) / "items.h5"));
    }
    m_study = reopened(Study::Access::Write);
    QVERIFY(m_study);
    QVERIFY(!fs::exists(folderOf(id)));
}

void TestEvaluation::foreignItemsAreExamined()
{
    const std::string id = add(denseRun);
    test::TemporaryFolder elsewhere; // another user's home: another key
    qputenv("XDG_DATA_HOME", QByteArray::fromStdString(elsewhere.path().string()));
    const auto study = reopened(Study::Access::Read);
    qputenv("XDG_DATA_HOME", QByteArray::fromStdString(m_home.path().string()));
    QVERIFY(study);
    fs::path examined;
    study->setProbe([&examined](const fs::path &file) -> Result<void> {
        examined = file;
        return failure(ErrorCode::BadInput, "hostile");
    });
    VERIFY_ERROR(study->evaluationItems(id, {}), ErrorCode::BadInput);
    QCOMPARE(examined, folderOf(id) / "items.h5");
}

void TestEvaluation::itemsPassTheExamination()
{
    const fs::path file = folderOf(add(denseRun)) / "items.h5";
    VERIFY_RESULT(probeLayerFile(file));
    EvaluationManifest manifest;
    const auto image = itemsImage(manifest, sampleResult().items);
    VERIFY_RESULT(image);
    QCOMPARE(itemsImage(manifest, sampleResult().items).value(), *image);
    std::string cut(reinterpret_cast<const char *>(image->data()), image->size() / 2);
    VERIFY_ERROR(probeLayerFile(test::writeFile(m_folder->path() / "cut.h5", cut)), ErrorCode::BadInput);
}

QTEST_GUILESS_MAIN(TestEvaluation)
#include "tst_evaluation.moc"
