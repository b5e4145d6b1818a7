// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/hostkey.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <random>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/sha256.h"

namespace secateur::store {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t keyDigits = 64;

/// Empty when the environment names no home.
fs::path keyFile()
{
    const char *const data = std::getenv("XDG_DATA_HOME");
    if (data && fs::path(data).is_absolute())
        return fs::path(data) / "secateur" / "host-id";
    const char *const home = std::getenv("HOME");
    if (home && fs::path(home).is_absolute())
        return fs::path(home) / ".local" / "share" / "secateur" / "host-id";
    return {};
}

std::string newKey()
{
    std::random_device random;
    std::string noise;
    for (int i = 0; i < 16; ++i)
        noise += std::to_string(random()) + ' ';
    return sha256Hex(noise);
}

/// Created for the user only, and under its name only when complete; a file made meanwhile by another process wins.
bool writeKey(const fs::path &path, const std::string &key)
{
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed);
    const std::string part = path.string() + "." + std::to_string(::getpid()) + ".part";
    const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return false;
    const bool written = ::write(fd, key.data(), key.size()) == ssize_t(key.size()) && ::fsync(fd) == 0;
    ::close(fd);
    const bool named = written && (::link(part.c_str(), path.c_str()) == 0 || errno == EEXIST);
    ::unlink(part.c_str());
    return named;
}

} // namespace

std::string hostKey()
{
    const fs::path path = keyFile();
    if (path.empty())
        return {};
    auto text = readTextFile(path, keyDigits);
    return text && text->size() == keyDigits ? std::move(*text) : std::string();
}

std::string ensureHostKey()
{
    std::string key = hostKey();
    if (key.empty() && !keyFile().empty() && writeKey(keyFile(), newKey()))
        key = hostKey();
    return key;
}

} // namespace secateur::store
