// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QComboBox>
#include <QDockWidget>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QtTest/QTest>

#include "app/window/mainwindow.h"
#include "tests/app/cli/tinystudy.h"
#include "tests/app/jobs/scriptworker.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::app;

class TestMainWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<test::TemporaryFolder>();
        m_settings = std::make_unique<Settings>(QString::fromStdString((m_folder->path() / "settings.ini").string()));
        m_model = test::writeTinyModel(m_folder->path() / "model");
        m_study = m_folder->path() / "tiny.secateur";
        test::writeTinyStudy(m_study, m_model, {{"one", "math", 1}, {"two", "law", 2}});
    }

    void welcomesWhenNothingIsOpen()
    {
        const auto window = make();
        QVERIFY(window->currentPage().isEmpty());
        QVERIFY(!window->actions().find(QStringLiteral("file.close"))->isEnabled());
        QVERIFY(!window->session().isOpen());
    }

    void opensAStudyAndClosesIt()
    {
        const auto window = make();
        window->openPath(m_study);
        QVERIFY(window->messages().isHidden());
        QCOMPARE(window->session().runs().size(), 2U);
        QVERIFY(window->windowTitle().startsWith(QStringLiteral("tiny")));
        QCOMPARE(m_settings->recent.value(), QStringList{QString::fromStdString(m_study.string())});
        window->actions().find(QStringLiteral("file.close"))->trigger();
        QVERIFY(window->currentPage().isEmpty());
    }

    void opensAModel()
    {
        const auto window = make();
        window->openPath(m_model);
        QCOMPARE(window->session().modelPath(), m_model);
        QVERIFY(window->session().study() == nullptr);
    }

    void saysWhyAPathCannotBeOpened()
    {
        const auto window = make();
        window->openPath(m_folder->path() / "nothing");
        QVERIFY(!window->messages().isHidden());
        QVERIFY(window->messages().text().contains(QStringLiteral("nothing")));
        QVERIFY(!window->session().isOpen());
    }

    void opensWhatIsChosenInADialog()
    {
        auto options = windowOptions();
        options.choose = [this](ChooseWhat what, const auto &open) {
            open(what == ChooseWhat::Study ? m_study : m_model);
        };
        MainWindow window(*m_settings, options);
        window.actions().find(QStringLiteral("file.openStudy"))->trigger();
        QCOMPARE(window.session().folder(), m_study);
        window.actions().find(QStringLiteral("file.openModelFolder"))->trigger();
        QCOMPARE(window.session().modelPath(), m_model);
    }

    void opensWhatIsDropped()
    {
        const auto window = make();
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(QString::fromStdString(m_study.string()))});
        QDragEnterEvent enter({5, 5}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop({5, 5}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(window.get(), &drop);
        QCOMPARE(window->session().folder(), m_study);
    }

    void pagesAreInTheOrderOfTheMethod()
    {
        const auto window = make();
        window->openPath(m_study);
        static const QStringList order = {
            QStringLiteral("model"),   QStringLiteral("calibrate"), QStringLiteral("prune"),  QStringLiteral("masks"),
            QStringLiteral("compare"), QStringLiteral("accuracy"),  QStringLiteral("figures")};
        QStringList found;
        for (const auto *const action : window->actions().inMenu(QStringLiteral("go")))
            if (const auto id = action->objectName().mid(3); order.contains(id))
                found << id;
        QVERIFY(found.size() >= 3);
        QVERIFY(std::is_sorted(found.begin(), found.end(),
                               [](const QString &a, const QString &b) { return order.indexOf(a) < order.indexOf(b); }));
        for (const auto &id : found) {
            window->actions().find(QStringLiteral("go.") + id)->trigger();
            QCOMPARE(window->currentPage(), id);
        }
    }

    void goesBackAndForward()
    {
        const auto window = make();
        window->openPath(m_study);
        window->showPage(QStringLiteral("model"));
        window->showPage(QStringLiteral("prune"));
        window->session().selection().setLayer(2);
        window->actions().find(QStringLiteral("go.back"))->trigger();
        QCOMPARE(window->currentPage(), QStringLiteral("model"));
        QCOMPARE(window->session().selection().layer(), 0U);
        window->actions().find(QStringLiteral("go.forward"))->trigger();
        QCOMPARE(window->currentPage(), QStringLiteral("prune"));
        QCOMPARE(window->session().selection().layer(), 2U);
    }

    void themeFollowsItsSetting()
    {
        const auto window = make();
        window->actions().find(QStringLiteral("view.theme.dark"))->trigger();
        QCOMPARE(m_settings->theme.value(), QStringLiteral("dark"));
        QVERIFY(QApplication::palette().color(QPalette::Window).lightness() < 128);
        window->actions().find(QStringLiteral("view.theme.light"))->trigger();
        QVERIFY(QApplication::palette().color(QPalette::Window).lightness() > 128);
    }

    void restoresTheSession()
    {
        {
            const auto window = make();
            window->openPath(m_study);
            window->session().selection().setMatrix(3, QStringLiteral("mlp.down_proj"));
            window->session().domains().add({QStringLiteral("code"), {}});
            window->showPage(QStringLiteral("calibrate"));
            window->close();
        }
        const auto window = make();
        window->restore();
        QCOMPARE(window->session().folder(), m_study);
        QCOMPARE(window->currentPage(), QStringLiteral("calibrate"));
        QCOMPARE(window->session().selection().layer(), 3U);
        QCOMPARE(window->session().domains().plans().size(), 1U);
        QVERIFY(window->messages().isHidden());
    }

    void offersACleanStartAfterACrash()
    {
        SessionState state;
        state.study = m_study;
        state.page = QStringLiteral("prune");
        VERIFY_RESULT(writeSession(m_folder->path() / "state" / "session.json", state));
        const auto window = make();
        window->restore();
        QCOMPARE(window->currentPage(), QStringLiteral("prune"));
        QVERIFY(!window->messages().isHidden());
        const auto buttons = window->messages().findChildren<QPushButton *>();
        QTest::mouseClick(buttons.front(), Qt::LeftButton); // "Start clean" stands before "Dismiss"
        QTRY_VERIFY(!window->session().isOpen() || window->messages().isHidden());
    }

    void safeModeRestoresNothing()
    {
        {
            const auto window = make();
            window->openPath(m_study);
            window->close();
        }
        auto options = windowOptions();
        options.safeMode = true;
        MainWindow window(*m_settings, options);
        window.restore();
        QVERIFY(!window.session().isOpen());
    }

    void aMissingStudyIsNoTrouble()
    {
        SessionState state;
        state.study = m_folder->path() / "gone.secateur";
        state.ended = true;
        VERIFY_RESULT(writeSession(m_folder->path() / "state" / "session.json", state));
        const auto window = make();
        window->restore();
        QVERIFY(!window->session().isOpen());
    }

    void everyInteractiveWidgetHasAName()
    {
        const auto window = make();
        window->openPath(m_study);
        window->show();
        for (const auto *const action : window->actions().inMenu(QStringLiteral("go")))
            window->showPage(action->objectName().mid(3));
        QStringList unnamed;
        for (auto *const widget : window->findChildren<QWidget *>())
            if (isInteractive(widget) && nameOf(widget).isEmpty())
                unnamed << QStringLiteral("%1 in %2")
                               .arg(QString::fromLatin1(widget->metaObject()->className()),
                                    QString::fromLatin1(widget->parentWidget()->metaObject()->className()));
        QVERIFY2(unnamed.isEmpty(), qPrintable(unnamed.join(u'\n')));
    }

    void everyActionHasATextAndShortcutsAreUnique()
    {
        const auto window = make();
        QSet<QKeySequence> seen;
        for (const auto *const action : window->actions().all()) {
            QVERIFY2(!action->text().isEmpty(), qPrintable(action->objectName()));
            if (action->shortcut().isEmpty())
                continue;
            QVERIFY2(!seen.contains(action->shortcut()), qPrintable(action->objectName()));
            seen.insert(action->shortcut());
        }
    }

    void aFailedJobIsToldInTheWindow()
    {
        const auto window = make();
        window->openPath(m_study);
        window->jobs().add({QStringLiteral("Broken"), {QStringLiteral("fail")}});
        QTRY_VERIFY(!window->messages().isHidden());
        QVERIFY(window->messages().text().contains(QStringLiteral("data.jsonl, line 7")));
    }

    void closingStopsTheWorkerAndKeepsTheJob()
    {
        {
            const auto window = make();
            window->jobs().add({QStringLiteral("Long"), {QStringLiteral("wait")}});
            QTRY_VERIFY(window->jobs().jobs()[0]->progress().has_value());
            window->close();
            QVERIFY(window->jobs().running() == nullptr);
        }
        const auto window = make();
        window->restore();
        QVERIFY(window->jobs().isPaused());
        QCOMPARE(window->jobs().jobs().size(), 1U);
        window->jobs().resume();
        QTRY_VERIFY(window->jobs().jobs()[0]->progress().has_value());
    }

private:
    static bool isInteractive(const QWidget *widget)
    {
        if (qobject_cast<const QScrollBar *>(widget) || qobject_cast<const QHeaderView *>(widget))
            return false; // parts of a named widget
        if (qobject_cast<const QLabel *>(widget))
            return false; // its text can be selected, and is its name
        for (const auto *parent = widget->parentWidget(); parent != nullptr; parent = parent->parentWidget())
            if (qobject_cast<const QComboBox *>(parent) || qobject_cast<const QAbstractSpinBox *>(parent)
                || qobject_cast<const QLineEdit *>(parent) || qobject_cast<const QAbstractItemView *>(parent)
                || qobject_cast<const QDockWidget *>(widget->parentWidget()) || qobject_cast<const QTabBar *>(parent)
                || qobject_cast<const QMenuBar *>(parent))
                return false;
        return qobject_cast<const QAbstractButton *>(widget) || qobject_cast<const QAbstractItemView *>(widget)
            || qobject_cast<const QComboBox *>(widget) || qobject_cast<const QLineEdit *>(widget)
            || qobject_cast<const QAbstractSlider *>(widget) || qobject_cast<const QAbstractSpinBox *>(widget)
            || qobject_cast<const QTabBar *>(widget) || qobject_cast<const QPlainTextEdit *>(widget)
            || qobject_cast<const Page *>(widget)
            || (widget->focusPolicy() != Qt::NoFocus && !widget->objectName().startsWith(QStringLiteral("qt_")));
    }
    static QString nameOf(QWidget *widget)
    {
        auto *const interface = QAccessible::queryAccessibleInterface(widget);
        return interface == nullptr ? QString() : interface->text(QAccessible::Name);
    }
    [[nodiscard]] WindowOptions windowOptions() const
    {
        WindowOptions options;
        options.stateFolder = m_folder->path() / "state";
        options.worker = test::scriptWorker(m_folder->path());
        return options;
    }
    [[nodiscard]] std::unique_ptr<MainWindow> make() const
    {
        return std::make_unique<MainWindow>(*m_settings, windowOptions());
    }

    std::unique_ptr<test::TemporaryFolder> m_folder;
    std::unique_ptr<Settings> m_settings;
    std::filesystem::path m_model;
    std::filesystem::path m_study;
};

QTEST_MAIN(TestMainWindow)
#include "tst_mainwindow.moc"
