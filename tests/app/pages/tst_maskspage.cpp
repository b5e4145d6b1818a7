// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractButton>
#include <QAccessible>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QtTest/QtTest>

#include "app/pages/maskspage.h"
#include "tests/core/engine/selectedstudy.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::app;

namespace {

const QString queries = QStringLiteral("self_attn.q_proj");

/// A study with three runs, of which the last kept the dense model's statistics, and the page on it.
struct Opened {
    test::TemporaryFolder folder;
    test::SelectedStudy made{folder.path() / "test.secateur", test::writeTinyModel(folder.path() / "model")};
    StudySession session;
    std::unique_ptr<MasksPage> page;

    Opened()
    {
        made.add(test::SelectedStudy::recipe("python", 1));
        made.add(test::SelectedStudy::recipe("java", 2));
        store::RunRecipe dense = test::SelectedStudy::recipe("dense", 3);
        dense.statistics = StatisticsMode::Dense;
        made.add(dense);
        if (!session.open(made.folder()))
            qFatal("the study cannot be opened");
        choose(0, 1, 2);
        page = std::make_unique<MasksPage>(session);
        page->resize(1100, 760);
        page->show();
        page->activate();
    }
    void choose(std::size_t a, std::size_t b, std::uint32_t layer)
    {
        session.selection().setRuns(runId(a), runId(b));
        session.selection().setMatrix(layer, queries);
    }
    [[nodiscard]] QString runId(std::size_t index) const { return QString::fromStdString(session.runs()[index].id); }
    [[nodiscard]] QDoubleSpinBox &spin() const { return *page->sparsity().findChild<QDoubleSpinBox *>(); }
    [[nodiscard]] mask::BitMatrix expected(const char *name, std::uint64_t sample, const char *target,
                                           std::uint32_t layer) const
    {
        store::RunRecipe recipe = test::SelectedStudy::recipe(name, sample);
        recipe.target = target;
        return made.select(recipe, {LayerIndex{layer}, queries.toStdString()});
    }
};

} // namespace

class TestMasksPage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysWhatToDoWithoutRuns();
    void showsTheSelectedPair();
    void followsTheSelection();
    void oneRunAlone();
    void sliderSelectsAnew();
    void lastOfManyValuesWins();
    void approximateOrExact();
    void asksForARun();
    void readsOutTheCell();
    void layersAreShownAndChosen();
    void weightsRendering();
    void missingModelLeavesTheMasks();
    void destroyedWhileReading();
    void linkedOrNot();
    void viewEditsAreUndone();
    void actionsAndNames();
};

void TestMasksPage::saysWhatToDoWithoutRuns()
{
    StudySession session;
    MasksPage page(session);
    page.show();
    page.activate();
    QVERIFY(page.isUpToDate());
    QSignalSpy asked(&page, &Page::openRequested);
    for (auto *const button : page.findChildren<QPushButton *>())
        if (button->isVisible())
            button->click();
    QCOMPARE(asked.count(), 1);
    QCOMPARE(asked.first().first().toString(), QStringLiteral("prune"));
}

void TestMasksPage::showsTheSelectedPair()
{
    Opened opened;
    QTRY_VERIFY(opened.page->isUpToDate());
    QVERIFY(opened.page->picture());
    const MaskPair &pair = opened.page->picture()->pair;
    QCOMPARE(pair.a.mask->bits(), opened.expected("python", 1, "0.5", 2));
    QCOMPARE(pair.b.mask->bits(), opened.expected("java", 2, "0.5", 2));
    QVERIFY(pair.difference);
    QVERIFY(opened.page->canvas().legend(0).contains(QStringLiteral("kept&nbsp;50.0&nbsp;%")));
    QVERIFY(opened.page->canvas().legend(2).contains(QStringLiteral("A&nbsp;only")));
    QVERIFY(opened.page->canvas().viewA().accessibleName().contains(QStringLiteral("python")));
}

