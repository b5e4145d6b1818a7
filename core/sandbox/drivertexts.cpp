// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sandbox/drivers.h"

namespace secateur::sandbox {

const std::string_view pythonDriver = R"python(import os, sys, traceback

def main():
    write, leave, show = os.write, os._exit, traceback.print_exception
    frames = traceback.extract_tb
    out = os.dup(1)

    def line():
        text = b''
        while not text.endswith(b'\n'):
            byte = os.read(0, 1)
            if not byte:
                break
            text += byte
        return text.strip()

    line()
    nonce = line()

    def tell(word, detail=''):
        detail = ' '.join(detail.split())[:300].encode('utf-8', 'replace')
        write(out, b'\nV1 ' + nonce + b' ' + word + b' ' + detail + b'\n')

    def source(name):
        with open('/in/' + name, encoding='utf-8', newline='') as file:
            return file.read()

    texts = {'candidate.py': source('candidate.py'), 'tests.py': source('tests.py')}

    def describe(error):
        detail = ''
        try:
            detail = type(error).__name__
            detail += ': ' + str(error) if str(error) else ''
            for frame in reversed(frames(error.__traceback__)):
                if frame.filename in texts:
                    text = texts[frame.filename].splitlines()[frame.lineno - 1].strip()
                    detail += ' (%s line %d: %s)' % (frame.filename, frame.lineno, text)
                    break
        except BaseException:
            pass
        return detail

    def fail(word, error):
        tell(word, describe(error))
        try:
            show(type(error), error, error.__traceback__, limit=-8)
            sys.stderr.flush()
        except BaseException:
            pass
        leave(1)

    try:
        candidate = compile(texts['candidate.py'], 'candidate.py', 'exec', dont_inherit=True)
    except BaseException as error:
        fail(b'MEMORY' if isinstance(error, MemoryError) and not error.args else b'COMPILE', error)
    try:
        tests = compile(texts['tests.py'], 'tests.py', 'exec', dont_inherit=True)
        names = {}
        exec(candidate, names)
        exec(tests, names)
    except AssertionError as error:
        fail(b'ASSERT', error)
    except MemoryError as error:
        fail(b'MEMORY', error)
    except (SystemExit, GeneratorExit):
        leave(3)
    except BaseException as error:
        fail(b'ERROR', error)
    try:
        sys.stdout.flush()
    except BaseException:
        pass
    tell(b'PASS')
    leave(0)

main()
)python";

const std::string_view javaScriptDriver = R"js('use strict';
const fs = require('fs');
const vm = require('vm');

function line() {
  const byte = Buffer.alloc(1);
  let text = '';
  while (fs.readSync(0, byte, 0, 1, null) === 1 && byte[0] !== 10) text += String.fromCharCode(byte[0]);
  return text;
}
line();
const start = '\nV1 ' + line() + ' ';
const write = fs.writeSync, leave = process.reallyExit.bind(process), bytes = Buffer.from.bind(Buffer);
const candidate = fs.readFileSync('/in/candidate.js', 'utf8');
const tests = fs.readFileSync('/in/tests.js', 'utf8');
const pass = bytes(start + 'PASS \n');

function send(buffer) {
  for (let at = 0; at < buffer.length;) {
    try { at += write(1, buffer, at); } catch (error) { if (error.code !== 'EAGAIN') return; }
  }
}
function fail(word, detail) {
  send(bytes(start + word + ' ' + detail.split(/\s+/).join(' ').slice(0, 300) + '\n'));
  try { write(2, detail + '\n'); } catch (ignored) { /* nobody is there to read it */ }
  leave(1);
}
function describe(error) {
  try {
    if (error === null || typeof error !== 'object') return 'thrown: ' + String(error);
    const text = error.name + ': ' + error.message;
    const place = /(candidate|tests)\.js:(\d+)/.exec(String(error.stack));
    return place ? text + ' (line ' + place[2] + ')' : text;
  } catch (ignored) { return 'an error that cannot be shown'; }
}
function wordOf(error) {
  try {
    if (error.code === 'ERR_ASSERTION') return 'ASSERT';
    if (/allocation failed|out of memory/i.test(error.message)) return 'MEMORY';
  } catch (ignored) { /* thrown null, or an object that resists */ }
  return 'ERROR';
}

let failed = null, finished = false;
const testConsole = {};
for (const name of Object.keys(console)) testConsole[name] = console[name];
testConsole.assert = (holds, ...message) => {
  if (!holds && failed === null) failed = 'console.assert: ' + (message.length ? String(message[0]) : 'failed');
};
// A candidate may change the module it gets, so the tests get functions that were taken before it ran.
const assertModule = require('assert');
function pristine(original) {
  const copy = (...values) => original(...values);
  for (const name of Object.keys(original)) copy[name] = original[name];
  return Object.freeze(copy);
}
const assertCopy = pristine(assertModule), strictCopy = pristine(assertModule.strict);
const testRequire = name => /^(node:)?assert$/.test(name) ? assertCopy
  : /^(node:)?assert\/strict$/.test(name) ? strictCopy : require(name);
