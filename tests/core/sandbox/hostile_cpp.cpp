// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/sandbox/hostile.h"

namespace secateur::test {

using sandbox::Status;

namespace {

std::string with(const std::string &header, const std::string &body)
{
    return "#include " + header + "\nint answer() {\n    " + body + "\n}\n";
}

/// At the verdict, or at the compiler.
std::vector<HostileCase> forgers()
{
    std::string doubling = "#define A0 1+1+\n";
    for (int i = 1; i <= 30; ++i)
        doubling +=
            "#define A" + std::to_string(i) + " A" + std::to_string(i - 1) + " A" + std::to_string(i - 1) + "\n";
    return {
        {"exit(0)", with("<stdlib.h>", "exit(0);"), Status::NoVerdict, {}, 20000, "exit"},
        {"_exit(0)", with("<unistd.h>", "_exit(0);"), Status::NoVerdict, {}, 20000, "_exit"},
        {"exit before main",
         "#include <unistd.h>\n__attribute__((constructor(101))) void first() { _exit(0); }\nint answer() { return 41; "
         "}\n",
         Status::NoVerdict,
         {},
         20000,
         "constructor"},
        {"exit on the way out",
         "#include <stdlib.h>\nvoid out() { _Exit(0); }\nint answer() { atexit(out); return 41; }\n",
         Status::FailedAssert},
        {"verdict without the nonce",
         "#include <stdio.h>\n#include <unistd.h>\nint answer() { puts(\"\\nV1  PASS \"); "
         "fflush(stdout); _exit(0); }\n",
         Status::NoVerdict},
        {"defines assert away",
         "#define NDEBUG\n#define assert(x)\nint answer() { return 41; }\n",
         Status::FailedAssert,
         {},
         20000,
         "NDEBUG"},
        {"its own main", "int answer() { return 41; }\nint main() { return 0; }\n#define main other\n",
         Status::CompileError},
        {"its own __assert_fail",
         "int answer() { return 41; }\nextern \"C\" void __assert_fail(const char *, const char *, "
         "unsigned, const char *) { }\n",
         Status::CompileError},
        {"handles the signal of abort",
         with("<signal.h>", "signal(SIGABRT, SIG_IGN); return 41;"),
         Status::FailedAssert,
         {},
         20000,
         "signal"},
        {"swallows the tests", "int answer() { return 41; }\n#if 0\n", Status::CompileError},
        {"throws", "int answer() { throw 42; }\n", Status::RuntimeError},
        {"null pointer", "int answer() { return *(volatile int *)8; }\n", Status::RuntimeError},
        {"includes the host", "#include \"/etc/passwd\"\nint answer() { return 42; }\n", Status::CompileError},
        {"includes itself", "#include \"main.cpp\"\nint answer() { return 42; }\n", Status::CompileError},
        {"includes what has no end", "#include \"/dev/zero\"\nint answer() { return 42; }\n", Status::CompileError,
         Status::Memory},
        {"huge object", "char big[1ULL << 34] = {1};\nint answer() { return big[0]; }\n", Status::CompileError},
        {"templates without end",
         "template <int N> struct T { static const int v = T<N + 1>::v; };\n"
         "int answer() { return T<0>::v; }\n",
         Status::CompileError},
        {"macros that double", doubling + "int answer() { return A30 0; }\n", Status::Memory, Status::Timeout},
    };
}

/// At the host, or at what a program may take.
std::vector<HostileCase> intruders()
{
    return {
        {"file", with("<stdio.h>", "return fopen(\"@OPEN@/cpp\", \"w\") ? 42 : 41;"), Status::FailedAssert},
        {"writes where it is read from",
         with("<fcntl.h>",
              "return open(\"/in/main.cpp\", O_WRONLY) >= 0 || open(\"/usr/bin/true\", O_WRONLY) >= 0 ? 42 : 41;"),
         Status::FailedAssert},
        {"network", with("<sys/socket.h>", "return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 42 : 41;"),
         Status::FailedAssert},
        {"namespaces", with("<sched.h>", "return unshare(CLONE_NEWUSER) == 0 || unshare(CLONE_NEWNS) == 0 ? 42 : 41;"),
         Status::FailedAssert},
        {"namespace by clone",
         "#include <sched.h>\n#include <signal.h>\n#include <sys/syscall.h>\n#include <unistd.h>\nint answer() {\n"
         "    return syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0) >= 0 ? 42 : 41;\n}\n",
         Status::FailedAssert,
         {},
         20000,
         "syscall"},
        {"traces", with("<sys/ptrace.h>", "return ptrace(PTRACE_TRACEME, 0, 0, 0) == 0 ? 42 : 41;"),
         Status::FailedAssert},
        {"system calls of another machine",
         "#if defined(__x86_64__)\nint answer() { asm volatile(\"int $0x80\" : : \"a\"(20) : \"memory\"); return 42; "
         "}\n"
         "#else\n#include <signal.h>\nint answer() { raise(SIGSYS); return 42; }\n#endif\n",
         Status::RuntimeError,
         {},
         20000,
         "asm"},
        {"descriptors",
         with("<unistd.h>",
              "for (int d = 3; d < 4096; ++d) if (pwrite(d, \"GARBAGE!\", 8, 0) > 0) return 42;\n    return 41;"),
         Status::FailedAssert},
        {"fork bomb", with("<unistd.h>", "for (;;) fork();"), Status::Timeout, {}, 1500},
        {"daemon",
         "#include <unistd.h>\nint answer() {\n    if (fork() == 0) {\n        setsid();\n        if (fork() == 0)\n"
         "            sleep(600);\n        _exit(0);\n    }\n    return 42;\n}\n",
         Status::Passed,
         {},
         20000,
         "fork"},
        {"memory",
         "#include <stdlib.h>\n#include <string.h>\nint answer() {\n    for (;;)\n"
         "        memset(malloc(1 << 20), 1, 1 << 20);\n}\n",
         Status::Memory},
        {"memory, its first thread gone",
         "#include <pthread.h>\n#include <stdlib.h>\n#include <string.h>\nvoid *eat(void *) {\n    for (;;)\n"
         "        memset(malloc(1 << 20), 1, 1 << 20);\n}\nint answer() {\n    pthread_t thread;\n"
         "    pthread_create(&thread, 0, eat, 0);\n    pthread_exit(0);\n}\n",
         Status::Memory},
        {"bad_alloc", "char *volatile kept;\nint answer() {\n    for (;;)\n        kept = new char[1ULL << 31];\n}\n",
         Status::Memory},
        {"output", with("<stdio.h>", "for (;;) puts(\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\");"),
         Status::OutputLimit},
        {"endless loop", "int answer() { for (volatile int i = 0;; i = 0) { } }\n", Status::Timeout, {}, 1000},
    };
}

} // namespace

std::vector<HostileCase> hostileCpp()
{
    auto all = forgers();
    const auto more = intruders();
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

} // namespace secateur::test