void TestMasksPage::followsTheSelection()
{
    Opened opened;
    QTRY_VERIFY(opened.page->isUpToDate());
    opened.session.selection().setMatrix(3, queries);
    opened.session.selection().setRunB(opened.runId(2));
    QTRY_VERIFY(opened.page->isUpToDate());
    QCOMPARE(opened.page->picture()->pair.id.layer.value, 3U);
    QCOMPARE(opened.page->picture()->pair.b.runName, std::string("dense"));
    opened.page->controls().swapRuns();
    QTRY_VERIFY(opened.page->isUpToDate());
    QCOMPARE(opened.page->picture()->pair.a.runName, std::string("dense"));
}

void TestMasksPage::oneRunAlone()
{
    Opened opened;
    opened.session.selection().setRuns(opened.runId(0), opened.runId(0));
    QTRY_VERIFY(opened.page->isUpToDate());
    QVERIFY(opened.page->picture()->pair.a.mask);
    QVERIFY(!opened.page->picture()->pair.difference);
    QVERIFY(!opened.page->canvas().difference().accessibleDescription().isEmpty());
}

void TestMasksPage::sliderSelectsAnew()
{
    Opened opened;
    QTRY_VERIFY(opened.page->isUpToDate());
    opened.spin().setValue(75.0);
    QTRY_VERIFY(opened.page->isUpToDate());
    QCOMPARE(opened.page->picture()->pair.a.mask->bits(), opened.expected("python", 1, "0.75", 2));
    QCOMPARE(opened.page->picture()->pair.b.mask->bits(), opened.expected("java", 2, "0.75", 2));
    opened.page->sparsity().reset();
    QTRY_VERIFY(opened.page->isUpToDate());
    QCOMPARE(opened.page->picture()->pair.a.mask->bits(), opened.expected("python", 1, "0.5", 2));
}

void TestMasksPage::lastOfManyValuesWins()
{
    Opened opened;
    QTRY_VERIFY(opened.page->isUpToDate());
    QSignalSpy pictures(opened.page.get(), &MasksPage::pictureChanged);
    for (int percent = 1; percent <= 90; ++percent)
        opened.spin().setValue(percent);
    opened.session.selection().setLayer(1); // an other matrix: what is under way is for nothing
    QTRY_VERIFY(opened.page->isUpToDate());
    QCOMPARE(opened.page->picture()->pair.id.layer.value, 1U);
    QVERIFY(!opened.page->sparsity().isChanged()); // back to the runs' own
    QCOMPARE(opened.page->picture()->pair.a.mask->bits(), opened.expected("python", 1, "0.5", 1));
    QVERIFY2(pictures.count() < 20, qPrintable(QString::number(pictures.count())));
}

void TestMasksPage::approximateOrExact()
{
    Opened opened;
    QTRY_VERIFY(opened.page->isUpToDate());
    opened.spin().setValue(60.0);
    QVERIFY(opened.page->sparsity().note().startsWith(QStringLiteral("Approximate")));
    opened.session.selection().setLayer(0); // no layer before it
    QTRY_VERIFY(opened.page->isUpToDate());
    opened.spin().setValue(60.0);
    QVERIFY(opened.page->sparsity().note().startsWith(QStringLiteral("Exact")));
    opened.choose(2, 2, 2); // statistics of the dense model
    QTRY_VERIFY(opened.page->isUpToDate());
    opened.spin().setValue(60.0);
    QVERIFY(opened.page->sparsity().note().startsWith(QStringLiteral("Exact")));
}

void TestMasksPage::asksForARun()
{
    Opened opened;
    QTRY_VERIFY(opened.page->isUpToDate());
    QSignalSpy jobs(opened.page.get(), &Page::jobRequested);
    opened.spin().setValue(62.5);
    Q_EMIT opened.page->sparsity().makeRunRequested(true, true);
    QCOMPARE(jobs.count(), 2);
    const QStringList arguments = jobs.first().first().toStringList();
    QCOMPARE(arguments.mid(0, 5),
             (QStringList{QStringLiteral("resparsify"), QString::fromStdString(opened.made.folder().string()),
                          QStringLiteral("python"), QStringLiteral("--sparsity"), QStringLiteral("0.625")}));
    QCOMPARE(jobs.last().first().toStringList().at(2), QStringLiteral("java"));
}

