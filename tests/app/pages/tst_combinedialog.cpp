// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/combinedialog.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>

#include "core/engine/combine.h"
#include "tests/core/engine/selectedstudy.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::app;
using mask::CombineRule;

namespace {

/// A study of python, math and java, and a run without norms.
struct Fixture {
    test::TemporaryFolder folder;
    test::SelectedStudy study{folder.path() / "study.secateur", test::writeTinyModel(folder.path() / "model")};
    std::vector<store::RunManifest> runs;
    StudySession session;

    Fixture()
    {
        std::uint64_t sample = 0;
        for (const char *const name : {"python", "math", "java"}) {
            auto recipe = test::SelectedStudy::recipe(name, ++sample);
            recipe.domain = name;
            runs.push_back(study.add(recipe));
        }
        auto recipe = test::SelectedStudy::recipe("magnitude", 9);
        recipe.method = PruneMethod::Magnitude;
        runs.push_back(study.add(recipe));
        if (!session.open(study.folder()))
            qFatal("the study was just made");
    }
    [[nodiscard]] QString id(std::size_t run) const { return QString::fromStdString(runs[run].id); }
    [[nodiscard]] std::shared_ptr<const CompareData> distances() const
    {
        engine::CompareRequest request;
        request.study = study.folder();
        auto report = engine::compare(request, {});
        return report ? std::make_shared<const CompareData>(std::move(*report)) : nullptr;
    }
};

void choose(CombineDialog &dialog, CombineRule rule)
{
    dialog.ruleBox().setCurrentIndex(dialog.ruleBox().findData(int(rule)));
}

QString optionOf(const QStringList &arguments, const QString &option)
{
    const qsizetype place = arguments.indexOf(option);
    return place < 0 ? QString() : arguments.value(place + 1);
}

} // namespace

class TestCombineDialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void modelIsSound();
    void asksForRuns();
    void makesTheCommand();
    void weighsScores();
    void differenceIsOfTheChosenRun();
    void saysWhatCannotBe();
    void foretellsWhatIsKept();
    void boundsHold();
    void theCommandMakesTheRun();
    void everythingHasAName();
};

void TestCombineDialog::modelIsSound()
{
    Fixture fixture;
    CombineModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setRuns(fixture.session.runs());
    QCOMPARE(model.rowCount(), 4);
    model.setChosen(fixture.id(1), true);
    QCOMPARE(model.chosenRuns().size(), std::size_t(1));
    const auto weight = model.index(1, CombineModel::WeightColumn);
    QVERIFY(!(model.flags(weight) & Qt::ItemIsEditable)); // masks have no weights
    model.setWeighted(true);
    QVERIFY(model.flags(weight) & Qt::ItemIsEditable);
    QVERIFY(!(model.flags(model.index(0, CombineModel::WeightColumn)) & Qt::ItemIsEditable));
    QVERIFY(model.setData(weight, 2.5, Qt::EditRole));
    for (const double bad : {0.0, -1.0, 1e9})
        QVERIFY(!model.setData(weight, bad, Qt::EditRole));
    QCOMPARE(model.weightOf(fixture.runs[1].id), 2.5);
    // Choices stay by run, whatever comes or goes.
    auto fewer = fixture.session.runs();
    fewer.erase(fewer.begin());
    model.setRuns(fewer);
    QCOMPARE(model.chosenRuns().front().recipe.name, std::string("math"));
    QCOMPARE(model.weightOf(fixture.runs[1].id), 2.5);
}

void TestCombineDialog::asksForRuns()
{
    Fixture fixture;
    CombineDialog dialog(fixture.session);
    QVERIFY(!dialog.makeButton().isEnabled());
    QVERIFY(dialog.forecast().contains(QLatin1String("two runs")));
    dialog.propose(fixture.id(0), fixture.id(2));
    QVERIFY(dialog.makeButton().isEnabled());
    dialog.propose(fixture.id(1), fixture.id(2)); // what was ticked stays
    QCOMPARE(optionOf(dialog.plan().arguments, QStringLiteral("--runs")), QStringLiteral("python,java"));
}

