// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/sandbox/hostile.h"

namespace secateur::test {

using sandbox::Status;

namespace {

/// At the verdict.
std::vector<HostileCase> forgers()
{
    return {
        // Where only asserts are known this cannot be told from a right answer: it passes, and is flagged.
        {"forged equality",
         R"(
class Agreeable:
    def __eq__(self, other):
        return True
def answer():
    return Agreeable()
)",
         Status::Passed,
         {},
         20000,
         "__eq__"},
        {"sys.exit(0)", "import sys\ndef answer():\n    sys.exit(0)\n", Status::NoVerdict, {}, 20000, "sys.exit"},
        {"os._exit(0)", "import os\ndef answer():\n    os._exit(0)\n", Status::NoVerdict, {}, 20000, "os._exit"},
        {"exit while loading", "raise SystemExit(0)\n", Status::NoVerdict, {}, 20000, "SystemExit"},
        {"frame walking",
         R"(
import sys
def answer():
    frame = sys._getframe()
    while frame:
        for value in list(frame.f_locals.values()):
            if isinstance(value, list):
                value.append('passed')
        frame = frame.f_back
    return 41
)",
         Status::FailedAssert,
         {},
         20000,
         "_getframe"},
        {"verdict without the nonce", R"(
import os
def answer():
    for nonce in ('', '0' * 32, 'nonce'):
        print('\nV1 ' + nonce + ' PASS ', flush=True)
    os._exit(0)
)",
         Status::NoVerdict},
        {"reads the nonce too late",
         R"(
import os, sys
def answer():
    print('\nV1 ' + sys.stdin.read().strip() + ' PASS ', flush=True)
    os._exit(0)
)",
         Status::NoVerdict,
         {},
         20000,
         "stdin"},
        {"verdict at exit",
         R"(
import atexit
atexit.register(lambda: print('V1 PASS', flush=True))
def answer():
    return 41
)",
         Status::FailedAssert,
         {},
         20000,
         "atexit"},
        {"disarms the driver's functions", R"(
import os, sys, traceback
os._exit = os.write = lambda *a: None
traceback.print_exception = sys.exit = lambda *a, **k: None
def answer():
    return 41
)",
         Status::FailedAssert},
        {"breaks the builtins",
         R"(
import builtins
for name in ('open', 'print', 'isinstance', 'str', 'type', 'reversed'):
    setattr(builtins, name, None)
def answer():
    return 41
)",
         Status::FailedAssert,
         {},
         20000,
         "builtins"},
        {"swallows the tests", "def answer():\n    return 41\ntext = '''\n", Status::CompileError},
        {"error that resists", R"(
class Thorny(Exception):
    def __str__(self):
        raise Thorny()
    __repr__ = __str__
def answer():
    raise Thorny()
)",
         Status::RuntimeError},
        {"two processes, two answers", R"(
import os
def answer():
    if os.fork() == 0:
        return 42
    os.wait()
    return 41
)",
         Status::FailedAssert},
        {"closes its output", "import os\ndef answer():\n    os.close(1)\n    os.close(2)\n    return 41\n",
         Status::FailedAssert},
        {"closes everything", "import os\ndef answer():\n    os.closerange(0, 200)\n    return 42\n",
         Status::NoVerdict},
        {"bytes that are no text", std::string("def answer():\n    return '\0'\n", 27), Status::CompileError},
        {"nested too deep", "def answer():\n    return " + std::string(20000, '(') + std::string(20000, ')') + "\n",
         Status::CompileError},
    };
}