void TestMasksPage::readsOutTheCell()
{
    Opened opened;
    QTRY_VERIFY(opened.page->isUpToDate());
    opened.page->canvas().viewport().setCurrentCell(widgets::MatrixViewport::Cell{5, 40});
    QCOMPARE(opened.session.selection().cell(), std::optional(Selection::Cell{5, 40}));
    QTRY_VERIFY(opened.page->isUpToDate());
    QVERIFY(opened.page->picture()->weights);
    const auto &weights = *opened.page->picture()->weights;
    const float weight = weights.weights->values[5 * weights.weights->cols + 40];
    const auto &norms = *opened.page->picture()->pair.a.norms;
    const auto text = [](float value) {
        return QString::number(double(value), 'g', 5).replace(QLatin1Char('-'), QChar(0x2212));
    };
    const QString note = opened.page->readout().note();
    QVERIFY2(note.contains(text(weight)), qPrintable(note));
    QVERIFY2(note.contains(text(std::abs(weight) * std::sqrt(norms[40]))), qPrintable(note));
    QVERIFY(opened.page->canvas().viewA().accessibleDescription().contains(note));
    QCOMPARE(weights.headCells, std::int64_t(16));
    // Chosen elsewhere, seen here.
    opened.session.selection().setCell(Selection::Cell{1, 2});
    QCOMPARE(opened.page->canvas().viewport().currentCell(), std::optional(widgets::MatrixViewport::Cell{1, 2}));
}

void TestMasksPage::layersAreShownAndChosen()
{
    Opened opened;
    const auto &chart = opened.page->layers().chart();
    QCOMPARE(chart.data().series.size(), std::size_t(2));
    QCOMPARE(chart.data().series[1].name, QStringLiteral("java"));
    const auto &run = opened.session.runs()[1];
    QCOMPARE(chart.data().series[1].values.size(), run.layers());
    double pruned = 0.0;
    double weights = 0.0;
    for (const auto &matrix : run.sublayers)
        if (matrix.id.layer.value == 3) {
            pruned += double(matrix.pruned);
            weights += double(matrix.rows * matrix.cols);
        }
    QCOMPARE(chart.data().series[1].values[3], pruned / weights);
    QCOMPARE(chart.current()->row, 2);
    QTest::keyClick(&opened.page->layers().chart(), Qt::Key_Right);
    QCOMPARE(opened.session.selection().layer(), 3U);
    opened.session.selection().setMatrix(1, queries);
    QCOMPARE(chart.current()->row, 1);
    opened.session.selection().setRuns(opened.runId(0), opened.runId(0));
    QCOMPARE(chart.data().series.size(), std::size_t(1));
}

void TestMasksPage::weightsRendering()
{
    Opened opened;
    QTRY_VERIFY(opened.page->isUpToDate());
    opened.page->controls().setShowsWeights(true);
    QTRY_VERIFY(opened.page->isUpToDate());
    QVERIFY(opened.page->picture()->weightsA && opened.page->picture()->weightsB);
    QVERIFY(opened.page->canvas().legend(2).contains(QStringLiteral("differs")));
    opened.page->controls().setShowsWeights(false);
    QTRY_VERIFY(opened.page->isUpToDate());
    QVERIFY(!opened.page->picture()->weightsA);
}

void TestMasksPage::missingModelLeavesTheMasks()
{
    Opened opened;
    QTRY_VERIFY(opened.page->isUpToDate());
    opened.session.setModelPath("/nowhere/model");
    opened.spin().setValue(70.0);
    QTRY_VERIFY(opened.page->isUpToDate());
    QVERIFY(opened.page->sparsity().note().contains(QStringLiteral("/nowhere/model")));
    QCOMPARE(opened.page->picture()->pair.a.mask->bits(), opened.expected("python", 1, "0.5", 2));
}

