// SPDX-License-Identifier: GPL-3.0-or-later
// Loaded before the C library (LD_PRELOAD) into a program that writes: ends it, or lets it run out of disk, at a chosen
// one of the calls that change the disk (design/safety.md C.1).
//
//     SECATEUR_CRASH_AT=N       the number of the call, from 1; a killed write has written half of its bytes
//     SECATEUR_CRASH_ERROR=E    instead of a kill, this and all later calls that need space fail with errno E
//     SECATEUR_CRASH_COUNT=F    at the end, write the number of calls into the file F
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace {

long calls = 0;

long setting(const char *name)
{
    const char *const text = std::getenv(name);
    return text ? std::atol(text) : 0;
}

enum class Verdict { Go, Fail, Kill };

Verdict count(bool needsSpace)
{
    ++calls;
    const long at = setting("SECATEUR_CRASH_AT");
    if (at == 0 || calls < at)
        return Verdict::Go;
    const long error = setting("SECATEUR_CRASH_ERROR");
    if (error == 0)
        return Verdict::Kill;
    if (!needsSpace)
        return Verdict::Go;
    errno = int(error);
    return Verdict::Fail;
}

[[noreturn]] void die()
{
    ::kill(::getpid(), SIGKILL);
    for (;;)
        ::pause();
}

template <typename Function>
Function next(const char *name)
{
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

/// For calls that either happen or do not.
template <typename... Arguments>
int decide(bool needsSpace, const char *name, Arguments... arguments)
{
    switch (count(needsSpace)) {
    case Verdict::Kill: die();
    case Verdict::Fail: return -1;
    case Verdict::Go: break;
    }
    return next<int (*)(Arguments...)>(name)(arguments...);
}

struct Report {
    ~Report()
    {
        const char *const path = std::getenv("SECATEUR_CRASH_COUNT");
        const int fd = path ? ::open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
        if (fd < 0)
            return;
        char text[24];
        const int length = std::snprintf(text, sizeof text, "%ld", calls);
        ::syscall(SYS_write, fd, text, std::size_t(length));
        ::close(fd);
    }
} report;

} // namespace

extern "C" {

ssize_t write(int fd, const void *bytes, std::size_t size)
{
    const Verdict verdict = count(true);
    if (verdict == Verdict::Fail)
        return -1;
    if (verdict == Verdict::Kill) {
        ::syscall(SYS_write, fd, bytes, size / 2);
        die();
    }
    return ::syscall(SYS_write, fd, bytes, size);
}

ssize_t pwrite(int fd, const void *bytes, std::size_t size, off_t offset)
{
    const Verdict verdict = count(true);
    if (verdict == Verdict::Fail)
        return -1;
    if (verdict == Verdict::Kill) {
        ::syscall(SYS_pwrite64, fd, bytes, size / 2, offset);
        die();
    }
    return ::syscall(SYS_pwrite64, fd, bytes, size, offset);
}

ssize_t pwrite64(int fd, const void *bytes, std::size_t size, off_t offset)
{
    return pwrite(fd, bytes, size, offset);
}

int ftruncate(int fd, off_t size) noexcept
{
    return decide(true, "ftruncate", fd, size);
}

int fsync(int fd)
{
    return decide(true, "fsync", fd);
}

int mkdir(const char *path, mode_t mode) noexcept
{
    return decide(true, "mkdir", path, mode);
}

int rename(const char *from, const char *to) noexcept
{
    return decide(false, "rename", from, to);
}

int remove(const char *path) noexcept
{
    return decide(false, "remove", path);
}

int unlink(const char *path) noexcept
{
    return decide(false, "unlink", path);
}

} // extern "C"
