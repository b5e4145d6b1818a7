// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/sandbox/descriptor.h"
#include "core/sandbox/launcher.h"
#include "core/sandbox/options.h"
#include "core/sandbox/program.h"

namespace secateur::sandbox {

using Clock = std::chrono::steady_clock;

/// One command to run in a box, and what it is given. It reads `token` and then `nonce`, a line each, from its standard
/// input; a command that builds first says "V1 <token> BUILT" before it runs what it built.
struct BoxRequest {
    std::vector<SourceFile> files; ///< below /in
    std::vector<std::string> command; ///< absolute path first
    bool builds = false;
    std::chrono::milliseconds timeLimit{3000}; ///< of the run, from BUILT on where it builds
    std::string token; ///< 128 random bits each, in hexadecimal
    std::string nonce;
};

enum class Killed { No, Timeout, BuildTimeout, Memory, OutputLimit, Cancelled };

struct BoxResult {
    Killed killed = Killed::No;
    std::optional<int> exitCode; ///< of the command, 128 + n for signal n; none when it was killed or never ran
    std::string out;
    std::string err;
    std::string trouble; ///< why the box did not work; "" when it did
    double seconds = 0.0;
    bool overloaded = false; ///< more wanted the processors than there are, when it was killed for its time
};

/// What all boxes of a runner share.
struct BoxSettings {
    Options options;
    std::filesystem::path folder; ///< where the folders that become /in are made
    std::string filter; ///< of seccomp
};

/// The options of bwrap, one box apart from another only by `inputFolder`.
[[nodiscard]] std::vector<std::string> boxArguments(const BoxSettings &settings,
                                                    const std::filesystem::path &inputFolder);
/// "/usr/bin/prlimit … --" with the limits of options, `cpu` seconds of processor time.
[[nodiscard]] std::vector<std::string> limitCommand(const Limits &limits, std::chrono::milliseconds cpu);

/// A new random number of 128 bits in hexadecimal.
[[nodiscard]] Result<std::string> randomNonce();

/// One running sandbox. All calls from the one thread that started it.
class Box
{
public:
    [[nodiscard]] static Result<std::unique_ptr<Box>> start(BoxRequest request, const BoxSettings &settings,
                                                            std::uint64_t number);
    ~Box();
    Box(const Box &) = delete;
    Box &operator=(const Box &) = delete;

    /// Reads what there is, and kills when the time is up or too much was written. True once all has ended.
    [[nodiscard]] bool step(Clock::time_point now);
    /// What can wake poll(2) up.
    [[nodiscard]] std::vector<int> descriptors() const;
    [[nodiscard]] Clock::time_point deadline() const { return m_deadline; }

    /// The inode of its process namespace; 0 while it is not known. Held open, so that no other gets the same.
    [[nodiscard]] std::uint64_t namespaceInode() const { return m_namespaceInode; }
    /// Bytes resident in its processes: kills above the limit.
    void judgeMemory(std::uint64_t resident);
    /// Whether it has ended and only its namespace is left to be seen empty; then told how many processes are there.
    [[nodiscard]] bool waitsForEmpty() const { return m_exited; }
    void tellLeft(std::size_t processes);

    void kill(Killed reason);
    [[nodiscard]] BoxResult result();

private:
    Box(BoxRequest request, const BoxSettings &settings, std::filesystem::path input);
    [[nodiscard]] Result<void> fillInput() const;
    [[nodiscard]] Result<void> launchBox();
    void readAll();
    void readStatus();
    void openNamespace(int process, std::uint64_t expected);
    [[nodiscard]] std::uint64_t filesSize() const;
    void noticeBuilt(Clock::time_point now);
    void noticeEnd(int status);
    void endNow();

    BoxRequest m_request;
    const BoxSettings &m_settings;
    std::filesystem::path m_input;
    std::optional<Child> m_child;
    Descriptor m_out;
    Descriptor m_err;
    Descriptor m_status;
    Descriptor m_namespace;
    Descriptor m_first; ///< handle of the first process in it
    std::uint64_t m_namespaceInode = 0;
    int m_firstProcess = 0; ///< number 1 of the box, as the host counts
    std::string m_statusText;
    BoxResult m_result;
    Clock::time_point m_started;
    Clock::time_point m_deadline;
    Clock::time_point m_exitTime;
    bool m_built = false;
    bool m_exited = false;
    bool m_empty = false;
};

/// Which of `inodes`, the namespaces of boxes, hold which processes, and what those have in memory.
struct NamespaceUse {
    std::uint64_t inode = 0;
    std::uint64_t resident = 0; ///< bytes; shared pages count for each process
    std::size_t processes = 0;
};
[[nodiscard]] std::vector<NamespaceUse> namespaceUse(const std::set<std::uint64_t> &inodes);

} // namespace secateur::sandbox
