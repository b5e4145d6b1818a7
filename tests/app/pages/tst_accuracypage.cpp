// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/accuracypage.h"

#include <cmath>
#include <memory>
#include <set>

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>

#include "app/pages/comparepage.h"
#include "tests/app/pages/accuracyfixture.h"
#include "widgets/common/theme.h"

using namespace secateur;
using namespace secateur::app;
using test::actionNamed;
using test::buttonNamed;

namespace {

struct Fixture : test::AccuracyFixture {
    void open(AccuracyPage &page)
    {
        QVERIFY(session.open(study.folder()));
        page.resize(1000, 700);
        page.show();
        page.activate();
        QTRY_VERIFY(!page.panel().isLoading());
    }
};

/// What a window of 1280 x 800 and of 1920 x 1080 leaves to a page.
constexpr QSize narrowPage(760, 620);
constexpr QSize widePage(1400, 860);

/// Eight domains, four of them calibrated twice: twelve runs and dense.
std::unique_ptr<Fixture> manyDomains()
{
    auto fixture = std::make_unique<Fixture>();
    fixture->addRuns({"medicine", "law", "translation", "summaries", "dialogue", "java"}, "wanda-0.5");
    fixture->addRuns({"python", "math", "medicine", "law"}, "wanda-0.5-s1");
    return fixture;
}

QString cell(const AccuracyPage &page, int row, int column, int role = Qt::DisplayRole)
{
    return page.panel().view().model()->index(row, column).data(role).toString();
}

} // namespace

class TestAccuracyPage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void teachesWithoutRuns();
    void offersTheFirstMeasurement();
    void showsWhatWasMeasured();
    void runsFromTokenIdsCannotBeMeasured();
    void rowsSelectTheRun();
    void chartHasErrorBarsAndOwnDomains();
    void farApartValuesGetALogarithmicAxis();
    void showsResultsAsTheyCome();
    void copiesTheNumbers();
    void modelPassesTheTester();
    void onlyOneMeasureIsShown();
    void sharesAreInPercent();
    void tooltipsTellTheDifference();
    void domainsHaveMeans();
    void seedsBecomeOneRow();
    void accuracyAgainstDistance();
    void comparePageShowsTheSame();
    void tableAndChartShareTheRoom_data();
    void tableAndChartShareTheRoom();
    void comparePageKeepsItsPlot_data();
    void comparePageKeepsItsPlot();
    void everythingHasAName();
    void timesAreRough();
    void pictures();
};

void TestAccuracyPage::teachesWithoutRuns()
{
    StudySession session;
    AccuracyPage page(session);
    page.show();
    page.activate();
    QSignalSpy opened(&page, &Page::openRequested);
    auto *const button = buttonNamed(page, QStringLiteral("Go to Prune"));
    QVERIFY(button && button->isVisible());
    button->click();
    QCOMPARE(opened.last().at(0).toString(), QStringLiteral("prune"));
    QVERIFY(!actionNamed(page, QStringLiteral("accuracy.measure"))->isEnabled());
    for (QAction *const action : page.actions())
        action->trigger(); // none may need data
}

void TestAccuracyPage::offersTheFirstMeasurement()
{
    Fixture fixture;
    AccuracyPage page(fixture.session);
    fixture.open(page);
    QVERIFY(page.forecast().startsWith(QStringLiteral("6 of 6 to do")));
    QSignalSpy jobs(&page, &Page::jobRequested);
    page.findChild<QSpinBox *>(QStringLiteral("accuracy.limit"))->setValue(32);
    buttonNamed(page, QStringLiteral("Measure perplexity"))->click();
    QCOMPARE(jobs.count(), 1);
    const auto arguments = jobs.first().at(0).toStringList();
    QCOMPARE(arguments.mid(0, 8),
             (QStringList{QStringLiteral("evaluate"), QString::fromStdString(fixture.study.folder().string()),
                          QStringLiteral("--tasks"), QStringLiteral("perplexity"), QStringLiteral("--limit"),
                          QStringLiteral("32"), QStringLiteral("--seed"), QStringLiteral("0")}));
    QVERIFY(jobs.first().at(1).toString().contains(QStringLiteral("32")));
}

