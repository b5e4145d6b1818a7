// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/sha256.h"
#include "core/engine/evaluate.h"
#include "core/engine/itemstatistics.h"
#include "core/store/study.h"
#include "tests/core/engine/selectedstudy.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::engine;
namespace fs = std::filesystem;

namespace {

std::string corpus(std::size_t records, const std::string &word)
{
    std::string text;
    for (std::size_t i = 0; i < records; ++i)
        text += R"({"text": ")" + word + " " + std::to_string(i) + "\"}\n";
    return text;
}

/// A run of "code" on records of this file.
store::RunRecipe recipeOn(const std::string &name, const fs::path &file, const std::string &bytes,
                          std::vector<std::uint64_t> indices)
{
    auto recipe = test::SelectedStudy::recipe(name, indices.front() + 1);
    auto &calibration = recipe.calibration;
    calibration.files = {{file.filename().string(), bytes.size(), sha256Hex(bytes),
                          std::uint64_t(std::ranges::count(bytes, '\n')), "{text}", file.string()}};
    calibration.fieldTemplate = "{text}";
    calibration.bos = "never";
    calibration.maxLength = 100;
    calibration.sampleIndices = std::move(indices);
    return recipe;
}

store::EvaluationRecipe evaluationOf(const std::string &run, const std::string &domain)
{
    store::EvaluationRecipe recipe;
    recipe.task = "perplexity:" + domain;
    recipe.protocol = "heldout-perplexity-1";
    recipe.run = run;
    recipe.domain = domain;
    recipe.modelFingerprint = std::string(64, 'a');
    recipe.itemsSha256 = std::string(64, 'b');
    return recipe;
}

store::EvaluationResult lossesOf(std::vector<double> nll, std::vector<std::uint64_t> tokens)
{
    store::EvaluationResult result;
    result.items.numbers = {{"nll", std::move(nll)}};
    result.items.counts = {{"tokens", std::move(tokens)}};
    result.metrics = metricsOf(result.items);
    return result;
}

} // namespace

/// Which texts are held out, and what the table of a study says.
class TestEvaluate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        qputenv("XDG_DATA_HOME", QByteArray::fromStdString(m_fixed.path().string()));
        m_model = test::writeTinyModel(m_fixed.path() / "model");
    }
    void init()
    {
        m_folder = std::make_unique<test::TemporaryFolder>();
        m_file = m_folder->path() / "code.jsonl";
        m_bytes = corpus(20, "line");
        test::writeFile(m_file, m_bytes);
        m_study = std::make_unique<test::SelectedStudy>(m_folder->path() / "tiny.secateur", m_model);
    }

    void heldOutIsWhatNoRunSaw();
    void textsSeenElsewhereAreNotHeldOut();
    void theFilterOfTheRunsCounts();
    void ownTextsAreFiltered();
    void theSampleIsSeededAndStable();
    void changedAndMissingFilesAreNamed();
    void otherTasksAreRefused();
    void runsWithoutTextAreSaid();
    void perplexityOfLiteralNumbers();
    void theTableComparesInPairs();
    void conditionsAreNotMixed();

private:
    [[nodiscard]] Result<std::vector<EvaluationTexts>> texts(const EvaluateRequest &request)
    {
        const auto study = store::Study::open(m_study->folder(), store::Study::Access::Read);
        m_notices.clear();
        return study ? evaluationTexts(request, study->get(), m_notices, {}) : tl::make_unexpected(study.error());
    }
    [[nodiscard]] static EvaluateRequest request(std::uint64_t limit, std::uint64_t seed = 0)
    {
        EvaluateRequest asked;
        asked.tasks = {"perplexity"};
        asked.limit = limit;
        asked.seed = seed;
        return asked;
    }
    void measure(const store::EvaluationRecipe &recipe, const store::EvaluationResult &result)
    {
        const auto study = store::Study::open(m_study->folder(), store::Study::Access::Write);
        VERIFY_RESULT(study);
        VERIFY_RESULT((*study)->addEvaluation(recipe, result));
    }

    test::TemporaryFolder m_fixed;
    fs::path m_model;
    std::unique_ptr<test::TemporaryFolder> m_folder;
    std::unique_ptr<test::SelectedStudy> m_study;
    fs::path m_file;
    std::string m_bytes;
    std::vector<std::string> m_notices;
};

