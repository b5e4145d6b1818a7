// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/file.h"
#include "core/base/result.h"
#include "core/format/dtype.h"

namespace secateur::format {

/// The key-value part of a GGUF file (ggml/docs/gguf.md), in the order of the calls. Keys are not looked at: the caller
/// names each once.
class GgufMetadata
{
public:
    void add(std::string_view key, std::uint32_t value);
    void add(std::string_view key, float value);
    void add(std::string_view key, bool value);
    void add(std::string_view key, std::string_view value);
    void add(std::string_view key, const char *value) { add(key, std::string_view(value)); }
    void add(std::string_view key, const std::vector<std::string> &values);
    void add(std::string_view key, const std::vector<std::int32_t> &values);
    void add(std::string_view key, const std::vector<float> &values);

    [[nodiscard]] std::uint64_t count() const { return m_count; }
    [[nodiscard]] const std::string &bytes() const { return m_bytes; }

private:
    void begin(std::string_view key, std::uint32_t type);
    void beginArray(std::string_view key, std::uint32_t type, std::uint64_t length);
    template <typename T>
    void append(T value);
    void appendText(std::string_view text);

    std::string m_bytes;
    std::uint64_t m_count = 0;
};

/// Writes a GGUF file (version 3) tensor after tensor; it appears when it is committed.
class GgufWriter
{
public:
    struct Entry {
        std::string name; ///< at most 63 bytes, as llama.cpp wants it
        DType type = DType::F32;
        std::vector<std::uint64_t> shape; ///< torch order
    };

    /// `sources`: files that are being read and must not be written over. InvalidArgument for an entry that GGUF cannot
    /// hold; OutOfDisk before anything is written.
    [[nodiscard]] static Result<GgufWriter> create(const std::filesystem::path &path, const GgufMetadata &metadata,
                                                   const std::vector<Entry> &entries,
                                                   const std::vector<std::filesystem::path> &sources);
    /// Bytes of the entries, one after another; what is needed between two is put there.
    [[nodiscard]] Result<void> append(std::span<const std::byte> bytes);
    /// Internal when bytes are missing.
    [[nodiscard]] Result<void> commit();
    [[nodiscard]] std::uint64_t fileBytes() const { return m_fileBytes; }

private:
    explicit GgufWriter(AtomicFile file) : m_file(std::move(file)) { }
    [[nodiscard]] Result<void> finishEntries();

    AtomicFile m_file;
    std::vector<std::uint64_t> m_sizes; ///< of the entries
    std::size_t m_current = 0;
    std::uint64_t m_written = 0; ///< of the current one
    std::uint64_t m_fileBytes = 0;
};

} // namespace secateur::format
