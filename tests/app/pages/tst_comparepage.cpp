// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/combinedialog.h"
#include "app/pages/comparepage.h"
#include "core/engine/domainparts.h"
#include "core/engine/effects.h"

#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>

#include "tests/core/engine/selectedstudy.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::app;
using widgets::PlotWidget;

namespace {

enum Tab { Layers, Sublayers, Runs, Sets };

/// A study of four runs: two domains, of the first a second sample; and one run with another sparsity.
struct Fixture {
    test::TemporaryFolder folder;
    test::SelectedStudy study{folder.path() / "t.secateur", test::writeTinyModel(folder.path() / "model")};
    std::vector<store::RunManifest> runs;
    StudySession session;

    explicit Fixture(std::size_t count = 3)
    {
        for (std::size_t i = 0; i < count; ++i)
            add(i);
    }

    void add(std::size_t i)
    {
        const char *names[] = {"python", "python2", "math", "java"};
        const char *domains[] = {"python", "python", "math", "java"};
        auto recipe = test::SelectedStudy::recipe(names[i], i + 1);
        recipe.domain = domains[i];
        runs.push_back(study.add(recipe));
    }

    void open(ComparePage &page)
    {
        QVERIFY(session.open(study.folder()));
        if (runs.size() > 2)
            session.selection().setRuns(id(0), id(2));
        page.resize(1000, 700);
        page.show();
        page.activate();
        QTRY_VERIFY(!page.isComputing());
    }

    [[nodiscard]] QString id(std::size_t run) const { return QString::fromStdString(runs[run].id); }
};

template <typename T>
T &tabOf(ComparePage &page, Tab tab)
{
    page.tabs().setCurrentIndex(tab);
    return static_cast<T &>(page.currentTab());
}

QComboBox *boxNamed(ComparePage &page, const QString &name)
{
    for (QComboBox *box : page.findChildren<QComboBox *>())
        if (box->accessibleName() == name)
            return box;
    return nullptr;
}

QAction *actionNamed(ComparePage &page, const QString &name)
{
    for (QAction *action : page.actions())
        if (action->objectName() == name)
            return action;
    return nullptr;
}

} // namespace

class TestComparePage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void teachesWithoutRuns();
    void showsTheEnginesDistances();
    void switchesSetAndMeasureWithoutReading();
    void sublayerMapOfAPair();
    void allRunsInTheOrderOfTheirLikeness();
    void countsCombinations();
    void tellsColumnsAndEffect();
    void makesARunOfMasks();
    void cellsSelectEverywhere();
    void followsTheSelection();
    void independentWhenNotLinked();
    void doubleClickOpensTheMasks();
    void copiesTheNumbers();
    void comparesAgainWhenRunsCome();
    void destroyedWhileComparing();
    void stops();
    void everythingHasAName();
};

void TestComparePage::teachesWithoutRuns()
{
    StudySession session;
    ComparePage page(session);
    QSignalSpy opened(&page, &Page::openRequested);
    page.activate();
    auto *button = page.findChild<QPushButton *>(QStringLiteral("goToPrune"));
    QVERIFY(button && !button->isHidden());
    button->click();
    QCOMPARE(opened.last().at(0).toString(), QStringLiteral("prune"));
    for (QAction *action : page.actions())
        if (!action->isCheckable())
            action->trigger(); // none may need data
}

