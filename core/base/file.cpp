// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file.h"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace secateur {

Error errnoError(int number, std::string_view action, const std::filesystem::path &path)
{
    ErrorCode code = ErrorCode::Io;
    if (number == ENOSPC || number == EDQUOT)
        code = ErrorCode::OutOfDisk;
    else if (number == ENOENT || number == ENOTDIR)
        code = ErrorCode::NotFound;
    else if (number == ENOMEM)
        code = ErrorCode::OutOfMemory;
    else if (number == ELOOP)
        code = ErrorCode::BadInput;
    return {code, path.string() + ": cannot " + std::string(action) + ": " + std::generic_category().message(number)};
}

Result<ReadFile> ReadFile::open(const std::filesystem::path &path)
{
    ReadFile file;
    file.m_path = path;
    file.m_fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file.m_fd < 0 && errno == ENXIO) // a socket
        return failure(ErrorCode::BadInput, path.string() + ": is not a regular file");
    if (file.m_fd < 0)
        return tl::make_unexpected(errnoError(errno, "open for reading", path));
    struct stat status = {};
    if (::fstat(file.m_fd, &status) != 0)
        return tl::make_unexpected(errnoError(errno, "examine", path));
    if (!S_ISREG(status.st_mode))
        return failure(ErrorCode::BadInput, path.string() + ": is not a regular file");
    file.m_size = std::uint64_t(status.st_size);
    return file;
}

ReadFile::~ReadFile()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

ReadFile::ReadFile(ReadFile &&other) noexcept
    : m_path(std::move(other.m_path)), m_fd(std::exchange(other.m_fd, -1)), m_size(other.m_size)
{
}

ReadFile &ReadFile::operator=(ReadFile &&other) noexcept
{
    std::swap(m_path, other.m_path);
    std::swap(m_fd, other.m_fd);
    std::swap(m_size, other.m_size);
    return *this;
}

Result<void> ReadFile::readAt(std::uint64_t offset, std::span<std::byte> target) const
{
    std::size_t done = 0;
    while (done < target.size()) {
        const ssize_t got = ::pread(m_fd, target.data() + done, target.size() - done, off_t(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return tl::make_unexpected(errnoError(errno, "read", m_path));
        if (got == 0)
            return failure(ErrorCode::BadInput,
                           m_path.string() + ": ends at byte " + std::to_string(offset + done) + ", "
                               + std::to_string(target.size() - done) + " bytes before what was expected");
        done += std::size_t(got);
    }
    return {};
}

Result<std::string> readTextFile(const std::filesystem::path &path, std::uint64_t limit)
{
    SECATEUR_TRY(file, ReadFile::open(path));
    if (file.size() > limit)
        return failure(ErrorCode::BadInput,
                       path.string() + ": has " + std::to_string(file.size()) + " bytes; at most "
                           + std::to_string(limit) + " are accepted");
    std::string text(std::size_t(file.size()), '\0');
    SECATEUR_CHECK(file.readAt(0, std::as_writable_bytes(std::span(text))));
    return text;
}

Result<AtomicFile> AtomicFile::create(const std::filesystem::path &path)
{
    std::error_code failed;
    if (!path.has_filename() || std::filesystem::is_directory(path, failed))
        return failure(ErrorCode::InvalidArgument,
                       "\"" + path.string() + "\" is a folder or names no file: name a file to write to");
    AtomicFile file;
    file.m_path = path;
    file.m_part = path.string() + ".part";
    file.m_fd = ::open(file.m_part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (file.m_fd < 0)
        return tl::make_unexpected(errnoError(errno, "create", file.m_part));
    return file;
}

AtomicFile::~AtomicFile()
{
    discard();
}

AtomicFile::AtomicFile(AtomicFile &&other) noexcept
    : m_path(std::move(other.m_path)), m_part(std::move(other.m_part)), m_fd(std::exchange(other.m_fd, -1))
{
}

AtomicFile &AtomicFile::operator=(AtomicFile &&other) noexcept
{
    std::swap(m_path, other.m_path);
    std::swap(m_part, other.m_part);
    std::swap(m_fd, other.m_fd);
    return *this;
}

void AtomicFile::discard() noexcept
{
    if (m_fd < 0)
        return;
    ::close(std::exchange(m_fd, -1));
    ::unlink(m_part.c_str());
}

Result<void> AtomicFile::write(std::span<const std::byte> bytes)
{
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t put = ::write(m_fd, bytes.data() + done, bytes.size() - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return tl::make_unexpected(errnoError(errno, "write", m_path));
        done += std::size_t(put);
    }
    return {};
}

Result<void> AtomicFile::write(std::string_view text)
{
    return write(std::as_bytes(std::span(text)));
}

namespace {

Result<void> renamePath(const std::filesystem::path &from, const std::filesystem::path &to)
{
    if (::rename(from.c_str(), to.c_str()) != 0)
        return tl::make_unexpected(errnoError(errno, "rename to " + to.filename().string(), from));
    return {};
}

} // namespace

Result<void> AtomicFile::commit(Survives what)
{
    const bool isDurable = what == Survives::PowerLoss;
    if (isDurable && ::fsync(m_fd) != 0)
        return tl::make_unexpected(errnoError(errno, "flush to disk", m_path));
    // Closing may report a delayed write error, so it must succeed before the file gets its name.
    if (::close(std::exchange(m_fd, -1)) != 0) {
        const int number = errno;
        ::unlink(m_part.c_str());
        return tl::make_unexpected(errnoError(number, "close", m_path));
    }
    auto renamed = isDurable ? renameDurably(m_part, m_path) : renamePath(m_part, m_path);
    if (!renamed)
        ::unlink(m_part.c_str());
    return renamed;
}

Result<void> writeFileAtomically(const std::filesystem::path &path, std::string_view text, Survives what)
{
    SECATEUR_TRY(file, AtomicFile::create(path));
    SECATEUR_CHECK(file.write(text));
    return file.commit(what);
}

Result<void> syncPath(const std::filesystem::path &path)
{
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return tl::make_unexpected(errnoError(errno, "open", path));
    const int status = ::fsync(fd);
    const int number = errno;
    ::close(fd);
    // Some file systems cannot flush a folder and say EINVAL; their renames are as durable as they get.
    if (status != 0 && number != EINVAL)
        return tl::make_unexpected(errnoError(number, "flush to disk", path));
    return {};
}

Result<void> renameDurably(const std::filesystem::path &from, const std::filesystem::path &to)
{
    SECATEUR_CHECK(renamePath(from, to));
    const auto folder = to.parent_path();
    return syncPath(folder.empty() ? std::filesystem::path(".") : folder);
}

Result<std::uint64_t> freeSpace(const std::filesystem::path &path)
{
    struct statvfs status = {};
    if (::statvfs(path.c_str(), &status) != 0)
        return tl::make_unexpected(errnoError(errno, "ask for free space", path));
    return std::uint64_t(status.f_bavail) * status.f_frsize;
}

} // namespace secateur
