// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <QDir>
#include <QFile>
#include <QMenuBar>
#include <QRegularExpression>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextTable>
#include <QtTest/QTest>

#include "app/cli/commandparser.h"
#include "app/cli/commands.h"
#include "app/pages/pages.h"
#include "app/window/mainwindow.h"
#include "tests/app/cli/clirunner.h"
#include "tests/app/help/manualtexts.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::app;

/// What the manual says, against the program: links, commands, options, names of the window.
class TestManual : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_settings = std::make_unique<Settings>(QString::fromStdString((m_folder.path() / "settings.ini").string()));
        WindowOptions options;
        options.stateFolder = m_folder.path() / "state";
        m_window = std::make_unique<MainWindow>(*m_settings, options);
        QVERIFY(m_book.pages().size() > 10);
    }

    /// A page that was added to the folder is in the program, too.
    void allFilesAreCompiledIn()
    {
        const QDir folder(QStringLiteral(SECATEUR_SOURCE_DIR "/resources/help"));
        QStringList problems;
        const auto files = folder.entryList({QStringLiteral("*.md")}, QDir::Files);
        QCOMPARE(std::size_t(files.size()), m_book.pages().size());
        for (const auto &name : files) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::ReadOnly));
            const auto *const page = m_book.page(name.chopped(3));
            if (!page || page->markdown != QString::fromUtf8(file.readAll()))
                problems << name;
        }
        report(problems, "not as compiled in");
    }

    void everyLinkResolves()
    {
        QStringList problems;
        int links = 0;
        for (const auto &page : m_book.pages())
            for (const auto &link : test::linksOf(page)) {
                ++links;
                const QString file = link.target.section(u'#', 0, 0);
                const QString anchor = link.target.section(u'#', 1);
                const auto *const target = m_book.page(file.isEmpty() ? page.id : file.chopped(3));
                const bool isPage = file.isEmpty() || file.endsWith(QStringLiteral(".md"));
                if (!isPage || !target || (!anchor.isEmpty() && !test::anchorsOf(*target).contains(anchor)))
                    problems << page.id + QStringLiteral(" -> ") + link.target;
            }
        QVERIFY(links > 40);
        report(problems, "links that lead nowhere");
    }

    /// Qt 6.4 puts an empty paragraph into a table that follows a block of code.
    void tablesBeginWithTheirFirstCell()
    {
        QStringList problems;
        for (const auto &page : m_book.pages()) {
            QTextDocument document;
            HelpBook::fill(document, page);
            for (auto block = document.begin(); block.isValid(); block = block.next())
                if (auto *const table = QTextCursor(block).currentTable();
                    table && table->cellAt(0, 0).firstCursorPosition().block() == block && block.text().isEmpty())
                    problems << page.id + QStringLiteral(": ")
                            + table->cellAt(0, 1).firstCursorPosition().block().text();
        }
        report(problems, "tables right behind a block of code");
    }

    void everyPageIsInTheContentsOnce()
    {
        QStringList problems;
        for (const auto &page : m_book.pages()) {
            const auto times = std::ranges::count_if(
                m_book.chapters(), [&page](const auto &chapter) { return chapter.pages.contains(page.id); });
            if (times != (page.id == QStringLiteral("index") ? 0 : 1) || page.title.isEmpty())
                problems << QStringLiteral("%1 (%2 times)").arg(page.id).arg(times);
        }
        report(problems, "pages that are not in the contents once, or have no title");
    }

    void everyPageOfTheWindowHasATopic()
    {
        QStringList problems;
        for (const auto &page : makePages(m_window->session(), m_settings.get())) {
            const auto *const topic = m_book.page(HelpDesk::topicOf(page->id()));
            if (!topic || !topic->title.startsWith(page->title()))
                problems << page->id();
        }
        report(problems, "pages without a topic of their name");
    }

    void everyCommandParses()
    {
        QStringList problems;
        int commands = 0;
        for (const auto &page : m_book.pages())
            for (const auto &command : test::commandsOf(page)) {
                ++commands;
                if (const QString problem = problemOf(command); !problem.isEmpty())
                    problems << page.id + QStringLiteral(": ") + command.line + QStringLiteral(" -> ") + problem;
            }
        QVERIFY(commands > 40);
        report(problems, "commands that do not parse");
    }

    /// The same with the program itself: what its help of a command does not name, no page may use.
    void everyOptionIsInTheHelpOfTheProgram()
    {
        const test::CliRunner cli;
        std::map<std::string, QString> helps;
        QStringList problems;
        for (const auto &page : m_book.pages())
            for (const auto &command : test::commandsOf(page)) {
                const std::string name = command.arguments.empty() ? "" : command.arguments.front();
                if (name == "COMMAND" || name.starts_with("-"))
                    continue;
                if (!helps.contains(name)) {
                    const auto result = cli.run({name, "--help"});
                    QVERIFY2(result.status == 0, qPrintable(command.line));
                    helps[name] = QString::fromStdString(result.output);
                }
                for (const auto &word : command.arguments)
                    if (const QString option = QString::fromStdString(word); isOption(option)
                        && !helps[name].contains(QRegularExpression(QStringLiteral("(^|[\\s,])")
                                                                        + QRegularExpression::escape(option)
                                                                        + QStringLiteral("[\\s,]"),
                                                                    QRegularExpression::MultilineOption)))
                        problems << page.id + QStringLiteral(": ") + option + QStringLiteral(" of ") + command.line;
            }
        QVERIFY(helps.size() > 10);
        report(problems, "options that the program's help does not name");
    }

    void everyCommandOfTheProgramIsInTheManual()
    {
        std::set<std::string> named;
        for (const auto &page : m_book.pages())
            for (const auto &command : test::commandsOf(page))
                if (!command.arguments.empty())
                    named.insert(command.arguments.front());
        QStringList problems;
        for (const auto &command : cli::commandWords(cli::allCommands()))
            if (!named.contains(command.name))
                problems << QString::fromStdString(command.name);
        report(problems, "commands without an example in the manual");
    }

    void everyActionNamedExists()
    {
        QMap<QString, QStringList> menus; // title to texts
        const auto plain = [](QString text) { return text.remove(u'&').remove(QStringLiteral("\u2026")); };
        for (const auto *const action : m_window->menuBar()->actions())
            for (const auto *const entry : action->menu()->actions())
                menus[plain(action->text())] << plain(entry->text());
        QStringList problems;
        int named = 0;
        for (const auto &page : m_book.pages())
            for (const auto &bold : test::boldOf(page)) {
                const auto parts = bold.split(QStringLiteral(" > "));
                if (parts.size() != 2)
                    continue;
                ++named;
                if (!menus.value(parts[0]).contains(parts[1]))
                    problems << page.id + QStringLiteral(": ") + bold;
            }
        QVERIFY(named > 10);
        report(problems, "actions that no menu has");
    }

    void everyBoldWordIsOneOfTheWindow()
    {
        const QString texts = QLatin1Char('\n') + test::textsOfTheWindow();
        QStringList problems;
        for (const auto &page : m_book.pages())
            for (const auto &bold : test::boldOf(page))
                if (!bold.contains(QStringLiteral(" > ")) && !texts.contains(QLatin1Char('\n') + bold))
                    problems << page.id + QStringLiteral(": ") + bold;
        report(problems, "words in bold that the window does not have");
    }

    void opensTheTopicOfThePage()
    {
        auto *const action = m_window->actions().find(QStringLiteral("help.page"));
        QCOMPARE(action->shortcut(), QKeySequence(Qt::Key_F1));
        const auto isHelp = [](const QWidget *widget) { return widget->objectName() == QStringLiteral("helpWindow"); };
        QVERIFY(std::ranges::none_of(QApplication::topLevelWidgets(), isHelp)); // nothing is made before it is wanted
        action->trigger();
        auto &help = m_window->help().window();
        QVERIFY(help.isVisible());
        QCOMPARE(help.view().currentPage(), QStringLiteral("index")); // no study is open
        m_window->actions().find(QStringLiteral("help.firstStudy"))->trigger();
        QCOMPARE(help.view().currentPage(), QStringLiteral("first-study"));
        auto *const back = m_window->actions().find(QStringLiteral("help.back"));
        QVERIFY(back->isEnabled());
        back->trigger();
        QCOMPARE(help.view().currentPage(), QStringLiteral("index"));
        QVERIFY(!back->isEnabled());
        QVERIFY(m_window->actions().find(QStringLiteral("help.forward"))->isEnabled());
        m_window->close();
        QVERIFY(!help.isVisible());
        QVERIFY(!m_window->actions().find(QStringLiteral("help.forward"))->isEnabled());
    }

private:
    static void report(const QStringList &problems, const char *what)
    {
        QVERIFY2(problems.isEmpty(),
                 qPrintable(QLatin1String(what) + QStringLiteral(":\n  ") + problems.join(QStringLiteral("\n  "))));
    }

    static bool isOption(const QString &word)
    {
        return word.size() > 1 && word.startsWith(u'-') && !word[1].isDigit() && word != QStringLiteral("--help");
    }

    static QString problemOf(const test::ManualCommand &command)
    {
        if (!command.arguments.empty() && command.arguments.front() == "COMMAND")
            return {};
        const auto commands = cli::allCommands();
        if (command.isInline && command.arguments.size() == 1) { // named, not quoted
            const bool known = command.arguments.front().starts_with("--")
                || std::ranges::any_of(commands,
                                       [&](const auto &one) { return one->name() == command.arguments.front(); });
            return known ? QString() : QStringLiteral("no such command");
        }
        const auto parsed = cli::parseLine(commands, command.arguments);
        return parsed ? QString() : QString::fromStdString(parsed.error().detail);
    }

    test::TemporaryFolder m_folder;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<MainWindow> m_window;
    HelpBook m_book;
};

QTEST_MAIN(TestManual)
#include "tst_manual.moc"