void TestAccuracyPage::showsWhatWasMeasured()
{
    Fixture fixture;
    fixture.measureAll();
    AccuracyPage page(fixture.session);
    fixture.open(page);
    const auto &model = *page.panel().view().model();
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(model.columnCount(), 2);
    QCOMPARE(model.headerData(0, Qt::Vertical).toString(), QStringLiteral("dense"));
    QCOMPARE(model.headerData(1, Qt::Horizontal).toString(), QStringLiteral("math"));
    QVERIFY(model.headerData(0, Qt::Horizontal, Qt::ToolTipRole)
                .toString()
                .contains(QStringLiteral("heldout-perplexity-1")));
    QVERIFY2(cell(page, 0, 0).startsWith(QStringLiteral("7.39\n")), qPrintable(cell(page, 0, 0))); // exp(2)
    // Twice as perplexed on each text of the other domain; on its own not to be told from dense.
    QVERIFY2(cell(page, 1, 1).contains(QStringLiteral("\u00d72.000")), qPrintable(cell(page, 1, 1)));
    QVERIFY(!cell(page, 1, 1).contains(QStringLiteral("\u2248")));
    QVERIFY2(cell(page, 1, 0).contains(QStringLiteral("\u2248")), qPrintable(cell(page, 1, 0)));
    QVERIFY(cell(page, 1, 0, Qt::ToolTipRole).contains(QStringLiteral("cannot be told from dense")));
    QVERIFY(model.index(1, 0).data(Qt::FontRole).value<QFont>().bold());
    QVERIFY(!model.index(1, 1).data(Qt::FontRole).value<QFont>().bold());
    QCOMPARE(page.forecast(), QStringLiteral("All 6 measurements are there."));
}

void TestAccuracyPage::runsFromTokenIdsCannotBeMeasured()
{
    test::TemporaryFolder folder;
    test::SelectedStudy study(folder.path() / "t.secateur", test::writeTinyModel(folder.path() / "model"));
    study.add(test::SelectedStudy::recipe("ids"));
    StudySession session;
    QVERIFY(session.open(study.folder()));
    const auto plan = planAccuracy(session, 64, 0);
    QVERIFY(plan.problem.contains(QStringLiteral("held-out")));
    QVERIFY(plan.arguments.isEmpty());
}

void TestAccuracyPage::rowsSelectTheRun()
{
    Fixture fixture;
    fixture.measureAll();
    AccuracyPage page(fixture.session);
    fixture.open(page);
    auto &view = page.panel().view();
    view.setCurrentIndex(view.model()->index(2, 1));
    QCOMPARE(fixture.session.selection().runA(), fixture.id(1));
    QCOMPARE(page.panel().chart()->current(), (widgets::PlotWidget::Cell{2, 1}));
    view.setCurrentIndex(view.model()->index(0, 0)); // dense is no run, so the selection stays
    QCOMPARE(fixture.session.selection().runA(), fixture.id(1));
    fixture.session.selection().setRunA(fixture.id(0));
    QCOMPARE(view.currentIndex().row(), 1);
    Q_EMIT page.panel().chart()->chosen(2, 0);
    QCOMPARE(fixture.session.selection().runA(), fixture.id(1));
}

void TestAccuracyPage::chartHasErrorBarsAndOwnDomains()
{
    Fixture fixture;
    fixture.measureAll();
    AccuracyPage page(fixture.session);
    fixture.open(page);
    const auto &data = page.panel().chart()->data();
    QCOMPARE(data.series.size(), std::size_t(3));
    QVERIFY(data.series[0].reference && !data.series[1].reference);
    QVERIFY(data.series[1].bars[0].emphasised && !data.series[1].bars[1].emphasised);
    QVERIFY(data.series[0].bars[0].low < data.series[0].bars[0].value);
    QVERIFY(!page.panel().chart()->isLogarithmic());
    QVERIFY(page.panel().chart()->describe({0, 1}).contains(QStringLiteral("95 % interval")));
}

