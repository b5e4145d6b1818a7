// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sandbox/selftest.h"

#include <array>
#include <map>

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/sandbox/drivers.h"
#include "core/sandbox/judge.h"
#include "core/sandbox/runner.h"

namespace secateur::sandbox {

namespace {

using namespace std::chrono_literals;

/// Says "check good" or "check bad: what it saw", one line each, and the inodes of its namespaces. Runs unharmed
/// outside a box too, where it has to report bad.
constexpr const char *isolationScript = R"sh(
check() { # name, what was seen: good when empty
  if [ -z "$2" ]; then echo "$1 good"; else echo "$1 bad: $2" | head -c 200 | head -n 1; fi
}
descriptors=
for file in /proc/$$/fd/*; do # what the shell opens to list them is closed again when they are asked for
  case ${file##*/} in 0|1|2|255) ;; *) [ -e "$file" ] && descriptors="$descriptors ${file##*/}";; esac
done
for kind in user pid net ipc uts mnt; do
  echo "namespace $kind $(stat -L -c %i /proc/self/ns/$kind)"
done
check descriptors "$descriptors"
check home "$(ls -d /home /root /run /var /sys /etc/passwd 2>/dev/null | tr '\n' ' ')"
check writing "$(for file in / /usr /usr/local /etc /in /tmp /dev; do
  name=$file/.secateur-self-test
  if (: >$name) 2>/dev/null; then echo "$name"; rm -f $name; fi; done | tr '\n' ' ')"
check mounts "$(grep -v -E '^[^ ]+ /(work|dev/(shm|pts|null|zero|full|random|urandom|tty)|proc)(/[^ ]*)? ' /proc/self/mounts |
  grep -v -E '^[^ ]+ [^ ]+ [^ ]+ ro[, ]' | cut -d' ' -f2 | tr '\n' ' ')"
check network "$(grep -v -e '|' -e '^ *lo:' /proc/net/dev | cut -d: -f1 | tr '\n' ' ')$(
  bash -c 'exec 3<>/dev/udp/127.0.0.1/9 && echo a socket could be made' 2>/dev/null)"
check userns "$(unshare --user true 2>/dev/null && echo a user namespace could be made)"
check processes "$(ls /proc | grep -E '^[0-9]{2,}$' | while read -r process; do
  [ "$process" -gt 300 ] && echo "$process"; done | head -n 3 | tr '\n' ' ')"
check environment "$(tr '\0' '\n' </proc/1/environ | cut -d= -f1 | grep -v -x -e PWD | head -n 3 | tr '\n' ' ')"
check rights "$(grep -E '^(CapEff|CapPrm|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\t' |
  grep -v -x -e 'Cap[A-Za-z]*:0*' -e NoNewPrivs:1 -e Seccomp:2 | tr '\n' ' ')"
check user "$([ "$(id -u)" = 0 ] && echo root)"
echo end
)sh";

/// What the script has to say good to.
constexpr std::array isolationChecks = {"descriptors", "home",      "writing",     "mounts", "network",
                                        "userns",      "processes", "environment", "rights", "user"};
constexpr std::array namespaceKinds = {"user", "pid", "net", "ipc", "uts", "mnt"};

std::string adviceFor(const std::string &reason, const std::filesystem::path &bwrap)
{
    const auto has = [&](const char *phrase) { return reason.find(phrase) != std::string::npos; };
    if (access(bwrap.c_str(), X_OK) != 0)
        return "install bubblewrap: sudo apt-get install bubblewrap";
    if (has("Unknown option"))
        return "bubblewrap 0.8 or newer is needed: sudo apt-get install bubblewrap";
    if (has("uid map"))
        return "allow bwrap user namespaces by an AppArmor profile: printf 'abi <abi/4.0>,\\ninclude "
               "<tunables/global>\\n"
               "profile bwrap /usr/bin/bwrap flags=(unconfined) {\\n  userns,\\n}\\n' | sudo tee /etc/apparmor.d/bwrap "
               "&& "
               "sudo systemctl reload apparmor";
    if (has("namespace") || has("No permissions") || has("Operation not permitted"))
        return "user namespaces are switched off here: sudo sysctl user.max_user_namespaces=15000 "
               "kernel.unprivileged_userns_clone=1 (in a container, ask for one that allows them)";
    if (has("giving up root"))
        return "run as an ordinary user";
    if (has("find source path"))
        return "the folder for temporary files is closed to the user nobody: set TMPDIR=/tmp";
    return "use Debian's /usr/bin/bwrap, and look at what it says above";
}