void TestComparePage::showsTheEnginesDistances()
{
    Fixture fixture;
    ComparePage page(fixture.session);
    fixture.open(page);
    engine::CompareRequest request;
    request.study = fixture.study.folder();
    const auto report = engine::compare(request, {});
    VERIFY_RESULT(report);
    auto &tab = tabOf<CompareLayersTab>(page, Layers);
    // The pair of one domain is the floor, so the two others are drawn.
    QCOMPARE(tab.chosenPairs(), (std::vector<std::size_t>{1, 2}));
    const auto &data = tab.chart().data();
    QCOMPARE(data.series.size(), std::size_t(2));
    QCOMPARE(data.series[0].name, QStringLiteral("python \u2013 math"));
    QCOMPARE(data.series[0].values, report->pairs[1].perLayer);
    QCOMPARE(data.series[1].values, report->pairs[2].perLayer);
    QCOMPARE(data.floor, report->pairs[0].perLayer);
    QCOMPARE(data.baseline, (report->pairs[1].random + report->pairs[2].random) / 2);
    QVERIFY(tab.pane().explanation().contains(QString::number(report->sameDomain[0].whole, 'f', 3)));
    tab.pairList().item(0)->setCheckState(Qt::Checked);
    QCOMPARE(tab.chart().data().series.size(), std::size_t(3));
}

void TestComparePage::switchesSetAndMeasureWithoutReading()
{
    Fixture fixture;
    ComparePage page(fixture.session);
    fixture.open(page);
    auto &tab = tabOf<CompareLayersTab>(page, Layers);
    const auto pruned = tab.chart().data().series[0].values;
    boxNamed(page, QStringLiteral("Weights"))->setCurrentIndex(1);
    QVERIFY(!page.isComputing());
    engine::CompareRequest request;
    request.study = fixture.study.folder();
    request.set = analysis::SetKind::Kept;
    const auto report = engine::compare(request, {});
    VERIFY_RESULT(report);
    QCOMPARE(tab.chart().data().series[0].values, report->pairs[1].perLayer);
    boxNamed(page, QStringLiteral("Distance"))->setCurrentIndex(1);
    const auto &runs = tabOf<CompareRunsTab>(page, Runs);
    const auto &order = runs.map().data().rows;
    const int math = int(order.indexOf(QStringLiteral("math")));
    const int python = int(order.indexOf(QStringLiteral("python")));
    QCOMPARE(runs.map().table().at(python, math), report->pairs[1].hamming);
}

void TestComparePage::sublayerMapOfAPair()
{
    Fixture fixture;
    ComparePage page(fixture.session);
    fixture.open(page);
    engine::CompareRequest request;
    request.study = fixture.study.folder();
    const auto report = engine::compare(request, {});
    VERIFY_RESULT(report);
    auto &tab = tabOf<CompareSublayersTab>(page, Sublayers);
    QCOMPARE(tab.map().table().rowCount(), int(report->sublayers.size()));
    QCOMPARE(tab.map().table().columnCount(), 4);
    QCOMPARE(tab.map().table().at(2, 3), report->pairs[1].perSublayer.at(report->sublayers[2])[3]);
    tab.runBox(1).setCurrentIndex(1);
    QCOMPARE(tab.map().table().at(2, 3), report->pairs[0].perSublayer.at(report->sublayers[2])[3]);
    QCOMPARE(fixture.session.selection().runB(), fixture.id(1));
    tab.runBox(1).setCurrentIndex(0); // the same as A
    QCOMPARE(tab.map().table().rowCount(), 0);
    QVERIFY(tab.pane().explanation().contains(QLatin1String("different")));
}

void TestComparePage::allRunsInTheOrderOfTheirLikeness()
{
    Fixture fixture(4);
    ComparePage page(fixture.session);
    fixture.open(page);
    auto &tab = tabOf<CompareRunsTab>(page, Runs);
    const auto &map = tab.map();
    QCOMPARE(map.table().rowCount(), 4);
    QCOMPARE(map.data().clustering.merges.size(), std::size_t(3));
    for (int i = 0; i < 4; ++i) {
        QCOMPARE(map.table().at(i, i), 0.0);
        for (int j = 0; j < 4; ++j)
            QCOMPARE(map.table().at(i, j), map.table().at(j, i));
    }
    // The first two to be joined stand beside each other and have the smallest distance.
    const auto &first = map.data().clustering.merges.front();
    double smallest = 1.0;
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < i; ++j)
            smallest = std::min(smallest, map.table().at(i, j));
    QCOMPARE(first.height, smallest);
    const double whole = map.table().at(0, 1);
    tab.scopePicker().setScope({2U, "mlp.up_proj"});
    QVERIFY(map.table().at(0, 1) != whole);
    QVERIFY(tab.pane().explanation().contains(QLatin1String("layer 2, up_proj")));
}

