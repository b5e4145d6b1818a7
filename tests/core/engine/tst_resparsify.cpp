// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>
#include <memory>
#include <stop_token>

#include "core/engine/light.h"
#include "tests/core/engine/selectedstudy.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::engine;
using namespace secateur::test;
namespace fs = std::filesystem;

namespace {

PruneTarget ratio(double value)
{
    return Sparsity::fromRatio(value).value();
}

PruneTarget pattern(const char *text)
{
    return NmPattern::fromText(text).value();
}

} // namespace

Q_DECLARE_METATYPE(secateur::PruneTarget)
Q_DECLARE_METATYPE(secateur::PruneMethod)
Q_DECLARE_METATYPE(secateur::StatisticsMode)

class TestResparsify : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void selectsFromStoredNorms_data();
    void selectsFromStoredNorms();
    void saysWhetherItIsApproximate_data();
    void saysWhetherItIsApproximate();
    void childOfAnApproximateRunIsApproximate();
    void makesAName();
    void refusesBeforeItWrites();
    void findsAModelThatMoved();
    void continuesAfterCancel();
    void reportsLayers();

private:
    [[nodiscard]] ResparsifyRequest request(const std::string &run, const PruneTarget &target,
                                            const std::string &name = {}) const
    {
        return {m_study->folder(), run, {}, target, name, 2};
    }
    /// Whether every mask of the run is what the recipe gives.
    [[nodiscard]] bool holds(const std::string &run, const store::RunRecipe &recipe) const;

    std::unique_ptr<TemporaryFolder> m_temporary;
    std::unique_ptr<SelectedStudy> m_study;
};

void TestResparsify::init()
{
    m_study.reset();
    m_temporary = std::make_unique<TemporaryFolder>();
    const auto model = writeTinyModel(m_temporary->path() / "model", {.layers = 3});
    m_study = std::make_unique<SelectedStudy>(m_temporary->path() / "study.secateur", model);
}

bool TestResparsify::holds(const std::string &run, const store::RunRecipe &recipe) const
{
    const auto study = store::Study::open(m_study->folder(), store::Study::Access::Read);
    const auto reader = study ? (*study)->read(run) : tl::make_unexpected(study.error());
    if (!reader)
        return false;
    for (const auto &matrix : (*reader)->manifest().sublayers) {
        const auto kept = (*reader)->mask(matrix.id);
        if (!kept || *kept != m_study->select(recipe, matrix.id))
            return false;
        const bool normed = recipe.method != PruneMethod::Magnitude;
        const auto norm = (*reader)->norm(matrix.id);
        if (norm.has_value() != normed || (normed && *norm != m_study->norms(recipe, matrix.id)))
            return false;
    }
    return (*reader)->manifest().sublayers.size() == 21;
}

void TestResparsify::selectsFromStoredNorms_data()
{
    QTest::addColumn<PruneMethod>("method");
    QTest::addColumn<PruneTarget>("target");
    QTest::newRow("60 %") << PruneMethod::Wanda << ratio(0.6);
    QTest::newRow("2:4") << PruneMethod::Wanda << pattern("2:4");
    QTest::newRow("nothing") << PruneMethod::Wanda << ratio(0.0);
    QTest::newRow("variant") << PruneMethod::WandaVariant << ratio(0.3);
    QTest::newRow("magnitude") << PruneMethod::Magnitude << ratio(0.7);
    QTest::newRow("magnitude 4:8") << PruneMethod::Magnitude << pattern("4:8");
}

void TestResparsify::selectsFromStoredNorms()
{
    QFETCH(PruneMethod, method);
    QFETCH(PruneTarget, target);
    auto recipe = SelectedStudy::recipe("parent");
    recipe.method = method;
    const auto parent = m_study->add(recipe);
    const auto report = resparsify(request("parent", target, "child"), {});
    VERIFY_RESULT(report);
    recipe.target = targetText(target);
    QVERIFY(holds("child", recipe));
    const auto &child = report->manifest.recipe;
    QCOMPARE(child.name, std::string("child"));
    QCOMPARE(child.domain, std::string("code"));
    QCOMPARE(child.target, targetText(target));
    QCOMPARE(child.origin, std::string("resparsify"));
    QCOMPARE(child.parentRun, parent.id);
    QVERIFY(child.method == method);
    QCOMPARE(child.calibrationFingerprint, recipe.calibrationFingerprint);
    QCOMPARE(child.calibrationTokens, std::uint64_t(30));
    QCOMPARE(report->resumedLayers, std::size_t(0));
    for (const auto &matrix : report->manifest.sublayers)
        QCOMPARE(matrix.alpha.has_value(), method == PruneMethod::WandaVariant);
    for (const char *const part : {"load", "calibrate", "prune", "total"})
        QVERIFY(report->manifest.outcome.seconds.contains(part));
}

void TestResparsify::saysWhetherItIsApproximate_data()
{
    QTest::addColumn<PruneMethod>("method");
    QTest::addColumn<StatisticsMode>("statistics");
    QTest::addColumn<PruneTarget>("target");
    QTest::addColumn<bool>("approximate");
    QTest::newRow("sequential") << PruneMethod::Wanda << StatisticsMode::Pruned << ratio(0.6) << true;
    QTest::newRow("sequential, own target") << PruneMethod::Wanda << StatisticsMode::Pruned << ratio(0.5) << false;
    QTest::newRow("dense") << PruneMethod::Wanda << StatisticsMode::Dense << ratio(0.6) << false;
    QTest::newRow("magnitude") << PruneMethod::Magnitude << StatisticsMode::Pruned << ratio(0.6) << false;
}

