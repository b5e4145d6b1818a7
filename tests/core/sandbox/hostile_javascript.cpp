// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/sandbox/hostile.h"

namespace secateur::test {

using sandbox::Status;

std::vector<HostileCase> hostileJavaScript()
{
    return {
        {"process.exit(0)", "function answer() { process.exit(0); }\n", Status::NoVerdict, {}, 20000, "process.exit"},
        {"process.reallyExit(0)",
         "function answer() { process.reallyExit(0); }\n",
         Status::NoVerdict,
         {},
         20000,
         "reallyExit"},
        {"returns before the tests", "function answer() { return 41; }\nreturn;\n", Status::NoVerdict},
        {"replaces console.assert",
         "console.assert = () => {};\nfunction answer() { return 41; }\n",
         Status::FailedAssert,
         {},
         20000,
         "console.assert"},
        {"shadows console", "const console = { assert() {} };\nfunction answer() { return 41; }\n",
         Status::FailedAssert},
        {"patches assert",
         "const a = require('assert');\na.deepEqual = a.strictEqual = a.ok = () => {};\nfunction answer() { return 41; "
         "}\n",
         Status::FailedAssert},
        {"forged equality", "function answer() { return { valueOf: () => 42, toString: () => '42' }; }\n",
         Status::FailedAssert},
        {"verdict without the nonce",
         "function answer() { console.log('\\nV1  PASS \\nV1 undefined PASS '); process.exit(0); }\n",
         Status::NoVerdict},
        {"verdict at exit", "process.on('exit', () => console.log('V1 PASS'));\nfunction answer() { return 41; }\n",
         Status::FailedAssert},
        {"swallows the tests", "function answer() { return 41; }\n/*\n", Status::CompileError},
        {"throws nothing", "function answer() { throw null; }\n", Status::RuntimeError},
        {"aborts", "function answer() { process.abort(); }\n", Status::RuntimeError},
        {"command",
         "const c = require('child_process');\nfunction answer() { c.execSync('echo x >@OPEN@/js'); return 42; }\n",
         Status::RuntimeError,
         {},
         20000,
         "child_process"},
        {"file", "function answer() { require('fs').writeFileSync('@OPEN@/js2', 'x'); return 42; }\n",
         Status::RuntimeError},
        {"reads the host", "function answer() { require('fs').readFileSync('/etc/shadow'); return 42; }\n",
         Status::RuntimeError},
        {"network",
         "const c = require('child_process');\nfunction answer() {\n"
         "  return c.spawnSync('bash', ['-c', 'exec 3<>/dev/udp/127.0.0.1/9']).status === 0 ? 42 : 41;\n}\n",
         Status::FailedAssert},
        {"environment of process 1",
         "function answer() { return /SECATEUR/.test(require('fs').readFileSync('/proc/1/environ')) ? 42 : 41; }\n",
         Status::FailedAssert},
        {"daemon",
         "function answer() {\n  require('child_process').spawn('sleep', ['600'], { detached: true }).unref();\n"
         "  return 42;\n}\n",
         Status::Passed},
        {"endless loop", "function answer() { for (;;); }\n", Status::Timeout, {}, 1500},
        {"heap", "function answer() { const kept = []; for (;;) kept.push(Array(1000).fill(kept.length)); }\n",
         Status::Memory},
        {"memory beside the heap",
         "function answer() { const kept = []; for (;;) kept.push(Buffer.alloc(1 << 24, 1)); }\n", Status::Memory},
        {"output", "function answer() { for (;;) require('fs').writeSync(1, 'x'.repeat(1000)); }\n",
         Status::OutputLimit},
        {"endless recursion", "function answer() { return answer(); }\n", Status::RuntimeError},
    };
}

} // namespace secateur::test