void TestEvaluate::heldOutIsWhatNoRunSaw()
{
    m_study->add(recipeOn("first", m_file, m_bytes, {0, 1, 2, 3}));
    m_study->add(recipeOn("second", m_file, m_bytes, {3, 4, 19}));
    const auto found = texts(request(100));
    VERIFY_RESULT(found);
    QCOMPARE(found->size(), std::size_t(1));
    const auto &code = found->front();
    QCOMPARE(code.task, std::string("perplexity:code"));
    QCOMPARE(code.protocol, std::string("heldout-perplexity-1"));
    QCOMPARE(code.records, (std::vector<std::uint64_t>{5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18}));
    QCOMPARE(code.texts.front(), std::string("line 5"));
    QCOMPARE(code.length, std::uint64_t(100));
    QVERIFY(code.bos == BosPolicy::Never);
    QCOMPARE(m_notices.size(), std::size_t(1)); // fewer than the 100 asked for
}

/// A run on another file that holds one of the texts, at another place.
void TestEvaluate::textsSeenElsewhereAreNotHeldOut()
{
    m_study->add(recipeOn("first", m_file, m_bytes, {0}));
    const std::string bytes = R"({"text": "other"})"
                              "\n"
                              R"({"text": "line 7"})"
                              "\n";
    const auto other = test::writeFile(m_folder->path() / "other.jsonl", bytes);
    m_study->add(recipeOn("second", other, bytes, {1}));
    const auto found = texts(request(100));
    VERIFY_RESULT(found);
    const auto &records = found->front().records;
    QCOMPARE(records.size(), std::size_t(18));
    QVERIFY(std::ranges::find(records, 7U) == records.end());
}

void TestEvaluate::theFilterOfTheRunsCounts()
{
    auto recipe = recipeOn("code", m_file, m_bytes, {10, 11});
    recipe.calibration.files.front().filter = "text contains 'line 1'";
    m_study->add(recipe);
    const auto all = texts(request(100));
    VERIFY_RESULT(all);
    // line 1, and 12 to 19
    QCOMPARE(all->front().records, (std::vector<std::uint64_t>{1, 12, 13, 14, 15, 16, 17, 18, 19}));
    QCOMPARE(all->front().files.front().filter, std::string("text contains 'line 1'"));
}

void TestEvaluate::ownTextsAreFiltered()
{
    auto asked = request(100);
    asked.items = m_file;
    asked.filter = "text contains 'line 1'";
    const auto all = evaluationTexts(asked, nullptr, m_notices, {});
    VERIFY_RESULT(all);
    QCOMPARE(all->front().texts.size(), std::size_t(11));
    QCOMPARE(all->front().files.front().filtered, std::uint64_t(11));
    QCOMPARE(m_notices.back(), std::string("code.jsonl: the filter took 11 of 20 records"));

    // They are found again to be shown, by the filter that is kept with the numbers.
    store::EvaluationRecipe recipe = evaluationOf("dense", {});
    recipe.task = all->front().task;
    recipe.files = all->front().files;
    recipe.itemsSha256 = all->front().sha256();
    store::EvaluationItems items;
    items.counts["index"] = all->front().records;
    const auto shown = evaluatedTexts(recipe, items, {});
    VERIFY_RESULT(shown);
    QCOMPARE(*shown, all->front().texts);

    VERIFY_RESULT(requestedTasks(asked));
    asked.items.reset();
    VERIFY_ERROR(requestedTasks(asked), ErrorCode::InvalidArgument);
    asked.tasks = {"boolq=" + m_file.string()};
    VERIFY_ERROR(requestedTasks(asked), ErrorCode::InvalidArgument);
}

