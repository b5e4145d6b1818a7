// SPDX-License-Identifier: GPL-3.0-or-later
#include <csignal>
#include <filesystem>
#include <fstream>

#include <QApplication>
#include <QProcess>
#include <QTreeView>
#include <QtTest/QTest>

#include "app/pages/prunegrid.h"
#include "app/window/mainwindow.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::app;
namespace fs = std::filesystem;

namespace {

constexpr int layers = 32;

fs::path modelIn(const fs::path &folder)
{
    return folder / "model";
}

/// Where the window puts the study of that model when `folder` is the home.
fs::path studyIn(const fs::path &folder)
{
    return folder / "Documents" / "Secateur" / "model.secateur";
}

WindowOptions optionsIn(const fs::path &folder)
{
    WindowOptions options;
    options.stateFolder = folder / "state";
    return options;
}

DomainPlan planIn(const fs::path &folder)
{
    DomainPlan plan{QStringLiteral("roses"), {}};
    plan.data.files = {folder / "corpus.jsonl"};
    return plan;
}

/// The one run that is made, in the given study.
PlannedRun runIn(const fs::path &folder, const fs::path &study)
{
    const PruneGrid grid{{planIn(folder)}, {PruneMethod::Wanda}, {Sparsity::fromRatio(0.5).value()}, {0}};
    return planRuns(grid, study, modelIn(folder), {}).front();
}

/// The program that is killed: a window with a model, a domain, and the job of pruning it.
int runWindow(int argc, char **argv)
{
    const QApplication application(argc, argv);
    const fs::path folder = argv[2];
    Settings settings(QString::fromStdString((folder / "settings.ini").string()));
    MainWindow window(settings, optionsIn(folder));
    window.show();
    window.openPath(modelIn(folder));
    window.session().domains().add(planIn(folder));
    window.showPage(QString::fromLocal8Bit(argv[3]));
    const auto run = runIn(folder, studyIn(folder));
    window.jobs().add({run.name, run.arguments});
    return QApplication::exec();
}

int finishedLayers(const fs::path &study)
{
    int count = 0;
    std::error_code ignored;
    for (fs::recursive_directory_iterator entry(study / "runs", ignored), end; entry != end; entry.increment(ignored))
        count += entry->path().filename().string().starts_with("layer-") && entry->path().extension() == ".json";
    return count;
}

/// All bytes of the masks, as the command line writes them.
QByteArray masksOf(const fs::path &study, const fs::path &output)
{
    QProcess process;
    process.start(Worker::secateurCli().program,
                  {QStringLiteral("masks"), QString::fromStdString(study.string()), QStringLiteral("roses-wanda-0.5"),
                   QStringLiteral("-o"), QString::fromStdString(output.string())});
    if (!process.waitForFinished(60000) || process.exitCode() != 0)
        return {};
    std::ifstream file(output, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    fs::remove(output);
    return QByteArray::fromStdString(bytes);
}

} // namespace

/// kill -9 of the window in the middle of a prune, or of its worker: nothing finished is lost, and the next start shows
/// what was interrupted and goes on from there.
class TestKilledWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<test::TemporaryFolder>();
        qputenv("HOME", path().c_str());
        test::TinyModelOptions options;
        options.layers = layers;
        test::writeTinyModel(modelIn(path()), options);
        test::writeTinyCorpus(path() / "corpus.jsonl", 400, 1);
        m_settings = std::make_unique<Settings>(QString::fromStdString((path() / "settings.ini").string()));
    }

    void windowKilled_data()
    {
        QTest::addColumn<QString>("page");
        for (const char *const page : {"model", "calibrate", "prune", "masks", "compare", "accuracy", "figures"})
            QTest::newRow(page) << QString::fromLatin1(page);
    }
    void windowKilled()
    {
        QFETCH(QString, page);
        QProcess child;
        child.start(QCoreApplication::applicationFilePath(),
                    {QStringLiteral("--window"), QString::fromStdString(path().string()), page});
        QTRY_VERIFY_WITH_TIMEOUT(finishedLayers(studyIn(path())) >= 2 || hasManifest(), 60000);
        child.kill();
        QVERIFY(child.waitForFinished());
        QTRY_VERIFY_WITH_TIMEOUT(isUnlocked(), 20000); // the worker ends with its window, and keeps its layers
        const bool wasFinished = hasManifest();
        const int kept = finishedLayers(studyIn(path()));

        const auto window = restored();
        QCOMPARE(window->session().folder(), studyIn(path()));
        QVERIFY(!window->messages().isHidden()); // offers to start clean
        QCOMPARE(window->session().domains().plans().size(), 1U);
        QVERIFY(window->jobs().isPaused() || window->jobs().jobs().empty());
        if (wasFinished)
            return finishAndCompare(*window);
        QCOMPARE(window->session().interrupted().size(), 1U);
        QCOMPARE(int(window->session().interrupted()[0].finishedLayers), kept);
        QCOMPARE(window->jobs().jobs().size(), 1U);
        window->jobs().resume();
        finishAndCompare(*window);
    }

    void workerKilled()
    {
        const auto window = std::make_unique<MainWindow>(*m_settings, optionsIn(path()));
        window->openPath(modelIn(path()));
        const auto run = runIn(path(), studyIn(path()));
        const auto *const job = window->jobs().add({run.name, run.arguments});
        QTRY_VERIFY_WITH_TIMEOUT(finishedLayers(studyIn(path())) >= 2, 60000);
        ::kill(pid_t(job->processId()), SIGKILL);
        QTRY_COMPARE(job->state(), Job::State::Failed);
        QVERIFY2(job->error().detail.contains(QStringLiteral("memory")), qPrintable(job->error().detail));
        QVERIFY(job->advice().contains(QStringLiteral("fewer or shorter samples")));
        QVERIFY(!window->messages().isHidden());
        QTRY_COMPARE(window->session().interrupted().size(), 1U);
        QVERIFY(window->session().interrupted()[0].finishedLayers >= 2);
        window->jobs().addAgain(*job);
        finishAndCompare(*window);
    }

