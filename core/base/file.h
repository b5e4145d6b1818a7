// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace secateur {

/// A regular file opened for reading by offset (pread, never mmap: a mapped file that someone truncates is a SIGBUS).
/// Opening never blocks on a FIFO and refuses anything that is not a regular file. Reads are safe from several threads.
class ReadFile
{
public:
    /// NotFound, BadInput (directory, device, FIFO, socket, symbolic link loop), Io.
    [[nodiscard]] static Result<ReadFile> open(const std::filesystem::path &path);
    ~ReadFile();
    ReadFile(ReadFile &&other) noexcept;
    ReadFile &operator=(ReadFile &&other) noexcept;

    [[nodiscard]] const std::filesystem::path &path() const { return m_path; }
    [[nodiscard]] std::uint64_t size() const { return m_size; } ///< bytes, when it was opened

    /// Fills `target` from `offset`. BadInput when the file ends before (also when it was cut after opening).
    [[nodiscard]] Result<void> readAt(std::uint64_t offset, std::span<std::byte> target) const;

private:
    ReadFile() = default;
    std::filesystem::path m_path;
    int m_fd = -1;
    std::uint64_t m_size = 0;
};

/// The whole of a small text file. BadInput above `limit` bytes.
[[nodiscard]] Result<std::string> readTextFile(const std::filesystem::path &path, std::uint64_t limit);

/// What a written file is kept through. A window's thread writes for ProcessDeath: a flush waits for all that others
/// have written to the disk, as long as that takes.
enum class Survives { PowerLoss, ProcessDeath };

/// A file that appears at `path` complete or not at all: written to `path` + ".part", then fsync, rename, fsync of
/// the folder (no fsync where it need not survive a power loss). Destroyed without commit(), it removes the part file
/// and leaves what was at `path` as it was.
class AtomicFile
{
public:
    /// InvalidArgument when `path` is a folder or names no file ("", "dir/"); NotFound, Io, OutOfDisk.
    [[nodiscard]] static Result<AtomicFile> create(const std::filesystem::path &path);
    ~AtomicFile();
    AtomicFile(AtomicFile &&other) noexcept;
    AtomicFile &operator=(AtomicFile &&other) noexcept;

    [[nodiscard]] Result<void> write(std::span<const std::byte> bytes);
    [[nodiscard]] Result<void> write(std::string_view text);
    [[nodiscard]] Result<void> commit(Survives what = Survives::PowerLoss);

private:
    AtomicFile() = default;
    void discard() noexcept;
    std::filesystem::path m_path;
    std::filesystem::path m_part;
    int m_fd = -1;
};

/// AtomicFile in one call.
[[nodiscard]] Result<void> writeFileAtomically(const std::filesystem::path &path, std::string_view text,
                                               Survives what = Survives::PowerLoss);

/// Flushes a file, or the entries of a folder, to the disk.
[[nodiscard]] Result<void> syncPath(const std::filesystem::path &path);

/// Renames and makes the rename durable.
[[nodiscard]] Result<void> renameDurably(const std::filesystem::path &from, const std::filesystem::path &to);

/// Bytes that an ordinary user may still write below `path`.
[[nodiscard]] Result<std::uint64_t> freeSpace(const std::filesystem::path &path);

/// An Error for errno: ENOSPC and EDQUOT are OutOfDisk, ENOENT is NotFound, ENOMEM is OutOfMemory, the rest Io.
[[nodiscard]] Error errnoError(int number, std::string_view action, const std::filesystem::path &path);

} // namespace secateur
