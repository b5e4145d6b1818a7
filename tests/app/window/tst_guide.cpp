// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include <QAbstractButton>
#include <QLabel>
#include <QMenuBar>
#include <QTabBar>
#include <QtTest/QTest>

#include "app/window/mainwindow.h"
#include "tests/app/cli/tinystudy.h"
#include "tests/app/jobs/scriptworker.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::app;

/// The guided first run: when it comes, where it leads, and that it stays away.
class TestGuide : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { qputenv("XDG_DATA_HOME", m_data.path().c_str()); }

    void init()
    {
        m_folder = std::make_unique<test::TemporaryFolder>();
        m_settings = std::make_unique<Settings>(QString::fromStdString((m_folder->path() / "settings.ini").string()));
        m_model = test::writeTinyModel(m_folder->path() / "model");
        m_study = m_folder->path() / "tiny.secateur";
        test::writeTinyStudy(m_study, m_model, {{"python", "python", 1}, {"other", "law", 2}, {"math", "math", 3}});
    }

    void comesAtTheFirstStartOnly()
    {
        auto window = start();
        QVERIFY(!window->guide().isHidden());
        QVERIFY(window->guide().text().contains(QStringLiteral("demo study")));
        window = start();
        QVERIFY(window->guide().isHidden());
    }

    void isNoNewsToWhoHasStudies()
    {
        m_settings->addRecent(QStringLiteral("/somewhere/study.secateur"));
        QVERIFY(start()->guide().isHidden());
    }

    void safeModeIsNoFirstStart()
    {
        auto options = windowOptions();
        options.safeMode = true;
        MainWindow window(*m_settings, options);
        window.restore();
        QVERIFY(window.guide().isHidden());
    }

    void comesWithTheDemoStudyUnlessDismissed()
    {
        std::filesystem::rename(m_study, m_folder->path() / "demo.secateur");
        m_settings->addRecent(QStringLiteral("/somewhere/study.secateur"));
        {
            const auto window = start();
            window->openPath(m_folder->path() / "demo.secateur");
            QVERIFY(!window->guide().isHidden());
            window->guide().dismissButton().click();
            QVERIFY(window->guide().isHidden());
        }
        const auto window = start();
        window->openPath(m_folder->path() / "demo.secateur");
        QVERIFY(window->guide().isHidden());
        window->actions().find(QStringLiteral("help.guide"))->trigger(); // who asks for it gets it
        QVERIFY(!window->guide().isHidden());
    }

    void beginsWithTheDemoStudyWhereNothingIsOpen()
    {
        const auto window = start();
        QVERIFY(!window->guide().nextButton().isEnabled());
        QVERIFY(!window->guide().showButton().isHidden());
        window->guide().showButton().click();
        QVERIFY(window->demo().dialog() && window->demo().dialog()->isVisible());
    }

    void eachStepIsOnItsPage()
    {
        const auto window = open();
        auto &guide = window->guide();
        QCOMPARE(window->currentPage(), QStringLiteral("model"));
        QVERIFY(!guide.isDone(0)); // it was not seen yet
        QCoreApplication::processEvents();
        QVERIFY(guide.isDone(0) && guide.showButton().isHidden());
        next(guide);
        QCOMPARE(window->currentPage(), QStringLiteral("calibrate")); // there is no domain yet
        window->session().domains().add({QStringLiteral("law"), {}});
        QCOMPARE(guide.showButton().text(), QStringLiteral("Show Prune"));
        guide.showButton().click();
        QCoreApplication::processEvents();
        QCOMPARE(window->currentPage(), QStringLiteral("prune"));
        next(guide);
        QCOMPARE(window->currentPage(), QStringLiteral("masks"));
        QVERIFY(guide.isDone(2));
        next(guide);
        QCOMPARE(window->currentPage(), QStringLiteral("compare"));
        QVERIFY(!guide.isDone(3));
        guide.showButton().click();
        QCoreApplication::processEvents();
        QCOMPARE(window->currentPage(), QStringLiteral("figures"));
        QVERIFY(guide.isDone(3));
        next(guide);
        QVERIFY(guide.isHidden());
        QVERIFY(start()->guide().isHidden());
    }

    void leadsBackFromElsewhere()
    {
        const auto window = open();
        window->showPage(QStringLiteral("accuracy"));
        QCoreApplication::processEvents();
        QVERIFY(!window->guide().showButton().isHidden());
        window->guide().showButton().click();
        QCOMPARE(window->currentPage(), QStringLiteral("model"));
    }

    void pruningIsTickedOffWhenItIsAskedFor()
    {
        const auto window = open();
        window->guide().nextButton().click();
        QVERIFY(!window->guide().isDone(1));
        window->jobs().add({QStringLiteral("Other"), {QStringLiteral("done")}});
        QVERIFY(!window->guide().isDone(1));
        window->jobs().add({QStringLiteral("Prune"), {QStringLiteral("prune"), QStringLiteral("done")}});
        QVERIFY(window->guide().isDone(1));
    }

    void showsTheMasksOfTwoDomains()
    {
        const auto window = open();
        auto &guide = window->guide();
        for (int step = 0; step < 2; ++step)
            guide.nextButton().click();
        const auto &selection = window->session().selection();
        QCOMPARE(nameOf(*window, selection.runA()), std::string("python"));
        QCOMPARE(nameOf(*window, selection.runB()), std::string("math"));
        QCOMPARE(window->session().undoStack().count(), 0); // that was no edit
    }

    void hasNamesAndTakesTheKeyboard()
    {
        const auto window = open();
        window->show();
        auto &guide = window->guide();
        QVERIFY(!guide.accessibleName().isEmpty());
        QCOMPARE(guide.accessibleDescription(), guide.text());
        for (auto *const button : {&guide.showButton(), &guide.nextButton(), &guide.dismissButton()}) {
            QVERIFY(!button->accessibleName().isEmpty());
            QVERIFY(button->focusPolicy() & Qt::TabFocus);
        }
        guide.nextButton().setFocus();
        QTest::keyClick(&guide.nextButton(), Qt::Key_Space);
        QCOMPARE(guide.step(), 1U);
    }

    /// On a page with the guide above it, at every step.
    void everyKeyLeadsToOnePlace()
    {
        const auto window = open();
        window->session().domains().add({QStringLiteral("code"), {}}); // so that its form is there
        window->show();
        auto &guide = window->guide();
        QStringList shared;
        for (std::size_t step = 0; step < GuideBar::stepCount; ++step) {
            for (const auto *const action : window->actions().inMenu(QStringLiteral("go"))) {
                window->showPage(action->objectName().mid(3));
                QCoreApplication::processEvents();
                for (const auto &same : sharedKeys(*window))
                    shared << window->currentPage() + QStringLiteral(": ") + same;
            }
            if (step + 1 < GuideBar::stepCount)
                guide.nextButton().click();
        }
        shared.removeDuplicates();
        QVERIFY2(shared.isEmpty(), qPrintable(shared.join(u'\n')));
    }

