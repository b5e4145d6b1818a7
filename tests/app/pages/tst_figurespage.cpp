// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/figurespage.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QDropEvent>
#include <QFile>
#include <QFileDialog>
#include <QGuiApplication>
#include <QImageReader>
#include <QListWidget>
#include <QMimeData>
#include <QProcess>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QtTest/QTest>

#include "app/pages/figurespreview.h"
#include "app/settings/settings.h"
#include "core/engine/evaluate.h"
#include "core/engine/itemstatistics.h"
#include "tests/core/engine/selectedstudy.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"
#include "widgets/common/datatable.h"
#include "widgets/figure/manifest.h"
#include "widgets/figure/scenepainter.h"

using namespace secateur;
using namespace secateur::app;
using analysis::FigureKind;
using widgets::Rendering;

namespace {

/// A study of three runs, two of them of one domain.
struct Fixture {
    test::TemporaryFolder folder;
    std::filesystem::path model = test::writeTinyModel(folder.path() / "model");
    test::SelectedStudy study{folder.path() / "it's.secateur", model};
    std::vector<store::RunManifest> runs;
    StudySession session;

    Fixture()
    {
        const std::pair<const char *, const char *> names[] = {
            {"python", "python"}, {"python2", "python"}, {"math", "math"}};
        for (const auto &[name, domain] : names)
            add(name, domain);
    }
    void add(const char *name, const char *domain)
    {
        auto recipe = test::SelectedStudy::recipe(name, runs.size() + 1);
        recipe.domain = domain;
        runs.push_back(study.add(recipe));
    }
    /// Two domains' texts, dense and all runs.
    void measure(const std::string &protocolOfMath = "heldout-perplexity-1")
    {
        const auto open = store::Study::open(study.folder(), store::Study::Access::Write);
        VERIFY_RESULT(open);
        std::vector<std::string> models = {store::denseRun};
        for (const auto &run : runs)
            models.push_back(run.id);
        for (const std::string domain : {"python", "math"})
            for (std::size_t i = 0; i < models.size(); ++i) {
                store::EvaluationRecipe recipe;
                recipe.task = "perplexity:" + domain;
                recipe.taskVersion = "1";
                recipe.protocol = domain == "math" ? protocolOfMath : "heldout-perplexity-1";
                recipe.run = models[i];
                recipe.domain = domain;
                recipe.modelFingerprint = std::string(64, 'a');
                recipe.itemsSha256 = std::string(64, 'b');
                store::EvaluationResult result;
                for (const double loss : {18.0, 22.0, 25.0, 21.0})
                    result.items.numbers["nll"].push_back(loss + double(i));
                result.items.counts["tokens"] = {10, 10, 10, 10};
                result.metrics = engine::metricsOf(result.items);
                VERIFY_RESULT((*open)->addEvaluation(recipe, result));
            }
    }
    void open(FiguresPage &page)
    {
        QVERIFY(session.open(study.folder()));
        session.selection().setRuns(id(0), id(2));
        page.resize(1000, 700);
        page.show();
        page.activate();
        QTRY_VERIFY(isShown(page));
    }
    /// The figure is drawn as it was wanted last.
    static bool isShown(const FiguresPage &page)
    {
        return !page.isWorking() && page.made() && !page.preview().isDrawing();
    }
    void choose(FiguresPage &page, FigureKind kind)
    {
        FigureEdit edit = page.edit();
        edit.spec.kind = kind;
        page.setEdit(edit, QStringLiteral("kind"));
        QTRY_VERIFY(isShown(page));
        QVERIFY(page.made()->spec.kind == kind);
    }
    [[nodiscard]] QString id(std::size_t run) const { return QString::fromStdString(runs[run].id); }
    [[nodiscard]] QString path(const char *name) const
    {
        return QString::fromStdString((folder.path() / name).string());
    }
};

QAction *actionNamed(const FiguresPage &page, const char *name)
{
    for (QAction *action : page.actions())
        if (action->objectName() == QLatin1String("figures.") + QLatin1String(name))
            return action;
    return nullptr;
}

template <typename T>
T *named(const FiguresPage &page, const char *name)
{
    for (T *widget : page.findChildren<T *>())
        if (widget->accessibleName() == QLatin1String(name))
            return widget;
    return nullptr;
}

QByteArray content(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray withoutDate(const QByteArray &bytes)
{
    return QString::fromLatin1(bytes)
        .remove(QRegularExpression(QStringLiteral("/CreationDate \\([^)]*\\)")))
        .toLatin1();
}

} // namespace

/// From a study to files on the disk and back.
class TestFiguresPage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void teachesWithoutRuns();
    void showsTheSelection();
    void choosingByHandUnlinks();
    void everyKindIsShown();
    void previewIsTheExportedPicture();
    void zooms();
    void exportsEveryFormat_data();
    void exportsEveryFormat();
    void refusesToWriteIntoTheStudy();
    void commandLineDrawsTheSame_data();
    void commandLineDrawsTheSame();
    void manifestRestoresTheFigure();
    void dropsAreOpened();
    void undoes();
    void remembersItsLooks();
    void copies();
    void saysWhatIsWrong();
    void protocolsAreNotMixed();
    void followsRunsThatCome();
    void destroyedWhileReading();
    void dialogsAreNoDeadEnd();
    void everythingHasAName();
};