void TestResparsify::saysWhetherItIsApproximate()
{
    QFETCH(PruneMethod, method);
    QFETCH(StatisticsMode, statistics);
    QFETCH(PruneTarget, target);
    QFETCH(bool, approximate);
    auto recipe = SelectedStudy::recipe("parent");
    recipe.method = method;
    recipe.statistics = statistics;
    m_study->add(recipe);
    const auto report = resparsify(request("parent", target), {});
    VERIFY_RESULT(report);
    QCOMPARE(report->manifest.recipe.approximate, approximate);
    QVERIFY(report->manifest.recipe.statistics == statistics);
}

void TestResparsify::childOfAnApproximateRunIsApproximate()
{
    m_study->add(SelectedStudy::recipe("parent"));
    const auto child = resparsify(request("parent", ratio(0.6), "child"), {});
    VERIFY_RESULT(child);
    const auto grandchild = resparsify(request("child", ratio(0.6), "grandchild"), {});
    VERIFY_RESULT(grandchild);
    QVERIFY(grandchild->manifest.recipe.approximate);
}

void TestResparsify::makesAName()
{
    m_study->add(SelectedStudy::recipe("parent"));
    const auto first = resparsify(request("parent", pattern("2:4")), {});
    VERIFY_RESULT(first);
    QCOMPARE(first->manifest.recipe.name, std::string("code-wanda-2:4"));
    const auto second = resparsify(request("parent", pattern("2:4")), {});
    VERIFY_RESULT(second);
    QCOMPARE(second->manifest.recipe.name, std::string("code-wanda-2:4-2"));
}

void TestResparsify::refusesBeforeItWrites()
{
    m_study->add(SelectedStudy::recipe("parent"));
    auto variant = SelectedStudy::recipe("searched");
    variant.method = PruneMethod::WandaVariant;
    m_study->add(variant);
    VERIFY_ERROR(resparsify(request("nobody", ratio(0.6)), {}), ErrorCode::NotFound);
    VERIFY_ERROR(resparsify(request("parent", ratio(0.6), "parent"), {}), ErrorCode::Conflict);
    VERIFY_ERROR(resparsify(request("parent", pattern("5:13")), {}), ErrorCode::InvalidArgument);
    VERIFY_ERROR(resparsify(request("searched", pattern("2:4")), {}), ErrorCode::InvalidArgument);
    auto other = request("parent", ratio(0.6));
    other.model = writeTinyModel(m_temporary->path() / "other", {.layers = 3, .seed = 2});
    VERIFY_ERROR(resparsify(other, {}), ErrorCode::Conflict);
    const auto study = store::Study::open(m_study->folder(), store::Study::Access::Read);
    VERIFY_RESULT(study);
    QCOMPARE((*study)->runs().size(), std::size_t(2));
    QVERIFY((*study)->interrupted().empty());
}

void TestResparsify::findsAModelThatMoved()
{
    auto recipe = SelectedStudy::recipe("parent");
    m_study->add(recipe);
    const fs::path moved = m_temporary->path() / "elsewhere";
    fs::rename(m_temporary->path() / "model", moved);
    VERIFY_ERROR(resparsify(request("parent", ratio(0.6)), {}), ErrorCode::NotFound);
    auto found = request("parent", ratio(0.6), "child");
    found.model = moved;
    const auto report = resparsify(found, {});
    VERIFY_RESULT(report);
}

void TestResparsify::continuesAfterCancel()
{
    auto recipe = SelectedStudy::recipe("parent");
    m_study->add(recipe);
    std::stop_source stop;
    const RunContext context(stop.get_token(), [&stop](const Progress &progress) {
        if (progress.stage == "select" && progress.done == 2)
            stop.request_stop();
    });
    const auto cancelled = resparsify(request("parent", ratio(0.6)), context);
    VERIFY_ERROR(cancelled, ErrorCode::Cancelled);
    QVERIFY2(cancelled.error().detail.find("2 of 3 layers") != std::string::npos, cancelled.error().detail.c_str());
    {
        const auto study = store::Study::open(m_study->folder(), store::Study::Access::Read);
        VERIFY_RESULT(study);
        QCOMPARE((*study)->interrupted().size(), std::size_t(1));
    }
    const auto report = resparsify(request("parent", ratio(0.6)), {});
    VERIFY_RESULT(report);
    QCOMPARE(report->resumedLayers, std::size_t(2));
    QCOMPARE(report->manifest.recipe.name, std::string("code-wanda-0.6"));
    recipe.target = "0.6";
    QVERIFY(holds("code-wanda-0.6", recipe));
}

void TestResparsify::reportsLayers()
{
    m_study->add(SelectedStudy::recipe("parent"));
    std::vector<std::uint64_t> done;
    const RunContext context({}, [&done](const Progress &progress) {
        if (progress.stage == "select" && progress.total == 3)
            done.push_back(progress.done);
    });
    const auto report = resparsify(request("parent", ratio(0.6)), context);
    VERIFY_RESULT(report);
    QCOMPARE(done, (std::vector<std::uint64_t>{0, 1, 2, 3}));
}

QTEST_APPLESS_MAIN(TestResparsify)
#include "tst_resparsify.moc"
