// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>

#include <QtTest/QTest>

#include "core/sandbox/verdictmemory.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::sandbox;

namespace {

Program program(const std::string &completion)
{
    Program made;
    made.prompt = "def f():\n";
    made.completion = completion;
    made.tests = "assert f() == 1\n";
    return made;
}

} // namespace

class TestVerdictMemory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void equalProgramsAreRunOnce()
    {
        const std::vector<Program> programs = {program("a"), program("b"), program("a")};
        judge(programs);
        QCOMPARE(m_ran, (std::vector<std::string>{"a", "b"}));
        QCOMPARE(m_taken, (std::map<std::size_t, std::string>{{0, "a"}, {1, "b"}, {2, "a"}}));
        judge({program("b"), program("c")});
        QCOMPARE(m_ran, (std::vector<std::string>{"c"}));
        QCOMPARE(m_taken, (std::map<std::size_t, std::string>{{0, "b"}, {1, "c"}}));
        judge(programs);
        QVERIFY(m_ran.empty()); // the sandbox is not asked at all
        QCOMPARE(m_taken.size(), std::size_t(3));
    }

    void everyPartTellsProgramsApart()
    {
        auto tests = program("a");
        tests.tests += "assert f() == 2\n";
        auto shifted = program("a");
        shifted.prompt += "x";
        shifted.completion = "";
        auto longer = program("a");
        longer.timeLimit *= 2;
        auto other = program("a");
        other.language = Language::JavaScript;
        auto supported = program("a");
        supported.support.push_back({"Pair.java", "class Pair {}"});
        m_memory = {};
        judge({program("a"), tests, shifted, longer, other, supported});
        QCOMPARE(m_ran.size(), std::size_t(6));
    }

    void whatTheMachineDecidedIsAskedAgain_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("again");
        for (const auto &[status, again] :
             {std::pair(Status::Passed, false), std::pair(Status::FailedAssert, false),
              std::pair(Status::RuntimeError, false), std::pair(Status::CompileError, false),
              std::pair(Status::Timeout, true), std::pair(Status::Memory, true), std::pair(Status::OutputLimit, true),
              std::pair(Status::NoVerdict, true), std::pair(Status::SandboxError, true),
              std::pair(Status::ToolMissing, true)})
            QTest::newRow(std::string(statusName(status)).c_str()) << int(status) << again;
    }
    void whatTheMachineDecidedIsAskedAgain()
    {
        QFETCH(int, status);
        QFETCH(bool, again);
        m_status = Status(status);
        m_memory = {};
        judge({program("a")});
        judge({program("a")});
        QCOMPARE(m_ran.size(), std::size_t(again ? 1 : 0));
    }

    void passesErrorsOn()
    {
        const auto failed = VerdictMemory().judge(
            {program("a")},
            [](const auto &, const auto &) -> Result<void> { return failure(ErrorCode::Cancelled, "stop"); },
            [](std::size_t, const Verdict &) {});
        VERIFY_ERROR(failed, ErrorCode::Cancelled);
    }

private:
    void judge(const std::vector<Program> &programs)
    {
        m_ran.clear();
        m_taken.clear();
        const auto done = m_memory.judge(
            programs,
            [this](const std::vector<Program> &wanted, const TakeVerdict &take) -> Result<void> {
                for (std::size_t i = 0; i < wanted.size(); ++i) {
                    m_ran.push_back(wanted[i].completion);
                    Verdict verdict;
                    verdict.status = m_status;
                    verdict.detail = wanted[i].completion;
                    take(i, verdict);
                }
                return {};
            },
            [this](std::size_t number, const Verdict &verdict) { m_taken[number] = verdict.detail; });
        VERIFY_RESULT(done);
    }

    VerdictMemory m_memory;
    Status m_status = Status::Passed;
    std::vector<std::string> m_ran;
    std::map<std::size_t, std::string> m_taken;
};

QTEST_APPLESS_MAIN(TestVerdictMemory)
#include "tst_verdictmemory.moc"
