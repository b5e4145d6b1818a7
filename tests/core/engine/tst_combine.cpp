// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>
#include <memory>
#include <stop_token>

#include "core/engine/combine.h"
#include "core/engine/evaluate.h"
#include "core/engine/light.h"
#include "core/selection/meannorms.h"
#include "core/selection/selection.h"
#include "tests/core/engine/selectedstudy.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::engine;
using namespace secateur::test;
using mask::CombineRule;
namespace fs = std::filesystem;

namespace {

PruneTarget ratio(double value)
{
    return Sparsity::fromRatio(value).value();
}

store::RunRecipe recipeOf(const std::string &name, const std::string &domain, std::uint64_t sample)
{
    auto recipe = SelectedStudy::recipe(name, sample);
    recipe.domain = domain;
    return recipe;
}

} // namespace

class TestCombine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void masksAreWhatTheRuleSays_data();
    void masksAreWhatTheRuleSays();
    void scoresOfOneRunAreItsOwnMasks();
    void scoresAreSelectedFromMeanNorms_data();
    void scoresAreSelectedFromMeanNorms();
    void recordsWhatItWasMadeOf();
    void combinesWhatWasCombined();
    void standsWhenParentsAreGone();
    void makesNames();
    void saysWhetherItIsApproximate();
    void refusesBeforeItWrites();
    void refusesADamagedParent();
    void continuesAfterCancel();

private:
    [[nodiscard]] CombineRequest request(CombineRule rule, std::vector<std::string> runs) const
    {
        CombineRequest request;
        request.study = m_study->folder();
        request.runs = std::move(runs);
        request.rule = rule;
        request.threads = 2;
        return request;
    }
    [[nodiscard]] std::unique_ptr<store::Study> open() const
    {
        return store::Study::open(m_study->folder(), store::Study::Access::Write).value();
    }
    [[nodiscard]] std::unique_ptr<store::RunReader> read(const std::string &run) const
    {
        return open()->read(run).value();
    }
    /// Calls check(reader of the run, id) for each of its matrices; false at the first that is not so.
    template <typename Check>
    [[nodiscard]] bool everyMatrix(const std::string &run, const Check &check) const
    {
        const auto reader = read(run);
        return std::ranges::all_of(reader->manifest().sublayers,
                                   [&](const auto &matrix) { return check(*reader, matrix.id); });
    }

    std::unique_ptr<TemporaryFolder> m_temporary;
    std::unique_ptr<SelectedStudy> m_study;
    store::RunRecipe m_recipes[3] = {recipeOf("code", "code", 1), recipeOf("math", "math", 2),
                                     recipeOf("prose", "prose", 3)};
};

Q_DECLARE_METATYPE(secateur::mask::CombineRule)
Q_DECLARE_METATYPE(secateur::PruneTarget)

void TestCombine::init()
{
    m_study.reset();
    m_temporary = std::make_unique<TemporaryFolder>();
    const auto model = writeTinyModel(m_temporary->path() / "model", {.layers = 3});
    m_study = std::make_unique<SelectedStudy>(m_temporary->path() / "study.secateur", model);
    for (const auto &recipe : m_recipes)
        m_study->add(recipe);
}

void TestCombine::masksAreWhatTheRuleSays_data()
{
    QTest::addColumn<CombineRule>("rule");
    for (const auto rule :
         {CombineRule::Union, CombineRule::Intersection, CombineRule::Majority, CombineRule::Difference})
        QTest::newRow(mask::ruleName(rule).c_str()) << rule;
}

void TestCombine::masksAreWhatTheRuleSays()
{
    QFETCH(CombineRule, rule);
    const auto report = combine(request(rule, {"math", "code", "prose"}), {});
    VERIFY_RESULT(report);
    const auto &made = report->manifest;
    QCOMPARE(made.sublayers.size(), std::size_t(21));
    std::uint64_t kept = 0;
    QVERIFY(everyMatrix(made.recipe.name, [&](const store::RunReader &reader, const MatrixId &id) {
        const auto first = m_study->select(m_recipes[1], id);
        const auto second = m_study->select(m_recipes[0], id);
        const auto third = m_study->select(m_recipes[2], id);
        const auto mask = reader.mask(id).value();
        kept += mask.count();
        return mask == mask::combineMasks(rule, {&first, &second, &third}).value() && !reader.norm(id);
    }));
    QCOMPARE(made.total() - made.pruned(), kept);
    if (rule == CombineRule::Union)
        QVERIFY(made.sparsity() < 0.4);
    if (rule == CombineRule::Intersection)
        QVERIFY(made.sparsity() > 0.6);
    const auto verified = open()->verify({});
    VERIFY_RESULT(verified);
    QVERIFY(verified->bad.empty());
}

