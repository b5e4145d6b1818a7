// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stop_token>
#include <thread>

#include <QTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sandbox/sandbox.h"
#include "tests/core/sandbox/sandboxsupport.h"

using namespace secateur;
using namespace secateur::sandbox;
using namespace std::chrono_literals;

namespace {

Program python(const std::string &completion, const std::string &tests = "assert answer() == 42\n")
{
    Program program;
    program.completion = completion;
    program.tests = tests;
    program.timeLimit = 10s;
    return program;
}

/// A script in place of bwrap.
std::filesystem::path fakeBwrap(const std::filesystem::path &folder, const std::string &body)
{
    const auto path = test::writeFile(folder / "bwrap", "#!/bin/bash\n" + body);
    chmod(path.c_str(), 0755);
    return path;
}

} // namespace

/// The sandbox: what it runs, what it refuses, what it hides, and that its self-test notices when it does not hold.
class TestSandbox : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void flags()
    {
        QVERIFY(suspiciousWords(Language::Python, "def f(a):\n    return a + 1\n").empty());
        QCOMPARE(suspiciousWords(Language::Python, "import sys\nsys.exit(0)"), std::vector<std::string>{"sys.exit"});
        QVERIFY(suspiciousWords(Language::Python, "def mygc_(): pass").empty());
        QCOMPARE(suspiciousWords(Language::Python, "gc.get_objects(); gc"), std::vector<std::string>{"gc"});
        QCOMPARE(suspiciousWords(Language::Java, "System.exit(0);"), std::vector<std::string>{"System.exit"});
        QCOMPARE(suspiciousWords(Language::Cpp, "exit(0);"), std::vector<std::string>{"exit"});
        QCOMPARE(suspiciousWords(Language::JavaScript, "process.exit(0)"), std::vector<std::string>{"process.exit"});
    }

    void languageNames()
    {
        for (const auto language : {Language::Python, Language::Java, Language::Cpp, Language::JavaScript})
            QVERIFY(languageFromName(languageName(language)) == language);
        QVERIFY(languageFromName("javascript") == Language::JavaScript);
        QVERIFY(!languageFromName("cobol"));
    }

    void selfTestHolds()
    {
        SECATEUR_NEEDS_BOXES();
        const test::TemporaryFolder folder;
        const auto tested = test::testedSandbox(test::optionsIn(folder.path()));
        QVERIFY2(tested.sandbox, tested.reason.c_str());
        QVERIFY(tested.report.checks.size() >= 15);
        QVERIFY2(tested.report.versions.count(Language::Python) == 1, "python3 is a package this project asks for");
        QVERIFY(tested.report.versions.at(Language::Python).starts_with("Python 3."));
        for (const auto &[language, tool] : tested.report.missing)
            qWarning("SKIPPED: %s is not there, so %s is not tested", tool.c_str(),
                     std::string(languageName(language)).c_str());
        const auto description = tested.sandbox->description();
        QVERIFY(description.at("bwrap").starts_with("bubblewrap "));
        QCOMPARE(description.at("limit_memory_bytes"), std::string("1073741824"));
        QVERIFY(test::processesIn(folder.path()).empty());
    }

    void verdicts()
    {
        SECATEUR_NEEDS_BOXES();
        const test::TemporaryFolder folder;
        const auto tested = test::testedSandbox(test::optionsIn(folder.path()));
        QVERIFY2(tested.sandbox, tested.reason.c_str());
        auto slow = python("def answer():\n    while True: pass\n");
        slow.timeLimit = 400ms;
        const auto verdicts =
            test::verdictsOf(*tested.sandbox,
                             {python("def answer():\n    print('thinking')\n    return 42\n"),
                              python("def answer():\n    return 41\n"), python("def answer():\n    return 1 / 0\n"),
                              python("def answer(:\n"), slow, python("def answer():\n    raise SystemExit(0)\n")});
        QCOMPARE(verdicts.size(), std::size_t(6));
        const Status expected[] = {Status::Passed,       Status::FailedAssert, Status::RuntimeError,
                                   Status::CompileError, Status::Timeout,      Status::NoVerdict};
        for (std::size_t i = 0; i < verdicts.size(); ++i)
            QVERIFY2(verdicts[i].status == expected[i],
                     (std::to_string(i) + ": " + std::string(statusName(verdicts[i].status)) + " " + verdicts[i].detail
                      + verdicts[i].outputTail)
                         .c_str());
        QCOMPARE(verdicts[0].outputTail, std::string("thinking\n\n"));
        QCOMPARE(verdicts[1].detail, std::string("AssertionError (tests.py line 1: assert answer() == 42)"));
        QVERIFY(verdicts[2].detail.starts_with("ZeroDivisionError: division by zero (candidate.py line 2"));
        QCOMPARE(verdicts[5].flags, std::vector<std::string>{"SystemExit"});
    }

    void absentToolIsNoWrongAnswer()
    {
        SECATEUR_NEEDS_BOXES();
        const test::TemporaryFolder folder;
        auto options = test::optionsIn(folder.path());
        options.tools.node = "/usr/bin/secateur-has-no-node";
        const auto tested = test::testedSandbox(options);
        QVERIFY2(tested.sandbox, tested.reason.c_str());
        QCOMPARE(tested.report.missing.at(Language::JavaScript), options.tools.node);
        Program program = python("function answer() { return 42; }");
        program.language = Language::JavaScript;
        const auto verdicts = test::verdictsOf(*tested.sandbox, {program});
        QCOMPARE(verdicts.size(), std::size_t(1));
        QVERIFY(verdicts[0].status == Status::ToolMissing && !isScored(verdicts[0].status));
        QVERIFY(verdicts[0].detail.find("secateur-has-no-node") != std::string::npos);
    }

    void fakeBwrapIsFoundOut_data()
    {
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("says");
        QTest::newRow("fails") << "echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1"
                               << "uid map: Permission denied";
        QTest::newRow("does nothing") << "exit 0"
                                      << "bwrap makes a box";
        // As `bwrap --args 3 -- command`, without any box.
        QTest::newRow("runs it outside") << "[ \"$1\" = --version ] && exec echo fake 1.0\nshift 3\nexec \"$@\"\n"
                                         << "bwrap makes a box";
        // The same, and it reports what a real one would.
        QTest::newRow("runs it outside and lies")
            << "[ \"$1\" = --version ] && exec echo fake 1.0\nshift 3\n"
               "echo \"{ \\\"child-pid\\\": $$, \\\"pid-namespace\\\": $(stat -L -c %i /proc/self/ns/pid) }\" >&5\n"
               "exec 3<&- 4<&- 6>&5 5>&-\n\"$@\" 6>&-\necho \"{ \\\"exit-code\\\": $? }\" >&6\n"
            << "namespace";
        // It makes namespaces, but without the filter and the limits of A.5 that were asked for.
        QTest::newRow("half a box")
            << "[ \"$1\" = --version ] && exec echo fake 1.0\nshift 3\n"
               "exec bwrap --unshare-user --unshare-pid --unshare-net --unshare-ipc --unshare-uts --ro-bind / / --proc "
               "/proc --json-status-fd 5 -- \"$@\" 3<&- 4<&-\n"
            << "self-test";
    }

    void fakeBwrapIsFoundOut()
    {
        QFETCH(QString, body);
        QFETCH(QString, says);
        const test::TemporaryFolder folder;
        auto options = test::optionsIn(folder.path());
        options.bwrap = fakeBwrap(folder.path(), body.toStdString());
        auto sandbox = Sandbox::start(options);
        VERIFY_RESULT(sandbox);
        const auto tested = (*sandbox)->selfTest({});
        VERIFY_ERROR(tested, ErrorCode::Unsupported);
        const std::string detail = tested.error().detail;
        QVERIFY2(detail.find(says.toStdString()) != std::string::npos, detail.c_str());
        QVERIFY2(detail.find("To do: ") != std::string::npos, detail.c_str());

        // And nothing is run behind its back.
        const auto mark = folder.path() / "mark";
        bool told = false;
        const std::vector<Program> programs = {python("open('" + mark.string() + "', 'w')\n")};
        VERIFY_ERROR((*sandbox)->run(programs, [&](std::size_t, const Verdict &) { told = true; }, {}),
                     ErrorCode::Unsupported);
        QVERIFY(!told && !std::filesystem::exists(mark));
    }

    /// The self-test is not believed for ever: each batch asks anew whether boxes isolate.
    void bwrapThatTurnsBad()
    {
        SECATEUR_NEEDS_BOXES();
        const test::TemporaryFolder folder;
        auto options = test::optionsIn(folder.path());
        options.bwrap = folder.path() / "bwrap";
        std::filesystem::create_symlink("/usr/bin/bwrap", options.bwrap);
        const auto tested = test::testedSandbox(options);
        QVERIFY2(tested.sandbox, tested.reason.c_str());
        std::filesystem::remove(options.bwrap);
        fakeBwrap(folder.path(), "shift 3\nexec \"$@\"\n");
        const std::vector<Program> programs = {python("def answer():\n    return 42\n")};
        VERIFY_ERROR(tested.sandbox->run(programs, [](std::size_t, const Verdict &) {}, {}), ErrorCode::Unsupported);
    }

    void absentBwrap()
    {
        const test::TemporaryFolder folder;
        auto options = test::optionsIn(folder.path());
        options.bwrap = folder.path() / "none";
        auto sandbox = Sandbox::start(options);
        VERIFY_RESULT(sandbox);
        const auto tested = (*sandbox)->selfTest({});
        VERIFY_ERROR(tested, ErrorCode::Unsupported);
        QVERIFY(tested.error().detail.find("sudo apt-get install bubblewrap") != std::string::npos);
    }

    void environmentIsNotSeen()
    {
        SECATEUR_NEEDS_BOXES();
        const test::TemporaryFolder folder;
        qputenv("SECATEUR_TEST_TOKEN", "tell-nobody-4711");
        const auto tested = test::testedSandbox(test::optionsIn(folder.path()));
        QVERIFY2(tested.sandbox, tested.reason.c_str());
        const auto verdicts = test::verdictsOf(
            *tested.sandbox,
            {python("import os\nseen = ''\nfor p in os.listdir('/proc'):\n    if p.isdigit():\n        try:\n"
                    "            seen += open('/proc/%s/environ' % p).read() + open('/proc/%s/cmdline' % p).read()\n"
                    "        except OSError:\n            pass\n",
                    "assert 'HOME=/work' in seen\nassert '4711' not in seen\nassert '" + folder.path().string()
                        + "' not in seen\n")});
        QCOMPARE(verdicts.size(), std::size_t(1));
        QVERIFY2(verdicts[0].status == Status::Passed, verdicts[0].detail.c_str());
    }

    /// HDF5 opens files without close-on-exec: a program that inherited one could write to a study.
    void openFilesAreNotInherited()
    {
        SECATEUR_NEEDS_BOXES();
        const test::TemporaryFolder folder;
        const auto result = test::writeFile(folder.path() / "result.h5", "untouched");
        std::vector<int> leaking;
        for (int i = 0; i < 30; ++i)
            leaking.push_back(open(result.c_str(), O_RDWR)); // not O_CLOEXEC, on purpose
        const auto tested = test::testedSandbox(test::optionsIn(folder.path()));
        QVERIFY2(tested.sandbox, tested.reason.c_str());
        const auto verdicts = test::verdictsOf(
            *tested.sandbox,
            {python("import os\nopened = []\nfor d in range(3, 4096):\n    try:\n        os.pwrite(d, b'GARBAGE!', 0)\n"
                    "        opened.append(d)\n    except OSError:\n        pass\n",
                    "assert opened == [], opened\n")});
        for (const int descriptor : leaking)
            close(descriptor);
        QCOMPARE(verdicts.size(), std::size_t(1));
        QVERIFY2(verdicts[0].status == Status::Passed, verdicts[0].detail.c_str());
        std::ifstream file(result);
        std::string text;
        file >> text;
        QCOMPARE(text, std::string("untouched"));
    }

    /// bwrap's --die-with-parent means the thread that started it: ours must not be the caller's.
    void outlivesTheThreadThatAsked()
    {
        SECATEUR_NEEDS_BOXES();
        const test::TemporaryFolder folder;
        std::unique_ptr<Sandbox> sandbox;
        std::thread([&] { sandbox = test::testedSandbox(test::optionsIn(folder.path())).sandbox; }).join();
        QVERIFY(sandbox);
        std::vector<Verdict> verdicts;
        std::thread([&] { verdicts = test::verdictsOf(*sandbox, {python("def answer():\n    return 42\n")}); }).join();
        QCOMPARE(verdicts.size(), std::size_t(1));
        QVERIFY2(verdicts[0].status == Status::Passed, verdicts[0].detail.c_str());
    }

    void aStopEndsEverything()
    {
        SECATEUR_NEEDS_BOXES();
        const test::TemporaryFolder folder;
        const auto tested = test::testedSandbox(test::optionsIn(folder.path()));
        QVERIFY2(tested.sandbox, tested.reason.c_str());
        std::vector<Program> programs(40, python("import time\ndef answer():\n    time.sleep(300)\n"));
        for (auto &program : programs)
            program.timeLimit = 300s; // far beyond the limit of this test: only the stop can end it
        programs[0] = python("def answer():\n    return 42\n");
        std::stop_source stop;
        std::size_t told = 0;
        const auto done = tested.sandbox->run(
            programs,
            [&](std::size_t, const Verdict &) {
                ++told;
                stop.request_stop();
            },
            RunContext(stop.get_token(), {}));
        VERIFY_ERROR(done, ErrorCode::Cancelled);
        QCOMPARE(told, std::size_t(1));
        QVERIFY(test::processesIn(folder.path()).empty());
        // It can be used again.
        const auto verdicts = test::verdictsOf(*tested.sandbox, {programs[0]});
        QVERIFY(verdicts.size() == 1 && verdicts[0].status == Status::Passed);
    }

    void leavesNothingBehind()
    {
        SECATEUR_NEEDS_BOXES();
        const test::TemporaryFolder folder;
        {
            const auto tested = test::testedSandbox(test::optionsIn(folder.path()));
            QVERIFY2(tested.sandbox, tested.reason.c_str());
            QVERIFY(!std::filesystem::is_empty(folder.path()));
        }
        QVERIFY(std::filesystem::is_empty(folder.path()));
    }
};

QTEST_APPLESS_MAIN(TestSandbox)
#include "tst_sandbox.moc"
