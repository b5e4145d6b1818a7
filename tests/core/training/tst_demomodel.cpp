// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/modelarchive.h"
#include "core/base/file.h"
#include "core/training/losscurve.h"
#include "core/training/modelfiles.h"
#include "core/training/recipe.h"
#include "tests/support/testsupport.h"

using namespace secateur;

/// The committed model of resources/demo and how it was made.
class TestDemoModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tokenizerAndConfigurationAreWhatTheTrainerMakes();
    void weightsFitTheConfiguration();
    void curveIsThatOfTheLog();

private:
    const std::filesystem::path m_folder = std::filesystem::path(SECATEUR_SOURCE_DIR) / "resources" / "demo";
};

void TestDemoModel::tokenizerAndConfigurationAreWhatTheTrainerMakes()
{
    const auto files = training::modelFiles();
    VERIFY_RESULT(files);
    for (const auto &[name, text] : *files)
        QVERIFY2(readTextFile(m_folder / "model" / name, 1U << 24).value() == text, name.c_str());
}

void TestDemoModel::weightsFitTheConfiguration()
{
    const auto archive = architecture::ModelArchive::open(m_folder / "model");
    VERIFY_RESULT(archive);
    QVERIFY((*archive)->prunableParameters() >= 3'000'000 && (*archive)->prunableParameters() <= 6'000'000);
}

void TestDemoModel::curveIsThatOfTheLog()
{
    const auto recipe = training::readRecipe(m_folder / "recipe.json");
    VERIFY_RESULT(recipe);
    const auto log = readTextFile(m_folder / "loss.csv", 1U << 24);
    VERIFY_RESULT(log);
    QVERIFY2(log->find("\n" + std::to_string(recipe->steps) + ",") != std::string::npos,
             "the log does not reach the recipe's last step");
    const auto curve = training::lossCurve(*log);
    VERIFY_RESULT(curve);
    QVERIFY(readTextFile(m_folder / "loss.svg", 1U << 24).value() == *curve);
    VERIFY_ERROR(training::lossCurve("step,tokens\n1,2\n"), ErrorCode::BadInput);
}

QTEST_GUILESS_MAIN(TestDemoModel)
#include "tst_demomodel.moc"
