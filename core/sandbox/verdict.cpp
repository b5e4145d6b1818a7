// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sandbox/verdict.h"

#include <array>

namespace secateur::sandbox {

namespace {

/// In the order of Status.
constexpr std::array<std::string_view, 10> names = {"passed",        "failed_assert", "runtime_error", "compile_error",
                                                    "timeout",       "memory",        "output_limit",  "no_verdict",
                                                    "sandbox_error", "tool_missing"};

} // namespace

std::string_view statusName(Status status)
{
    return names.at(std::size_t(status));
}

std::optional<Status> statusFromName(std::string_view name)
{
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name)
            return Status(i);
    return std::nullopt;
}

bool isScored(Status status)
{
    return status != Status::SandboxError && status != Status::ToolMissing;
}

} // namespace secateur::sandbox