void TestAccuracyPage::farApartValuesGetALogarithmicAxis()
{
    widgets::AccuracyChart chart;
    chart.setData({QStringLiteral("Perplexity, lower is better"),
                   QStringLiteral("perplexity"),
                   {},
                   2,
                   true,
                   {QStringLiteral("python")},
                   {{QStringLiteral("dense"), true, {{5.0, 4.0, 6.0, false}}},
                    {QStringLiteral("magnitude"), false, {{5000.0, 4000.0, 6000.0, true}}}}});
    QVERIFY(chart.isLogarithmic());
    QCOMPARE(chart.table().at(1, 0), 5000.0);
    chart.setData({});
    QVERIFY(!chart.isLogarithmic());
}

void TestAccuracyPage::showsResultsAsTheyCome()
{
    Fixture fixture;
    AccuracyPage page(fixture.session);
    fixture.open(page);
    QVERIFY(!page.panel().hasMeasurements());
    fixture.measure(store::denseRun, "python", 2.0);
    QTRY_COMPARE(page.panel().view().model()->columnCount(), 1); // the session watches the folder
    fixture.measure(store::denseRun, "math", 1.5);
    QTRY_COMPARE(page.panel().view().model()->columnCount(), 2);
    QCOMPARE(cell(page, 1, 0), QStringLiteral("\u2013"));
    QVERIFY(page.forecast().startsWith(QStringLiteral("4 of 6 to do, about")));
}

void TestAccuracyPage::copiesTheNumbers()
{
    Fixture fixture;
    fixture.measureAll();
    AccuracyPage page(fixture.session);
    fixture.open(page);
    actionNamed(page, QStringLiteral("accuracy.copyMarkdown"))->trigger();
    const QString markdown = QGuiApplication::clipboard()->text();
    QVERIFY2(markdown.contains(QStringLiteral("dense")) && markdown.contains(QStringLiteral("2.000")),
             qPrintable(markdown));
    actionNamed(page, QStringLiteral("accuracy.copyLatex"))->trigger();
    QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("\\toprule")));
    actionNamed(page, QStringLiteral("accuracy.copyCsv"))->trigger();
    QVERIFY(QGuiApplication::clipboard()->text().startsWith(
        QStringLiteral("Model,python perplexity,python perplexity low")));
    actionNamed(page, QStringLiteral("accuracy.copyImage"))->trigger();
    QVERIFY(!QGuiApplication::clipboard()->image().isNull());
}

void TestAccuracyPage::modelPassesTheTester()
{
    Fixture fixture;
    fixture.measureAll();
    AccuracyModel model(AccuracyModel::Detail::Brief);
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const auto table = engine::accuracyTable(fixture.study.folder(), {}, {});
    VERIFY_RESULT(table);
    model.setTable(*table);
    QCOMPARE(model.rowCount(), 3);
    QVERIFY(!model.index(1, 0).data().toString().contains(QLatin1Char('\n')));
    model.setTable({});
    QCOMPARE(model.rowCount(), 0);
}

void TestAccuracyPage::onlyOneMeasureIsShown()
{
    Fixture fixture;
    fixture.measureAll();
    AccuracyPage page(fixture.session);
    fixture.open(page);
    QVERIFY(page.panel().measures().isHidden() || !page.panel().measures().isVisible()); // nothing to choose
    fixture.measureTasks();
    QComboBox &measures = page.panel().measures();
    QTRY_COMPARE(measures.count(), 3);
    QTRY_VERIFY(!page.panel().isLoading());
    QVERIFY(measures.isVisible());
    QCOMPARE(measures.currentText(), QStringLiteral("perplexity"));
    QCOMPARE(page.panel().view().model()->columnCount(), 2);
    QCOMPARE(measures.itemText(1), QStringLiteral("acc"));
    measures.setCurrentIndex(2);
    Q_EMIT measures.activated(2);
    QCOMPARE(page.panel().view().model()->columnCount(), 1);
    QCOMPARE(page.panel().table().columns.front().metric, std::string("acc_norm"));
    fixture.measureChoices(store::denseRun, "boolq", "csr", 10);
    QTRY_COMPARE(page.panel().view().model()->columnCount(), 2); // the choice is kept when more comes
    QCOMPARE(measures.currentText(), QStringLiteral("acc_norm"));
    // The same metric by another protocol is another measure.
    auto other = fixture.recipeOf(store::denseRun, "wikitext2", "general", "wanda-windows-2048");
    fixture.add(other, {{{"tokens", {10}}}, {{"nll", {20.0}}}, {}});
    QTRY_COMPARE(measures.count(), 4);
    QCOMPARE(measures.itemText(0), QStringLiteral("perplexity (heldout-perplexity-1)"));
}

