// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/format/newfile.h"

#include <optional>
#include <system_error>

#include <sys/stat.h>

#include "core/base/system.h"

namespace secateur::format {

namespace {

struct FileId {
    dev_t device;
    ino_t inode;
    friend bool operator==(const FileId &, const FileId &) = default;
};

/// Empty when there is no such file.
std::optional<FileId> fileId(const std::filesystem::path &path)
{
    struct stat status = {};
    if (::stat(path.c_str(), &status) != 0)
        return std::nullopt;
    return FileId{status.st_dev, status.st_ino};
}

Result<void> checkNotASource(const std::filesystem::path &path, const std::vector<std::filesystem::path> &sources)
{
    const auto target = fileId(path);
    for (const auto &source : sources) {
        if (target && fileId(source) == target)
            return failure(ErrorCode::InvalidArgument,
                           path.string() + ": is the file " + source.string()
                               + " that is being read; choose another folder");
    }
    return {};
}

Result<void> checkSpace(const std::filesystem::path &path, std::uint64_t bytes)
{
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored))
        return failure(ErrorCode::NotFound,
                       folder.string() + ": there is no such folder; make it, or choose another one");
    SECATEUR_TRY(available, freeSpace(folder));
    if (bytes > available)
        return failure(ErrorCode::OutOfDisk,
                       path.string() + ": needs " + bytesText(bytes) + ", but only " + bytesText(available)
                           + " are free there");
    return {};
}

} // namespace

Result<AtomicFile> createNewFile(const std::filesystem::path &path, std::uint64_t bytes,
                                 const std::vector<std::filesystem::path> &sources)
{
    SECATEUR_CHECK(checkNotASource(path, sources));
    SECATEUR_CHECK(checkSpace(path, bytes));
    return AtomicFile::create(path);
}

} // namespace secateur::format
