// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/itemsdialog.h"

#include <QComboBox>
#include <QGroupBox>
#include <QPlainTextEdit>
#include <QTableView>

#include "app/pages/accuracypage.h"
#include "core/base/sha256.h"
#include "tests/app/pages/accuracyfixture.h"
#include "widgets/common/theme.h"

using namespace secateur;
using namespace secateur::app;

namespace {

struct Fixture : test::AccuracyFixture {
    Result<ItemSheet> sheet(std::size_t row, std::size_t column)
    {
        SECATEUR_TRY(table, engine::accuracyTable(study.folder(), {}, {}));
        return readItems(study.folder(), table, row, column, {});
    }
};

std::size_t shown(const ItemSheet &sheet, ItemFilter filter)
{
    return std::size_t(
        std::ranges::count_if(sheet.rows, [&](const ItemRow &row) { return passes(sheet, row, filter); }));
}

QString textOf(const QDialog &dialog, const QString &name)
{
    for (const auto *const text : dialog.findChildren<QPlainTextEdit *>())
        if (text->accessibleName() == name)
            return text->toPlainText();
    return QStringLiteral("no such text");
}

} // namespace

class TestItemsDialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsChoices();
    void readsGenerationsAndPrograms();
    void readsTextsWithoutVerdicts();
    void showsTheTextsOfAPerplexity();
    void meansHaveNoItems();
    void opensFromACell();
    void everythingHasAName();
    void pictures();
};

void TestItemsDialog::readsChoices()
{
    Fixture fixture;
    fixture.measureTasks();
    const auto sheet = fixture.sheet(2, 0); // acc: 4 of 20, dense 16
    VERIFY_RESULT(sheet);
    QCOMPARE(
        sheet->models,
        (QStringList{QStringLiteral("dense"), QStringLiteral("python-wanda-0.5"), QStringLiteral("math-wanda-0.5")}));
    QCOMPARE(sheet->chosen, std::size_t(2));
    QCOMPARE(shown(*sheet, ItemFilter::All), std::size_t(20));
    QCOMPARE(shown(*sheet, ItemFilter::Wrong), std::size_t(16));
    QCOMPARE(shown(*sheet, ItemFilter::UnlikeDense), std::size_t(12));
    const auto &row = sheet->rows[4];
    QCOMPARE(row.name, QStringLiteral("5"));
    QCOMPARE(row.gold, QStringLiteral("right"));
    QCOMPARE(row.answers[2].brief, QStringLiteral("wrong"));
    QCOMPARE(row.answers[0].verdict, QStringLiteral("right"));
    QVERIFY(row.answers[2].text.contains(QStringLiteral("\u25b6  wrong")));
    QVERIFY(row.prompt.startsWith(QStringLiteral("Question: 4?")));
    const auto normed = fixture.sheet(2, 1);
    VERIFY_RESULT(normed);
    QVERIFY(*normed->rows[4].answers[2].right); // the fifth, once lengths count
    QCOMPARE(normed->rows[4].answers[2].brief, QStringLiteral("right"));
}

void TestItemsDialog::readsGenerationsAndPrograms()
{
    Fixture fixture;
    store::EvaluationItems written;
    written.counts = {{"index", {0, 1}}, {"sample", {0, 0}}, {"correct_exact_match_strict", {1, 0}}};
    written.texts = {
        {"prompt", {"Q1", "Q2"}}, {"output", {"So 4.", "So 5."}}, {"extracted", {"4", "5"}}, {"reference", {"4", "6"}}};
    fixture.add(fixture.recipeOf(store::denseRun, "gsm8k_cot", "math", "x"), written);
    auto sheet = fixture.sheet(0, 0);
    VERIFY_RESULT(sheet);
    QCOMPARE(sheet->rows[1].answers[0].brief, QStringLiteral("5"));
    QCOMPARE(sheet->rows[1].gold, QStringLiteral("6"));
    QVERIFY(sheet->rows[1].answers[0].text.startsWith(QStringLiteral("So 5.")));
    QCOMPARE(shown(*sheet, ItemFilter::Wrong), std::size_t(1));

    Fixture programs;
    store::EvaluationItems run;
    run.counts = {
        {"index", {0, 0, 1, 1}}, {"sample", {0, 1, 0, 1}}, {"passed", {1, 0, 0, 0}}, {"scored", {1, 1, 1, 0}}};
    run.texts = {{"output", {"a", "b", "c", "d"}},
                 {"status", {"passed", "timed out", "failed", "not run"}},
                 {"detail", {"", "", "line 3", ""}},
                 {"prompt", {"p", "p", "q", "q"}}};
    programs.add(programs.recipeOf(store::denseRun, "humaneval", "python", "y"), run);
    sheet = programs.sheet(0, 0);
    VERIFY_RESULT(sheet);
    QCOMPARE(sheet->rows.size(), std::size_t(4));
    QCOMPARE(sheet->rows[1].name, QStringLiteral("1.2"));
    QCOMPARE(sheet->rows[1].answers[0].verdict, QStringLiteral("timed out"));
    QVERIFY(sheet->rows[2].answers[0].text.contains(QStringLiteral("line 3")));
    QCOMPARE(shown(*sheet, ItemFilter::Wrong), std::size_t(2)); // what could not be judged is not wrong
}

