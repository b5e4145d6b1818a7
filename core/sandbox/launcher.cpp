// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sandbox/launcher.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <linux/close_range.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/file.h"

namespace secateur::sandbox {

namespace {

/// All that the child needs, made before the fork: it must not allocate.
struct Prepared {
    const char *program;
    char *const *arguments;
    const std::array<int, 6> *descriptors;
    int errorPipe;
    bool dropRoot;
};

/// Which step of the child failed, and why.
struct Complaint {
    char step;
    int error;
};

constexpr const char *stepText(char step)
{
    switch (step) {
    case 'd': return "handing over descriptors to";
    case 'c': return "hiding descriptors from";
    case 'u': return "giving up root's rights for";
    default: return "starting";
    }
}

/// The system calls themselves: glibc's wrappers of set*id tell all threads, which a forked child must not do.
bool becomeNobody()
{
    return syscall(SYS_setgroups, 0, nullptr) == 0 && syscall(SYS_setresgid, nobody, nobody, nobody) == 0
        && syscall(SYS_setresuid, nobody, nobody, nobody) == 0;
}

void resetSignals()
{
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number)
        sigaction(number, &standard, nullptr);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool placeDescriptors(const std::array<int, 6> &descriptors)
{
    for (int i = 0; i < int(descriptors.size()); ++i) {
        if (descriptors[std::size_t(i)] < 0)
            close(i);
        else if (dup2(descriptors[std::size_t(i)], i) < 0)
            return false;
    }
    return true;
}

/// In the child. Only functions that POSIX calls async-signal-safe, and system calls.
[[noreturn]] void becomeProgram(const Prepared &prepared)
{
    setsid();
    resetSignals();
    Complaint complaint{'d', 0};
    if (placeDescriptors(*prepared.descriptors)) {
        complaint.step = 'c';
        // Libraries open files without close-on-exec (HDF5 does), so nothing may be left to their care.
        if (syscall(SYS_close_range, 6U, ~0U, CLOSE_RANGE_CLOEXEC) == 0) {
            complaint.step = 'u';
            if (!prepared.dropRoot || becomeNobody()) {
                complaint.step = 'x';
                char *const environment[] = {nullptr};
                execve(prepared.program, prepared.arguments, environment);
            }
        }
    }
    complaint.error = errno;
    (void)!write(prepared.errorPipe, &complaint, sizeof complaint);
    _exit(127);
}

/// Waits until the child runs its program, or says why it does not.
std::optional<Complaint> complaintOf(const Descriptor &pipe)
{
    Complaint complaint{};
    ssize_t count = 0;
    do {
        count = read(pipe.get(), &complaint, sizeof complaint);
    } while (count < 0 && errno == EINTR);
    return count == ssize_t(sizeof complaint) ? std::optional(complaint) : std::nullopt;
}

} // namespace

bool isRoot()
{
    return getuid() == 0 || geteuid() == 0;
}

Child::~Child()
{
    if (m_pid <= 0 || m_status)
        return;
    kill();
    int status = 0;
    while (waitpid(m_pid, &status, 0) < 0 && errno == EINTR) { }
}

void Child::kill() const
{
    if (!m_status)
        syscall(SYS_pidfd_send_signal, m_handle.get(), SIGKILL, nullptr, 0);
}

std::optional<int> Child::reap()
{
    if (m_status)
        return m_status;
    int status = 0;
    const pid_t ended = waitpid(m_pid, &status, WNOHANG);
    if (ended == m_pid)
        m_status = status;
    else if (ended < 0 && errno == ECHILD) // someone in this process waits for all children
        m_status = 0;
    return m_status;
}

Result<Child> launch(const std::filesystem::path &program, const std::vector<std::string> &arguments,
                     const std::array<int, 6> &descriptors)
{
    SECATEUR_TRY(errors, makePipe());
    const std::string path = program.string();
    std::vector<char *> pointers = {const_cast<char *>(path.c_str())};
    for (const auto &argument : arguments)
        pointers.push_back(const_cast<char *>(argument.c_str()));
    pointers.push_back(nullptr);
    const Prepared prepared{path.c_str(), pointers.data(), &descriptors, errors.write.get(), isRoot()};

    // Handlers of this process must not run in the child.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid = fork();
    if (pid == 0)
        becomeProgram(prepared);
    const int forkError = errno;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0)
        return tl::make_unexpected(errnoError(forkError, "making a process for", program));

    Descriptor handle(int(syscall(SYS_pidfd_open, pid, 0)));
    const int handleError = errno;
    const bool hasHandle = handle.isOpen();
    if (!hasHandle)
        ::kill(pid, SIGKILL); // not reaped yet, so the number is still its own
    Child child(pid, std::move(handle));
    errors.write.reset();
    if (!hasHandle)
        return tl::make_unexpected(errnoError(handleError, "watching the process of", program));
    if (const auto complaint = complaintOf(errors.read))
        return tl::make_unexpected(errnoError(complaint->error, stepText(complaint->step), program));
    return child;
}

} // namespace secateur::sandbox