std::uint64_t ownNamespace(const std::string &kind)
{
    struct stat info = {};
    return stat(("/proc/self/ns/" + kind).c_str(), &info) == 0 ? info.st_ino : 0;
}

/// "name" → what follows it on its line, of a report.
std::map<std::string, std::string> linesByName(std::string_view report)
{
    std::map<std::string, std::string> lines;
    while (!report.empty()) {
        const auto line = report.substr(0, report.find('\n'));
        report.remove_prefix(std::min(line.size() + 1, report.size()));
        const auto blank = line.find(' ', line.starts_with("namespace ") ? 10 : 0);
        if (blank != std::string_view::npos)
            lines[std::string(line.substr(0, blank))] = printable(line.substr(blank + 1));
    }
    return lines;
}

tl::unexpected<Error> failed(const std::string &check, const std::string &reason, const std::filesystem::path &bwrap)
{
    return failure(ErrorCode::Unsupported,
                   "the sandbox failed its self-test, so no generated code is run here. Check \"" + check
                       + "\": " + reason + ". To do: " + adviceFor(reason, bwrap));
}

Program helloIn(Language language)
{
    Program program;
    program.language = language;
    program.timeLimit = 20s;
    switch (language) {
    case Language::Python:
        program.completion = "import sys\nprint('Python ' + sys.version.split()[0])\ndef one():\n    return 1\n";
        program.tests = "assert one() == 1\n";
        break;
    case Language::JavaScript:
        program.completion = "console.log('Node.js ' + process.version);\nfunction one() { return 1; }\n";
        program.tests = "require('node:assert').strictEqual(one(), 1);\n";
        break;
    case Language::Java:
        program.completion = "class One {\n    static int one() { return 1; }\n}\n";
        program.tests = "public class Main {\n    public static void main(String[] a) {\n"
                        "        System.out.println(\"Java \" + System.getProperty(\"java.version\"));\n"
                        "        assert One.one() == 1;\n    }\n}\n";
        break;
    case Language::Cpp:
        program.completion = "#include <stdio.h>\n#include <assert.h>\nint one() { return 1; }\n";
        program.tests = "int main() {\n    puts(\"g++ \" __VERSION__);\n    assert (one() == 1);\n}\n";
        break;
    }
    return program;
}

/// All that a program writes to a pipe until it ends or 5 s are over.
std::string readToEnd(const Descriptor &pipe)
{
    std::string text;
    std::array<char, 512> buffer{};
    pollfd event{pipe.get(), POLLIN, 0};
    while (text.size() < 4096 && poll(&event, 1, 5000) > 0) {
        const auto count = read(pipe.get(), buffer.data(), buffer.size());
        if (count <= 0)
            break;
        text.append(buffer.data(), std::size_t(count));
    }
    return text;
}

} // namespace

/// By `sh -c`, so that a bwrap that just runs its command runs this one outside, and is found out.
Result<BoxResult> SelfTest::shell(const std::string &script, std::chrono::milliseconds limit)
{
    BoxRequest request;
    request.command = {"/bin/sh", "-c", script};
    request.timeLimit = limit;
    return m_sandbox.runBox(std::move(request), m_context);
}

Result<void> SelfTest::askVersion()
{
    const auto &bwrap = m_sandbox.m_options.bwrap;
    SECATEUR_TRY(null, openNull());
    SECATEUR_TRY(out, makePipe());
    auto child = launch(bwrap, {"--version"}, {null.get(), out.write.get(), null.get(), -1, -1, -1});
    if (!child)
        return failed("bwrap starts", child.error().detail, bwrap);
    out.write.reset();
    const std::string text = readToEnd(out.read);
    m_bwrapVersion = printable(text.substr(0, text.find('\n')));
    return {};
}

