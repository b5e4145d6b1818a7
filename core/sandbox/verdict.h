// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

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

} // namespace secateur::sandbox
