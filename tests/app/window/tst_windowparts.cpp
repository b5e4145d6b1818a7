// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest/QTest>

#include "app/window/actionregistry.h"
#include "app/window/commandpalette.h"
#include "app/window/history.h"
#include "app/window/inspector.h"
#include "app/window/sessionfile.h"
#include "app/window/studytree.h"
#include "tests/app/cli/tinystudy.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::app;

class TestWindowParts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<test::TemporaryFolder>(); }

    void registryRefusesASecondActionOfAnId()
    {
        ActionRegistry registry;
        int count = 0;
        auto *const action = registry.add(spec("file.open", "&Open", [&count] { ++count; }));
        QVERIFY(action);
        QVERIFY(!registry.add(spec("file.open", "Other", {})));
        QAction nameless;
        QVERIFY(!registry.adopt(&nameless, QStringLiteral("file")));
        action->trigger();
        QCOMPARE(count, 1);
        QCOMPARE(registry.all(), QList<QAction *>{action});
        QCOMPARE(registry.inMenu(QStringLiteral("file")), QList<QAction *>{action});
        QCOMPARE(registry.find(QStringLiteral("file.open")), action);
        QVERIFY(!registry.find(QStringLiteral("none")));
    }

    void paletteFindsAndRuns()
    {
        ActionRegistry registry;
        QString done;
        registry.add(spec("a", "&Open Study…", [&done] { done = QStringLiteral("a"); }));
        registry.add(spec("b", "&Dark Theme", [&done] { done = QStringLiteral("b"); }));
        registry.add(spec("c", "Dim Tables", [&done] { done = QStringLiteral("c"); }))->setEnabled(false);
        CommandPalette palette(registry);
        palette.popUp();
        QCOMPARE(palette.listed(), (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
        QTest::keyClicks(&palette.input(), QStringLiteral("dt"));
        QCOMPARE(palette.listed(), QStringList{QStringLiteral("b")});
        QTest::keyClick(&palette.input(), Qt::Key_Return);
        QCOMPARE(done, QStringLiteral("b"));
        QVERIFY(!palette.isVisible());
        palette.popUp();
        QCOMPARE(palette.listed().first(), QStringLiteral("b")); // used last
        QTest::keyClick(&palette.input(), Qt::Key_Down);
        QTest::keyClick(&palette.input(), Qt::Key_Return);
        QCOMPARE(done, QStringLiteral("a"));
    }

    /// Habit decides between names that match alike, never against the name that was typed whole.
    void paletteTakesAWholeNameAtItsWord()
    {
        ActionRegistry registry;
        QString done;
        registry.add(spec("a", "Model Notes", [&done] { done = QStringLiteral("a"); }));
        registry.add(spec("b", "&Model", [&done] { done = QStringLiteral("b"); }));
        CommandPalette palette(registry);
        palette.popUp();
        QTest::keyClicks(&palette.input(), QStringLiteral("notes"));
        QTest::keyClick(&palette.input(), Qt::Key_Return);
        QCOMPARE(done, QStringLiteral("a"));
        palette.popUp();
        QTest::keyClicks(&palette.input(), QStringLiteral("model"));
        QTest::keyClick(&palette.input(), Qt::Key_Return);
        QCOMPARE(done, QStringLiteral("b"));
    }

    void paletteWithoutAMatchDoesNothing()
    {
        ActionRegistry registry;
        CommandPalette palette(registry);
        palette.popUp();
        QTest::keyClicks(&palette.input(), QStringLiteral("zz"));
        QTest::keyClick(&palette.input(), Qt::Key_Down);
        QTest::keyClick(&palette.input(), Qt::Key_Return);
        QVERIFY(palette.isVisible());
    }

    void paletteSearchesASourceByItsPrefix()
    {
        ActionRegistry registry;
        registry.add(spec("a", "Layer up", {}));
        CommandPalette palette(registry);
        QString done;
        palette.addSource(u'@', QStringLiteral("layers"), [&done] {
            std::vector<CommandPalette::Entry> entries;
            for (const auto *const name : {"Layer 3, q_proj", "Layer 3, k_proj"})
                entries.push_back({QString::fromLatin1(name), QString::fromLatin1(name),
                                   [&done, name] { done = QString::fromLatin1(name); }});
            return entries;
        });
        palette.popUp();
        QCOMPARE(palette.listed(), QStringList{QStringLiteral("a")});
        QVERIFY(palette.input().placeholderText().contains(QStringLiteral("@ layers")));
        QTest::keyClicks(&palette.input(), QStringLiteral("@3k"));
        QCOMPARE(palette.listed(), QStringList{QStringLiteral("Layer 3, k_proj")});
        QTest::keyClick(&palette.input(), Qt::Key_Return);
        QCOMPARE(done, QStringLiteral("Layer 3, k_proj"));
    }

    void selectingCanBeUndone()
    {
        const auto model = test::writeTinyModel(m_folder->path() / "model");
        const auto study = m_folder->path() / "tiny.secateur";
        test::writeTinyStudy(study, model, {{"one", "math", 1}, {"two", "math", 2}, {"three", "law", 3}});
        StudySession session;
        VERIFY_RESULT(session.open(study));
        auto &selection = session.selection();
        auto &undo = session.undoStack();
        QCOMPARE(undo.count(), 0); // what opening selects is no edit
        const auto start = selection.state();
        for (const std::uint32_t layer : {1U, 2U, 3U})
            selection.setLayer(layer);
        QCOMPARE(undo.count(), 1);
        QCOMPARE(undo.undoText(), QStringLiteral("show layer 3"));
        selection.setCell(Selection::Cell{1, 2});
        selection.setRuns(selection.runB(), selection.runA());
        QCOMPARE(undo.undoText(), QStringLiteral("swap A and B"));
        const auto end = selection.state();
        session.navigate(start); // Back is no edit, and undo does not mind it
        QCOMPARE(undo.count(), 3);
        undo.setIndex(0);
        QCOMPARE(selection.state(), start);
        undo.setIndex(undo.count());
        QCOMPARE(selection.state(), end);
        selection.setCell(std::nullopt);
        selection.setLayer(1);
        selection.setLayer(3); // there and back is nothing
        QCOMPARE(undo.count(), 4);
    }

    void historyGoesBackAndForward()
    {
        History history;
        QVERIFY(!history.canGoBack() && !history.canGoForward());
        history.visit({QStringLiteral("model"), {}});
        history.visit({QStringLiteral("masks"), {}});
        Selection::State layer;
        layer.layer = 4;
        history.visit({QStringLiteral("masks"), layer});
        history.visit({QStringLiteral("compare"), layer});
        QCOMPARE(history.back().selection.layer, 4U);
        QCOMPARE(history.back().page, QStringLiteral("model"));
        QVERIFY(!history.canGoBack());
        QCOMPARE(history.forward().page, QStringLiteral("masks"));
        history.visit({QStringLiteral("prune"), {}});
        QVERIFY(!history.canGoForward());
    }

    void historyHasAnEnd()
    {
        History history;
        for (int i = 0; i < 500; ++i)
            history.visit({QString::number(i), {}});
        int steps = 0;
        for (; history.canGoBack(); ++steps)
            history.back();
        QCOMPARE(steps, 99);
    }

    void sessionFileKeepsAll()
    {
        SessionState state;
        state.study = "/studies/a.secateur";
        state.model = "/models/m.gguf";
        state.page = QStringLiteral("masks");
        state.selection = {QStringLiteral("r1"), QStringLiteral("r2"), 7, QStringLiteral("mlp.up_proj"),
                           Selection::Cell{3, 1'000'000'000'000}};
        DomainPlan plan;
        plan.name = QStringLiteral("math");
        plan.data.files = {"/data/a.jsonl", "/data/b.jsonl"};
        plan.data.preset = "gsm8k";
        plan.data.samples = 64;
        plan.data.bos = BosPolicy::Never;
        plan.chat = true;
        plan.chatDay = "2026-01-31";
        state.domains = {plan};
        state.geometry = QByteArray("\x00\xff\x01", 3);
        state.docks = "docks";
        state.ended = true;
        VERIFY_RESULT(writeSession(file(), state));
        const auto read = readSession(file());
        VERIFY_RESULT(read);
        QCOMPARE(read->study, state.study);
        QCOMPARE(read->model, state.model);
        QCOMPARE(read->page, state.page);
        QVERIFY(read->selection == state.selection);
        QVERIFY(read->domains == state.domains);
        QCOMPARE(read->geometry, state.geometry);
        QCOMPARE(read->docks, state.docks);
        QVERIFY(read->ended);
    }

    void aDamagedSessionIsRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("readable");
        QTest::newRow("empty") << QByteArray() << false;
        QTest::newRow("another file") << QByteArray("{\"schema\":\"x\"}") << false;
        QTest::newRow("half") << QByteArray("{\"schema\":\"secateur-session-1\",") << false;
        QTest::newRow("other types") << QByteArray("{\"schema\":\"secateur-session-1\",\"study\":7,\"selection\":[],"
                                                   "\"domains\":{\"a\":1},\"geometry\":null}")
                                     << true;
        QTest::newRow("strange domains") << QByteArray("{\"schema\":\"secateur-session-1\",\"domains\":[1,{},"
                                                       "{\"name\":\"x\",\"samples\":-1,\"bos\":\"?\"}]}")
                                         << true;
    }
    void aDamagedSessionIsRefused()
    {
        QFETCH(const QByteArray, text);
        QFETCH(const bool, readable);
        test::writeFile(file(), text.toStdString());
        QCOMPARE(readSession(file()).has_value(), readable);
    }

    void treeShowsTheStudy()
    {
        const auto model = test::writeTinyModel(m_folder->path() / "model");
        const auto study = m_folder->path() / "tiny.secateur";
        test::writeTinyStudy(study, model, {{"one", "math", 1}, {"two", "math", 2}, {"three", "law", 3}});
        StudySession session;
        StudyTreeModel tree(session);
        const QAbstractItemModelTester tester(&tree, QAbstractItemModelTester::FailureReportingMode::Fatal);
        QCOMPARE(tree.rowCount(), 0);
        VERIFY_RESULT(session.open(study));
        QCOMPARE(tree.rowCount(), 3);
        const auto index = tree.runIndex(QString::fromStdString(session.runs()[2].id));
        QCOMPARE(index.data().toString(), QStringLiteral("three"));
        QCOMPARE(index.parent().data().toString(), QStringLiteral("law"));
        session.domains().add({QStringLiteral("code"), {}});
        QCOMPARE(tree.rowCount(tree.index(1, 0)), 1);
        session.close();
        QCOMPARE(tree.rowCount(), 0);
    }

    void inspectorDescribesBothRuns()
    {
        const auto model = test::writeTinyModel(m_folder->path() / "model");
        const auto study = m_folder->path() / "tiny.secateur";
        test::writeTinyStudy(study, model, {{"one", "math", 1}, {"two", "law", 2}});
        StudySession session;
        Inspector inspector(session);
        inspector.resize(200, 600);
        inspector.show();
        QVERIFY(inspector.table().rows.empty());
        VERIFY_RESULT(session.open(study));
        QCOMPARE(inspector.table().columns.size(), 3);
        QCOMPARE(inspector.table().rows[0][1].toString(), QStringLiteral("one"));
        QCOMPARE(inspector.table().rows[0][2].toString(), QStringLiteral("two"));
        QVERIFY(inspector.table().rows.back()[1].toString().startsWith(QStringLiteral("50.00 %")));
        const auto *const view = inspector.findChild<widgets::DataTable *>();
        QCOMPARE(view->columnSpan(0, 1), 1); // the names differ
        QCOMPARE(view->columnSpan(2, 1), 2); // the method is that of both
        const auto label = [&](int row) { return inspector.table().rows[std::size_t(row)][0].toString(); };
        for (int row = 0; row < int(inspector.table().rows.size()); ++row)
            if (label(row) == QStringLiteral("Made on")) // its words fit beside each other across both columns only
                QTRY_COMPARE(view->rowHeight(row), view->rowHeight(2));
        session.selection().setRunB(session.selection().runA());
        QCOMPARE(inspector.table().columns.size(), 2);
    }

    void domainEditsCanBeUndone()
    {
        StudySession session;
        auto &domains = session.domains();
        domains.add({QStringLiteral("code"), {}});
        QCOMPARE(domains.uniqueName(QStringLiteral("code")), QStringLiteral("code-2"));
        auto plan = domains.plans()[0];
        for (const auto samples : {8, 16, 32}) {
            plan.data.samples = std::uint64_t(samples);
            domains.change(0, plan);
        }
        domains.change(0, plan);
        QCOMPARE(session.undoStack().count(), 2); // three changes of one domain are one step
        session.undoStack().undo();
        QCOMPARE(domains.plans()[0].data.samples, 128U);
        session.undoStack().redo();
        QCOMPARE(domains.plans()[0].data.samples, 32U);
        domains.remove(0);
        QVERIFY(domains.plans().empty());
        session.undoStack().undo();
        QCOMPARE(domains.plans().size(), 1U);
    }

private:
    static ActionSpec spec(const char *id, const char *text, std::function<void()> handler)
    {
        return {QString::fromLatin1(id), QString::fromUtf8(text), QStringLiteral("file"), {}, {}, std::move(handler)};
    }
    [[nodiscard]] std::filesystem::path file() const { return m_folder->path() / "session.json"; }

    std::unique_ptr<test::TemporaryFolder> m_folder;
};

QTEST_MAIN(TestWindowParts)
#include "tst_windowparts.moc"
