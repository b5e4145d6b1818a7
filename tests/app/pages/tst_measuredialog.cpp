// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/measuredialog.h"

#include <QLabel>
#include <QListWidget>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTableWidget>

#include "app/pages/accuracypage.h"
#include "app/settings/settings.h"
#include "tests/app/pages/accuracyfixture.h"
#include "widgets/common/theme.h"

using namespace secateur;
using namespace secateur::app;
using test::buttonNamed;

namespace {

const QString arc = QStringLiteral("arc_easy");

struct Fixture : test::AccuracyFixture {
    Settings settings{QString::fromStdString((folder.path() / "settings.ini").string())};
    QString arcFile = QString::fromStdString((folder.path() / "ARC-Easy-Test.jsonl").string());

    Fixture()
    {
        QFile file(arcFile);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("{}\n") > 0);
        QVERIFY(session.open(study.folder()));
    }
};

bool canStart(const MeasureDialog &dialog)
{
    return buttonNamed(dialog, QStringLiteral("Start measuring"))->isEnabled();
}

} // namespace

class TestMeasureDialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void startsWithTheReasonWhyNot();
    void makesTheCommand();
    void remembersFiles();
    void forecastsByEarlierMeasurements();
    void forecastsCountItemsNotSamples();
    void programsNeedConsent();
    void everythingHasAName();
    void pictures();
};

void TestMeasureDialog::startsWithTheReasonWhyNot()
{
    Fixture fixture;
    MeasureDialog dialog(fixture.session, nullptr);
    QVERIFY(!canStart(dialog));
    QVERIFY(dialog.plan().problem.contains(QStringLiteral("at least one task")));
    dialog.setChosen(arc, true);
    QVERIFY(!canStart(dialog));
    QVERIFY2(dialog.plan().problem.startsWith(QStringLiteral("ARC-Easy lacks its file")),
             qPrintable(dialog.plan().problem));
    dialog.setFile(arc, fixture.arcFile + QStringLiteral(".gone"));
    QVERIFY(!canStart(dialog) && dialog.plan().problem.contains(QStringLiteral("there is no file")));
    dialog.setFile(arc, fixture.arcFile);
    QVERIFY(canStart(dialog));
    auto *const models = dialog.findChild<QListWidget *>();
    QCOMPARE(models->count(), 3);
    for (int row = 0; row < models->count(); ++row)
        models->item(row)->setCheckState(Qt::Unchecked);
    QVERIFY(!canStart(dialog) && dialog.plan().problem.contains(QStringLiteral("at least one model")));
    StudySession nothing;
    MeasureDialog empty(nothing, nullptr);
    QVERIFY(empty.plan().problem.contains(QStringLiteral("no sub-model")));
}

void TestMeasureDialog::makesTheCommand()
{
    Fixture fixture;
    AccuracyPage page(fixture.session, &fixture.settings.taskFiles);
    QSignalSpy jobs(&page, &Page::jobRequested);
    MeasureDialog &dialog = page.dialog();
    test::actionNamed(page, QStringLiteral("accuracy.measureTasks"))->trigger();
    QVERIFY(dialog.isVisible());
    dialog.setFile(arc, fixture.arcFile);
    dialog.setChosen(QStringLiteral("perplexity"), true);
    auto *const models = dialog.findChild<QListWidget *>();
    models->item(1)->setCheckState(Qt::Unchecked);
    const QString command = dialog.findChild<QPlainTextEdit *>()->toPlainText();
    QVERIFY2(command.startsWith(QStringLiteral("secateur-cli evaluate ")), qPrintable(command));
    buttonNamed(dialog, QStringLiteral("Start measuring"))->click();
    QCOMPARE(jobs.count(), 1);
    const QStringList expected = {
        QStringLiteral("evaluate"), QString::fromStdString(fixture.study.folder().string()),
        QStringLiteral("--tasks"),  QStringLiteral("perplexity,arc_easy=") + fixture.arcFile,
        QStringLiteral("--limit"),  QStringLiteral("100"),
        QStringLiteral("--seed"),   QStringLiteral("0"),
        QStringLiteral("--runs"),   QStringLiteral("dense,") + QString::fromStdString(fixture.runs[1].id)};
    QCOMPARE(jobs.first().at(0).toStringList(), expected);
    for (const auto &word : expected)
        QVERIFY2(command.contains(word), qPrintable(word));
    QVERIFY(!dialog.isVisible());
}

void TestMeasureDialog::remembersFiles()
{
    Fixture fixture;
    {
        MeasureDialog dialog(fixture.session, &fixture.settings.taskFiles);
        dialog.setFile(arc, fixture.arcFile);
    }
    MeasureDialog next(fixture.session, &fixture.settings.taskFiles);
    QVERIFY(!canStart(next)); // a file is remembered, not what was measured
    next.setChosen(arc, true);
    QVERIFY(canStart(next));
    // What the study was measured with goes before what was chosen for another one.
    fixture.measureTasks();
    QVERIFY(fixture.session.reload());
    const auto tasks = measureTasks(fixture.session);
    const auto found = std::ranges::find(tasks, arc, &MeasureTask::name);
    QCOMPARE(found->file, QString::fromStdString((fixture.folder.path() / "arc_easy").string()));
}

void TestMeasureDialog::forecastsByEarlierMeasurements()
{
    Fixture fixture;
    MeasureDialog dialog(fixture.session, nullptr);
    dialog.setFile(arc, fixture.arcFile);
    QVERIFY(!dialog.plan().seconds);
    fixture.measureTasks();
    QVERIFY(fixture.session.reload());
    QVERIFY(dialog.plan().seconds);
    QCOMPARE(*dialog.plan().seconds, 5.5 / 20.0 * 100.0 * 3.0); // per item, items, models
}