void TestCombine::scoresOfOneRunAreItsOwnMasks()
{
    const auto report = combine(request(CombineRule::Scores, {"math"}), {});
    VERIFY_RESULT(report);
    QCOMPARE(report->manifest.recipe.target, std::string("0.5"));
    QVERIFY(!report->manifest.recipe.approximate);
    QVERIFY(everyMatrix("math-scores-0.5", [&](const store::RunReader &reader, const MatrixId &id) {
        return reader.mask(id).value() == m_study->select(m_recipes[1], id)
            && reader.norm(id).value() == m_study->norms(m_recipes[1], id);
    }));
}

void TestCombine::scoresAreSelectedFromMeanNorms_data()
{
    QTest::addColumn<PruneTarget>("target");
    QTest::newRow("half") << ratio(0.5);
    QTest::newRow("70 %") << ratio(0.7);
    QTest::newRow("2:4") << PruneTarget(NmPattern::fromText("2:4").value());
}

void TestCombine::scoresAreSelectedFromMeanNorms()
{
    QFETCH(PruneTarget, target);
    auto asked = request(CombineRule::Scores, {"code", "math"});
    asked.target = target;
    asked.weights = {3.0, 1.0};
    asked.name = "both";
    const auto report = combine(asked, {});
    VERIFY_RESULT(report);
    QCOMPARE(report->manifest.recipe.target, targetText(target));
    QVERIFY(std::abs(report->manifest.sparsity() - targetRatio(target)) < 0.02);
    QVERIFY(everyMatrix("both", [&](const store::RunReader &reader, const MatrixId &id) {
        const auto norms =
            selection::meanNorms({m_study->norms(m_recipes[0], id), m_study->norms(m_recipes[1], id)}, asked.weights)
                .value();
        const auto shape = reader.mask(id).value();
        std::vector<float> weights(shape.size());
        if (!m_study->model().readF32(tensorName(id), weights) || reader.norm(id).value() != norms)
            return false;
        return shape == selection::selectWanda({shape.rows(), shape.cols(), weights}, norms, target, 1).value();
    }));
    // A run like any: it can be selected again.
    VERIFY_RESULT(resparsify({m_study->folder(), "both", {}, ratio(0.6), "again", 1}, {}));
}

void TestCombine::recordsWhatItWasMadeOf()
{
    auto asked = request(CombineRule::Scores, {"math", "code"});
    asked.weights = {2.0, 0.5};
    VERIFY_RESULT(combine(asked, {}));
    const auto study = open();
    const auto run = study->find("math+code-scores-0.5");
    VERIFY_RESULT(run);
    const auto &recipe = run->recipe;
    QCOMPARE(recipe.origin, std::string("combine"));
    QCOMPARE(recipe.domain, std::string("math+code"));
    QCOMPARE(recipe.calibrationTokens, std::uint64_t(60));
    QCOMPARE(recipe.calibrationSequences, std::uint64_t(4));
    QVERIFY(recipe.combination.has_value());
    QVERIFY(recipe.combination->rule == CombineRule::Scores);
    QCOMPARE(recipe.combination->runs.size(), std::size_t(2));
    const auto &first = recipe.combination->runs[0];
    const auto parent = study->find("math").value();
    const store::CombinedRun expected{parent.id, "math", "math", "0.5", 2.0, store::filesSha256(parent)};
    QVERIFY(first == expected);
    QCOMPARE(recipe.combination->runs[1].weight, 0.5);
    QCOMPARE(recipe.combination->calibrations.size(), std::size_t(2));
    QCOMPARE(recipe.combination->calibrations[1].fingerprint, m_recipes[0].calibrationFingerprint);
    QCOMPARE(recipe.combination->calibrations[1].provenance.tokenCounts, (std::vector<std::uint64_t>{10, 20}));
    QVERIFY(recipe.hasNorms() && !recipe.isMadeOfMasks());
}