private:
    [[nodiscard]] const fs::path &path() const { return m_folder->path(); }
    [[nodiscard]] bool hasManifest() const
    {
        std::error_code ignored;
        for (fs::recursive_directory_iterator entry(studyIn(path()) / "runs", ignored), end; entry != end;
             entry.increment(ignored))
            if (entry->path().filename() == "manifest.json")
                return true;
        return false;
    }
    [[nodiscard]] bool isUnlocked() const
    {
        return store::Study::open(studyIn(path()), store::Study::Access::Write).has_value();
    }
    [[nodiscard]] std::unique_ptr<MainWindow> restored() const
    {
        auto window = std::make_unique<MainWindow>(*m_settings, optionsIn(path()));
        window->restore();
        return window;
    }
    void finishAndCompare(MainWindow &window) const
    {
        QTRY_VERIFY_WITH_TIMEOUT(window.session().runs().size() == 1U, 120000);
        const auto found = masksOf(studyIn(path()), path() / "masks.safetensors");
        QVERIFY(!found.isEmpty());
        const auto undisturbed = path() / "undisturbed.secateur";
        QProcess process;
        process.start(Worker::secateurCli().program, runIn(path(), undisturbed).arguments);
        QVERIFY(process.waitForFinished(120000));
        QCOMPARE(process.exitCode(), 0);
        QVERIFY(masksOf(undisturbed, path() / "masks.safetensors") == found);
    }

    std::unique_ptr<test::TemporaryFolder> m_folder;
    std::unique_ptr<Settings> m_settings;
};

int main(int argc, char **argv)
{
    if (argc == 4 && std::string_view(argv[1]) == "--window")
        return runWindow(argc, argv);
    const QApplication application(argc, argv);
    TestKilledWindow test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_killedwindow.moc"
