// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include <QMessageBox>
#include <QPushButton>
#include <QtTest/QTest>

#include "app/pages/maskspage.h"
#include "app/window/mainwindow.h"
#include "core/engine/demo.h"
#include "tests/app/jobs/scriptworker.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinydemo.h"

using namespace secateur;
using namespace secateur::app;

/// "Open the Demo Study" from the window, with a random model in the place of ours.
class TestDemoStudy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        qputenv("SECATEUR_DEMO", test::writeTinyDemo(m_everything.path() / "tiny").c_str());
        qputenv("XDG_DATA_HOME", (m_everything.path() / "data").c_str());
    }

    void init()
    {
        m_folder = std::make_unique<test::TemporaryFolder>();
        m_settings = std::make_unique<Settings>(QString::fromStdString((m_folder->path() / "settings.ini").string()));
        m_demo = m_folder->path() / "new" / "demo";
    }

    void goesToTheUsersData()
    {
        const auto window = make(scripted());
        QCOMPARE(window->demo().folder(), m_everything.path() / "data" / "secateur" / "demo");
        trigger(*window, "demo.open");
        auto *const dialog = window->demo().dialog();
        QVERIFY(dialog && dialog->isVisible() && !dialog->isModal());
        QCOMPARE(dialog->folder(), window->demo().folder());
        dialog->close();
        QVERIFY(!std::filesystem::exists(window->demo().folder())); // nothing is written before it is wanted
    }

    void isOnTheWelcomePage()
    {
        const auto window = make(scripted());
        window->show();
        click(*window, QStringLiteral("Open the Demo Study…"));
        QVERIFY(window->demo().dialog() && window->demo().dialog()->isVisible());
    }

    void asksBeforeItRunsPrograms()
    {
        const auto window = make(scripted());
        start(*window);
        answer(*window, QStringLiteral("Cancel"));
        QVERIFY(window->jobs().jobs().empty());
        QVERIFY(!std::filesystem::exists(m_demo)); // nothing is begun
        QVERIFY(window->demo().dialog()->isVisible());
        click(*window->demo().dialog(), QStringLiteral("Make the study"));
        answer(*window, QStringLiteral("Run the programs"));
        QCOMPARE(window->jobs().jobs().size(), 1U);
        const auto arguments = window->jobs().jobs()[0]->spec().arguments;
        QCOMPARE(arguments,
                 (QStringList{QStringLiteral("demo"), QString::fromStdString(m_demo.string()),
                              QStringLiteral("--allow-code-execution")}));
        QVERIFY(window->session().mayRunPrograms()); // asked once
    }

    void withoutConsentThereIsNoCode()
    {
        const auto window = make(scripted());
        start(*window);
        answer(*window, QStringLiteral("Leave code out"));
        QCOMPARE(window->jobs().jobs().size(), 1U);
        QVERIFY(!window->jobs().jobs()[0]->spec().arguments.contains(QStringLiteral("--allow-code-execution")));
        QVERIFY(!window->session().mayRunPrograms());
        QCOMPARE(window->session().folder(), engine::demoStudy(m_demo)); // shown before it has a run
        QCOMPARE(window->currentPage(), QStringLiteral("model"));
        QVERIFY(window->session().domains().plans().size() > 1); // ready to be pruned again
        trigger(*window, "demo.open"); // it is under way
        QCOMPARE(window->jobs().jobs().size(), 1U);
    }

    void refusesAFolderItCannotWriteTo()
    {
        const auto window = make(scripted());
        test::writeFile(m_folder->path() / "file", "no folder");
        trigger(*window, "demo.open");
        auto *const dialog = window->demo().dialog();
        dialog->setFolder(QString::fromStdString((m_folder->path() / "file").string()));
        click(*dialog, QStringLiteral("Make the study"));
        answer(*window, QStringLiteral("Leave code out"));
        QVERIFY2(dialog->state().contains(QStringLiteral("/file")), qPrintable(dialog->state()));
        QVERIFY2(dialog->state().contains(QStringLiteral("name a folder")), qPrintable(dialog->state()));
        QVERIFY(dialog->isVisible() && window->jobs().jobs().empty());
        dialog->setFolder(QStringLiteral("here"));
        QVERIFY(!buttonOf(*dialog, QStringLiteral("Make the study"))->isEnabled());
    }

    void saysWhatIsMissing()
    {
        const auto window = make(scripted());
        const QByteArray before = qgetenv("SECATEUR_DEMO");
        qputenv("SECATEUR_DEMO", "/nowhere/demo");
        start(*window);
        qputenv("SECATEUR_DEMO", before);
        QVERIFY(window->demo().dialog()->state().contains(QStringLiteral("/nowhere/demo")));
        QVERIFY(window->jobs().jobs().empty());
        QVERIFY(!std::filesystem::exists(m_demo));
    }

    /// From the action to the findings, stopped on the way, with the worker that users have.
    void growsInTheWindow()
    {
        const auto window = make(Worker::secateurCli());
        window->show();
        start(*window);
        answer(*window, QStringLiteral("Leave code out"));
        QTRY_VERIFY_WITH_TIMEOUT(!window->session().runs().empty(), 300000); // a run is there, and the job goes on
        QVERIFY(window->guide().isVisible());
        auto *job = window->jobs().running();
        QVERIFY(job && !job->step().isEmpty());
        job->cancel();
        QTRY_COMPARE_WITH_TIMEOUT(job->state(), Job::State::Cancelled, 60000);
        QVERIFY(window->messages().text().contains(QStringLiteral("stopped")));
        QVERIFY(!action(*window, "demo.findings").isEnabled());

        trigger(*window, "demo.open");
        click(*window->demo().dialog(), QStringLiteral("Go on"));
        answer(*window, QStringLiteral("Leave code out"));
        QTRY_VERIFY_WITH_TIMEOUT(window->jobs().unfinished() == 0, 600000);
        job = window->jobs().jobs().back().get();
        QVERIFY2(job->state() == Job::State::Done, qPrintable(job->error().detail + job->errorTail().join(u'\n')));
        checkTheFinishedStudy(*window);
    }

    void whatIsCompleteIsOnlyOpened()
    {
        if (m_finished.empty())
            QSKIP("needs the study that the test before made");
        const auto window = make(scripted());
        m_settings->demoFolder.setValue(QString::fromStdString(m_finished.string()));
        trigger(*window, "demo.open");
        QVERIFY(!window->demo().dialog());
        QVERIFY(window->jobs().jobs().empty());
        QCOMPARE(window->session().folder(), engine::demoStudy(m_finished));
        QVERIFY(window->messages().text().contains(QStringLiteral("code was not measured")));
        click(window->messages(), QStringLiteral("Measure code…"));
        answer(*window, QStringLiteral("Run the programs"));
        QCOMPARE(window->jobs().jobs().size(), 1U);
        QVERIFY(window->jobs().jobs()[0]->spec().arguments.contains(QStringLiteral("--allow-code-execution")));
    }