void TestCombine::combinesWhatWasCombined()
{
    VERIFY_RESULT(combine(request(CombineRule::Union, {"code", "math"}), {}));
    const auto report = combine(request(CombineRule::Intersection, {"code+math-union", "prose", "math"}), {});
    VERIFY_RESULT(report);
    const auto &recipe = report->manifest.recipe;
    QCOMPARE(recipe.domain, std::string("code+math+prose+math"));
    QCOMPARE(recipe.combination->calibrations.size(), std::size_t(3)); // math's once
    QCOMPARE(recipe.calibrationTokens, std::uint64_t(90));
    const auto scores = request(CombineRule::Scores, {"code+math-union", "math"});
    const auto refused = combine(scores, {});
    VERIFY_ERROR(refused, ErrorCode::InvalidArgument);
    QVERIFY(refused.error().detail.find("made of masks") != std::string::npos);
    VERIFY_ERROR(resparsify({m_study->folder(), "code+math-union", {}, ratio(0.6), {}, 1}, {}),
                 ErrorCode::InvalidArgument);
    VERIFY_ERROR(writeNorms(m_study->folder(), "code+math-union", m_temporary->path() / "n.safetensors", {}),
                 ErrorCode::NotFound);
}

void TestCombine::standsWhenParentsAreGone()
{
    VERIFY_RESULT(combine(request(CombineRule::Union, {"code", "math"}), {}));
    for (const char *const parent : {"code", "math"})
        VERIFY_RESULT(open()->remove(parent));
    QVERIFY(everyMatrix("code+math-union", [&](const store::RunReader &reader, const MatrixId &id) {
        const auto code = m_study->select(m_recipes[0], id);
        const auto math = m_study->select(m_recipes[1], id);
        return reader.mask(id).value() == mask::bitOr(code, math).value();
    }));
    VERIFY_RESULT(writeMasks(m_study->folder(), "code+math-union", m_temporary->path() / "m.safetensors", {}));
    // Texts that the parents saw are still no held-out texts: their domains are known through the run alone.
    QCOMPARE(domainsOf(*open()), (std::vector<std::string>{"prose", "code", "math"}));
}

void TestCombine::makesNames()
{
    const auto nameOf = [this](CombineRule rule, std::vector<std::string> runs) {
        const auto report = combine(request(rule, std::move(runs)), {});
        return report ? report->manifest.recipe.name : report.error().detail;
    };
    QCOMPARE(nameOf(CombineRule::Union, {"code", "math"}), std::string("code+math-union"));
    QCOMPARE(nameOf(CombineRule::Union, {"code", "math"}), std::string("code+math-union-2"));
    QCOMPARE(nameOf(CombineRule::Difference, {"code", "math", "prose"}),
             std::string("code-without-math+prose-difference"));
    QCOMPARE(nameOf(CombineRule::Scores, {"math", "prose"}), std::string("math+prose-scores-0.5"));
    QCOMPARE(combinedDomain(CombineRule::Majority, {"code", "code"}), std::string("code"));
}

void TestCombine::saysWhetherItIsApproximate()
{
    const auto isApproximate = [this](const CombineRequest &asked) {
        return combine(asked, {}).value().manifest.recipe.approximate;
    };
    QVERIFY(!isApproximate(request(CombineRule::Union, {"code", "math"})));
    QVERIFY(isApproximate(request(CombineRule::Scores, {"code", "math"})));
    std::vector<std::string> dense;
    for (auto recipe : {m_recipes[0], m_recipes[1]}) {
        recipe.name += "-dense";
        recipe.statistics = StatisticsMode::Dense;
        dense.push_back(recipe.name);
        m_study->add(recipe);
    }
    QVERIFY(!isApproximate(request(CombineRule::Scores, dense)));
    QVERIFY(isApproximate(request(CombineRule::Scores, {"code", "math-dense"})));
}