/// Each item was asked ten times; the window asks once.
void TestMeasureDialog::forecastsCountItemsNotSamples()
{
    Fixture fixture;
    auto recipe = fixture.recipeOf(store::denseRun, "gsm8k_cot", "math", "gsm8k");
    recipe.settings = {{"samples", "10"}};
    store::EvaluationItems items;
    for (std::uint64_t row = 0; row < 40; ++row) {
        items.counts["index"].push_back(row / 10);
        items.counts["sample"].push_back(row % 10);
        items.counts["correct_exact_match_strict"].push_back(row % 2);
    }
    fixture.add(recipe, std::move(items));
    QVERIFY(fixture.session.reload());
    MeasureRequest request;
    request.tasks = measureTasks(fixture.session);
    for (auto &task : request.tasks)
        task.chosen = task.name == QStringLiteral("gsm8k_cot");
    std::ranges::find(request.tasks, true, &MeasureTask::chosen)->file = fixture.arcFile;
    request.runs = {QString::fromLatin1(store::denseRun)};
    request.limit = 8;
    const auto plan = planMeasure(fixture.session, request);
    QVERIFY2(plan.seconds, qPrintable(plan.problem));
    QCOMPARE(*plan.seconds, 5.5 / 4.0 / 10.0 * 8.0);
}

void TestMeasureDialog::programsNeedConsent()
{
    Fixture fixture;
    MeasureRequest request;
    request.tasks = {{QStringLiteral("humaneval"), QStringLiteral("HumanEval"), QStringLiteral("python"),
                      QStringLiteral("HumanEval.jsonl"), true, 1.0, true, fixture.arcFile}};
    request.runs = {QString::fromLatin1(store::denseRun)};
    const QString allow = QStringLiteral("--allow-code-execution");
    QVERIFY(!planMeasure(fixture.session, request).arguments.contains(allow));
    request.mayRunCode = true;
    QVERIFY(planMeasure(fixture.session, request).arguments.contains(allow));
    request.tasks.front().runsCode = false; // nothing is allowed that is not needed
    QVERIFY(!planMeasure(fixture.session, request).arguments.contains(allow));

    MeasureDialog dialog(fixture.session, nullptr);
    const auto tasks = measureTasks(fixture.session);
    const auto code = std::ranges::find_if(tasks, &MeasureTask::runsCode);
    if (code == tasks.end())
        QSKIP("this build has no task that runs programs");
    dialog.show();
    dialog.setFile(code->name, fixture.arcFile);
    QSignalSpy jobs(&dialog, &MeasureDialog::jobRequested);
    const auto answer = [&](const QString &text) {
        buttonNamed(dialog, QStringLiteral("Start measuring"))->click();
        auto *const box = dialog.findChild<QMessageBox *>();
        QVERIFY(box && box->informativeText().contains(QStringLiteral("virtual machine")));
        for (QAbstractButton *const button : box->buttons())
            if (button->text().remove(u'&') == text)
                button->click();
        QTRY_VERIFY(!dialog.findChild<QMessageBox *>());
    };
    answer(QStringLiteral("Cancel"));
    QVERIFY(jobs.isEmpty() && !dialog.mayRunCode());
    answer(QStringLiteral("Run the programs"));
    QCOMPARE(jobs.count(), 1);
    QVERIFY(jobs.first().at(0).toStringList().contains(allow));
    dialog.show();
    buttonNamed(dialog, QStringLiteral("Start measuring"))->click(); // asked once
    QCOMPARE(jobs.count(), 2);
}

void TestMeasureDialog::everythingHasAName()
{
    Fixture fixture;
    MeasureDialog dialog(fixture.session, nullptr);
    dialog.show();
    int seen = 0;
    for (QWidget *const widget : dialog.findChildren<QWidget *>()) {
        const auto *const button = qobject_cast<QAbstractButton *>(widget);
        if (!widget->isVisible() || widget->focusPolicy() == Qt::NoFocus || widget->inherits("QLineEdit")
            || widget->inherits("QHeaderView"))
            continue;
        ++seen;
        QVERIFY2(!widget->accessibleName().isEmpty() || (button && !button->text().isEmpty())
                     || widget->inherits("QLabel"),
                 widget->metaObject()->className());
    }
    QVERIFY(seen >= 8);
}

/// Not a check: with SECATEUR_PICTURES=FOLDER the dialog is painted there, to be looked at.
void TestMeasureDialog::pictures()
{
    const QString folder = qEnvironmentVariable("SECATEUR_PICTURES");
    if (folder.isEmpty())
        QSKIP("set SECATEUR_PICTURES to a folder to have the dialog painted there");
    Fixture fixture;
    for (const auto theme : {widgets::Theme::Light, widgets::Theme::Dark}) {
        widgets::applyTheme(theme);
        MeasureDialog dialog(fixture.session, nullptr);
        dialog.setFile(arc, fixture.arcFile);
        dialog.show();
        QCoreApplication::processEvents();
        QVERIFY(dialog.grab().save(QStringLiteral("%1/measure-%2.png").arg(folder, widgets::themeName(theme))));
    }
    widgets::applyTheme(widgets::Theme::Light);
}

QTEST_MAIN(TestMeasureDialog)
#include "tst_measuredialog.moc"
