// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/sandbox/program.h"
#include "core/sandbox/verdict.h"

namespace secateur::test {

/// A completion that tries to do harm, or to be judged better than it is. The tests of all of them want answer() to
/// be 42. In `completion`, "@OPEN@" stands for a folder of the host that anyone may write to, "@SOCKET@" for the name
/// of an abstract socket of the host that listens.
struct HostileCase {
    const char *name;
    std::string completion;
    sandbox::Status expected;
    std::optional<sandbox::Status> orElse = std::nullopt; ///< where two limits race
    int limit = 20000; ///< ms; short only where running into it is what is expected
    const char *flag = ""; ///< a suspicious word that must be reported
};

[[nodiscard]] std::vector<HostileCase> hostilePython();
[[nodiscard]] std::vector<HostileCase> hostileJava();
[[nodiscard]] std::vector<HostileCase> hostileCpp();
[[nodiscard]] std::vector<HostileCase> hostileJavaScript();

} // namespace secateur::test
