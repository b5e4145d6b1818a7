// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/studylock.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/store/names.h"

namespace secateur::store {

namespace {

/// The process id in the lock file, or "unknown" (its holder may be about to write it).
std::string holder(int fd)
{
    std::array<char, 24> text{};
    const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
    std::string id(text.data(), std::size_t(std::max<ssize_t>(got, 0)));
    id.erase(std::find_if(id.begin(), id.end(), [](char c) { return c < '0' || c > '9'; }), id.end());
    return id.empty() ? "unknown" : id;
}

} // namespace

Result<std::shared_ptr<const StudyLock>> StudyLock::take(const std::filesystem::path &study)
{
    const auto path = study / lockFileName;
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (fd < 0)
        return tl::make_unexpected(errnoError(errno, "open for writing", path));
    std::shared_ptr<const StudyLock> lock(new StudyLock(fd));
    while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR)
            continue;
        if (errno == EWOULDBLOCK)
            return failure(ErrorCode::Locked,
                           study.string() + ": is being written by process " + holder(fd)
                               + "; wait until it ends, or stop it");
        return tl::make_unexpected(errnoError(errno, "lock", path));
    }
    // The id only serves the message above; a full disk must not keep anybody from opening the study.
    const std::string id = std::to_string(::getpid()) + "\n";
    if (::ftruncate(fd, 0) == 0 && ::pwrite(fd, id.data(), id.size(), 0) < 0)
        return lock;
    return lock;
}

StudyLock::~StudyLock()
{
    ::close(m_fd);
}

} // namespace secateur::store
