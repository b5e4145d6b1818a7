// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/runcontext.h"

namespace secateur::data {

constexpr std::uint64_t maxTextBytes = std::uint64_t(8) << 30; ///< of a file, uncompressed
constexpr std::size_t maxRecordBytes = std::size_t(16) << 20;

/// The bytes of a file as they lie on the disk (compressed where it is).
struct FileDigest {
    std::uint64_t bytes = 0;
    std::string sha256;
};

/// Gives the text of a file to `take` piece by piece: decompressed where the file is gzip (told by its first bytes, not
/// its name; several members are joined), without a UTF-8 byte order mark. Memory: two buffers.
/// With `digest`, describes the bytes that were read, so that text and checksum cannot disagree.
/// BadInput: damaged or cut gzip data, a decompression bomb (over 250-fold and 64 MiB), more than maxTextBytes, UTF-16.
[[nodiscard]] Result<void> forEachChunk(const std::filesystem::path &file,
                                        const std::function<Result<void>(std::string_view)> &take,
                                        const RunContext &context, FileDigest *digest = nullptr);

/// Cuts pieces of text into lines (ended by LF or CR LF), checked to be UTF-8 of at most maxRecordBytes.
class LineSplitter
{
public:
    using Visitor = std::function<Result<void>(std::string_view line, std::uint64_t number)>;

    /// `name` is the file's, for errors; lines are numbered from 1.
    LineSplitter(std::string name, Visitor visit) : m_name(std::move(name)), m_visit(std::move(visit)) { }
    [[nodiscard]] Result<void> feed(std::string_view piece);
    /// Gives out a last line that has no line end.
    [[nodiscard]] Result<void> finish();

private:
    [[nodiscard]] Result<void> emit(std::string_view line);

    std::string m_name;
    Visitor m_visit;
    std::string m_pending;
    std::uint64_t m_number = 0;
};

} // namespace secateur::data
