// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/sandbox/sandbox.h"
#include "tests/support/testsupport.h"

namespace secateur::test {

/// A sandbox that passed its self-test and uses `folder` as scratch; or why there is none.
struct TestedSandbox {
    std::unique_ptr<sandbox::Sandbox> sandbox;
    sandbox::SelfTestReport report;
    std::string reason;
};
[[nodiscard]] TestedSandbox testedSandbox(sandbox::Options options);

/// Whether this machine lets bwrap make a box at all, asked without the code under test; "" or what bwrap said.
[[nodiscard]] std::string whyNoBoxes();

/// Processes that live in a box whose /in is below `scratch`: found by their mounts, not by the code under test.
[[nodiscard]] std::vector<int> processesIn(const std::filesystem::path &scratch);

/// A folder for scratch that the user nobody can pass through.
[[nodiscard]] sandbox::Options optionsIn(const std::filesystem::path &folder);

/// The verdicts of all programs, in their order. Fails the caller's check by being shorter than `programs`.
[[nodiscard]] std::vector<sandbox::Verdict> verdictsOf(sandbox::Sandbox &sandbox,
                                                       const std::vector<sandbox::Program> &programs);

} // namespace secateur::test

/// Skips, saying why, where bubblewrap cannot work. Where it can, a failing self-test is a failure.
#define SECATEUR_NEEDS_BOXES()                                                                                         \
    do {                                                                                                               \
        if (const auto why = secateur::test::whyNoBoxes(); !why.empty())                                               \
            QSKIP(("SKIPPED: bubblewrap cannot make a box here: " + why).c_str());                                     \
    } while (false)
