// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "core/base/result.h"
#include "core/sandbox/descriptor.h"

namespace secateur::sandbox {

/// Whom programs run as where this process is root: nobody. Limits do not hold for root.
constexpr unsigned nobody = 65534;
[[nodiscard]] bool isRoot();

/// A child of this process, until reaped.
class Child
{
public:
    Child(pid_t pid, Descriptor handle) : m_pid(pid), m_handle(std::move(handle)) { }
    ~Child();
    Child(Child &&other) noexcept : m_pid(std::exchange(other.m_pid, -1)), m_handle(std::move(other.m_handle)) { }
    Child &operator=(Child &&) = delete;

    [[nodiscard]] pid_t pid() const { return m_pid; }
    [[nodiscard]] int pollHandle() const { return m_handle.get(); } ///< readable when it has ended
    void kill() const;
    /// What waitpid() says once it has ended; none while it runs.
    [[nodiscard]] std::optional<int> reap();

private:
    pid_t m_pid;
    Descriptor m_handle;
    std::optional<int> m_status;
};

/// Starts `program` (an absolute path) with an empty environment, in a session of its own, as nobody where this process
/// is root. `descriptors[i]` becomes descriptor i of the child (-1: closed); it gets no other. Safe while other threads
/// run: between fork and exec there are only system calls. The calling thread must outlive the child where the program
/// asks to die with its parent, because the kernel means the thread by that.
/// NotFound: there is no such program; Io with the reason for the rest.
[[nodiscard]] Result<Child> launch(const std::filesystem::path &program, const std::vector<std::string> &arguments,
                                   const std::array<int, 6> &descriptors);

} // namespace secateur::sandbox
