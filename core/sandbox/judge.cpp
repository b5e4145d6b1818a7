// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sandbox/judge.h"

#include <csignal>
#include <cstring>

namespace secateur::sandbox {

namespace {

constexpr std::size_t tailLength = 2000;

struct Spoken {
    std::string word; ///< "" when the driver said nothing
    std::string detail;
};

/// What the driver said: a failure before a pass, else the first.
Spoken spokenVerdict(std::string_view out, const std::string &nonce)
{
    const std::string start = "\nV1 " + nonce + " ";
    Spoken spoken;
    for (auto at = out.find(start); at != std::string_view::npos; at = out.find(start, at + 1)) {
        const auto line = out.substr(at + start.size(), out.find('\n', at + 1) - at - start.size());
        const auto blank = std::min(line.find(' '), line.size());
        if (spoken.word.empty() || spoken.word == "PASS")
            spoken = {std::string(line.substr(0, blank)), printable(line.substr(std::min(blank + 1, line.size())))};
    }
    return spoken;
}

/// What it wrote without the lines of the driver and the build script.
std::string withoutVerdicts(std::string_view out, const std::string &nonce, const std::string &token)
{
    std::string kept;
    while (!out.empty()) {
        const auto line = out.substr(0, out.find('\n'));
        const bool ours = line.starts_with("V1 " + nonce) || line.starts_with("V1 " + token);
        if (!ours)
            kept += std::string(line) + '\n';
        out.remove_prefix(std::min(line.size() + 1, out.size()));
    }
    return kept;
}

/// The first line of a compiler with "error" in it, without the folder of the file it names; else the first line.
std::string compilerLine(std::string_view log)
{
    std::string first;
    for (std::string_view rest = log; !rest.empty();) {
        auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (line.starts_with("/in/"))
            line.remove_prefix(4);
        if (line.find("error") != std::string_view::npos)
            return printable(line.substr(0, 300));
        if (first.empty())
            first = printable(line.substr(0, 300));
    }
    return first;
}

bool mentions(std::string_view text, std::initializer_list<const char *> phrases)
{
    for (const char *phrase : phrases)
        if (text.find(phrase) != std::string_view::npos)
            return true;
    return false;
}

/// A toolchain that could not get memory ends in its own way.
bool ranOutOfMemory(const BoxResult &result)
{
    return mentions(result.err,
                    {"std::bad_alloc", "JavaScript heap out of memory", "OutOfMemoryError",
                     "There is insufficient memory for the Java Runtime"});
}

void judgeKilled(const BoxResult &result, Verdict &verdict)
{
    switch (result.killed) {
    case Killed::Timeout:
        verdict.status = Status::Timeout;
        verdict.detail = "took longer than its time limit";
        break;
    case Killed::BuildTimeout:
        verdict.status = Status::Timeout;
        verdict.detail = "compiling took longer than its time limit";
        break;
    case Killed::Memory:
        verdict.status = Status::Memory;
        verdict.detail = "its processes and files took more memory than the limit";
        break;
    case Killed::OutputLimit:
        verdict.status = Status::OutputLimit;
        verdict.detail = "wrote more than the limit";
        break;
    case Killed::Cancelled:
    case Killed::No: verdict.detail = "stopped before its end"; break;
    }
}

/// A header that the benchmark itself includes and this machine has not is not the completion's fault.
bool lacksHeaderOf(const Program &program, const std::string &line)
{
    const std::string_view start = "fatal error: ";
    const auto at = line.find(start);
    const auto end = line.find(": No such file or directory");
    if (at == std::string::npos || end == std::string::npos || end <= at + start.size())
        return false;
    const std::string header = line.substr(at + start.size(), end - at - start.size());
    return (program.prompt + program.tests).find(header) != std::string::npos;
}

void judgeCompiler(const Program &program, const BoxResult &result, Verdict &verdict)
{
    verdict.detail = compilerLine(result.err);
    if (lacksHeaderOf(program, verdict.detail))
        verdict.status = Status::ToolMissing;
    else if (mentions(result.err, {"CPU time limit exceeded"}))
        verdict.status = Status::Timeout;
    else if (mentions(result.err, {"out of memory allocating", "virtual memory exhausted", "OutOfMemoryError"}))
        verdict.status = Status::Memory;
    else
        verdict.status = Status::CompileError;
}

/// It ended without a word of the driver.
void judgeSilence(const BoxResult &result, Verdict &verdict)
{
    const int code = result.exitCode.value_or(0);
    if (code == 128 + SIGXCPU) {
        verdict.status = Status::Timeout;
        verdict.detail = "took longer than its time limit, by the processor";
    } else if (ranOutOfMemory(result)) {
        verdict.status = Status::Memory;
        verdict.detail = "memory could not be had";
    } else if (code > 128 && code < 128 + NSIG) {
        const char *name = sigabbrev_np(code - 128);
        verdict.status = Status::RuntimeError;
        verdict.detail = "ended by signal SIG" + std::string(name ? name : std::to_string(code - 128));
    } else {
        verdict.status = Status::NoVerdict;
        verdict.detail = "exited early with status " + std::to_string(code);
    }
}

void judgeWord(const Spoken &spoken, const BoxResult &result, Verdict &verdict)
{
    verdict.detail = spoken.detail;
    if (spoken.word == "ASSERT")
        verdict.status = Status::FailedAssert;
    else if (spoken.word == "COMPILE")
        verdict.status = Status::CompileError;
    else if (spoken.word == "MEMORY")
        verdict.status = Status::Memory;
    else if (spoken.word == "PASS" && result.exitCode == 0)
        verdict.status = Status::Passed;
    else
        verdict.status = Status::RuntimeError;
}

} // namespace

std::string printable(std::string_view bytes)
{
    const auto lengthAt = [&](std::size_t at) -> std::size_t { // of the sequence there; 0: none
        const auto lead = static_cast<unsigned char>(bytes[at]);
        const std::size_t length = lead < 0x80 ? 1
            : lead >= 0xc2 && lead < 0xe0      ? 2
            : lead >= 0xe0 && lead < 0xf0      ? 3
            : lead >= 0xf0 && lead < 0xf5      ? 4
                                               : 0;
        if (length == 0 || at + length > bytes.size())
            return 0;
        for (std::size_t i = 1; i < length; ++i)
            if ((static_cast<unsigned char>(bytes[at + i]) & 0xc0) != 0x80)
                return 0;
        const auto second = length > 1 ? static_cast<unsigned char>(bytes[at + 1]) : 0;
        const bool wrong = (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f)
            || (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f);
        return wrong ? 0 : length; // overlong forms, surrogates, above U+10FFFF
    };
    std::string text;
    for (std::size_t at = 0; at < bytes.size();) {
        const auto length = lengthAt(at);
        const char c = bytes[at];
        if (length == 0)
            text += "\xef\xbf\xbd";
        else if (length == 1 && static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t')
            text += ' ';
        else
            text += bytes.substr(at, length);
        at += std::max<std::size_t>(length, 1);
    }
    return text;
}

Verdict judge(const Program &program, const std::string &nonce, const std::string &token, const BoxResult &result)
{
    Verdict verdict;
    verdict.seconds = result.seconds;
    verdict.flags = suspiciousWords(program.language, program.completion);
    std::string output = withoutVerdicts(result.out, nonce, token) + result.err;
    if (output.size() > tailLength)
        output.erase(0, output.size() - tailLength);
    verdict.outputTail = printable(output);

    const Spoken spoken = spokenVerdict(result.out, nonce);
    if (!result.trouble.empty())
        verdict.detail = printable(result.trouble);
    else if (result.killed != Killed::No)
        judgeKilled(result, verdict);
    else if (result.out.find("\nV1 " + token + " COMPILE\n") != std::string::npos)
        judgeCompiler(program, result, verdict);
    else if (!spoken.word.empty())
        judgeWord(spoken, result, verdict);
    else
        judgeSilence(result, verdict);
    return verdict;
}

} // namespace secateur::sandbox
