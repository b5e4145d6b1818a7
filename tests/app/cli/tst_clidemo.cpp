// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>
#include <sstream>

#include "core/engine/demo.h"
#include "tests/app/cli/clirunner.h"
#include "tests/support/tinydemo.h"

using namespace secateur;

/// `secateur-cli demo` with a random model in the place of ours: what it makes and tells, not what it finds.
class TestCliDemo : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        qputenv("SECATEUR_DEMO", test::writeTinyDemo(m_folder.path() / "tiny").c_str());
        m_demo = m_folder.path() / "new" / "demo";
    }

    void refusesAFolderItCannotWriteTo_data()
    {
        QTest::addColumn<QString>("folder");
        test::writeFile(m_folder.path() / "file", "no folder");
        const auto place = [this](const char *name) {
            return QString::fromStdString((m_folder.path() / name).string());
        };
        QTest::newRow("a file") << place("file");
        QTest::newRow("within a file") << place("file/demo");
        QTest::newRow("where nobody can") << QStringLiteral("/proc/secateur-demo");
    }

    void refusesAFolderItCannotWriteTo()
    {
        QFETCH(QString, folder);
        const auto result = m_cli.run({"demo", folder.toStdString()});
        QVERIFY2(result.status == 3, result.told().c_str());
        for (const auto *const words : {folder.toUtf8().constData(), "name a folder"})
            QVERIFY2(result.errors.find(words) != std::string::npos, result.told().c_str());
    }

    void saysWhatIsMissing()
    {
        const QByteArray before = qgetenv("SECATEUR_DEMO");
        qputenv("SECATEUR_DEMO", "/nowhere/demo");
        const auto result = m_cli.run({"demo", m_demo.string()});
        qputenv("SECATEUR_DEMO", before);
        QVERIFY2(result.status == 3, result.told().c_str());
        QVERIFY2(result.errors.find("/nowhere/demo") != std::string::npos, result.told().c_str());
        QVERIFY(!std::filesystem::exists(m_demo)); // nothing is begun
    }

    void makesTheStudy()
    {
        SECATEUR_NEEDS_COMPUTE();
        const auto result =
            m_cli.run({"demo", m_demo.string(), "--json", "--progress", "json", "--threads", "1", "--no-figures"}, 300);
        QVERIFY2(result.status == 0, result.told().c_str());
        QVERIFY(result.json()["table"].size() > 0);
        const auto state = engine::demoState(m_demo);
        QCOMPARE(state.finished, state.all);
        QVERIFY(state.isComplete());
        QVERIFY(!state.hasCode); // without --allow-code-execution
        QVERIFY2(result.errors.find("--allow-code-execution") != std::string::npos, "does not say what is left out");
        checkProgress(result.errors);
    }

    void doesNotMakeItTwice()
    {
        SECATEUR_NEEDS_COMPUTE();
        const auto result = m_cli.run({"demo", m_demo.string(), "--json", "--progress", "json", "--no-figures"}, 300);
        QVERIFY2(result.status == 0, result.told().c_str());
        QVERIFY2(result.errors.find("Pruning") == std::string::npos, result.told().c_str());
    }

    void drawsItsFigures()
    {
        SECATEUR_NEEDS_COMPUTE();
        if (!std::filesystem::exists(std::filesystem::path(SECATEUR_BIN_DIR) / "libsecateur-figure.so"))
            QSKIP("needs the figure module, which this build leaves out (SECATEUR_GUI=OFF)");
        const auto result = m_cli.run({"demo", m_demo.string(), "--json"}, 300);
        QVERIFY2(result.status == 0, result.told().c_str());
        const auto figures = result.json().at("figures");
        QCOMPARE(figures.size(), std::size_t(4)); // all but that of code
        for (const auto &figure : figures)
            QVERIFY2(std::filesystem::exists(figure.get<std::string>()), figure.dump().c_str());
    }

private:
    /// One measure from 0 to 100 that never goes back, and what is done at the time.
    static void checkProgress(const std::string &errors)
    {
        std::istringstream lines(errors);
        std::set<std::string> steps;
        std::uint64_t last = 0;
        bool first = true;
        for (std::string line; std::getline(lines, line);) {
            const auto value = nlohmann::json::parse(line, nullptr, false);
            QVERIFY2(value.is_object(), line.c_str());
            if (value.contains("step"))
                steps.insert(value["step"].get<std::string>());
            if (!value.contains("stage"))
                continue;
            QCOMPARE(value["unit"].get<std::string>(), std::string("percent"));
            const auto done = value["done"].get<std::uint64_t>();
            QVERIFY2(first ? done == 0 : done >= last, line.c_str());
            first = false;
            last = done;
        }
        QVERIFY(last >= 98 && last <= 100);
        QVERIFY(steps.contains("Pruning math-2-4"));
        QVERIFY(steps.contains("Measuring arc_easy"));
        QVERIFY(!steps.contains("Measuring humaneval"));
    }

    test::CliRunner m_cli;
    test::TemporaryFolder m_folder;
    std::filesystem::path m_demo;
};

QTEST_GUILESS_MAIN(TestCliDemo)
#include "tst_clidemo.moc"
