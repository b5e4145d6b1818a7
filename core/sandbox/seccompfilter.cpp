// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sandbox/seccompfilter.h"

#include <array>
#include <cerrno>
#include <memory>

#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/sandbox/descriptor.h"

namespace secateur::sandbox {

namespace {

/// Answered with EPERM. A name that this machine does not know is passed over.
constexpr std::array denied = {
    // namespaces and mounts
    "unshare", "setns", "mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen",
    "fsconfig", "fsmount", "fspick", "mount_setattr", "sethostname", "setdomainname",
    // other processes
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd",
    // the kernel itself
    "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "create_module", "query_module",
    "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "syslog",
    "reboot", "swapon", "swapoff", "acct", "iopl", "ioperm", "modify_ldt", "lookup_dcookie", "nfsservctl", "uselib",
    "vhangup", "_sysctl", "sysfs", "ustat", "personality",
    // keys, quotas, files by handle
    "add_key", "request_key", "keyctl", "quotactl", "quotactl_fd", "name_to_handle_at", "open_by_handle_at",
    "fanotify_init", "fanotify_mark",
    // clocks
    "clock_settime", "clock_settime64", "clock_adjtime", "clock_adjtime64", "settimeofday", "adjtimex", "stime"};

using Filter = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

bool deny(const Filter &filter, int error, const char *name, unsigned count = 0, scmp_arg_cmp argument = {})
{
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR)
        return true;
    const int result =
        seccomp_rule_add_array(filter.get(), SCMP_ACT_ERRNO(std::uint32_t(error)), number, count, &argument);
    return result == 0 || result == -EOPNOTSUPP || result == -EDOM; // the latter two: not a call of this machine
}

/// Where clone has its flags: the first argument but on s390.
bool denyNamespaceClones(const Filter &filter)
{
    bool good = true;
    for (const std::uint64_t flag :
         {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP})
        good = deny(filter, EPERM, "clone", 1, {0, SCMP_CMP_MASKED_EQ, flag, flag}) && good;
    return good;
}

/// The kernel looks at 32 bits of an ioctl's number, so the filter must not look at more (CVE-2019-10063).
bool denyTerminalInput(const Filter &filter)
{
    constexpr std::uint64_t low = 0xffffffffU;
    return deny(filter, EPERM, "ioctl", 1, {1, SCMP_CMP_MASKED_EQ, low, TIOCSTI})
        && deny(filter, EPERM, "ioctl", 1, {1, SCMP_CMP_MASKED_EQ, low, TIOCLINUX});
}

Result<std::string> exported(const Filter &filter)
{
    SECATEUR_TRY(file, memoryFile(""));
    if (seccomp_export_bpf(filter.get(), file.get()) != 0)
        return failure(ErrorCode::Internal, "libseccomp could not write its filter");
    std::string bytes(std::size_t(lseek(file.get(), 0, SEEK_END)), '\0');
    if (bytes.empty() || pread(file.get(), bytes.data(), bytes.size(), 0) != ssize_t(bytes.size()))
        return failure(ErrorCode::Internal, "the filter of libseccomp could not be read back");
    return bytes;
}

} // namespace

Result<std::string> seccompFilter()
{
    const Filter filter(seccomp_init(SCMP_ACT_ALLOW), seccomp_release);
    if (!filter)
        return failure(ErrorCode::Internal, "libseccomp could not begin a filter");
    bool good = seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0;
    for (const char *name : denied)
        good = deny(filter, EPERM, name) && good;
    good = denyNamespaceClones(filter) && denyTerminalInput(filter) && good;
    good = deny(filter, ENOSYS, "clone3") && good;
    good = deny(filter, EAFNOSUPPORT, "socket", 1, {0, SCMP_CMP_NE, AF_UNIX, 0}) && good;
    if (!good)
        return failure(ErrorCode::Internal, "libseccomp refused a rule of the sandbox's filter");
    return exported(filter);
}

} // namespace secateur::sandbox
