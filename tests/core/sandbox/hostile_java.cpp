// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/sandbox/hostile.h"

namespace secateur::test {

using sandbox::Status;

namespace {

std::string solution(const std::string &body, const std::string &more = "")
{
    return "import java.util.*;\nclass Solution {\n" + more + "    static int answer() throws Exception {\n        "
        + body + "\n    }\n}\n";
}

} // namespace

std::vector<HostileCase> hostileJava()
{
    return {
        {"System.exit(0)", solution("System.exit(0); return 41;"), Status::NoVerdict, {}, 20000, "System.exit"},
        {"halts", solution("Runtime.getRuntime().halt(0); return 41;"), Status::NoVerdict, {}, 20000, "Runtime"},
        {"verdict without the nonce",
         solution("System.out.println(\"\\nV1  PASS \"); System.out.flush(); System.exit(0); return 41;"),
         Status::NoVerdict},
        {"switches assertions off",
         solution("return 41;",
                  "    static { ClassLoader.getSystemClassLoader().setDefaultAssertionStatus(false); }\n"),
         Status::FailedAssert},
        {"closes its output", solution("System.out.close(); System.err.close(); return 41;"), Status::NoVerdict,
         Status::FailedAssert},
        {"endless recursion", solution("return answer();"), Status::RuntimeError},
        {"takes the driver's name", solution("return 41;") + "class SecateurDriver { }\n", Status::CompileError},
        {"file", solution("new java.io.FileWriter(\"@OPEN@/java\").close(); return 42;"), Status::RuntimeError},
        {"network", solution("new java.net.Socket(\"127.0.0.1\", 9); return 42;"), Status::RuntimeError},
        {"daemon",
         solution("new ProcessBuilder(\"setsid\", \"sleep\", \"600\").start(); return 42;"),
         Status::Passed,
         {},
         20000,
         "ProcessBuilder"},
        {"threads without end",
         solution("for (;;) new Thread(() -> { try { Thread.sleep(600000); } catch (Exception e) { } }).start();"),
         Status::Memory, Status::RuntimeError},
        {"heap", solution("List<byte[]> kept = new ArrayList<>(); for (;;) kept.add(new byte[1 << 20]);"),
         Status::Memory},
        {"output", solution("for (;;) System.out.println(\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\");"),
         Status::OutputLimit},
        {"endless loop",
         solution("for (long i = 0; i >= 0; ++i) Thread.onSpinWait(); return 41;"),
         Status::Timeout,
         {},
         2500},
    };
}

} // namespace secateur::test
