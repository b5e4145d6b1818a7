// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>
#include <fstream>

#include <QTest>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/sandbox/sandbox.h"
#include "tests/core/sandbox/hostile.h"
#include "tests/core/sandbox/sandboxsupport.h"

using namespace secateur;
using namespace secateur::sandbox;

namespace {

std::string replaced(std::string text, const std::string &what, const std::string &with)
{
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
    return text;
}

/// The tests every hostile completion is judged by: answer() is 42.
std::string testsIn(Language language)
{
    switch (language) {
    case Language::Python: return "assert answer() == 42\n";
    case Language::JavaScript:
        return "const assert = require('node:assert');\nconst got = answer();\nconsole.assert(got === 42);\n"
               "assert.deepEqual(got, 42);\n";
    case Language::Java:
        return "public class Main {\n    public static void main(String[] a) throws Exception {\n"
               "        assert Solution.answer() == 42;\n    }\n}\n";
    case Language::Cpp: return "#include <assert.h>\nint main() { assert(answer() == 42); }\n";
    }
    return "";
}

/// A socket of the host under an abstract name, which listens.
int listenAbstract(const std::string &name)
{
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto length = socklen_t(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    if (bind(listening, reinterpret_cast<sockaddr *>(&address), length) != 0 || listen(listening, 8) != 0)
        return -1;
    return listening;
}

} // namespace

/// Completions that try to get out, to take all there is, or to be judged better than they are: each gets its status,
/// none leaves a process or a file.
class TestHostile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void contained_data()
    {
        QTest::addColumn<int>("language");
        QTest::newRow("Python") << int(Language::Python);
        QTest::newRow("Java") << int(Language::Java);
        QTest::newRow("C++") << int(Language::Cpp);
        QTest::newRow("JavaScript") << int(Language::JavaScript);
    }

    void contained()
    {
        SECATEUR_NEEDS_BOXES();
        QFETCH(int, language);
        const test::TemporaryFolder folder;
        const test::TemporaryFolder host;
        const auto open = host.path() / "open"; // to the user nobody as well
        std::filesystem::create_directory(open);
        chmod(host.path().c_str(), 0755);
        chmod(open.c_str(), 0777);
        const auto study = test::writeFile(open / "study.h5", "untouched");
        const int leaking = ::open(study.c_str(), O_RDWR); // as HDF5 opens its files
        const std::string socketName = "secateur-hostile-" + std::to_string(getpid());
        const int listening = listenAbstract(socketName);
        QVERIFY(leaking >= 0 && listening >= 0);
        qputenv("SECATEUR_TEST_TOKEN", "tell-nobody");

        auto options = test::optionsIn(folder.path());
        options.limits.memory = 512ULL << 20;
        const auto tested = test::testedSandbox(options);
        QVERIFY2(tested.sandbox, tested.reason.c_str());
        if (const auto missing = tested.report.missing.find(Language(language)); missing != tested.report.missing.end())
            QSKIP(("SKIPPED: " + missing->second + " is not there").c_str());

        const auto cases = casesIn(Language(language));
        std::vector<Program> programs;
        for (const auto &one : cases) {
            Program program;
            program.language = Language(language);
            program.completion = replaced(replaced(one.completion, "@OPEN@", open.string()), "@SOCKET@", socketName);
            program.separator = "\n";
            program.tests = testsIn(program.language);
            program.timeLimit = std::chrono::milliseconds(one.limit);
            programs.push_back(program);
        }
        const auto verdicts = test::verdictsOf(*tested.sandbox, programs);
        QCOMPARE(verdicts.size(), cases.size());
        QVERIFY2(wrongOnes(cases, verdicts).empty(), wrongOnes(cases, verdicts).c_str());

        const auto left = test::processesIn(folder.path());
        QVERIFY2(left.empty(), ("still running: " + std::to_string(left.size())).c_str());
        close(leaking);
        close(listening);
        std::ifstream file(study);
        std::string content;
        file >> content;
        QCOMPARE(content, std::string("untouched"));
        QCOMPARE(std::distance(std::filesystem::directory_iterator(open), {}), std::ptrdiff_t(1)); // the study
    }

    void thereAreEnough()
    {
        std::size_t count = 0;
        for (const auto language : {Language::Python, Language::Java, Language::Cpp, Language::JavaScript}) {
            QVERIFY(casesIn(language).size() >= 10);
            count += casesIn(language).size();
        }
        QVERIFY(count >= 60);
    }

private:
    static std::vector<test::HostileCase> casesIn(Language language)
    {
        switch (language) {
        case Language::Python: return test::hostilePython();
        case Language::Java: return test::hostileJava();
        case Language::Cpp: return test::hostileCpp();
        case Language::JavaScript: return test::hostileJavaScript();
        }
        return {};
    }

    /// One line for each that did not get its status or its flag.
    static std::string wrongOnes(const std::vector<test::HostileCase> &cases, const std::vector<Verdict> &verdicts)
    {
        std::string wrong;
        for (std::size_t i = 0; i < cases.size(); ++i) {
            const auto &one = cases[i];
            const auto &verdict = verdicts[i];
            const std::string name = "\n" + std::string(one.name) + ": ";
            if (verdict.status != one.expected && verdict.status != one.orElse)
                wrong += name + "expected " + std::string(statusName(one.expected)) + ", is "
                    + std::string(statusName(verdict.status)) + ": " + verdict.detail + " | "
                    + verdict.outputTail.substr(0, 300);
            const auto &flags = verdict.flags;
            if (*one.flag && std::find(flags.begin(), flags.end(), one.flag) == flags.end())
                wrong += name + "is not flagged for " + one.flag;
        }
        return wrong;
    }
};

QTEST_APPLESS_MAIN(TestHostile)
#include "tst_hostile.moc"