void TestComparePage::countsCombinations()
{
    Fixture fixture;
    ComparePage page(fixture.session);
    fixture.open(page);
    auto &tab = tabOf<CompareSetsTab>(page, Sets);
    QTRY_COMPARE(tab.chart().table().rowCount(), 7); // 2^3 - 1
    double share = 0.0;
    double weights = 0.0;
    for (const auto &combination : tab.chart().data().combinations) {
        share += combination.share;
        weights += combination.weights;
    }
    QVERIFY(share > 0.5 && share < 1.0);
    QVERIFY(weights < double(fixture.runs[0].total()));
    QVERIFY(std::fabs(tab.chart().data().setShares[0] - fixture.runs[0].sparsity()) < 1e-9);
    QVERIFY(!tab.pane().explanation().isEmpty());
    tab.runList().item(2)->setCheckState(Qt::Unchecked);
    QTRY_COMPARE(tab.chart().table().rowCount(), 3);
    tab.runList().item(2)->setCheckState(Qt::Checked); // known already
    QCOMPARE(tab.chart().table().rowCount(), 7);
}

void TestComparePage::tellsColumnsAndEffect()
{
    Fixture fixture;
    ComparePage page(fixture.session);
    fixture.open(page);
    engine::CompareRequest request;
    request.study = fixture.study.folder();
    const auto report = engine::compare(request, {});
    VERIFY_RESULT(report);
    const auto effects = engine::effectsOf(*report);
    QCOMPARE(effects.found.size(), std::size_t(1));
    const QString value = QString::number(effects.found[0].size.value, 'f', 3);
    auto &layers = tabOf<CompareLayersTab>(page, Layers);
    QVERIFY2(layers.pane().explanation().contains(value), qPrintable(layers.pane().explanation()));
    auto &tab = tabOf<CompareSublayersTab>(page, Sublayers);
    QTRY_VERIFY(tab.pane().explanation().contains(QLatin1String("input columns")));
    QVERIFY(tab.pane().explanation().contains(value));
    const auto shares = engine::columnShares(fixture.study.folder(), "python", "math", {});
    VERIFY_RESULT(shares);
    const auto percent = [](double share) { return QString::number(100.0 * share, 'f', 1); };
    QVERIFY(tab.pane().explanation().contains(percent(shares->whole.columnsFor(0.5))));
    // Of one domain there is no effect, but columns.
    tab.runBox(1).setCurrentIndex(1);
    QVERIFY(!tab.pane().explanation().contains(QLatin1String("Effect")));
    QTRY_VERIFY(tab.pane().explanation().contains(QLatin1String("input columns")));
    // And in the sets the core and what is each one's own.
    auto &sets = tabOf<CompareSetsTab>(page, Sets);
    QTRY_COMPARE(sets.chart().table().rowCount(), 7);
    QVERIFY2(sets.pane().explanation().contains(QLatin1String("Core of the domains: ")), qPrintable(sets.pane().explanation()));
}