void TestFiguresPage::teachesWithoutRuns()
{
    StudySession session;
    FiguresPage page(session);
    QSignalSpy opened(&page, &Page::openRequested);
    page.activate();
    auto *const button = page.findChild<QPushButton *>(QStringLiteral("goToPrune"));
    QVERIFY(button && !button->isHidden());
    button->click();
    QCOMPARE(opened.last().at(0).toString(), QStringLiteral("prune"));
    for (QAction *action : page.actions())
        if (!action->objectName().endsWith(QLatin1String("openManifest")))
            action->trigger(); // none may need data
    QVERIFY(!page.made());
}

void TestFiguresPage::showsTheSelection()
{
    Fixture fixture;
    FiguresPage page(fixture.session);
    fixture.open(page);
    fixture.choose(page, FigureKind::JaccardLayers);
    QCOMPARE(page.made()->spec.runs, (QStringList{QStringLiteral("python"), QStringLiteral("math")}));
    fixture.choose(page, FigureKind::Mask);
    fixture.session.selection().setMatrix(2, QStringLiteral("mlp.up_proj"));
    QTRY_VERIFY(Fixture::isShown(page) && page.made()->spec.layer == 2U);
    QCOMPARE(page.made()->spec.sublayer, QStringLiteral("mlp.up_proj"));
    const auto &masks = std::get<analysis::MaskPair>(page.made()->data->content);
    QVERIFY(masks.kept[0] == fixture.study.select(fixture.runs[0].recipe, {LayerIndex{2}, "mlp.up_proj"}));
    QCOMPARE(named<QComboBox>(page, "Layer")->currentText(), QStringLiteral("2"));
    fixture.choose(page, FigureKind::JaccardMatrix);
    QCOMPARE(page.made()->data->sources.size(), std::size_t(3)); // all
}

void TestFiguresPage::choosingByHandUnlinks()
{
    Fixture fixture;
    FiguresPage page(fixture.session);
    fixture.open(page);
    fixture.choose(page, FigureKind::Mask);
    named<QComboBox>(page, "Layer")->setCurrentIndex(3);
    QVERIFY(!page.edit().follows && !actionNamed(page, "follow")->isChecked());
    fixture.session.selection().setLayer(1);
    QTRY_VERIFY(Fixture::isShown(page));
    QVERIFY(page.made()->spec.layer == 3U);
    actionNamed(page, "follow")->trigger();
    QTRY_VERIFY(Fixture::isShown(page) && page.made()->spec.layer == 1U);
    auto *const runs = named<QListWidget>(page, "Runs");
    QCOMPARE(runs->count(), 3);
    runs->item(0)->setCheckState(Qt::Unchecked);
    QTRY_VERIFY(Fixture::isShown(page) && page.made()->spec.runs == QStringList{QStringLiteral("math")});
    QCOMPARE(page.made()->scene->panels.size(), std::size_t(1));
}

