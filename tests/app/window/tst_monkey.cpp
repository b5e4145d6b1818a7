// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <fstream>
#include <map>

#include <QApplication>
#include <QComboBox>
#include <QDialog>
#include <QtTest/QTest>

#include "app/pages/comparepage.h"
#include "app/pages/maskspage.h"
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
        qputenv("XDG_DATA_HOME", folder.path().c_str()); // where the demo study would be
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
        QString start = dump(window);
        for (int step = 0; step < steps(); ++step) {
            qInfo("%d: %s", step, qPrintable(act(window, random)));
            QCoreApplication::processEvents();
            QVERIFY2(QApplication::activeModalWidget() == nullptr, "a modal dead end");
            QVERIFY(window.isVisible());
            QCOMPARE(window.currentPage().isEmpty(), !window.session().isOpen());
            auto &undo = window.session().undoStack();
            if (undo.count() == 0)
                start = dump(window); // edits begin from here
            if (step % 50 == 49 || step + 1 == steps()) {
                undo.setIndex(0);
                QCOMPARE(dump(window), start);
                QCoreApplication::processEvents(); // nothing that follows an undo may be an edit
                undo.setIndex(undo.count());
            }
        }
        if (window.session().isOpen()) {
            window.actions().find(QStringLiteral("go.model"))->trigger();
            QCOMPARE(window.currentPage(), QStringLiteral("model"));
        }
        window.close();
        QVERIFY(contentOf(study) == before);
    }

private:
    static QString act(MainWindow &window, test::TinyRandom &random)
    {
        if (auto *const popup = QApplication::activePopupWidget())
            popup->close();
        const auto windows = QApplication::topLevelWidgets();
        for (auto *const other : windows) // dialogs, of which none must stand in the way
            if (other->isVisible() && qobject_cast<QDialog *>(other))
                other->close();
        QList<QAction *> enabled;
        for (auto *const action : window.actions().all())
            if (action->isEnabled() && action->objectName() != QStringLiteral("file.quit"))
                enabled << action;
        if (!window.session().isOpen() && random.below(3) == 0) {
            window.actions().find(QStringLiteral("file.openStudy"))->trigger();
            return QStringLiteral("file.openStudy");
        }
        switch (random.below(9)) {
        case 0: return select(window, random);
        case 1: return look(window, random);
        case 2: return plan(window, random);
        default: break;
        }
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
    /// What has no action: the wheel, a click into a mask, a choice in a box.
    static QString look(MainWindow &window, test::TinyRandom &random)
    {
        auto *const masks = window.findChild<MasksPage *>();
        auto &viewport = masks->canvas().viewport();
        switch (random.below(4)) {
        case 0: viewport.zoom(random.below(2) == 0 ? 0.5 : 2.0, {3, 5}); return QStringLiteral("zoom");
        case 1: viewport.moveCell(1, 2); return QStringLiteral("choose a cell");
        case 2: masks->shown().setLayer(std::uint32_t(random.below(2))); return QStringLiteral("layer of Masks");
        default: break;
        }
        const auto boxes = window.findChild<ComparePage *>()->findChildren<QComboBox *>();
        auto *const box = boxes[qsizetype(random.below(std::uint64_t(boxes.size())))];
        if (box->count() > 0)
            box->setCurrentIndex(int(random.below(std::uint64_t(box->count()))));
        return box->accessibleName();
    }
    static QString plan(MainWindow &window, test::TinyRandom &random)
    {
        auto &domains = window.session().domains();
        const auto count = domains.plans().size();
        if (!window.session().isOpen() || count == 0)
            return QStringLiteral("nothing to plan");
        auto plan = domains.plans()[random.below(count)];
        plan.data.samples = 1 + random.below(64);
        domains.change(random.below(count), plan);
        return QStringLiteral("change a domain");
    }
    /// All that undo brings back.
    static QString dump(MainWindow &window)
    {
        const auto &state = window.session().selection().state();
        QStringList lines = {state.runA, state.runB, QString::number(state.layer), state.sublayer};
        if (state.cell)
            lines << QStringLiteral("%1 %2").arg(state.cell->row).arg(state.cell->column);
        lines << QString::fromStdString(toJson(window.session().domains().plans()).dump());
        lines << QString::number(int(window.findChild<MasksPage *>()->controls().showsWeights()));
        for (const auto *const name : {"Weights", "Distance", "Scale"})
            for (const auto *const box : window.findChild<ComparePage *>()->findChildren<QComboBox *>())
                if (box->accessibleName() == QLatin1String(name))
                    lines << box->currentText();
        return lines.join(u'\n');
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