void TestComparePage::makesARunOfMasks()
{
    Fixture fixture;
    ComparePage page(fixture.session);
    fixture.open(page);
    QSignalSpy jobs(&page, &Page::jobRequested);
    QVERIFY(!page.combineDialog());
    actionNamed(page, QStringLiteral("compare.combine"))->trigger();
    QVERIFY(page.combineDialog() && page.combineDialog()->isVisible());
    // The two that are looked at, and what they keep together is known.
    QVERIFY(page.combineDialog()->plan().arguments.contains(QStringLiteral("python,math")));
    QVERIFY(page.combineDialog()->plan().kept && page.combineDialog()->plan().kept->isKnown());
    page.combineDialog()->makeButton().click();
    QCOMPARE(jobs.size(), 1);
    QCOMPARE(jobs[0][0].toStringList().first(), QStringLiteral("combine"));
    actionNamed(page, QStringLiteral("compare.combine"))->trigger();
    QVERIFY(page.combineDialog()->isVisible());
}

void TestComparePage::cellsSelectEverywhere()
{
    Fixture fixture;
    ComparePage page(fixture.session);
    fixture.open(page);
    auto &sublayers = tabOf<CompareSublayersTab>(page, Sublayers);
    QSignalSpy changed(&fixture.session.selection(), &Selection::changed);
    sublayers.pane().tableView().setCurrentIndex(sublayers.pane().tableView().model()->index(4, 3));
    const auto &selection = fixture.session.selection();
    QCOMPARE(changed.size(), 1);
    QCOMPARE(selection.layer(), 3U);
    QCOMPARE(selection.sublayer().toStdString(), fixture.runs[0].sublayerNames()[4]);
    QCOMPARE(selection.runA(), fixture.id(0));
    QCOMPARE(selection.runB(), fixture.id(2));
    // The other tabs show it, too.
    QCOMPARE(tabOf<CompareLayersTab>(page, Layers).chart().current()->row, 3);
    const auto &runs = tabOf<CompareRunsTab>(page, Runs);
    QCOMPARE(runs.map().data().rows[runs.map().current()->row], QStringLiteral("python"));
    QCOMPARE(runs.map().data().columns[runs.map().current()->column], QStringLiteral("math"));
}

void TestComparePage::followsTheSelection()
{
    Fixture fixture;
    ComparePage page(fixture.session);
    fixture.open(page);
    const QString sublayer = QString::fromStdString(fixture.runs[0].sublayerNames()[1]);
    fixture.session.selection().setState({fixture.id(1), fixture.id(2), 2, sublayer, {}});
    auto &tab = tabOf<CompareSublayersTab>(page, Sublayers);
    QCOMPARE(tab.map().current(), (PlotWidget::Cell{1, 2}));
    QCOMPARE(tab.runBox(0).currentText(), QStringLiteral("python2"));
    QCOMPARE(tab.runBox(1).currentText(), QStringLiteral("math"));
}

void TestComparePage::independentWhenNotLinked()
{
    Fixture fixture;
    ComparePage page(fixture.session);
    fixture.open(page);
    actionNamed(page, QStringLiteral("compare.follow"))->setChecked(false);
    auto &tab = tabOf<CompareSublayersTab>(page, Sublayers);
    QSignalSpy changed(&fixture.session.selection(), &Selection::changed);
    tab.pane().tableView().setCurrentIndex(tab.pane().tableView().model()->index(2, 2));
    QVERIFY(changed.isEmpty());
    fixture.session.selection().setLayer(3);
    QCOMPARE(tab.map().current(), (PlotWidget::Cell{2, 2}));
    actionNamed(page, QStringLiteral("compare.follow"))->setChecked(true);
    QCOMPARE(tabOf<CompareLayersTab>(page, Layers).chart().current()->row, 3);
}

void TestComparePage::doubleClickOpensTheMasks()
{
    Fixture fixture;
    ComparePage page(fixture.session);
    fixture.open(page);
    QSignalSpy opened(&page, &Page::openRequested);
    auto &tab = tabOf<CompareSublayersTab>(page, Sublayers);
    tab.map().setCurrent(PlotWidget::Cell{1, 1});
    tab.map().setFocus();
    QTest::keyClick(&tab.map(), Qt::Key_Right);
    QTest::keyClick(&tab.map(), Qt::Key_Return);
    QCOMPARE(opened.last().at(0).toString(), QStringLiteral("masks"));
    QCOMPARE(fixture.session.selection().layer(), 2U);
    QVERIFY(fixture.session.selection().matrix());
}