void TestEvaluate::theSampleIsSeededAndStable()
{
    m_study->add(recipeOn("first", m_file, m_bytes, {0, 1}));
    const auto one = texts(request(6, 1));
    VERIFY_RESULT(one);
    QCOMPARE(one->front().records.size(), std::size_t(6));
    QVERIFY(std::ranges::is_sorted(one->front().records));
    QCOMPARE(texts(request(6, 1))->front().sha256(), one->front().sha256());
    QVERIFY(texts(request(6, 2))->front().records != one->front().records);
    // A run that saw one of them changes this one, and no other.
    const std::uint64_t taken = one->front().records[2];
    m_study->add(recipeOn("second", m_file, m_bytes, {taken}));
    const auto later = texts(request(6, 1));
    VERIFY_RESULT(later);
    std::vector<std::uint64_t> stayed;
    std::ranges::set_intersection(one->front().records, later->front().records, std::back_inserter(stayed));
    QCOMPARE(stayed.size(), std::size_t(5));
    QVERIFY(std::ranges::find(later->front().records, taken) == later->front().records.end());
}

void TestEvaluate::changedAndMissingFilesAreNamed()
{
    m_study->add(recipeOn("first", m_file, m_bytes, {0}));
    const auto copy = test::writeFile(m_folder->path() / "copy.jsonl", m_bytes);
    std::string changed = m_bytes;
    changed[12] = 'L'; // of the same length
    test::writeFile(m_file, changed);
    const auto refused = texts(request(5));
    VERIFY_ERROR(refused, ErrorCode::BadInput);
    QVERIFY(refused.error().detail.find(m_file.string()) == 0);
    auto named = request(5);
    named.data = {copy};
    VERIFY_RESULT(texts(named));
    fs::remove(m_file);
    const auto missing = texts(request(5));
    VERIFY_ERROR(missing, ErrorCode::NotFound);
    QVERIFY(missing.error().detail.find("--data") != std::string::npos);
}

void TestEvaluate::otherTasksAreRefused()
{
    m_study->add(recipeOn("first", m_file, m_bytes, {0}));
    for (const std::string task : {"hellaswag", "perplexity:poems"}) {
        auto asked = request(5);
        asked.tasks = {task};
        const auto refused = texts(asked);
        VERIFY_ERROR(refused, ErrorCode::InvalidArgument);
        for (const std::string &word : {task, std::string("perplexity:DOMAIN"), std::string("code")})
            QVERIFY2(refused.error().detail.find(word) != std::string::npos, refused.error().detail.c_str());
    }
    auto chosen = request(5);
    chosen.tasks = {"perplexity:code", "perplexity"};
    QCOMPARE(texts(chosen)->size(), std::size_t(1));
    chosen.items = m_file;
    VERIFY_ERROR(texts(chosen), ErrorCode::InvalidArgument);
    chosen.tasks = {"perplexity"};
    QCOMPARE(texts(chosen)->front().protocol, std::string("items-perplexity-1"));
}

void TestEvaluate::runsWithoutTextAreSaid()
{
    m_study->add(test::SelectedStudy::recipe("ids"));
    const auto none = texts(request(5));
    VERIFY_ERROR(none, ErrorCode::NotFound);
    QVERIFY2(none.error().detail.find("code") != std::string::npos, none.error().detail.c_str());
    m_study->add(recipeOn("text", m_file, m_bytes, {0}));
    VERIFY_RESULT(texts(request(5)));
}

void TestEvaluate::perplexityOfLiteralNumbers()
{
    const auto same = lossesOf({10 * std::log(3.0), 20 * std::log(3.0)}, {10, 20}).metrics.front();
    QVERIFY(std::abs(same.value - 3.0) < 1e-12);
    QVERIFY(std::abs(same.low - 3.0) < 1e-12 && std::abs(same.high - 3.0) < 1e-12);
    QCOMPARE(same.n, std::uint64_t(2));
    // exp((1 + 8 + 3) / (1 + 4 + 1)); the item without tokens does not count.
    const auto mixed = lossesOf({1.0, 8.0, 0.0, 3.0}, {1, 4, 0, 1}).metrics.front();
    QVERIFY(std::abs(mixed.value - std::exp(2.0)) < 1e-12);
    QCOMPARE(mixed.n, std::uint64_t(3));
    QCOMPARE(mixed.unscored, std::uint64_t(1));
    // Of 27 resamples, one in 27 has the first item alone and one the last: both tails are thicker than 2.5 %.
    QVERIFY(std::abs(mixed.low - std::exp(1.0)) < 1e-12);
    QVERIFY(std::abs(mixed.high - std::exp(3.0)) < 1e-12);
}