void TestMasksPage::destroyedWhileReading()
{
    for (int round = 0; round < 5; ++round) {
        Opened opened;
        QVERIFY(!opened.page->isUpToDate());
        opened.page.reset();
        QCoreApplication::processEvents();
    }
}

void TestMasksPage::linkedOrNot()
{
    Opened opened;
    auto *const linked = opened.page->findChild<QAction *>(QStringLiteral("masks.linked"));
    QVERIFY(linked && linked->isChecked());
    linked->trigger();
    opened.session.selection().setMatrix(1, queries);
    QCOMPARE(opened.page->shown().layer(), 2U);
    opened.page->shown().setLayer(3);
    QCOMPARE(opened.session.selection().layer(), 1U);
    QTRY_VERIFY(opened.page->isUpToDate());
    QCOMPARE(opened.page->picture()->pair.id.layer.value, 3U);
    opened.session.undoStack().undo(); // of what is chosen here
    QCOMPARE(opened.page->shown().layer(), 2U);
    QCOMPARE(opened.session.selection().layer(), 1U);
    linked->trigger(); // follows again
    QCOMPARE(opened.page->shown().state(), opened.session.selection().state());
    opened.page->shown().setLayer(0);
    QCOMPARE(opened.session.selection().layer(), 0U);
    opened.session.close();
    QTRY_VERIFY(opened.page->isUpToDate());
}

void TestMasksPage::viewEditsAreUndone()
{
    Opened opened;
    QTRY_VERIFY(opened.page->isUpToDate());
    auto &undo = opened.session.undoStack();
    undo.clear();
    auto &viewport = opened.page->canvas().viewport();
    const auto start = viewport.view();
    viewport.zoomAtCentre(2.0);
    viewport.zoomAtCentre(2.0);
    viewport.panBy({5, 5});
    const auto zoomed = viewport.view();
    QCOMPARE(undo.count(), 1);
    opened.page->resize(900, 700); // no edit
    opened.page->resize(1100, 760);
    opened.page->controls().setShowsWeights(true);
    QCOMPARE(undo.undoText(), QStringLiteral("show Weights"));
    opened.session.selection().setCell(Selection::Cell{5, 6});
    opened.session.selection().setMatrix(2, QStringLiteral("mlp.down_proj")); // of another shape
    QTRY_VERIFY(opened.page->isUpToDate());
    QCOMPARE(undo.count(), 4); // the cell that a new matrix forgets is no edit
    undo.undo();
    QTRY_VERIFY(opened.page->isUpToDate());
    QCOMPARE(viewport.currentCell(), std::optional(widgets::MatrixViewport::Cell{5, 6}));
    QVERIFY(undo.canRedo());
    undo.setIndex(1);
    QVERIFY(!opened.page->controls().showsWeights());
    undo.undo();
    QVERIFY(viewport.view() == start);
    undo.redo();
    QCOMPARE(viewport.view().scale, zoomed.scale);
    QVERIFY(viewport.view() != start);
}

void TestMasksPage::actionsAndNames()
{
    Opened opened;
    QTRY_VERIFY(opened.page->isUpToDate());
    QSet<QString> names;
    for (const QAction *const action : opened.page->actions()) {
        QVERIFY(action->objectName().startsWith(QStringLiteral("masks.")));
        QVERIFY(!action->text().isEmpty());
        names.insert(action->objectName());
    }
    QCOMPARE(names.size(), opened.page->actions().size());
    for (QWidget *const widget : opened.page->findChildren<QWidget *>()) {
        if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible())
            continue;
        auto *const interface = QAccessible::queryAccessibleInterface(widget);
        const bool inner = widget->objectName().startsWith(QStringLiteral("qt_")); // of a spin box or combo box
        QVERIFY2(inner || (interface && !interface->text(QAccessible::Name).isEmpty()),
                 widget->metaObject()->className());
    }
    for (QAction *const action : opened.page->actions())
        action->trigger();
    QTRY_VERIFY(opened.page->isUpToDate());
}

QTEST_MAIN(TestMasksPage)
#include "tst_maskspage.moc"