void TestCombineDialog::makesTheCommand()
{
    Fixture fixture;
    CombineDialog dialog(fixture.session);
    dialog.propose(fixture.id(0), fixture.id(1));
    QCOMPARE(dialog.plan().arguments,
             (QStringList{QStringLiteral("combine"), QString::fromStdString(fixture.study.folder().string()),
                          QStringLiteral("--runs"), QStringLiteral("python,math"), QStringLiteral("--rule"),
                          QStringLiteral("union")}));
    QCOMPARE(dialog.nameEdit().placeholderText(), QStringLiteral("python+math-union"));
    dialog.nameEdit().setText(QStringLiteral("both"));
    QCOMPARE(optionOf(dialog.plan().arguments, QStringLiteral("--name")), QStringLiteral("both"));
    QSignalSpy asked(&dialog, &CombineDialog::jobRequested);
    const QStringList arguments = dialog.plan().arguments;
    dialog.show();
    dialog.makeButton().click();
    QCOMPARE(asked.size(), 1);
    QCOMPARE(asked[0][0].toStringList(), arguments);
    QVERIFY(asked[0][1].toString().contains(QLatin1String("both")));
    QVERIFY(!dialog.isVisible());
}

void TestCombineDialog::weighsScores()
{
    Fixture fixture;
    CombineDialog dialog(fixture.session);
    dialog.propose(fixture.id(0), fixture.id(1));
    choose(dialog, CombineRule::Scores);
    QVERIFY(dialog.targetEdit().isEnabled());
    QVERIFY(!dialog.plan().arguments.contains(QStringLiteral("--weights"))); // all the same
    QVERIFY(dialog.plan().arguments.contains(QStringLiteral("--model")));
    QCOMPARE(dialog.nameEdit().placeholderText(), QStringLiteral("python+math-scores-0.5"));
    dialog.model().setData(dialog.model().index(0, CombineModel::WeightColumn), 3.0, Qt::EditRole);
    QCOMPARE(optionOf(dialog.plan().arguments, QStringLiteral("--weights")), QStringLiteral("3,1"));
    dialog.targetEdit().setText(QStringLiteral("2:4"));
    QCOMPARE(optionOf(dialog.plan().arguments, QStringLiteral("--pattern")), QStringLiteral("2:4"));
    dialog.targetEdit().setText(QStringLiteral("0.75"));
    QCOMPARE(optionOf(dialog.plan().arguments, QStringLiteral("--sparsity")), QStringLiteral("0.75"));
    QVERIFY2(dialog.forecast().contains(QLatin1String("25.0")), qPrintable(dialog.forecast()));
    choose(dialog, CombineRule::Union);
    QVERIFY(!dialog.targetEdit().isEnabled());
    QVERIFY(!dialog.plan().arguments.contains(QStringLiteral("--sparsity")));
}

void TestCombineDialog::differenceIsOfTheChosenRun()
{
    Fixture fixture;
    CombineDialog dialog(fixture.session);
    dialog.propose(fixture.id(0), fixture.id(1));
    QVERIFY(!dialog.firstBox().isEnabled());
    choose(dialog, CombineRule::Difference);
    QVERIFY(dialog.firstBox().isEnabled());
    QCOMPARE(optionOf(dialog.plan().arguments, QStringLiteral("--runs")), QStringLiteral("python,math"));
    dialog.firstBox().setCurrentIndex(1);
    dialog.model().setChosen(fixture.id(2), true);
    QCOMPARE(optionOf(dialog.plan().arguments, QStringLiteral("--runs")), QStringLiteral("math,python,java"));
}

void TestCombineDialog::saysWhatCannotBe()
{
    Fixture fixture;
    CombineDialog dialog(fixture.session);
    dialog.propose(fixture.id(0), fixture.id(3));
    QVERIFY(!dialog.makeButton().isEnabled());
    QVERIFY2(dialog.forecast().contains(QLatin1String("one method")), qPrintable(dialog.forecast()));
    dialog.model().setChosen(fixture.id(3), false);
    dialog.model().setChosen(fixture.id(1), true);
    for (const char *const name : {"java", "a/b", ".hidden"}) {
        dialog.nameEdit().setText(QString::fromLatin1(name));
        QVERIFY2(!dialog.makeButton().isEnabled(), name);
    }
    dialog.nameEdit().clear();
    choose(dialog, CombineRule::Scores);
    for (const char *const target : {"1.5", "many", "0.5 0.6", "5:13"}) {
        dialog.targetEdit().setText(QString::fromLatin1(target));
        QVERIFY2(!dialog.makeButton().isEnabled(), target);
        QVERIFY(!dialog.forecast().isEmpty());
    }
}