void TestComparePage::copiesTheNumbers()
{
    Fixture fixture;
    ComparePage page(fixture.session);
    fixture.open(page);
    tabOf<CompareLayersTab>(page, Layers);
    actionNamed(page, QStringLiteral("compare.copyCsv"))->trigger();
    QVERIFY(QGuiApplication::clipboard()->text().startsWith(QStringLiteral("Layer,python \u2013 math,")));
    actionNamed(page, QStringLiteral("compare.copyLatex"))->trigger();
    QVERIFY(QGuiApplication::clipboard()->text().contains(QLatin1String("\\toprule")));
    actionNamed(page, QStringLiteral("compare.copyMarkdown"))->trigger();
    QVERIFY(QGuiApplication::clipboard()->text().startsWith(QLatin1String("| Layer |")));
    actionNamed(page, QStringLiteral("compare.copyImage"))->trigger();
    QVERIFY(!QGuiApplication::clipboard()->image().isNull());
}

void TestComparePage::comparesAgainWhenRunsCome()
{
    Fixture fixture(1);
    ComparePage page(fixture.session);
    fixture.open(page);
    QVERIFY(!page.tabs().isVisible()); // one run only
    fixture.add(2);
    VERIFY_RESULT(fixture.session.reload());
    QTRY_VERIFY(page.tabs().isVisible());
    QTRY_COMPARE(tabOf<CompareRunsTab>(page, Runs).map().table().rowCount(), 2);
    fixture.session.close();
    QVERIFY(!page.tabs().isVisible());
    QCOMPARE(tabOf<CompareRunsTab>(page, Runs).map().table().rowCount(), 0);
}

void TestComparePage::destroyedWhileComparing()
{
    Fixture fixture;
    {
        ComparePage page(fixture.session);
        QVERIFY(fixture.session.open(fixture.study.folder()));
        page.activate();
        QVERIFY(page.isComputing());
    }
    QVERIFY(QThreadPool::globalInstance()->waitForDone(5000));
    QCoreApplication::sendPostedEvents();
}

void TestComparePage::stops()
{
    Fixture fixture;
    ComparePage page(fixture.session);
    QVERIFY(fixture.session.open(fixture.study.folder()));
    page.show();
    page.activate();
    QVERIFY(page.isComputing());
    actionNamed(page, QStringLiteral("compare.cancel"))->trigger();
    QVERIFY(!page.isComputing());
    QVERIFY(QThreadPool::globalInstance()->waitForDone(5000));
    QCoreApplication::processEvents();
    QVERIFY(!page.tabs().isVisible()); // what came too late is dropped
    actionNamed(page, QStringLiteral("compare.again"))->trigger();
    QTRY_VERIFY(page.tabs().isVisible());
}

void TestComparePage::everythingHasAName()
{
    Fixture fixture;
    ComparePage page(fixture.session);
    fixture.open(page);
    for (const QWidget *widget : page.findChildren<QWidget *>()) {
        const bool interactive = qobject_cast<const QComboBox *>(widget) || qobject_cast<const PlotWidget *>(widget)
            || qobject_cast<const QListWidget *>(widget) || qobject_cast<const QTableView *>(widget);
        if (interactive)
            QVERIFY2(!widget->accessibleName().isEmpty(), widget->metaObject()->className());
    }
    QSet<QString> names;
    for (const QAction *action : page.actions()) {
        QVERIFY(action->objectName().startsWith(QLatin1String("compare.")));
        QVERIFY(!action->text().isEmpty());
        names.insert(action->objectName());
    }
    QCOMPARE(names.size(), page.actions().size());
}

QTEST_MAIN(TestComparePage)
#include "tst_comparepage.moc"