void TestItemsDialog::readsTextsWithoutVerdicts()
{
    Fixture fixture;
    fixture.measureAll();
    const auto sheet = fixture.sheet(1, 0);
    VERIFY_RESULT(sheet);
    QVERIFY(!sheet->hasVerdicts && sheet->rows.size() == 5);
    QVERIFY(sheet->rows[0].answers[0].verdict.toDouble() > 1.0); // its perplexity
    QVERIFY(sheet->isOfTexts);
    QVERIFY2(sheet->rows[0].prompt.startsWith(QStringLiteral("The text is not shown: the measurement does not say")),
             qPrintable(sheet->rows[0].prompt));
    QVERIFY(sheet->rows[0].answers[0].text.contains(QStringLiteral("10 predicted tokens")));
    Fixture empty;
    empty.measure(store::denseRun, "python", 2.0);
    VERIFY_ERROR(empty.sheet(1, 0), ErrorCode::NotFound);
}

/// As long as the file is the one that was measured.
void TestItemsDialog::showsTheTextsOfAPerplexity()
{
    Fixture fixture;
    const auto file = test::writeFile(fixture.folder.path() / "poems.jsonl",
                                      "{\"text\": \"roses\"}\n{\"text\": \"are\"}\n{\"text\": \"red\"}\n");
    auto recipe = fixture.recipeOf(store::denseRun, "perplexity:python", "python", "heldout-perplexity-1");
    const std::string bytes =
        QByteArray("{\"text\": \"roses\"}\n{\"text\": \"are\"}\n{\"text\": \"red\"}\n").toStdString();
    recipe.files = {{"poems.jsonl", bytes.size(), sha256Hex(bytes), 3, "{text}", file.string()}};
    recipe.length = 7;
    engine::EvaluationTexts texts;
    texts.texts = {"roses", "red"};
    recipe.itemsSha256 = texts.sha256();
    fixture.add(recipe, {{{"index", {0, 2}}, {"tokens", {1, 1}}}, {{"nll", {2.0, 3.0}}}, {}});
    const auto sheet = fixture.sheet(0, 0);
    VERIFY_RESULT(sheet);
    QCOMPARE(sheet->rows[0].prompt, QStringLiteral("roses"));
    QCOMPARE(sheet->rows[1].prompt, QStringLiteral("red"));
    QVERIFY(sheet->textsProblem.isEmpty());
    QCOMPARE(sheet->scoredTokens, std::uint64_t(7));
    QString changed = QString::fromStdString(bytes);
    test::writeFile(file, changed.replace(QStringLiteral("are"), QStringLiteral("ore")).toStdString());
    const auto refused = fixture.sheet(0, 0);
    VERIFY_RESULT(refused);
    QVERIFY2(refused->rows[1].prompt.contains(QStringLiteral("is not the file any more")),
             qPrintable(refused->rows[1].prompt));
    std::filesystem::remove(file);
    QVERIFY(fixture.sheet(0, 0)->textsProblem.contains(QStringLiteral("is not there any more")));
}

