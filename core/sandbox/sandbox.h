// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/sandbox/options.h"
#include "core/sandbox/program.h"
#include "core/sandbox/verdict.h"

namespace secateur::sandbox {

class Runner;
struct BoxRequest;
struct BoxResult;

/// What the self-test found out when all held.
struct SelfTestReport {
    std::map<Language, std::string> versions; ///< of the toolchains that said hello
    std::map<Language, std::string> missing; ///< the tool that is not there; programs in it get Status::ToolMissing
    std::vector<std::string> checks; ///< the names of those that held
};

/// Runs programs that a model wrote: each in a box of its own made by bubblewrap, without network, home, rights or
/// other processes, with limits on all it takes, from one thread that lives as long as this object. It shares the
/// kernel with them; it is not a virtual machine. Where the self-test does not hold, nothing is run.
class Sandbox
{
public:
    /// Io when the scratch folder or a thread is not to be had. Does not test anything yet.
    [[nodiscard]] static Result<std::unique_ptr<Sandbox>> start(const Options &options = {});
    ~Sandbox();
    Sandbox(const Sandbox &) = delete;
    Sandbox &operator=(const Sandbox &) = delete;

    /// Lets each toolchain say hello in a box, and checks from inside that a box holds: namespaces, network, home,
    /// writing, nested user namespaces, host processes, descriptors, environment, and the limits of processes, memory
    /// and time. Unsupported names the check that failed, the reason and what to do; Cancelled.
    [[nodiscard]] Result<SelfTestReport> selfTest(const RunContext &context);

    /// Runs all programs, a few at a time, and tells each verdict on the calling thread as it comes, in any order. The
    /// first call tests the sandbox in full if selfTest() has not, every later one tests anew that boxes isolate; what
    /// does not hold is the error of selfTest(), and then no program was run. A stop ends all programs within a second
    /// and returns Cancelled; what was told before stands.
    [[nodiscard]] Result<void> run(std::span<const Program> programs,
                                   const std::function<void(std::size_t, const Verdict &)> &onVerdict,
                                   const RunContext &context);

    /// Versions of bwrap and of the toolchains as of the last self-test, and the limits: for the result file.
    [[nodiscard]] std::map<std::string, std::string> description() const;

private:
    Sandbox() = default;
    class Batch;
    friend class SelfTest;
    /// One command in one box, waited for.
    [[nodiscard]] Result<BoxResult> runBox(BoxRequest request, const RunContext &context);

    Options m_options;
    std::filesystem::path m_folder; ///< scratch of our own
    std::unique_ptr<Runner> m_runner;
    bool m_tested = false;
    SelfTestReport m_report;
    std::string m_bwrapVersion;
};

} // namespace secateur::sandbox