private:
    /// Texts whose underlined letter is that of another one that is to be seen.
    static QStringList sharedKeys(const MainWindow &window)
    {
        QMap<QKeySequence, QStringList> texts;
        const auto add = [&texts](const QString &text) {
            if (const auto key = QKeySequence::mnemonic(text); !key.isEmpty())
                texts[key] << text;
        };
        for (const auto *const menu : window.menuBar()->actions())
            add(menu->text());
        for (const auto *const button : window.findChildren<QAbstractButton *>())
            if (button->isVisible())
                add(button->text());
        for (const auto *const label : window.findChildren<QLabel *>())
            if (label->isVisible() && label->buddy())
                add(label->text());
        for (const auto *const tabs : window.findChildren<QTabBar *>())
            for (int tab = 0; tabs->isVisible() && tab < tabs->count(); ++tab)
                add(tabs->tabText(tab));
        QStringList shared;
        for (const auto &same : texts)
            if (same.size() > 1)
                shared << same.join(QStringLiteral(" = "));
        return shared;
    }
    static void next(GuideBar &guide)
    {
        guide.nextButton().click();
        QCoreApplication::processEvents(); // the page has come
    }
    static std::string nameOf(MainWindow &window, const QString &id)
    {
        const auto *const run = window.session().run(id);
        return run ? run->recipe.name : std::string();
    }
    [[nodiscard]] WindowOptions windowOptions() const
    {
        WindowOptions options;
        options.stateFolder = m_folder->path() / "state";
        options.worker = test::scriptWorker(m_folder->path());
        return options;
    }
    /// As the program starts; what was open before is not opened again.
    [[nodiscard]] std::unique_ptr<MainWindow> start() const
    {
        m_settings->restoreSession.setValue(false);
        auto window = std::make_unique<MainWindow>(*m_settings, windowOptions());
        window->restore();
        return window;
    }
    /// With the study open and the guide at its first step.
    [[nodiscard]] std::unique_ptr<MainWindow> open() const
    {
        auto window = start();
        window->openPath(m_study);
        window->actions().find(QStringLiteral("help.guide"))->trigger();
        return window;
    }

    test::TemporaryFolder m_data;
    std::unique_ptr<test::TemporaryFolder> m_folder;
    std::unique_ptr<Settings> m_settings;
    std::filesystem::path m_model;
    std::filesystem::path m_study;
};

QTEST_MAIN(TestGuide)
#include "tst_guide.moc"
