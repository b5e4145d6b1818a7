// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include <sys/random.h>

#include "core/sandbox/box.h"

namespace secateur::sandbox {

namespace {

void append(std::vector<std::string> &arguments, std::initializer_list<const char *> more)
{
    arguments.insert(arguments.end(), more.begin(), more.end());
}

void appendEnvironment(std::vector<std::string> &arguments)
{
    append(arguments,
           {"--clearenv",
            "--setenv",
            "PATH",
            "/usr/bin:/bin",
            "--setenv",
            "HOME",
            "/work",
            "--setenv",
            "TMPDIR",
            "/work",
            "--setenv",
            "LANG",
            "C.UTF-8",
            "--setenv",
            "TZ",
            "UTC",
            "--setenv",
            "PYTHONHASHSEED",
            "0",
            "--setenv",
            "PYTHONDONTWRITEBYTECODE",
            "1",
            "--setenv",
            "OMP_NUM_THREADS",
            "1"});
}

/// The toolchains, read-only, and what of /etc they need. /usr/local is hidden, and sealed like all the rest: a tmpfs
/// is writable and unlimited unless told otherwise.
void appendSystem(std::vector<std::string> &arguments)
{
    append(arguments,
           {"--ro-bind",
            "/usr",
            "/usr",
            "--symlink",
            "usr/bin",
            "/bin",
            "--symlink",
            "usr/lib",
            "/lib",
            "--symlink",
            "usr/lib64",
            "/lib64",
            "--symlink",
            "usr/sbin",
            "/sbin",
            "--size",
            "4096",
            "--tmpfs",
            "/usr/local",
            "--remount-ro",
            "/usr/local",
            "--dir",
            "/etc",
            "--ro-bind-try",
            "/etc/alternatives",
            "/etc/alternatives",
            "--ro-bind-try",
            "/etc/ld.so.cache",
            "/etc/ld.so.cache"});
    std::error_code ignored;
    for (const auto &entry : std::filesystem::directory_iterator("/etc", ignored)) {
        const std::string path = entry.path().string();
        if (path.starts_with("/etc/java-") && entry.is_directory(ignored))
            append(arguments, {"--ro-bind-try", path.c_str(), path.c_str()});
    }
}

} // namespace

std::vector<std::string> boxArguments(const BoxSettings &settings, const std::filesystem::path &inputFolder)
{
    const std::string input = inputFolder.string();
    const std::string work = std::to_string(settings.options.limits.workFolder);
    std::vector<std::string> arguments;
    // --unshare-user by name: --unshare-all would go on without a user namespace where there is none to be had.
    append(arguments,
           {"--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
            "--unshare-cgroup-try", "--disable-userns", "--assert-userns-disabled", "--uid", "65534", "--gid", "65534",
            "--hostname", "sandbox", "--die-with-parent", "--new-session", "--cap-drop", "ALL"});
    appendEnvironment(arguments);
    appendSystem(arguments);
    append(arguments,
           {"--proc",   "/proc",        "--dev",        "/dev",  "--size",    "16777216",    "--tmpfs",
            "/dev/shm", "--remount-ro", "/dev",         "--dir", "/tmp",      "--size",      work.c_str(),
            "--perms",  "0700",         "--tmpfs",      "/work", "--ro-bind", input.c_str(), "/in",
            "--chdir",  "/work",        "--remount-ro", "/",     "--seccomp", "4",           "--json-status-fd",
            "5"});
    return arguments;
}

std::vector<std::string> limitCommand(const Limits &limits, std::chrono::milliseconds cpu)
{
    const auto both = [](std::uint64_t value) { return std::to_string(value) + ":" + std::to_string(value); };
    const auto seconds = std::uint64_t((cpu.count() + 999) / 1000);
    return {"/usr/bin/prlimit",
            "--nproc=" + both(std::uint64_t(limits.processes)),
            "--as=" + both(limits.addressSpace),
            "--cpu=" + std::to_string(seconds) + ":" + std::to_string(seconds + 1),
            "--fsize=" + both(limits.fileSize),
            "--nofile=" + both(std::uint64_t(limits.openFiles)),
            "--core=0:0",
            "--"};
}

Result<std::string> randomNonce()
{
    std::array<unsigned char, 16> bytes{};
    if (getrandom(bytes.data(), bytes.size(), 0) != ssize_t(bytes.size()))
        return failure(ErrorCode::Internal, "the kernel gave no random numbers");
    std::string text;
    for (const unsigned char byte : bytes)
        for (const int shift : {4, 0})
            text += "0123456789abcdef"[(byte >> shift) & 15];
    return text;
}

} // namespace secateur::sandbox
