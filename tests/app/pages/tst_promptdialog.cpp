// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/promptdialog.h"

#include <QClipboard>
#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTextEdit>
#include <QToolButton>

#include "app/pages/accuracypage.h"
#include "tests/app/jobs/scriptworker.h"
#include "tests/app/pages/accuracyfixture.h"
#include "widgets/common/theme.h"

using namespace secateur;
using namespace secateur::app;
using nlohmann::json;
using test::buttonNamed;

namespace {

json share(int id, const char *text, double probability)
{
    return {{"id", id}, {"text", text}, {"probability", probability}};
}

/// What a model expects: its first choice, and what it thinks of the text's token.
json expectation(const json &first, double probability, int rank, double divergence)
{
    return {{"probability", rank > 0 ? json(probability) : json()},
            {"rank", rank > 0 ? json(rank) : json()},
            {"divergence", divergence},
            {"top", {first, share(99, " zzz", 0.01)}}};
}

json model(const char *run, const std::vector<std::pair<int, const char *>> &tokens, const std::vector<bool> &common)
{
    json made = {{"run", run},
                 {"id", run},
                 {"text", ""},
                 {"ids", json::array()},
                 {"pieces", json::array()},
                 {"common", common},
                 {"text_parts", nullptr},
                 {"choice_parts", nullptr},
                 {"mean_divergence", 0.0},
                 {"tokens_per_second", 40.0}};
    for (const auto &[id, text] : tokens) {
        made["ids"].push_back(id);
        made["pieces"].push_back(text);
        made["text"] = made["text"].get<std::string>() + text;
    }
    return made;
}

/// Dense says " roses are red", the sub-model " roses were red\n".
json answer()
{
    json python =
        model("python-wanda-0.5", {{1, " roses"}, {4, " were"}, {3, " red"}, {5, "\n"}}, {true, false, true, false});
    python["text_parts"] = 1;
    python["choice_parts"] = 1;
    python["mean_divergence"] = 0.25;
    const json roses = share(1, " roses", 0.5);
    const json positions = {
        {{"token", 1},
         {"text", " roses"},
         {"models", {expectation(roses, 0.5, 1, 0.0), expectation(share(1, " roses", 0.4), 0.4, 1, 0.125)}}},
        {{"token", 2},
         {"text", " are"},
         {"models",
          {expectation(share(2, " are", 0.6), 0.6, 1, 0.0), expectation(share(4, " were", 0.3), 0.1, 7, 0.5)}}},
        {{"token", 3},
         {"text", " red"},
         {"models",
          {expectation(share(3, " red", 0.7), 0.7, 1, 0.0), expectation(share(3, " red", 0.7), 0.7, 1, 0.25)}}},
        {{"token", nullptr},
         {"text", ""},
         {"models", {expectation(share(6, ".", 0.9), 0, 0, 0.0), expectation(share(5, "\n", 0.8), 0, 0, 0.125)}}}};
    return {{"prompt", "Say: 50 %1"},
            {"prompt_tokens", 4},
            {"reference", "dense"},
            {"along", {{"text", " roses are red"}, {"given", false}}},
            {"choices_part", 1},
            {"models", {model("dense", {{1, " roses"}, {2, " are"}, {3, " red"}}, {true, true, true}), python}},
            {"positions", positions},
            {"cancelled", false},
            {"notices", json::array()}};
}

QByteArray bytesOf(const json &value)
{
    return QByteArray::fromStdString(value.dump());
}

struct Fixture : test::AccuracyFixture {
    JobQueue queue{test::scriptWorker(folder.path()), {}};

    Fixture() { QVERIFY(session.open(study.folder())); }

    void connectTo(PromptDialog &dialog)
    {
        dialog.watchJobs(queue);
        QObject::connect(&dialog, &PromptDialog::jobsRequested, &queue,
                         [this](const std::vector<JobSpec> &jobs) { queue.addAll(jobs); });
    }
    void writeAnswer(const json &value) { test::writeFile(folder.path() / "answer.json", value.dump()); }
};

void check(QListWidget &list, int row, bool checked)
{
    list.item(row)->setCheckState(checked ? Qt::Checked : Qt::Unchecked);
}

bool isUnderlined(const QTextEdit &text, int letter)
{
    QTextCursor cursor(text.document());
    cursor.setPosition(letter + 1); // the format of the letter before
    return cursor.charFormat().fontUnderline();
}

} // namespace

class TestPromptDialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void startsWithTheShownModels();
    void makesTheCommand();
    void textComesAndCancelKeepsIt();
    void showsTheResult();
    void positionsAreChosenEverywhere();
    void waitsForItsTurn();
    void aFailureIsTold();
    void teachesWithoutRunsOrModel();
    void refusesOtherAnswers_data();
    void refusesOtherAnswers();
    void copies();
    void opensFromThePage();
    void everythingHasAName();
    void pictures();
};

void TestPromptDialog::startsWithTheShownModels()
{
    Fixture fixture;
    fixture.addRuns({"law"}, "wanda-0.5");
    VERIFY_RESULT(fixture.session.reload());
    PromptDialog dialog(fixture.session);
    const auto checked = [&dialog] {
        QString states;
        for (int row = 0; row < dialog.models().count(); ++row)
            states += dialog.models().item(row)->checkState() == Qt::Checked ? u'x' : u'-';
        return states;
    };
    fixture.session.selection().setRuns(fixture.id(0), fixture.id(2));
    QCOMPARE(checked(), QStringLiteral("xx-x"));
    fixture.session.selection().setRuns(fixture.id(1), fixture.id(2));
    QCOMPARE(checked(), QStringLiteral("x-xx"));
    check(dialog.models(), 2, false);
    fixture.session.selection().setRuns(fixture.id(0), fixture.id(1)); // no longer followed
    QCOMPARE(checked(), QStringLiteral("x--x"));
    fixture.addRuns({"poems"}, "wanda-0.5");
    VERIFY_RESULT(fixture.session.reload());
    QCOMPARE(checked(), QStringLiteral("x--x-"));
}

