// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/sandbox/program.h"
#include "core/sandbox/verdict.h"

namespace secateur::sandbox {

using TakeVerdict = std::function<void(std::size_t number, const Verdict &verdict)>;

/// Verdicts of programs that were run, so that equal programs (completion, tests and all) are run once. Only verdicts
/// that running again would repeat are kept: limits of time and memory depend on what else the machine does.
class VerdictMemory
{
public:
    /// Runs programs and hands on the verdict of each by its number, as Sandbox::run() does.
    using Run = std::function<Result<void>(const std::vector<Program> &programs, const TakeVerdict &take)>;

    /// `take` gets the verdict of every program; `run` is asked for those that are new, each once. What `run` says.
    [[nodiscard]] Result<void> judge(const std::vector<Program> &programs, const Run &run, const TakeVerdict &take);

private:
    std::map<std::string, Verdict> m_known; ///< by SHA-256 of all parts
};

} // namespace secateur::sandbox