void TestFiguresPage::everyKindIsShown()
{
    Fixture fixture;
    fixture.measure();
    FiguresPage page(fixture.session);
    fixture.open(page);
    for (const FigureKind kind : widgets::figureKinds()) {
        fixture.choose(page, kind);
        QVERIFY2(page.problem().isEmpty(), qPrintable(page.problem()));
        QVERIFY(!page.preview().image().isNull());
        QVERIFY(!named<widgets::DataTable>(page, "Numbers of the figure")->table().rows.empty());
        // The height that the command line would choose.
        QCOMPARE(page.made()->spec.heightMm, widgets::fittingHeight(page.made()->spec, *page.made()->data));
    }
    fixture.choose(page, FigureKind::Mask);
    named<QComboBox>(page, "Show")->setCurrentIndex(1);
    QTRY_VERIFY(Fixture::isShown(page) && page.made()->spec.rendering == Rendering::Weights);
    const auto &masks = std::get<analysis::MaskPair>(page.made()->data->content);
    std::vector<float> weights(masks.weights.size());
    VERIFY_RESULT(fixture.study.model().readF32(tensorName(masks.id), weights));
    QVERIFY(masks.weights == weights);
}

void TestFiguresPage::previewIsTheExportedPicture()
{
    Fixture fixture;
    fixture.measure();
    FiguresPage page(fixture.session);
    fixture.open(page);
    for (const FigureKind kind : widgets::figureKinds()) {
        FigureEdit edit = page.edit();
        edit.spec.kind = kind;
        edit.spec.imageDpi = 2 * page.preview().logicalDpiX();
        page.setEdit(edit, QStringLiteral("kind"));
        QTRY_VERIFY(Fixture::isShown(page));
        page.preview().setZoom(2.0);
        QTRY_VERIFY(Fixture::isShown(page));
        page.exportTo((fixture.folder.path() / "preview.png").string());
        QTRY_VERIFY(!page.isWorking());
        const QImage file = QImage(fixture.path("preview.png")).convertToFormat(QImage::Format_RGB32);
        QVERIFY(!file.isNull());
        QCOMPARE(page.preview().image().size(), file.size());
        QCOMPARE(page.preview().image().convertToFormat(QImage::Format_RGB32), file);
    }
}

void TestFiguresPage::zooms()
{
    Fixture fixture;
    FiguresPage page(fixture.session);
    fixture.open(page);
    QVERIFY(page.preview().isFitting());
    const double mm = page.preview().logicalDpiX() / 25.4;
    const auto paper = [&] { return QSizeF(page.preview().widget()->size()); };
    const auto &spec = page.made()->spec;
    QVERIFY(paper().width() <= page.preview().viewport()->width());
    QVERIFY(paper().height() <= page.preview().viewport()->height());
    QVERIFY(std::abs(paper().width() / paper().height() - spec.widthMm / spec.heightMm) < 0.01);
    actionNamed(page, "zoomActual")->trigger();
    QCOMPARE(paper().width(), double(std::lround(spec.widthMm * mm)));
    actionNamed(page, "zoomIn")->trigger();
    QCOMPARE(page.preview().zoom(), 1.25);
    actionNamed(page, "zoomOut")->trigger();
    actionNamed(page, "zoomFit")->trigger();
    QVERIFY(page.preview().isFitting());
    page.resize(700, 500);
    QTRY_VERIFY(Fixture::isShown(page) && paper().width() <= page.preview().viewport()->width());
}

void TestFiguresPage::exportsEveryFormat_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("start");
    QTest::newRow("pdf") << QByteArray("f.pdf") << QByteArray("%PDF-1.");
    QTest::newRow("svg") << QByteArray("f.svg") << QByteArray("<?xml");
    QTest::newRow("png") << QByteArray("f.png") << QByteArray("\x89PNG");
    QTest::newRow("tex") << QByteArray("f.tex") << QByteArray("% secateur-manifest: {");
    QTest::newRow("csv") << QByteArray("f.csv") << QByteArray("# secateur-manifest: {");
    QTest::newRow("json") << QByteArray("f.json") << QByteArray("{\"secateur_figure\":1");
}

void TestFiguresPage::exportsEveryFormat()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, start);
    Fixture fixture;
    FiguresPage page(fixture.session);
    fixture.open(page);
    QSignalSpy told(&page, &Page::statusChanged);
    page.exportTo(fixture.folder.path() / name.toStdString());
    QTRY_VERIFY(!page.isWorking());
    QVERIFY2(page.problem().isEmpty(), qPrintable(page.problem()));
    const QString path = fixture.path(name.constData());
    QVERIFY2(content(path).startsWith(start), content(path).left(60));
    QVERIFY(told.last().at(0).toString().contains(path));
    const auto read = widgets::readManifest(path.toStdString());
    VERIFY_RESULT(read);
    QVERIFY(*read == widgets::resolved(page.made()->spec, *page.made()->data));
}