void TestAccuracyPage::sharesAreInPercent()
{
    Fixture fixture;
    fixture.measureTasks();
    AccuracyPage page(fixture.session);
    fixture.open(page);
    const auto &model = *page.panel().view().model();
    QCOMPARE(model.headerData(0, Qt::Horizontal).toString(), QStringLiteral("ARC-Easy\n(python)"));
    QVERIFY2(cell(page, 0, 0).startsWith(QStringLiteral("80.0\n")), qPrintable(cell(page, 0, 0)));
    // One of twenty less is chance; twelve less is not.
    QVERIFY2(cell(page, 1, 0).startsWith(QStringLiteral("\u2605 75.0   \u2248 \u22125.0\n")),
             qPrintable(cell(page, 1, 0)));
    QVERIFY2(cell(page, 2, 0).startsWith(QStringLiteral("20.0   \u221260.0\n")), qPrintable(cell(page, 2, 0)));
    const QString words = cell(page, 1, 0, Qt::ToolTipRole);
    QVERIFY2(words.contains(QStringLiteral("best of the sub-models")) && words.contains(QStringLiteral("n = 20")),
             qPrintable(words));
    const auto &chart = page.panel().chart()->data();
    QCOMPARE(chart.valueTitle, QStringLiteral("Accuracy (%), higher is better\nn = 20, 95 % Wilson"));
    QCOMPARE(chart.series[0].bars[0].value, 80.0);
    QVERIFY(!page.panel().chart()->isLogarithmic()); // shares start at 0
    actionNamed(page, QStringLiteral("accuracy.copyCsv"))->trigger();
    const QString csv = QGuiApplication::clipboard()->text();
    QVERIFY2(csv.startsWith(QStringLiteral("Model,ARC-Easy (python) acc,")), qPrintable(csv));
    QVERIFY2(csv.contains(QStringLiteral("ARC-Easy (python) - dense high")), qPrintable(csv));
    QVERIFY2(csv.contains(QStringLiteral("dense,0.8,")), qPrintable(csv)); // for programs: shares with all digits
    for (const char *const name : {"accuracy.copyLatex", "accuracy.copyMarkdown"}) {
        actionNamed(page, QString::fromLatin1(name))->trigger();
        QString text = QGuiApplication::clipboard()->text();
        text.remove(QLatin1Char('\\'));
        QVERIFY2(text.contains(QStringLiteral("ARC-Easy (python) acc (%)")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("80.0")) && !text.contains(QStringLiteral("0.8")), qPrintable(text));
    }
}

/// The twelve answers that were lost, and none won: 2 / 2^12.
void TestAccuracyPage::tooltipsTellTheDifference()
{
    Fixture fixture;
    fixture.measureTasks();
    AccuracyPage page(fixture.session);
    fixture.open(page);
    const QString words = cell(page, 2, 0, Qt::ToolTipRole);
    QVERIFY2(words.contains(QStringLiteral("difference to dense \u221260.0 points (")), qPrintable(words));
    QVERIFY2(words.contains(QStringLiteral("p = 0.0005 (exact McNemar: 12 items right with dense alone, 0 with the "
                                           "sub-model alone)")),
             qPrintable(words));
    QVERIFY(cell(page, 1, 0, Qt::ToolTipRole).contains(QStringLiteral("p = 1.0000")));
    QVERIFY(!cell(page, 0, 0, Qt::ToolTipRole).contains(QStringLiteral("p = ")));
}