private:
    void checkTheFinishedStudy(MainWindow &window)
    {
        QCOMPARE(window.session().runs().size(), engine::demoState(m_demo).all);
        QVERIFY(!window.session().evaluations().empty());
        QVERIFY(std::filesystem::exists(m_demo / "figures" / "figure-4-distances.pdf"));
        QVERIFY(window.messages().text().contains(QStringLiteral("code was not measured")));
        window.guide().dismissButton().click();
        click(window.messages(), QStringLiteral("Masks: Figure 3"));
        QVERIFY(window.messages().isHidden());
        QCOMPARE(window.currentPage(), QStringLiteral("masks"));
        QTRY_VERIFY(window.findChild<MasksPage *>()->picture() != nullptr);
        trigger(window, "demo.open");
        click(window.messages(), QStringLiteral("Compare: Figure 4"));
        QCOMPARE(window.currentPage(), QStringLiteral("compare"));
        trigger(window, "demo.open");
        click(window.messages(), QStringLiteral("Findings"));
        auto &manual = window.help().window();
        QVERIFY(manual.isVisible());
        QVERIFY(manual.view().toPlainText().contains(QStringLiteral("What the demo study found")));
        trigger(window, "demo.findings"); // the same page, not a second one
        QCOMPARE(manual.book().chapters().back().pages.size(), 1);
        manual.close();
        std::filesystem::copy(m_demo, m_everything.path() / "finished", std::filesystem::copy_options::recursive);
        m_finished = m_everything.path() / "finished";
    }
    void start(MainWindow &window)
    {
        trigger(window, "demo.open");
        window.demo().dialog()->setFolder(QString::fromStdString(m_demo.string()));
        click(*window.demo().dialog(), QStringLiteral("Make the study"));
    }
    static void answer(MainWindow &window, const QString &button)
    {
        auto *const box = window.findChild<QMessageBox *>();
        QVERIFY2(box && box->informativeText().contains(QStringLiteral("virtual machine")), "nothing is asked");
        click(*box, button);
        QTRY_VERIFY(!window.findChild<QMessageBox *>());
    }
    static QPushButton *buttonOf(const QWidget &widget, const QString &text)
    {
        for (auto *const button : widget.findChildren<QPushButton *>())
            if (!button->isHidden() && button->text().remove(u'&') == text)
                return button;
        return nullptr;
    }
    static void click(const QWidget &widget, const QString &text)
    {
        auto *const button = buttonOf(widget, text);
        QVERIFY2(button, qPrintable(text));
        button->click();
    }
    static QAction &action(MainWindow &window, const char *id) { return *window.actions().find(QLatin1String(id)); }
    static void trigger(MainWindow &window, const char *id) { action(window, id).trigger(); }
    [[nodiscard]] Worker scripted() const { return test::scriptWorker(m_folder->path()); }
    [[nodiscard]] std::unique_ptr<MainWindow> make(const Worker &worker) const
    {
        WindowOptions options;
        options.stateFolder = m_folder->path() / "state";
        options.worker = worker;
        return std::make_unique<MainWindow>(*m_settings, options);
    }

    test::TemporaryFolder m_everything;
    std::unique_ptr<test::TemporaryFolder> m_folder;
    std::unique_ptr<Settings> m_settings;
    std::filesystem::path m_demo;
    std::filesystem::path m_finished;
};

QTEST_MAIN(TestDemoStudy)
#include "tst_demostudy.moc"
