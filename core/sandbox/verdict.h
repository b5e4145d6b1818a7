// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace secateur::sandbox {

/// How the run of a program ended. Only Passed is a pass; SandboxError and ToolMissing say nothing about the program,
/// so that they are never scored as wrong.
enum class Status {
    Passed, ///< the driver gave its verdict with this run's nonce, after all checks
    FailedAssert, ///< a check of the tests did not hold
    RuntimeError, ///< ended by an exception or a signal of its own
    CompileError, ///< did not compile, or could not be parsed
    Timeout, ///< took longer than its limit, by the clock or by the processor
    Memory, ///< wanted more memory than its limit
    OutputLimit, ///< wrote more than its limit
    NoVerdict, ///< ended by itself without a verdict: "exited early"
    SandboxError, ///< the sandbox did not do its work
    ToolMissing, ///< the compiler or interpreter is not there
};

/// "passed", "failed_assert", …: as files and the command line name it.
[[nodiscard]] std::string_view statusName(Status status);
[[nodiscard]] std::optional<Status> statusFromName(std::string_view name);
/// Whether the status says anything about the program.
[[nodiscard]] bool isScored(Status status);

/// What is known of one program after it was run.
struct Verdict {
    Status status = Status::SandboxError;
    std::string detail; ///< the first useful line of the error; "" when there is none
    double seconds = 0.0; ///< by the clock, from the start of the box to its end, compiling included
    std::string outputTail; ///< the last 2000 bytes of what it wrote, standard error last, made valid UTF-8
    std::vector<std::string> flags; ///< suspicious things in the completion (suspiciousWords()); they change no status
    bool retried = false; ///< ran into its time limit once while the machine was overloaded, and was run again
};

} // namespace secateur::sandbox