void TestAccuracyPage::domainsHaveMeans()
{
    Fixture fixture;
    fixture.measureTasks();
    for (const auto &run : {std::string(store::denseRun), fixture.runs[0].id, fixture.runs[1].id})
        fixture.measureChoices(run, "boolq", "python", 10);
    AccuracyPage page(fixture.session);
    fixture.open(page);
    const auto &model = *page.panel().view().model();
    QCOMPARE(model.columnCount(), 3);
    QCOMPARE(model.headerData(2, Qt::Horizontal).toString(), QStringLiteral("python, mean"));
    QVERIFY(
        model.headerData(2, Qt::Horizontal, Qt::ToolTipRole).toString().contains(QStringLiteral("arc_easy, boolq")));
    QVERIFY2(cell(page, 2, 2).startsWith(QStringLiteral("35.0   \u221230.0\n")), qPrintable(cell(page, 2, 2)));
    page.panel().view().setCurrentIndex(model.index(1, 2));
    QSignalSpy words(&page.panel(), &AccuracyPanel::hovered);
    page.panel().openItems();
    QVERIFY(!page.panel().items().isVisible());
    QVERIFY(words.last().at(0).toString().contains(QStringLiteral("is a mean")));
}

void TestAccuracyPage::seedsBecomeOneRow()
{
    Fixture fixture;
    fixture.addRuns({"python"}, "wanda-0.5-s1");
    fixture.measureTasks(); // 15, 4 and 4 of 20
    AccuracyPage page(fixture.session);
    fixture.open(page);
    QCheckBox &seeds = page.panel().seeds();
    QVERIFY(seeds.isVisible() && !seeds.isChecked());
    QCOMPARE(page.panel().view().model()->rowCount(), 4);
    seeds.setChecked(true);
    const auto &model = *page.panel().view().model();
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(model.headerData(1, Qt::Vertical).toString(), QStringLiteral("python-wanda-0.5 (2 seeds)"));
    QVERIFY2(cell(page, 1, 0).contains(QStringLiteral("47.5"))
                 && cell(page, 1, 0).contains(QStringLiteral("20.0\u201375.0")),
             qPrintable(cell(page, 1, 0)));
    QVERIFY(cell(page, 1, 0, Qt::ToolTipRole).contains(QStringLiteral("mean of 2 calibration seeds")));
    QCOMPARE(page.panel().chart()->data().series.size(), std::size_t(3));
    QCOMPARE(page.panel().wholeTable().rows.size(), std::size_t(4)); // for distances
    Fixture single;
    single.measureTasks();
    AccuracyPage other(single.session);
    single.open(other);
    QVERIFY(!other.panel().seeds().isVisible());
}

void TestAccuracyPage::accuracyAgainstDistance()
{
    Fixture fixture;
    fixture.measureAll();
    fixture.measureTasks();
    AccuracyPage page(fixture.session);
    fixture.open(page);
    DistanceDialog &dialog = page.distances();
    actionNamed(page, QStringLiteral("accuracy.distances"))->trigger();
    QVERIFY(dialog.isVisible());
    QTRY_VERIFY(!dialog.isLoading());
    QCOMPARE(dialog.chart().data().points.size(), std::size_t(4)); // two runs on two domains
    QCOMPARE(dialog.chart().data().yTitle, QStringLiteral("Perplexity, lower is better"));
    QVERIFY2(dialog.pane().explanation().startsWith(QStringLiteral("Spearman ")),
             qPrintable(dialog.pane().explanation()));
    QVERIFY(dialog.pane().explanation().contains(QStringLiteral("4 points")));
    // Own masks lie at 0, and there the run does better.
    int own = 0;
    for (const auto &point : dialog.chart().data().points) {
        QCOMPARE(point.x == 0.0, point.emphasised);
        own += point.emphasised ? 1 : 0;
    }
    QCOMPARE(own, 2);
    QSignalSpy chosen(&dialog, &DistanceDialog::runChosen);
    dialog.pane().tableView().setCurrentIndex(dialog.pane().tableView().model()->index(1, 0));
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(fixture.session.selection().runA(), chosen.last().at(0).toString());
    const double pruned = dialog.chart().data().points[1].x + dialog.chart().data().points[0].x;
    dialog.sets().setCurrentIndex(1);
    QTRY_VERIFY(!dialog.isLoading());
    QVERIFY(dialog.chart().data().xTitle.contains(QStringLiteral("kept")));
    QVERIFY(pruned > 0.0);
    // It follows the measure.
    auto &measures = page.panel().measures();
    measures.setCurrentIndex(1);
    Q_EMIT measures.activated(1);
    QTRY_VERIFY(!dialog.isLoading() && dialog.chart().data().yName == QStringLiteral("acc"));
    QCOMPARE(dialog.chart().data().points.size(), std::size_t(2));
    QVERIFY(dialog.pane().explanation().startsWith(QStringLiteral("no rank correlation, 2 points")));
}

