// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <fstream>
#include <map>

#include <QApplication>
#include <QtTest/QTest>

#include "app/window/mainwindow.h"
#include "tests/app/cli/tinystudy.h"
#include "tests/app/jobs/scriptworker.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::app;

/// Does whatever the registry offers, in an order decided by a seed. $SECATEUR_MONKEY_STEPS and $SECATEUR_MONKEY_SEED
/// make it longer, or repeat one.
class TestMonkey : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anyOrderOfActionsIsHarmless()
    {
        const test::TemporaryFolder folder;
        const auto model = test::writeTinyModel(folder.path() / "model");
        const auto study = folder.path() / "tiny.secateur";
        test::writeTinyStudy(study, model, {{"one", "math", 1}, {"two", "law", 2}, {"three", "code", 3}});
        const auto before = contentOf(study);
        Settings settings(QString::fromStdString((folder.path() / "settings.ini").string()));
        WindowOptions options;
        options.stateFolder = folder.path() / "state";
        options.worker = test::scriptWorker(folder.path());
        test::TinyRandom random(seed());
        options.choose = [&](ChooseWhat, const auto &open) {
            switch (random.below(3)) {
            case 0: open(study); break;
            case 1: open(model); break;
            default: break; // cancelled
            }
        };
        MainWindow window(settings, options);
        window.show();
        window.openPath(study);
        for (int step = 0; step < steps(); ++step) {
            qInfo("%d: %s", step, qPrintable(act(window, random)));
            QCoreApplication::processEvents();
            QVERIFY2(QApplication::activeModalWidget() == nullptr, "a modal dead end");
            QVERIFY(window.isVisible());
        }
        window.close();
        QVERIFY(contentOf(study) == before);
    }

private:
    static QString act(MainWindow &window, test::TinyRandom &random)
    {
        if (auto *const popup = QApplication::activePopupWidget())
            popup->close();
        QList<QAction *> enabled;
        for (auto *const action : window.actions().all())
            if (action->isEnabled() && action->objectName() != QStringLiteral("file.quit"))
                enabled << action;
        if (!window.session().isOpen() && random.below(3) == 0) {
            window.actions().find(QStringLiteral("file.openStudy"))->trigger();
            return QStringLiteral("file.openStudy");
        }
        if (random.below(6) == 0)
            return select(window, random);
        auto *const action = enabled[qsizetype(random.below(std::uint64_t(enabled.size())))];
        const QString id = action->objectName(); // the action may be gone afterwards
        action->trigger();
        return id;
    }
    static QString select(MainWindow &window, test::TinyRandom &random)
    {
        const auto &runs = window.session().runs();
        if (runs.empty())
            return QStringLiteral("nothing to select");
        auto &selection = window.session().selection();
        const auto &run = runs[random.below(runs.size())];
        const auto names = run.sublayerNames();
        selection.setRunB(QString::fromStdString(run.id));
        selection.setMatrix(std::uint32_t(random.below(run.layers())),
                            QString::fromStdString(names[random.below(names.size())]));
        return QStringLiteral("select ") + selection.sublayer();
    }
    static std::map<std::string, std::string> contentOf(const std::filesystem::path &folder)
    {
        std::map<std::string, std::string> content;
        for (const auto &entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (!entry.is_regular_file())
                continue;
            std::ifstream file(entry.path(), std::ios::binary);
            content[entry.path().string()] = {std::istreambuf_iterator<char>(file), {}};
        }
        return content;
    }
    static int steps()
    {
        const int wanted = qEnvironmentVariableIntValue("SECATEUR_MONKEY_STEPS");
        return wanted > 0 ? wanted : 300;
    }
    static std::uint64_t seed()
    {
        const int wanted = qEnvironmentVariableIntValue("SECATEUR_MONKEY_SEED");
        return wanted > 0 ? std::uint64_t(wanted) : 20261124;
    }
};

QTEST_MAIN(TestMonkey)
#include "tst_monkey.moc"