void TestEvaluate::theTableComparesInPairs()
{
    const auto run = m_study->add(recipeOn("first", m_file, m_bytes, {0}));
    const auto other = m_study->add(recipeOn("second", m_file, m_bytes, {1}));
    const std::vector<double> dense = {10, 35, 12, 60, 5};
    std::vector<double> twice;
    for (const double loss : dense)
        twice.push_back(loss + 10 * std::log(2.0));
    const std::vector<std::uint64_t> tokens(5, 10);
    measure(evaluationOf(store::denseRun, "code"), lossesOf(dense, tokens));
    measure(evaluationOf(run.id, "code"), lossesOf(twice, tokens));
    measure(evaluationOf(other.id, "code"), lossesOf({11, 34, 13, 59, 5}, tokens));
    const auto table = accuracyTable(m_study->folder(), {}, {});
    VERIFY_RESULT(table);
    QCOMPARE(table->rows.size(), std::size_t(3));
    QCOMPARE(table->columns.size(), std::size_t(1));
    QVERIFY(table->rows[0].isDense() && !table->at(0, 0)->toDense);
    QVERIFY(table->isOwnDomain(1, 0) && !table->isOwnDomain(0, 0));
    const auto &worse = *table->at(1, 0);
    // Each alone is uncertain, but on every text the run is exactly twice as perplexed.
    QVERIFY(worse.measured.interval.low < worse.measured.value && worse.measured.value < worse.measured.interval.high);
    QVERIFY(std::abs(worse.ratio->value - 2.0) < 1e-9);
    QVERIFY(std::abs(worse.ratio->interval.low - 2.0) < 1e-9 && std::abs(worse.ratio->interval.high - 2.0) < 1e-9);
    QVERIFY(!worse.toDense->interval.covers(0.0));
    QVERIFY(table->at(2, 0)->toDense->interval.covers(0.0));
    const auto chosen = accuracyTable(m_study->folder(), {"second"}, {});
    VERIFY_RESULT(chosen);
    QCOMPARE(chosen->rows.size(), std::size_t(2)); // dense always stands first
    VERIFY_ERROR(accuracyTable(m_study->folder(), {"third"}, {}), ErrorCode::NotFound);
}

void TestEvaluate::conditionsAreNotMixed()
{
    const auto run = m_study->add(recipeOn("first", m_file, m_bytes, {0}));
    measure(evaluationOf(store::denseRun, "code"), lossesOf({20}, {10}));
    measure(evaluationOf(run.id, "code"), lossesOf({30}, {10}));
    auto otherwise = evaluationOf(run.id, "code");
    otherwise.itemsSha256 = std::string(64, 'c');
    measure(otherwise, lossesOf({40}, {10}));
    const auto table = accuracyTable(m_study->folder(), {}, {});
    VERIFY_RESULT(table);
    QCOMPARE(table->columns.size(), std::size_t(1));
    QVERIFY(std::abs(table->at(1, 0)->measured.value - std::exp(3.0)) < 1e-9);
    QCOMPARE(table->notices.size(), std::size_t(1));
    otherwise.run = store::denseRun;
    measure(otherwise, lossesOf({25}, {10})); // now both conditions have as many: the newer ones are shown
    const auto newer = accuracyTable(m_study->folder(), {}, {});
    VERIFY_RESULT(newer);
    QVERIFY(std::abs(newer->at(1, 0)->measured.value - std::exp(4.0)) < 1e-9);
    QVERIFY(std::abs(newer->at(0, 0)->measured.value - std::exp(2.5)) < 1e-9);
}

QTEST_GUILESS_MAIN(TestEvaluate)
#include "tst_evaluate.moc"
