// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <QtCore/QProcess>
#include <nlohmann/json.hpp>

#include "tests/support/testsupport.h"

namespace secateur::test {

/// How one run of secateur-cli ended.
struct CliResult {
    int status = -1; ///< exit status; -1: it was killed or did not end in time
    std::string output;
    std::string errors;
    double seconds = 0.0;

    /// Standard output as the one JSON object it must be; null when it is anything else.
    [[nodiscard]] nlohmann::json json() const;
    /// For the message of a failed check.
    [[nodiscard]] std::string told() const;
};

/// Starts the secateur-cli of this build, with a home of its own so that no test touches the user's.
class CliRunner
{
public:
    [[nodiscard]] CliResult run(const std::vector<std::string> &arguments, int secondsAllowed = 60) const;
    /// Started, not waited for; standard output and error are kept for collect().
    [[nodiscard]] std::unique_ptr<QProcess> start(const std::vector<std::string> &arguments) const;
    /// What it had told when it was killed (-9) after so many seconds; the moment is the point, nothing is waited for.
    [[nodiscard]] CliResult killedAfter(const std::vector<std::string> &arguments, double seconds) const;
    [[nodiscard]] static CliResult collect(QProcess &process, int secondsAllowed = 60);
    /// False where the build has no compute module (SECATEUR_TORCH=OFF).
    [[nodiscard]] static bool canCompute();

private:
    TemporaryFolder m_home;
};

/// Test rows with the column "share": 50 random moments of a run, as parts of its time. Most of the time goes by before
/// the first result, where there is little to lose, so that most moments are later.
void addKillMoments(std::uint64_t seed);

/// All tensors' bytes of a safetensors file, without the header, which names the run; empty when it cannot be read.
[[nodiscard]] std::string tensorBytes(const std::filesystem::path &path);

/// Every command that the help shows.
[[nodiscard]] std::vector<std::string> shownCommands();

} // namespace secateur::test

/// Skips a test function, saying why, where the build has no compute module.
#define SECATEUR_NEEDS_COMPUTE()                                                                                       \
    do {                                                                                                               \
        if (!secateur::test::CliRunner::canCompute())                                                                  \
            QSKIP("needs the compute module, which this build leaves out (SECATEUR_TORCH=OFF)");                       \
    } while (false)