/// A mean has no items of its own, and the others' are read all the same.
void TestItemsDialog::meansHaveNoItems()
{
    Fixture fixture;
    for (const char *const task : {"arc_easy", "boolq"})
        for (const auto &run : {std::string(store::denseRun), fixture.runs[0].id})
            fixture.measureChoices(run, task, "python", 10);
    const auto table = engine::accuracyTable(fixture.study.folder(), {}, {});
    VERIFY_RESULT(table);
    std::size_t mean = 0;
    while (!table->columns.at(mean).isMean())
        ++mean;
    VERIFY_ERROR(readItems(fixture.study.folder(), *table, 0, mean, {}), ErrorCode::NotFound);
}

void TestItemsDialog::opensFromACell()
{
    Fixture fixture;
    fixture.measureTasks();
    AccuracyPage page(fixture.session);
    QVERIFY(fixture.session.open(fixture.study.folder()));
    page.show();
    page.activate();
    QTRY_VERIFY(!page.panel().isLoading());
    auto &view = page.panel().view();
    ItemsDialog &items = page.panel().items();
    view.setCurrentIndex(view.model()->index(1, 0));
    QVERIFY(!items.isVisible());
    QTest::keyClick(&view, Qt::Key_Return);
    QVERIFY(items.isVisible());
    QTRY_VERIFY(!items.isLoading());
    QCOMPARE(items.table().model()->rowCount(), 20);
    items.filter().setCurrentIndex(1);
    QCOMPARE(items.table().model()->rowCount(), 5);
    view.setCurrentIndex(view.model()->index(2, 0)); // it follows
    QTRY_COMPARE(items.table().model()->rowCount(), 16);
    items.table().selectRow(3);
    QVERIFY(textOf(items, QStringLiteral("Prompt")).startsWith(QStringLiteral("Question: 7?")));
    QVERIFY(textOf(items, QStringLiteral("Answer of dense")).contains(QStringLiteral("\u25b6  right")));
    QStringList titles;
    for (const auto *const box : items.findChildren<QGroupBox *>())
        titles << box->title();
    QVERIFY2(titles.contains(QStringLiteral("math-wanda-0.5: wrong")), qPrintable(titles.join(u';')));
}

void TestItemsDialog::everythingHasAName()
{
    Fixture fixture;
    fixture.measureTasks();
    const auto table = engine::accuracyTable(fixture.study.folder(), {}, {});
    VERIFY_RESULT(table);
    ItemsDialog dialog;
    dialog.showItems(fixture.study.folder(), *table, 1, 0);
    dialog.show();
    QTRY_VERIFY(!dialog.isLoading());
    // The answers' boxes are shown a moment after they are made.
    QTRY_VERIFY(std::ranges::all_of(dialog.findChildren<QPlainTextEdit *>(), &QWidget::isVisible));
    int seen = 0;
    for (QWidget *const widget : dialog.findChildren<QWidget *>())
        if (widget->isVisible() && widget->focusPolicy() != Qt::NoFocus && !widget->inherits("QHeaderView")
            && !widget->inherits("QLabel") && !widget->inherits("QScrollBar")) {
            ++seen;
            QVERIFY2(!widget->accessibleName().isEmpty(), widget->metaObject()->className());
        }
    QCOMPARE(seen, 6); // filter, table, prompt, three answers
}

/// Not a check: with SECATEUR_PICTURES=FOLDER the dialog is painted there, to be looked at.
void TestItemsDialog::pictures()
{
    const QString folder = qEnvironmentVariable("SECATEUR_PICTURES");
    if (folder.isEmpty())
        QSKIP("set SECATEUR_PICTURES to a folder to have the dialog painted there");
    Fixture fixture;
    fixture.measureTasks();
    const auto table = engine::accuracyTable(fixture.study.folder(), {}, {});
    VERIFY_RESULT(table);
    for (const auto theme : {widgets::Theme::Light, widgets::Theme::Dark}) {
        widgets::applyTheme(theme);
        ItemsDialog dialog;
        dialog.showItems(fixture.study.folder(), *table, 2, 0);
        dialog.show();
        QTRY_VERIFY(!dialog.isLoading());
        QCoreApplication::processEvents();
        QVERIFY(dialog.grab().save(QStringLiteral("%1/items-%2.png").arg(folder, widgets::themeName(theme))));
    }
    widgets::applyTheme(widgets::Theme::Light);
}

QTEST_MAIN(TestItemsDialog)
#include "tst_itemsdialog.moc"