/// At the host: each fails with an exception, or returns 42 had it come through.
std::vector<HostileCase> intruders()
{
    return {
        {"reloads os",
         "import importlib, os\ndef answer():\n    importlib.reload(os)\n"
         "    os.system('echo x >@OPEN@/reload')\n    return 41\n",
         Status::FailedAssert},
        {"posix.system",
         "import posix\ndef answer():\n    posix.system('echo x >@OPEN@/posix')\n    return 41\n",
         Status::FailedAssert,
         {},
         20000,
         "posix"},
        {"open for writing", "def answer():\n    open('@OPEN@/open', 'w').write('x')\n    return 42\n",
         Status::RuntimeError},
        {"reads the host", "def answer():\n    open('/etc/passwd').read()\n    return 42\n", Status::RuntimeError},
        {"writes where it is read from", "def answer():\n    open('/in/tests.py', 'w').write('')\n    return 42\n",
         Status::RuntimeError},
        {"writes to the system",
         "import os\ndef answer():\n    opened = 0\n"
         "    for d in ('/', '/usr', '/usr/bin', '/usr/local', '/etc', '/dev', '/tmp', '/proc', '/in'):\n"
         "        try:\n            open(d + '/x', 'w')\n            opened += 1\n"
         "        except OSError:\n            pass\n    return 42 if opened else 41\n",
         Status::FailedAssert},
        {"remounts",
         "import ctypes\ndef answer():\n    libc = ctypes.CDLL(None)\n"
         "    return 42 if libc.mount(b'none', b'/usr', None, 32 | 4096, None) == 0 else 41\n",
         Status::FailedAssert,
         {},
         20000,
         "ctypes"},
        {"inet socket",
         "import socket\ndef answer():\n    socket.socket()\n    return 42\n",
         Status::RuntimeError,
         {},
         20000,
         "socket"},
        {"inet6 and netlink sockets", R"(
import socket
def answer():
    for family in (socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET):
        try:
            socket.socket(family, socket.SOCK_DGRAM)
            return 42
        except OSError:
            pass
    return 41
)",
         Status::FailedAssert},
        {"socket of the host",
         "import socket\ndef answer():\n    socket.socket(socket.AF_UNIX).connect('\\0@SOCKET@')\n"
         "    return 42\n",
         Status::RuntimeError},
        {"environment of process 1",
         "def answer():\n    return 42 if 'SECATEUR' in open('/proc/1/environ').read() else 41\n",
         Status::FailedAssert,
         {},
         20000,
         "/proc"},
        {"descriptors", R"(
import os
def answer():
    written = 0
    for d in range(3, 4096):
        try:
            os.pwrite(d, b'GARBAGE!', 0)
            written += 1
        except OSError:
            pass
    return 42 if written else 41
)",
         Status::FailedAssert},
        {"user namespace",
         "import ctypes\ndef answer():\n    return 42 if ctypes.CDLL(None).unshare(0x10000000) == 0 else 41\n",
         Status::FailedAssert},
        {"ptrace",
         "import ctypes, os\ndef answer():\n    libc = ctypes.CDLL(None)\n"
         "    return 42 if libc.ptrace(16, 1, 0, 0) == 0 or libc.ptrace(0, 0, 0, 0) == 0 else 41\n",
         Status::FailedAssert},
        {"kills all it can",
         "import os\ndef answer():\n    for p in (1, -1):\n        try:\n            os.kill(p, 9)\n"
         "        except OSError:\n            pass\n    return 41\n",
         Status::FailedAssert},
        {"other processes",
         "import os\ndef answer():\n    return 42 if len([p for p in os.listdir('/proc') if p.isdigit()]) > 4"
         " else 41\n",
         Status::FailedAssert},
    };
}

/// At what a program may take.
std::vector<HostileCase> gluttons()
{
    return {
        {"fork bomb",
         "import os\ndef answer():\n    while True:\n        try:\n            os.fork()\n        except OSError:\n"
         "            pass\n",
         Status::Timeout,
         {},
         1500},
        {"daemons", R"(
import os, signal, time
def answer():
    for i in range(10):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                time.sleep(600)
            os._exit(0)
        os.wait()
    return 42
)",
         Status::Passed},
        {"daemon that lets go of its output", R"(
import os, time
def answer():
    if os.fork() == 0:
        os.setsid()
        os.closerange(0, 100)
        time.sleep(600)
        os._exit(0)
    return 42
)",
         Status::Passed},
        {"memory", "def answer():\n    kept = []\n    while True:\n        kept.append(bytearray(b'x') * (1 << 24))\n",
         Status::Memory},
        {"memory that is never there", "def answer():\n    return bytearray(1 << 40)\n", Status::Memory},
        {"memory of many", R"(
import os, time
def answer():
    for i in range(12):
        if os.fork() == 0:
            kept = bytearray(b'x') * (80 << 20)
            time.sleep(600)
    time.sleep(600)
)",
         Status::Memory},
        {"output", "def answer():\n    while True:\n        print('x' * 1000)\n", Status::OutputLimit},
        {"error output",
         "import sys\ndef answer():\n    while True:\n        sys.stderr.write('x' * 1000)\n",
         Status::OutputLimit,
         {},
         20000},
        {"endless loop", "def answer():\n    while True:\n        pass\n", Status::Timeout, {}, 1500},
        {"sleep", "import time\ndef answer():\n    time.sleep(600)\n    return 42\n", Status::Timeout, {}, 1000},
        {"deaf to the processor's limit",
         "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\ndef answer():\n    while True:\n        pass\n",
         Status::Timeout,
         {},
         1500,
         "signal"},
        {"one growing file",
         "def answer():\n    with open('/work/f', 'wb', 0) as f:\n        while True:\n"
         "            f.write(b'x' * (1 << 20))\n",
         Status::RuntimeError},
        {"many files",
         "def answer():\n    for i in range(1000):\n        with open('/work/%d' % i, 'wb') as f:\n"
         "            f.write(b'x' * (1 << 20))\n    return 42\n",
         Status::RuntimeError},
        {"shared memory",
         "def answer():\n    for i in range(100):\n        with open('/dev/shm/%d' % i, 'wb') as f:\n"
         "            f.write(b'x' * (1 << 20))\n    return 42\n",
         Status::RuntimeError},
        {"raises its limits",
         "import resource\ndef answer():\n"
         "    resource.setrlimit(resource.RLIMIT_NPROC, (5000, 5000))\n    return 42\n",
         Status::RuntimeError},
        {"stack",
         "import sys\nsys.setrecursionlimit(10 ** 8)\ndef answer(n=0):\n    return [answer(n + 1) for _ in [0]]\n",
         Status::RuntimeError, Status::Memory},
        {"open files", "def answer():\n    kept = [open('/in/tests.py') for i in range(1000)]\n    return 42\n",
         Status::RuntimeError},
    };
}

} // namespace

std::vector<HostileCase> hostilePython()
{
    auto all = forgers();
    for (const auto &more : {intruders(), gluttons()})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

} // namespace secateur::test