void TestCombine::refusesBeforeItWrites()
{
    auto magnitude = recipeOf("magnitude", "none", 4);
    magnitude.method = PruneMethod::Magnitude;
    m_study->add(magnitude);
    auto other = recipeOf("code-60", "code", 1);
    other.target = "0.6";
    m_study->add(other);
    const auto refused = [](const CombineRequest &asked) {
        const auto result = combine(asked, {});
        return !result && result.error().code == ErrorCode::InvalidArgument;
    };
    QVERIFY(refused(request(CombineRule::Union, {"code"})));
    QVERIFY(refused(request(CombineRule::Union, {"code", "code"})));
    QVERIFY(refused(request(CombineRule::Scores, {})));
    QVERIFY(refused(request(CombineRule::Union, {"code", "magnitude"})));
    QVERIFY(refused(request(CombineRule::Scores, {"magnitude"})));
    QVERIFY(refused(request(CombineRule::Scores, {"code", "code-60"}))); // which of the sparsities?
    auto asked = request(CombineRule::Union, {"code", "math"});
    asked.weights = {1.0, 2.0};
    QVERIFY(refused(asked));
    asked.weights.clear();
    asked.target = ratio(0.5);
    QVERIFY(refused(asked));
    asked.rule = CombineRule::Scores;
    for (const std::vector<double> &weights : {std::vector<double>{1.0}, {1.0, 0.0}, {1.0, -2.0}}) {
        asked.weights = weights;
        QVERIFY(refused(asked));
    }
    asked.weights.clear();
    asked.target = NmPattern::fromText("5:13").value();
    QVERIFY(refused(asked));
    VERIFY_ERROR(combine(request(CombineRule::Union, {"code", "nobody"}), {}), ErrorCode::NotFound);
    asked = request(CombineRule::Union, {"code", "math"});
    asked.name = "prose";
    VERIFY_ERROR(combine(asked, {}), ErrorCode::Conflict);
    QCOMPARE(open()->runs().size(), std::size_t(5));
    QVERIFY(open()->interrupted().empty());
}

void TestCombine::refusesADamagedParent()
{
    const auto id = open()->find("math").value().id;
    const fs::path file = m_study->folder() / "runs" / id / "layer-0001.h5";
    fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
    {
        std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(std::streamoff(fs::file_size(file) / 2));
        bytes.put('\x5a');
        bytes.put('\xa5');
    }
    for (const auto rule : {CombineRule::Union, CombineRule::Scores}) {
        const auto result = combine(request(rule, {"code", "math"}), {});
        VERIFY_ERROR(result, ErrorCode::BadInput);
        QVERIFY2(result.error().detail.find("layer-0001.h5") != std::string::npos, result.error().detail.c_str());
        QCOMPARE(open()->runs().size(), std::size_t(3));
        QVERIFY(open()->interrupted().empty()); // no attempt could succeed
    }
}

void TestCombine::continuesAfterCancel()
{
    std::stop_source stop;
    std::vector<std::uint64_t> done;
    const RunContext context(stop.get_token(), [&](const Progress &progress) {
        if (progress.stage != "combine")
            return;
        done.push_back(progress.done);
        if (progress.done == 2)
            stop.request_stop();
    });
    const auto asked = request(CombineRule::Union, {"code", "math"});
    const auto cancelled = combine(asked, context);
    VERIFY_ERROR(cancelled, ErrorCode::Cancelled);
    QVERIFY2(cancelled.error().detail.find("2 of 3 layers") != std::string::npos, cancelled.error().detail.c_str());
    QCOMPARE(done, (std::vector<std::uint64_t>{0, 1, 2}));
    QCOMPARE(open()->interrupted().size(), std::size_t(1));
    // An unfinished run is no parent.
    VERIFY_ERROR(combine(request(CombineRule::Union, {"code", "code+math-union"}), {}), ErrorCode::InvalidArgument);
    // Another one is not mistaken for it.
    const auto other = combine(request(CombineRule::Intersection, {"code", "math"}), {});
    VERIFY_RESULT(other);
    QCOMPARE(other->resumedLayers, std::size_t(0));
    const auto report = combine(asked, {});
    VERIFY_RESULT(report);
    QCOMPARE(report->resumedLayers, std::size_t(2));
    QCOMPARE(report->manifest.recipe.name, std::string("code+math-union"));
    QVERIFY(open()->interrupted().empty());
}

QTEST_APPLESS_MAIN(TestCombine)
#include "tst_combine.moc"