void TestCombineDialog::foretellsWhatIsKept()
{
    Fixture fixture;
    CombineDialog dialog(fixture.session);
    dialog.propose(fixture.id(0), fixture.id(1));
    QVERIFY(dialog.plan().kept && !dialog.plan().kept->isKnown());
    const auto distances = fixture.distances();
    QVERIFY(distances);
    dialog.setDistances(distances);
    for (const auto rule :
         {CombineRule::Union, CombineRule::Intersection, CombineRule::Majority, CombineRule::Difference}) {
        choose(dialog, rule);
        dialog.firstBox().setCurrentIndex(1); // the later run: the pair has them the other way round
        QVERIFY(dialog.plan().kept && dialog.plan().kept->isKnown());
        engine::CombineRequest request;
        request.study = fixture.study.folder();
        request.runs = rule == CombineRule::Difference ? std::vector<std::string>{"math", "python"}
                                                       : std::vector<std::string>{"python", "math"};
        request.rule = rule;
        const auto made = engine::combine(request, {});
        VERIFY_RESULT(made);
        QVERIFY(std::abs(1.0 - made->manifest.sparsity() - dialog.plan().kept->low) < 1e-12);
    }
}

void TestCombineDialog::boundsHold()
{
    const auto bounds = [](CombineRule rule, std::vector<double> kept) { return keptBounds(rule, kept); };
    const auto near = [](double a, double b) { return std::abs(a - b) < 1e-12; };
    const auto is = [&](const KeptShare &share, double low, double high) {
        return near(share.low, low) && near(share.high, high);
    };
    QVERIFY(is(bounds(CombineRule::Union, {0.5, 0.5}), 0.5, 1.0));
    QVERIFY(is(bounds(CombineRule::Union, {0.2, 0.3}), 0.3, 0.5));
    QVERIFY(is(bounds(CombineRule::Intersection, {0.5, 0.5}), 0.0, 0.5));
    QVERIFY(is(bounds(CombineRule::Intersection, {0.9, 0.8, 0.7}), 0.4, 0.7));
    QVERIFY(is(bounds(CombineRule::Majority, {0.5, 0.5}), 0.0, 0.5));
    QVERIFY(is(bounds(CombineRule::Majority, {0.5, 0.5, 0.5}), 0.25, 0.75));
    QVERIFY(is(bounds(CombineRule::Difference, {0.5, 0.2}), 0.3, 0.5));
    QCOMPARE(keptOfTwo(CombineRule::Union, {10, 5, 4, 2}), 0.7);
    QCOMPARE(keptOfTwo(CombineRule::Difference, {10, 5, 4, 2}), 0.3);
    QCOMPARE(keptOfTwo(CombineRule::Intersection, {0, 0, 0, 0}), 0.0);
}

void TestCombineDialog::theCommandMakesTheRun()
{
    Fixture fixture;
    CombineDialog dialog(fixture.session);
    dialog.propose(fixture.id(0), fixture.id(1));
    const QString name = dialog.plan().name;
    engine::CombineRequest request;
    request.study = fixture.study.folder();
    request.runs = {"python", "math"};
    const auto made = engine::combine(request, {});
    VERIFY_RESULT(made);
    QCOMPARE(QString::fromStdString(made->manifest.recipe.name), name);
    QVERIFY(fixture.session.reload());
    QCOMPARE(dialog.model().rowCount(), 5);
    QCOMPARE(dialog.plan().name, QStringLiteral("python+math-union-2"));
}

void TestCombineDialog::everythingHasAName()
{
    Fixture fixture;
    CombineDialog dialog(fixture.session);
    for (const QWidget *const widget : dialog.findChildren<QWidget *>())
        if (qobject_cast<const QComboBox *>(widget) || qobject_cast<const QTableView *>(widget)
            || (qobject_cast<const QLineEdit *>(widget) && widget->parentWidget()->parentWidget() == &dialog))
            QVERIFY2(!widget->accessibleName().isEmpty(), widget->metaObject()->className());
}

QTEST_MAIN(TestCombineDialog)
#include "tst_combinedialog.moc"