Result<void> SelfTest::isolation()
{
    const auto &bwrap = m_sandbox.m_options.bwrap;
    SECATEUR_TRY(result, shell(isolationScript, 20s));
    if (!result.trouble.empty())
        return failed("bwrap makes a box", printable(result.trouble), bwrap);
    if (result.killed != Killed::No || result.exitCode != 0 || result.out.find("\nend\n") == std::string::npos)
        return failed("bwrap makes a box", "the script in it did not come to its end: " + printable(result.err), bwrap);
    const auto lines = linesByName(result.out);
    for (const char *kind : namespaceKinds) {
        const auto inside = lines.find("namespace " + std::string(kind));
        if (inside == lines.end() || inside->second.empty() || inside->second == std::to_string(ownNamespace(kind)))
            return failed(kind + std::string(" namespace"), "a program in a box shares it with the host", bwrap);
    }
    hold("namespaces");
    for (const char *name : isolationChecks) {
        const auto line = lines.find(name);
        if (line == lines.end() || line->second != "good")
            return failed(name, line == lines.end() ? "no answer from the box" : "seen from inside: " + line->second,
                          bwrap);
        hold(name);
    }
    return {};
}

/// Too many processes, too much memory, too much time: each must be stopped.
Result<void> SelfTest::limits()
{
    const auto &bwrap = m_sandbox.m_options.bwrap;
    const std::string most = std::to_string(m_sandbox.m_options.limits.processes + 20);
    SECATEUR_TRY(forks, shell("i=0; while [ $i -lt " + most + " ]; do sleep 9 & i=$((i+1)); done; echo no limit", 5s));
    if (!forks.trouble.empty() || forks.out.find("no limit") != std::string::npos)
        return failed("limit of processes", forks.trouble + " a program could start " + most + " processes", bwrap);
    hold("limit of processes");
    // tail keeps the last line, and this one has no end.
    SECATEUR_TRY(memory, shell("tail /dev/zero; echo no limit", 20s));
    if (!memory.trouble.empty() || (memory.killed != Killed::Memory && memory.out.find("no limit") == std::string::npos)
        || memory.killed == Killed::Timeout)
        return failed("limit of memory", memory.trouble + " a program could take as much as it liked", bwrap);
    hold("limit of memory");
    SECATEUR_TRY(time, shell("setsid sleep 60 & sleep 60", 100ms));
    if (!time.trouble.empty() || time.killed != Killed::Timeout)
        return failed("limit of time", time.trouble + " a program was not ended after 100 ms", bwrap);
    hold("limit of time");
    return {};
}

Result<void> SelfTest::hello(Language language)
{
    const auto &options = m_sandbox.m_options;
    if (const auto tool = missingTool(language, options.tools); !tool.empty()) {
        m_report.missing[language] = tool;
        return {};
    }
    const Program program = helloIn(language);
    SECATEUR_TRY(request, requestOf(program, options));
    const std::string nonce = request.nonce;
    const std::string token = request.token;
    SECATEUR_TRY(result, m_sandbox.runBox(std::move(request), m_context));
    const Verdict verdict = judge(program, nonce, token, result);
    const std::string check = "hello from " + std::string(languageName(language));
    if (verdict.status != Status::Passed)
        return failed(check, std::string(statusName(verdict.status)) + ", " + verdict.detail + " " + verdict.outputTail,
                      options.bwrap);
    const auto begin = verdict.outputTail.find_first_not_of('\n');
    if (begin != std::string::npos)
        m_report.versions[language] = verdict.outputTail.substr(begin, verdict.outputTail.find('\n', begin) - begin);
    hold(check);
    return {};
}

Result<SelfTestReport> SelfTest::all()
{
    SECATEUR_CHECK(askVersion());
    SECATEUR_CHECK(isolation());
    SECATEUR_CHECK(limits());
    for (const auto language : {Language::Python, Language::Java, Language::Cpp, Language::JavaScript})
        SECATEUR_CHECK(hello(language));
    return m_report;
}

} // namespace secateur::sandbox