const key = 's' + Math.random().toString(36).slice(2) + Math.random().toString(36).slice(2);
const held = { console: Object.freeze(testConsole), require: testRequire, finish: () => { finished = true; } };
const body = candidate + '\n;(function (console, require) {\n' + tests + '\n})(' + key + '.console, ' + key +
  '.require);\n' + key + '.finish();\n';
let program;
try {
  program = vm.compileFunction(body, ['exports', 'require', 'module', '__filename', '__dirname', key],
    { filename: 'candidate.js' });
} catch (error) {
  fail(wordOf(error) === 'MEMORY' ? 'MEMORY' : 'COMPILE', describe(error));
}
const module_ = { exports: {} };
try {
  program.call(module_.exports, module_.exports, require, module_, '/in/candidate.js', '/in', held);
} catch (error) {
  fail(wordOf(error), describe(error));
}
if (failed !== null) fail('ASSERT', failed);
if (!finished) leave(3);
send(pass);
leave(0);
)js";

const std::string_view javaDriver = R"java(import java.io.*;
import java.lang.reflect.*;
import java.nio.charset.StandardCharsets;

public final class SecateurDriver {
    private static String line(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int c = in.read(); c > '\n'; c = in.read())
            text.append((char) c);
        return text.toString();
    }

    private static String describe(Throwable error) {
        String text = String.valueOf(error);
        for (StackTraceElement frame : error.getStackTrace())
            if (!frame.getClassName().startsWith("java.") && frame.getFileName() != null)
                return text + " (" + frame.getFileName() + " line " + frame.getLineNumber() + ")";
        return text;
    }

    public static void main(String[] arguments) throws Exception {
        InputStream in = new FileInputStream(FileDescriptor.in);
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        Runtime runtime = Runtime.getRuntime();
        String nonce = line(in);
        Throwable thrown = null;
        try {
            Method main = Class.forName(arguments[0]).getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) new String[0]);
        } catch (InvocationTargetException | ExceptionInInitializerError error) {
            thrown = error.getCause() == null ? error : error.getCause();
        } catch (Throwable error) {
            thrown = error;
        }
        while (thrown instanceof ExceptionInInitializerError && thrown.getCause() != null)
            thrown = thrown.getCause();
        String word = thrown == null ? "PASS" : thrown instanceof AssertionError ? "ASSERT"
            : thrown instanceof OutOfMemoryError ? "MEMORY" : "ERROR";
        String detail = "";
        try {
            System.out.flush();
            detail = thrown == null ? "" : describe(thrown).replaceAll("\\s+", " ");
        } catch (Throwable ignored) {
            detail = "an error that cannot be shown";
        }
        if (detail.length() > 300)
            detail = detail.substring(0, 300);
        out.write(("\nV1 " + nonce + " " + word + " " + detail + "\n").getBytes(StandardCharsets.UTF_8));
        runtime.halt(thrown == null ? 0 : 1);
    }
}
)java";

const std::string_view cppDriver = R"cpp(extern "C" {
long read(int, void *, unsigned long);
long write(int, const void *, unsigned long);
int dup(int);
int fflush(void *);
[[noreturn]] void abort();
[[noreturn]] void _exit(int);
int __real_main(int, char **);
}
namespace {
char nonce[64];
unsigned long nonceLength;
int out;
struct Line {
    char text[600];
    unsigned long length = 0;
    void add(const char *more, unsigned long most = 300)
    {
        for (; *more && most && length < sizeof text - 1; ++more, --most)
            text[length++] = *more == '\n' || *more == '\r' ? ' ' : *more;
    }
};
void tell(const char *word, const char *detail)
{
    Line line;
    line.text[line.length++] = '\n';
    line.add("V1 ");
    line.add(nonce, nonceLength);
    line.add(" ");
    line.add(word);
    line.add(" ");
    line.add(detail);
    line.text[line.length++] = '\n';
    (void)!write(out, line.text, line.length);
}
// Before the constructors of the candidate, which is linked behind this.
__attribute__((constructor(101))) void readNonce()
{
    out = dup(1);
    for (char c; nonceLength < sizeof nonce - 1 && read(0, &c, 1) == 1 && c != '\n';)
        nonce[nonceLength++] = c;
}
}
extern "C" [[noreturn]] void __assert_fail(const char *assertion, const char *, unsigned, const char *) noexcept
{
    fflush(nullptr);
    tell("ASSERT", assertion);
    abort();
}
extern "C" int __wrap_main(int count, char **arguments)
{
    const int code = __real_main(count, arguments);
    fflush(nullptr);
    if (code != 0)
        tell("ERROR", "main() did not return 0");
    else
        tell("PASS", "");
    _exit(code != 0);
}
)cpp";

} // namespace secateur::sandbox