void TestPromptDialog::makesTheCommand()
{
    Fixture fixture;
    PromptDialog dialog(fixture.session);
    QSignalSpy jobs(&dialog, &PromptDialog::jobsRequested);
    dialog.generate();
    QCOMPARE(jobs.count(), 0);
    QCOMPARE(dialog.status(), QStringLiteral("Write a prompt."));
    dialog.setPrompt(QStringLiteral("--help me"));
    for (int row = 0; row < 3; ++row)
        check(dialog.models(), row, row == 1);
    dialog.generate();
    const auto specs = qvariant_cast<std::vector<JobSpec>>(jobs.value(0).value(0));
    QCOMPARE(specs.size(), std::size_t(1));
    const QStringList expected = {QStringLiteral("generate"),
                                  QString::fromStdString(fixture.study.folder().string()),
                                  QStringLiteral("--prompt=--help me"),
                                  QStringLiteral("--runs"),
                                  fixture.id(0),
                                  QStringLiteral("--max-new-tokens"),
                                  QStringLiteral("48")};
    QCOMPARE(specs[0].arguments, expected);
    QVERIFY(!specs[0].forView.isEmpty());
    QVERIFY(specs[0].title.contains(QStringLiteral("--help me")));
    PromptRequest request{QStringLiteral("a"), QStringLiteral(" b"), {QStringLiteral("dense")}, 5, 0.75, 9};
    const auto plan = planPrompt(fixture.session, request);
    for (const char *const word : {"--along= b", "--temperature", "0.75", "--seed", "9"})
        QVERIFY2(plan.arguments.contains(QLatin1String(word)), word);
    request.runs.clear();
    QVERIFY(planPrompt(fixture.session, request).problem.contains(QStringLiteral("at least one model")));
    request.prompt = QString(200'000, u'x');
    QVERIFY(planPrompt(fixture.session, request).problem.contains(QStringLiteral("too long")));
}

void TestPromptDialog::textComesAndCancelKeepsIt()
{
    Fixture fixture;
    PromptDialog dialog(fixture.session);
    fixture.connectTo(dialog);
    dialog.setPrompt(QStringLiteral("Say:"));
    dialog.show();
    buttonNamed(dialog, QStringLiteral("&Generate"))->click();
    QTRY_COMPARE(dialog.view().textOf(QStringLiteral("dense"))->toPlainText(), QStringLiteral(" roses"));
    QTRY_COMPARE(dialog.status(), QStringLiteral("prune: layer 2 of 4")); // whatever the worker says
    QVERIFY(dialog.isWorking());
    QVERIFY(!buttonNamed(dialog, QStringLiteral("&Generate"))->isEnabled());
    buttonNamed(dialog, QStringLiteral("&Cancel"))->click();
    QTRY_VERIFY(!dialog.isWorking());
    QCOMPARE(dialog.status(), QStringLiteral("Cancelled."));
    QCOMPARE(dialog.view().textOf(QStringLiteral("dense"))->toPlainText(), QStringLiteral(" roses"));
    QVERIFY(buttonNamed(dialog, QStringLiteral("&Generate"))->isEnabled());
}

void TestPromptDialog::showsTheResult()
{
    Fixture fixture;
    fixture.writeAnswer(answer());
    PromptDialog dialog(fixture.session);
    fixture.connectTo(dialog);
    dialog.setPrompt(QStringLiteral("Say:"));
    dialog.show();
    dialog.generate();
    QTRY_VERIFY(!dialog.view().result().isEmpty());
    QVERIFY2(dialog.status().contains(QStringLiteral("position 1")), qPrintable(dialog.status()));
    const auto *const python = dialog.view().textOf(QStringLiteral("python-wanda-0.5"));
    QVERIFY(python != nullptr);
    QCOMPARE(python->toPlainText(), QStringLiteral(" roses were red\n"));
    QVERIFY(!isUnderlined(*python, 2) && isUnderlined(*python, 8) && !isUnderlined(*python, 13));
    const auto *const dense = dialog.view().textOf(QStringLiteral("dense"));
    QVERIFY(!isUnderlined(*dense, 2) && !isUnderlined(*dense, 8));
    const auto &map = dialog.view().map().data();
    QCOMPARE(map.rows, QStringList{QStringLiteral("python-wanda-0.5")});
    QCOMPARE(map.columns.size(), 4);
    QVERIFY(map.values == (std::vector<double>{0.125, 0.5, 0.25, 0.125}));
    QCOMPARE(python->accessibleDescription(), QStringLiteral("parts at position 1, mean divergence 0.250 bits"));
    QStringList shown;
    for (const auto *const label : dialog.view().findChildren<QLabel *>())
        shown << label->text();
    QVERIFY2(shown.contains(python->accessibleDescription()), qPrintable(shown.join(u';')));
}

void TestPromptDialog::positionsAreChosenEverywhere()
{
    const auto result = readPromptResult(bytesOf(answer()));
    VERIFY_RESULT(result);
    PromptView view;
    view.showResult(*result);
    QCOMPARE(view.position(), std::size_t(1)); // where they part
    QCOMPARE(view.words(),
             QStringLiteral("Position 1: behind \u201cSay: 50 %1 roses\u201d the text goes on with "
                            "\u201c are\u201d"));
    const auto cell = [&view](int row, int column) {
        return view.table().table().rows[std::size_t(row)][std::size_t(column)].toString();
    };
    QCOMPARE(view.table().table().columns.size(), 3);
    QCOMPARE(cell(0, 2), QStringLiteral("\u201c were\u201d  30.0 %"));
    QCOMPARE(cell(5, 1), QStringLiteral("60.0 %, rank 1"));
    QCOMPARE(cell(5, 2), QStringLiteral("10.0 %, rank 7"));
    QCOMPARE(cell(6, 2), QStringLiteral("0.500 bits"));
    QTest::keyClick(&view.map(), Qt::Key_Right);
    QCOMPARE(view.position(), std::size_t(2));
    QTest::keyClick(&view.map(), Qt::Key_Right);
    QCOMPARE(view.position(), std::size_t(3));
    QVERIFY(view.words().contains(QStringLiteral("where the text ends")));
    QCOMPARE(cell(0, 2), QStringLiteral("\u201c\\n\u201d  80.0 %"));
    QCOMPARE(int(view.table().table().rows.size()), 6); // no token of the text
    auto *const dense = view.textOf(QStringLiteral("dense"));
    auto cursor = dense->textCursor();
    cursor.setPosition(3); // within " roses"
    dense->setTextCursor(cursor);
    QCOMPARE(view.position(), std::size_t(0));
    QCOMPARE(dense->extraSelections().value(0).cursor.selectedText(), QStringLiteral(" roses"));
    QCOMPARE(view.map().current()->column, 0);
}

void TestPromptDialog::waitsForItsTurn()
{
    Fixture fixture;
    fixture.writeAnswer(answer());
    fixture.queue.add({QStringLiteral("Long prune"), {QStringLiteral("wait")}});
    PromptDialog dialog(fixture.session);
    fixture.connectTo(dialog);
    dialog.setPrompt(QStringLiteral("Say:"));
    dialog.generate();
    QVERIFY2(dialog.status().contains(QStringLiteral("Long prune")), qPrintable(dialog.status()));
    fixture.queue.jobs()[0]->cancel();
    QTRY_VERIFY(!dialog.view().result().isEmpty());
}

void TestPromptDialog::aFailureIsTold()
{
    Fixture fixture;
    fixture.writeAnswer(json::array());
    PromptDialog dialog(fixture.session);
    fixture.connectTo(dialog);
    dialog.setPrompt(QStringLiteral("Say:"));
    dialog.generate();
    QTRY_VERIFY(!dialog.isWorking());
    QVERIFY2(dialog.status().contains(QStringLiteral("another version")), qPrintable(dialog.status()));
    Worker nowhere;
    nowhere.program = QStringLiteral("/nowhere/secateur-cli");
    JobQueue broken(nowhere, {});
    PromptDialog second(fixture.session);
    second.watchJobs(broken);
    connect(&second, &PromptDialog::jobsRequested, &broken,
            [&broken](const std::vector<JobSpec> &jobs) { broken.addAll(jobs); });
    second.setPrompt(QStringLiteral("Say:"));
    second.generate();
    QTRY_VERIFY2(second.status().contains(QStringLiteral("/nowhere/secateur-cli")), qPrintable(second.status()));
}

void TestPromptDialog::teachesWithoutRunsOrModel()
{
    StudySession nothing;
    PromptDialog empty(nothing);
    empty.show();
    QSignalSpy opened(&empty, &PromptDialog::openRequested);
    auto *const prune = buttonNamed(empty, QStringLiteral("Make a sub-model"));
    QVERIFY(prune->isVisible());
    prune->click();
    QCOMPARE(opened.value(0).value(0).toString(), QStringLiteral("prune"));
    QVERIFY(!empty.isVisible());

    Fixture fixture;
    PromptDialog dialog(fixture.session);
    dialog.setPrompt(QStringLiteral("Say:"));
    QVERIFY(dialog.plan().problem.isEmpty());
    const auto model = fixture.folder.path() / "model";
    const auto there = fixture.folder.path() / "moved";
    std::filesystem::rename(model, there);
    dialog.show();
    QVERIFY(buttonNamed(dialog, QStringLiteral("Find the GGUF file\u2026"))->isVisible());
    QCOMPARE(dialog.plan().obstacle, PromptPlan::Obstacle::ModelGone);
    QVERIFY(dialog.plan().problem.contains(QString::fromStdString(model.string())));
    fixture.session.setModelPath(there);
    dialog.hide();
    dialog.show();
    QVERIFY(dialog.plan().problem.isEmpty());
    QVERIFY(dialog.plan().arguments.contains(QString::fromStdString(there.string())));
}

void TestPromptDialog::refusesOtherAnswers_data()
{
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *name, const char *path, const json &value) {
        json changed = answer();
        changed[json::json_pointer(path)] = value;
        QTest::newRow(name) << bytesOf(changed);
    };
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("a list") << QByteArray("[]");
    row("no models", "/models", json::array());
    row("a model of another name", "/reference", "law");
    row("ids that are words", "/models/0/ids/0", "x");
    row("a huge id", "/models/0/ids/0", std::uint64_t(1) << 40);
    row("a piece too few", "/models/1/pieces", json::array({" roses"}));
    row("no choice", "/positions/2/models/1/top", json::array());
    row("a model too few", "/positions/2/models", json::array());
    row("a divergence that is none", "/positions/0/models/0/divergence", nullptr);
    row("parts beyond the end", "/choices_part", 5);
    row("a text that is none", "/along/text", 5);
}