void TestFiguresPage::refusesToWriteIntoTheStudy()
{
    Fixture fixture;
    FiguresPage page(fixture.session);
    fixture.open(page);
    page.exportTo(fixture.study.folder() / "study.json");
    QTRY_VERIFY(!page.isWorking());
    QVERIFY2(page.problem().contains(QStringLiteral("belongs to the study")), qPrintable(page.problem()));
    page.exportTo(fixture.folder.path() / "absent" / "f.pdf");
    QTRY_VERIFY(!page.isWorking());
    QVERIFY(page.problem().contains(QStringLiteral("absent")));
    QVERIFY(page.made() && fixture.session.reload().has_value());
}

void TestFiguresPage::commandLineDrawsTheSame_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<bool>("weights");
    for (const FigureKind kind : widgets::figureKinds())
        QTest::newRow(qPrintable(widgets::kindName(kind))) << int(kind) << false;
    QTest::newRow("weights") << int(FigureKind::Mask) << true;
}

/// What the clipboard says, run by a shell, writes the file that the page writes.
void TestFiguresPage::commandLineDrawsTheSame()
{
    QFETCH(int, kind);
    QFETCH(bool, weights);
    Fixture fixture;
    fixture.measure();
    FiguresPage page(fixture.session);
    fixture.open(page);
    FigureEdit edit = page.edit();
    edit.spec.kind = FigureKind(kind);
    edit.spec.rendering = weights ? Rendering::Weights : Rendering::Mask;
    if (weights)
        edit.spec.range = widgets::ColorRange{-0.05, 0.05};
    edit.spec.palette = QStringLiteral("cividis");
    edit.spec.widthMm = 123.4;
    edit.spec.fontSizePt = 7.5;
    edit.spec.set = analysis::SetKind::Kept;
    page.setEdit(edit, QStringLiteral("all"));
    for (const char *ending : {"pdf", "svg"}) {
        QTRY_VERIFY(Fixture::isShown(page));
        const QString direct = fixture.path("figure.") + QLatin1String(ending);
        page.exportTo(direct.toStdString());
        QTRY_VERIFY(!page.isWorking());
        actionNamed(page, "copyCommand")->trigger();
        QString line = QGuiApplication::clipboard()->text();
        QVERIFY2(line.startsWith(QLatin1String("secateur-cli figure '")) && line.endsWith(direct), qPrintable(line));
        const QByteArray mine = content(direct);
        QVERIFY(QFile::remove(direct));
        QProcess shell;
        shell.setWorkingDirectory(QCoreApplication::applicationDirPath());
        shell.start(QStringLiteral("/bin/sh"), {QStringLiteral("-c"), QLatin1String("./") + line});
        QVERIFY(shell.waitForFinished(60'000));
        QVERIFY2(shell.exitCode() == 0, shell.readAllStandardError());
        QCOMPARE(withoutDate(content(direct)), withoutDate(mine));
    }
}

void TestFiguresPage::manifestRestoresTheFigure()
{
    Fixture fixture;
    FiguresPage page(fixture.session);
    fixture.open(page);
    fixture.choose(page, FigureKind::JaccardMatrix);
    FigureEdit edit = page.edit();
    edit.spec.palette = QStringLiteral("magma");
    edit.spec.widthMm = 77.0;
    edit.spec.range = widgets::ColorRange{0.0, 0.5};
    page.setEdit(edit, QStringLiteral("looks"));
    QTRY_VERIFY(Fixture::isShown(page));
    page.exportTo(fixture.folder.path() / "m.pdf");
    QTRY_VERIFY(!page.isWorking());
    const auto spec = widgets::resolved(page.made()->spec, *page.made()->data);

    FiguresPage other(fixture.session);
    other.resize(900, 600);
    other.show();
    other.activate();
    QTRY_VERIFY(Fixture::isShown(other));
    other.openManifest(fixture.folder.path() / "m.pdf");
    QTRY_VERIFY(Fixture::isShown(other) && other.made()->spec == spec);
    QVERIFY(!other.edit().follows);
    QCOMPARE(named<QComboBox>(other, "Venue")->currentData().toString(), QStringLiteral("acl-column"));
    QCOMPARE(named<QComboBox>(other, "Palette")->currentText(), QStringLiteral("magma"));
    QCOMPARE(named<QDoubleSpinBox>(other, "Value of the last colour")->value(), 0.5);
    other.openManifest(fixture.model / "config.json");
    QVERIFY2(other.problem().contains(QStringLiteral("config.json")), qPrintable(other.problem()));
    QVERIFY(other.edit().spec == spec);
}

void TestFiguresPage::dropsAreOpened()
{
    Fixture fixture;
    FiguresPage page(fixture.session);
    fixture.open(page);
    FigureEdit edit = page.edit();
    edit.spec.widthMm = 160.0;
    page.setEdit(edit, QStringLiteral("width"));
    QTRY_VERIFY(Fixture::isShown(page));
    page.exportTo(fixture.folder.path() / "d.svg");
    QTRY_VERIFY(!page.isWorking());
    fixture.session.undoStack().undo();
    QVERIFY(page.edit().spec.widthMm != 160.0);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(fixture.path("d.svg"))});
    QDropEvent drop(QPointF(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    static_cast<QObject &>(page).event(&drop);
    QVERIFY(drop.isAccepted());
    QCOMPARE(page.edit().spec.widthMm, 160.0);
}

void TestFiguresPage::undoes()
{
    Fixture fixture;
    FiguresPage page(fixture.session);
    fixture.open(page);
    auto &undo = fixture.session.undoStack();
    const int before = undo.count();
    auto *const width = named<QDoubleSpinBox>(page, "Width");
    const double original = width->value();
    width->setValue(100.0);
    width->setValue(110.0); // one edit with the last
    named<QComboBox>(page, "Palette")->setCurrentText(QStringLiteral("magma"));
    QCOMPARE(undo.count(), before + 2);
    undo.undo();
    QCOMPARE(page.edit().spec.palette, QStringLiteral("viridis"));
    QCOMPARE(width->value(), 110.0);
    undo.undo();
    QCOMPARE(width->value(), original);
    undo.redo();
    QTRY_VERIFY(Fixture::isShown(page) && page.made()->spec.widthMm == 110.0);
    QCOMPARE(named<QComboBox>(page, "Venue")->currentText(), QStringLiteral("Other"));
    auto *const fits = page.findChild<QCheckBox *>();
    fits->setChecked(false);
    named<QDoubleSpinBox>(page, "Height")->setValue(90.0);
    QTRY_VERIFY(Fixture::isShown(page) && page.made()->spec.heightMm == 90.0);
}

void TestFiguresPage::remembersItsLooks()
{
    Fixture fixture;
    Settings settings(fixture.path("settings.ini"));
    {
        FiguresPage page(fixture.session, &settings.figureStyle);
        fixture.open(page);
        FigureEdit edit = page.edit();
        edit.spec.kind = FigureKind::Mask;
        edit.spec.widthMm = 139.7;
        edit.spec.fontSizePt = 9.0;
        page.setEdit(edit, QStringLiteral("looks"));
    }
    const FiguresPage again(fixture.session, &settings.figureStyle);
    QCOMPARE(again.edit().spec.fontSizePt, 9.0);
    QCOMPARE(again.edit().spec.widthMm, 139.7);
    QVERIFY(!settings.figureStyle.value().contains(QStringLiteral("python"))); // what is shown belongs to the study
    settings.figureStyle.setValue(QStringLiteral("{broken"));
    const FiguresPage fresh(fixture.session, &settings.figureStyle);
    QCOMPARE(fresh.edit().spec.fontSizePt, 8.0);
}

void TestFiguresPage::copies()
{
    Fixture fixture;
    FiguresPage page(fixture.session);
    fixture.open(page);
    fixture.choose(page, FigureKind::JaccardMatrix);
    const auto *const clipboard = QGuiApplication::clipboard();
    actionNamed(page, "copyCsv")->trigger();
    QVERIFY2(clipboard->text().startsWith(QStringLiteral("run,python,python2,math\npython,0,")),
             qPrintable(clipboard->text()));
    actionNamed(page, "copyLatex")->trigger();
    QVERIFY(clipboard->text().contains(QStringLiteral("\\begin{tabular}{lrrr}\n\\toprule\nrun & python & ")));
    actionNamed(page, "copyMarkdown")->trigger();
    QVERIFY(clipboard->text().startsWith(QStringLiteral("| run | python | python2 | math |\n| --- | ---: |")));
    actionNamed(page, "copyImage")->trigger();
    QVERIFY(clipboard->mimeData()->hasImage());
    QVERIFY(clipboard->mimeData()->data(QStringLiteral("image/svg+xml")).startsWith("<?xml"));
    fixture.choose(page, FigureKind::Mask);
    actionNamed(page, "copyCsv")->trigger();
    QCOMPARE(clipboard->text().count(QLatin1Char('\n')), 5); // shares, not thousands of cells
}

void TestFiguresPage::saysWhatIsWrong()
{
    Fixture fixture;
    FiguresPage page(fixture.session);
    fixture.open(page);
    FigureEdit edit = page.edit();
    edit.spec.widthMm = 20.0;
    edit.spec.fontSizePt = 30.0;
    page.setEdit(edit, QStringLiteral("too small"));
    QTRY_VERIFY2(page.problem().contains(QStringLiteral("too small")), qPrintable(page.problem()));
    QVERIFY(!page.made() && !actionNamed(page, "exportPdf")->isEnabled());
    fixture.session.undoStack().undo();
    QTRY_VERIFY(Fixture::isShown(page) && page.problem().isEmpty());
    QVERIFY(actionNamed(page, "exportPdf")->isEnabled());
}

void TestFiguresPage::protocolsAreNotMixed()
{
    Fixture fixture;
    fixture.measure("another-protocol-2");
    FiguresPage page(fixture.session);
    fixture.open(page);
    FigureEdit edit = page.edit();
    edit.spec.kind = FigureKind::Accuracy;
    edit.spec.tasks = {QStringLiteral("perplexity:python"), QStringLiteral("perplexity:math")};
    page.setEdit(edit, QStringLiteral("kind"));
    QTRY_VERIFY2(page.problem().contains(QStringLiteral("cannot share an axis")), qPrintable(page.problem()));
    QVERIFY(page.problem().contains(QStringLiteral("another-protocol-2")) && !page.made());
    edit.spec.tasks.clear(); // those that were measured alike, and a word about the others
    page.setEdit(edit, QStringLiteral("tasks"));
    QTRY_VERIFY(Fixture::isShown(page) && page.problem().isEmpty());
    QCOMPARE(page.made()->scene->title.contains(QStringLiteral("heldout-perplexity-1")), true);
}

void TestFiguresPage::followsRunsThatCome()
{
    Fixture fixture;
    FiguresPage page(fixture.session);
    fixture.open(page);
    fixture.choose(page, FigureKind::JaccardMatrix);
    fixture.add("java", "java");
    VERIFY_RESULT(fixture.session.reload());
    QTRY_VERIFY(Fixture::isShown(page) && page.made()->data->sources.size() == 4);
    fixture.session.close();
    QVERIFY(!page.made());
}

void TestFiguresPage::destroyedWhileReading()
{
    Fixture fixture;
    auto page = std::make_unique<FiguresPage>(fixture.session);
    QVERIFY(fixture.session.open(fixture.study.folder()));
    page->activate();
    QVERIFY(page->isWorking());
    FigureEdit edit = page->edit();
    edit.spec.fontSizePt = 9.0;
    page->setEdit(edit, QStringLiteral("size"));
    page.reset();
    fixture.session.undoStack().undo(); // there is no page to undo on
}

void TestFiguresPage::dialogsAreNoDeadEnd()
{
    Fixture fixture;
    FiguresPage page(fixture.session);
    fixture.open(page);
    for (const char *name : {"exportPdf", "exportTex", "openManifest"}) {
        actionNamed(page, name)->trigger();
        QVERIFY(!QApplication::activeModalWidget());
        const auto dialogs = page.findChildren<QFileDialog *>();
        QCOMPARE(dialogs.size(), 1); // in place of the one before
        QVERIFY(dialogs.front()->isVisible());
    }
}

void TestFiguresPage::everythingHasAName()
{
    Fixture fixture;
    FiguresPage page(fixture.session);
    fixture.open(page);
    for (const QWidget *widget : page.findChildren<QWidget *>()) {
        const bool canBeUsed = qobject_cast<const QComboBox *>(widget) || qobject_cast<const QAbstractSpinBox *>(widget)
            || qobject_cast<const QAbstractItemView *>(widget);
        if (!canBeUsed || widget->inherits("QHeaderView")
            || qobject_cast<const QComboBox *>(widget->parentWidget()->parentWidget()))
            continue;
        QVERIFY2(!widget->accessibleName().isEmpty(), widget->metaObject()->className());
    }
}

QTEST_MAIN(TestFiguresPage)
#include "tst_figurespage.moc"
