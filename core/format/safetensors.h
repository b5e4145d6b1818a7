// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/file.h"
#include "core/base/result.h"
#include "core/format/tensorinfo.h"

namespace secateur::format {

/// One .safetensors file, header fully validated (design/safety.md B.1) before anything else is read.
/// Immutable after opening; reads are safe from several threads.
class SafetensorsFile
{
public:
    /// BadInput naming file and tensor, also for pickles, which are recognised and refused with advice.
    [[nodiscard]] static Result<SafetensorsFile> open(const std::filesystem::path &path);

    [[nodiscard]] const std::filesystem::path &path() const { return m_file.path(); }
    [[nodiscard]] std::uint64_t size() const { return m_file.size(); }
    /// In the order of their data in the file.
    [[nodiscard]] const std::vector<TensorInfo> &tensors() const { return m_tensors; }
    [[nodiscard]] const TensorInfo *find(const std::string &name) const; ///< null: no such tensor
    [[nodiscard]] const std::map<std::string, std::string> &metadata() const { return m_metadata; }

    /// Raw bytes of a tensor of this file, from `first` on.
    [[nodiscard]] Result<void> read(const TensorInfo &tensor, std::uint64_t first, std::span<std::byte> target) const;

private:
    explicit SafetensorsFile(ReadFile file) : m_file(std::move(file)) { }
    ReadFile m_file;
    std::vector<TensorInfo> m_tensors;
    std::map<std::string, std::size_t> m_byName;
    std::map<std::string, std::string> m_metadata;
};

/// Writes a .safetensors file tensor by tensor (memory: one piece), to a temporary file that replaces `path` on commit.
class SafetensorsWriter
{
public:
    struct Entry {
        std::string name;
        DType type = DType::F32;
        std::vector<std::uint64_t> shape;
    };

    /// The data must follow in the order of `entries`. InvalidArgument for repeated names, Q types, or a `path` that
    /// is one of `sources` by device and inode (a model is never written over itself); OutOfDisk when it cannot fit.
    [[nodiscard]] static Result<SafetensorsWriter> create(const std::filesystem::path &path,
                                                          const std::vector<Entry> &entries,
                                                          const std::map<std::string, std::string> &metadata,
                                                          const std::vector<std::filesystem::path> &sources = {});
    /// The next bytes; a tensor may come in several pieces.
    [[nodiscard]] Result<void> append(std::span<const std::byte> bytes);
    /// Internal when bytes are missing or too many.
    [[nodiscard]] Result<void> commit();
    [[nodiscard]] std::uint64_t fileBytes() const { return m_headerBytes + m_dataBytes; }

private:
    explicit SafetensorsWriter(AtomicFile file) : m_file(std::move(file)) { }
    AtomicFile m_file;
    std::uint64_t m_headerBytes = 0;
    std::uint64_t m_dataBytes = 0;
    std::uint64_t m_written = 0;
};

} // namespace secateur::format