void TestPromptDialog::refusesOtherAnswers()
{
    QFETCH(const QByteArray, text);
    VERIFY_ERROR(readPromptResult(text), ErrorCode::BadInput);
}

void TestPromptDialog::copies()
{
    const auto result = readPromptResult(bytesOf(answer()));
    VERIFY_RESULT(result);
    QCOMPARE(toText(*result),
             QStringLiteral("Prompt: Say: 50 %1\n\n[dense]\n roses are red\n\n[python-wanda-0.5]\n "
                            "roses were red\n\n"));
    const QString markdown = toMarkdown(*result);
    for (const auto &line :
         {QStringLiteral("| Position | Token | dense | python-wanda-0.5 | bits |\n"),
          QStringLiteral("| 1 | \u201c are\u201d | \u201c are\u201d 60.0 % | \u201c were\u201d 30.0 % | 0.500 |\n"),
          QStringLiteral("| 3 | (next) | \u201c.\u201d 90.0 % | \u201c\\\\n\u201d 80.0 % | 0.125 |\n"),
          QStringLiteral("```text\n roses are red\n```\n")})
        QVERIFY2(markdown.contains(line), qPrintable(markdown));
}

void TestPromptDialog::opensFromThePage()
{
    Fixture fixture;
    fixture.writeAnswer(answer());
    AccuracyPage page(fixture.session);
    page.watchJobs(fixture.queue);
    connect(&page, &Page::jobsRequested, &fixture.queue,
            [&fixture](const std::vector<JobSpec> &jobs) { fixture.queue.addAll(jobs); });
    page.show();
    page.activate();
    auto *const action = test::actionNamed(page, QStringLiteral("accuracy.prompt"));
    QVERIFY(action->isEnabled());
    action->trigger();
    PromptDialog &dialog = page.promptDialog();
    QVERIFY(dialog.isVisible() && !dialog.isModal());
    dialog.setPrompt(QStringLiteral("Say:"));
    QVERIFY(QTest::qWaitForWindowActive(&dialog));
    QTest::keyClick(dialog.findChild<QPlainTextEdit *>(), Qt::Key_Return, Qt::ControlModifier);
    QTRY_VERIFY(!dialog.view().result().isEmpty());
    QAction *markdown = nullptr;
    for (auto *const found : dialog.findChildren<QAction *>())
        if (found->text().startsWith(QStringLiteral("Markdown")))
            markdown = found;
    QVERIFY(markdown != nullptr && markdown->isEnabled());
    markdown->trigger();
    QCOMPARE(QGuiApplication::clipboard()->text(), toMarkdown(dialog.view().result()));
    fixture.session.close();
    QVERIFY(dialog.view().result().isEmpty()); // it was another study's
}