void TestAccuracyPage::comparePageShowsTheSame()
{
    Fixture fixture;
    fixture.measureAll();
    ComparePage page(fixture.session);
    QVERIFY(fixture.session.open(fixture.study.folder()));
    page.resize(1000, 700);
    page.show();
    page.activate();
    QTRY_VERIFY(!page.isComputing() && !page.accuracy().isLoading());
    QVERIFY(page.accuracy().isVisible());
    QCOMPARE(page.accuracy().view().model()->rowCount(), 3);
    auto *const toggle = actionNamed(page, QStringLiteral("compare.showAccuracy"));
    toggle->trigger();
    QVERIFY(!page.accuracy().isVisible());
    toggle->trigger();
    QSignalSpy opened(&page, &Page::openRequested);
    buttonNamed(page, QStringLiteral("Open Accuracy"))->click();
    QCOMPARE(opened.last().at(0).toString(), QStringLiteral("accuracy"));
}

void TestAccuracyPage::tableAndChartShareTheRoom_data()
{
    QTest::addColumn<bool>("many");
    QTest::addColumn<QSize>("size");
    QTest::addColumn<bool>("beside");
    QTest::newRow("2 runs, narrow") << false << narrowPage << false;
    QTest::newRow("2 runs, wide") << false << widePage << true;
    QTest::newRow("12 runs, narrow") << true << narrowPage << false;
    QTest::newRow("12 runs, wide") << true << widePage << false;
}

void TestAccuracyPage::tableAndChartShareTheRoom()
{
    QFETCH(bool, many);
    QFETCH(QSize, size);
    QFETCH(bool, beside);
    const auto fixture = many ? manyDomains() : std::make_unique<Fixture>();
    fixture->measureAll();
    AccuracyPage page(fixture->session);
    fixture->open(page);
    page.resize(size);
    QCoreApplication::processEvents();
    const QTableView &view = page.panel().view();
    QCOMPARE(page.panel().chart()->x() > 0, beside);
    QVERIFY(page.panel().chart()->height() >= 200 && page.panel().chart()->width() >= 500);
    QVERIFY(view.height() >= 3 * view.rowHeight(0));
    // No column is cut where there is room, and no row ever.
    QCOMPARE(view.horizontalScrollBar()->isVisible(), many && size == narrowPage);
    QCOMPARE(view.verticalScrollBar()->isVisible(), many);
    if (!beside)
        QCOMPARE(view.viewport()->height() % view.rowHeight(0), 0);
}

void TestAccuracyPage::comparePageKeepsItsPlot_data()
{
    QTest::addColumn<bool>("many");
    QTest::newRow("2 runs") << false;
    QTest::newRow("12 runs") << true;
}

void TestAccuracyPage::comparePageKeepsItsPlot()
{
    QFETCH(bool, many);
    const auto fixture = many ? manyDomains() : std::make_unique<Fixture>();
    fixture->measureAll();
    ComparePage page(fixture->session);
    QVERIFY(fixture->session.open(fixture->study.folder()));
    page.show();
    page.activate();
    QTRY_VERIFY(!page.isComputing() && !page.accuracy().isLoading());
    page.resize(narrowPage);
    QCoreApplication::processEvents();
    const auto &pane = page.currentTab().pane();
    QVERIFY2(pane.plot().height() >= 180, qPrintable(QString::number(pane.plot().height())));
    QVERIFY(pane.tableView().viewport()->height() >= 2 * pane.tableView().rowHeight(0));
    const auto &view = page.accuracy().view();
    QCOMPARE(view.viewport()->height(), 3 * view.rowHeight(0));
}