void TestPromptDialog::everythingHasAName()
{
    Fixture fixture;
    PromptDialog dialog(fixture.session);
    const auto result = readPromptResult(bytesOf(answer()));
    VERIFY_RESULT(result);
    dialog.view().showResult(*result);
    dialog.show();
    QTRY_VERIFY(dialog.view().textOf(QStringLiteral("dense"))->isVisible());
    int seen = 0;
    for (QWidget *const widget : dialog.findChildren<QWidget *>()) {
        if (!widget->isVisible() || widget->focusPolicy() == Qt::NoFocus || widget->inherits("QHeaderView")
            || widget->inherits("QLabel") || widget->inherits("QScrollBar") || widget->inherits("QLineEdit"))
            continue;
        ++seen;
        const auto *const button = qobject_cast<QPushButton *>(widget);
        QVERIFY2(!widget->accessibleName().isEmpty() || (button != nullptr && !button->text().isEmpty()),
                 widget->metaObject()->className());
    }
    // Prompt, models, along, three numbers less the disabled seed's, three buttons, copy, two texts, map, table.
    QVERIFY2(seen >= 13, qPrintable(QString::number(seen)));
}

/// Not a check: with SECATEUR_PICTURES=FOLDER the dialog is painted there, to be looked at.
void TestPromptDialog::pictures()
{
    const QString folder = qEnvironmentVariable("SECATEUR_PICTURES");
    if (folder.isEmpty())
        QSKIP("set SECATEUR_PICTURES to a folder to have the dialog painted there");
    // Of a real study and model: what secateur-cli answered.
    json shown = answer();
    if (QFile file(folder + QStringLiteral("/answer.json")); file.open(QIODevice::ReadOnly))
        shown = json::parse(file.readAll().toStdString());
    const auto result = readPromptResult(bytesOf(shown));
    VERIFY_RESULT(result);
    for (const auto theme : {widgets::Theme::Light, widgets::Theme::Dark}) {
        widgets::applyTheme(theme);
        Fixture fixture;
        PromptDialog dialog(fixture.session);
        dialog.setPrompt(result->prompt);
        dialog.view().showResult(*result);
        dialog.show();
        QTRY_VERIFY(dialog.view().textOf(QStringLiteral("dense"))->isVisible());
        QCoreApplication::processEvents();
        const QString name = QStringLiteral("%1/prompt-%2.png");
        QVERIFY(dialog.grab().save(name.arg(folder, widgets::themeName(theme))));
        StudySession nothing;
        PromptDialog empty(nothing);
        empty.show();
        QVERIFY(empty.grab().save(name.arg(folder, QStringLiteral("empty-") + widgets::themeName(theme))));
    }
    widgets::applyTheme(widgets::Theme::Light);
}

QTEST_MAIN(TestPromptDialog)
#include "tst_promptdialog.moc"