void TestAccuracyPage::everythingHasAName()
{
    Fixture fixture;
    fixture.measureAll();
    AccuracyPage page(fixture.session);
    fixture.open(page);
    int seen = 0;
    for (QWidget *const widget : page.findChildren<QWidget *>()) {
        if (!widget->isVisible() || widget->focusPolicy() == Qt::NoFocus || widget->inherits("QLineEdit")
            || widget->inherits("QHeaderView") || widget->inherits("QCustomPlot"))
            continue;
        ++seen;
        const auto *const button = qobject_cast<QAbstractButton *>(widget);
        const auto *const label = qobject_cast<QLabel *>(widget);
        QVERIFY2(!widget->accessibleName().isEmpty() || (button && !button->text().isEmpty()) || label,
                 widget->metaObject()->className());
    }
    QVERIFY(seen >= 5);
    QStringList names;
    for (QAction *const action : page.actions())
        names << action->objectName();
    QCOMPARE(names.removeDuplicates(), 0);
}

void TestAccuracyPage::timesAreRough()
{
    QCOMPARE(roughTime(0.5), QStringLiteral("a moment"));
    QCOMPARE(roughTime(11.0), QStringLiteral("about 15 s"));
    QCOMPARE(roughTime(100.0), QStringLiteral("about 2 min"));
    QCOMPARE(roughTime(7200.0), QStringLiteral("about 2.0 h"));
}

/// Not a check: with SECATEUR_PICTURES=FOLDER the page is painted there, to be looked at.
void TestAccuracyPage::pictures()
{
    const QString folder = qEnvironmentVariable("SECATEUR_PICTURES");
    if (folder.isEmpty())
        QSKIP("set SECATEUR_PICTURES to a folder to have the page painted there");
    const auto paint = [&folder](Page &page, const QString &name, const QSize &size) {
        page.resize(size);
        for (int i = 0; i < 5; ++i)
            QCoreApplication::processEvents();
        return page.grab().save(QStringLiteral("%1/%2-%3.png").arg(folder, name, QString::number(size.width())));
    };
    for (const bool many : {false, true}) {
        const auto fixture = many ? manyDomains() : std::make_unique<Fixture>();
        fixture->measureAll();
        fixture->measureTasks();
        for (const auto theme : {widgets::Theme::Light, widgets::Theme::Dark}) {
            widgets::applyTheme(theme);
            const QString name = QStringLiteral("%1-%2").arg(widgets::themeName(theme)).arg(fixture->runs.size());
            AccuracyPage page(fixture->session);
            fixture->open(page);
            ComparePage compare(fixture->session);
            compare.show();
            compare.activate();
            QTRY_VERIFY(!compare.isComputing() && !compare.accuracy().isLoading());
            for (const QSize size : {narrowPage, widePage}) {
                auto &measures = page.panel().measures();
                for (int measure = 0; measure < 2; ++measure) {
                    measures.setCurrentIndex(measure);
                    Q_EMIT measures.activated(measure);
                    QVERIFY(paint(page, QStringLiteral("accuracy-%1-").arg(measures.currentText()) + name, size));
                }
                QVERIFY(paint(compare, QStringLiteral("compare-") + name, size));
            }
            page.distances().showTable(page.panel().wholeTable());
            page.distances().show();
            QTRY_VERIFY(!page.distances().isLoading());
            QVERIFY(page.distances().grab().save(QStringLiteral("%1/distances-%2.png").arg(folder, name)));
        }
    }
    widgets::applyTheme(widgets::Theme::Light);
}

QTEST_MAIN(TestAccuracyPage)
#include "tst_accuracypage.moc"
