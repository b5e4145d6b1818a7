// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/file.h"
#include "core/base/result.h"
#include "core/format/tensorinfo.h"

namespace secateur::format {

/// A metadata value. Integers of all widths become int64 (or uint64 above its range), floats become double.
using GgufValue = std::variant<std::int64_t, std::uint64_t, double, bool, std::string, std::vector<std::int64_t>,
                               std::vector<double>, std::vector<std::string>>;

/// One GGUF file (version 2 or 3, little-endian), everything in front of the data validated (design/safety.md B.3).
/// Immutable after opening; reads are safe from several threads.
class GgufFile
{
public:
    /// BadInput naming file, key or tensor, and offset. Unsupported for tensor types that are not read (IQ…, TQ…).
    [[nodiscard]] static Result<GgufFile> open(const std::filesystem::path &path);

    [[nodiscard]] const std::filesystem::path &path() const { return m_file.path(); }
    [[nodiscard]] std::uint64_t size() const { return m_file.size(); }
    [[nodiscard]] const std::vector<TensorInfo> &tensors() const { return m_tensors; }
    [[nodiscard]] const TensorInfo *find(const std::string &name) const;

    [[nodiscard]] const std::map<std::string, GgufValue> &metadata() const { return m_metadata; }
    [[nodiscard]] const GgufValue *value(const std::string &key) const; ///< null: absent
    /// Typed access: empty when the key is absent; BadInput when it is there with another type.
    [[nodiscard]] Result<std::optional<std::int64_t>> integer(const std::string &key) const;
    [[nodiscard]] Result<std::optional<double>> number(const std::string &key) const;
    [[nodiscard]] Result<std::optional<bool>> boolean(const std::string &key) const;
    [[nodiscard]] Result<std::optional<std::string>> text(const std::string &key) const;
    /// Null when absent or of another type.
    [[nodiscard]] const std::vector<std::string> *texts(const std::string &key) const;
    [[nodiscard]] const std::vector<std::int64_t> *integers(const std::string &key) const;
    [[nodiscard]] const std::vector<double> *numbers(const std::string &key) const;

    [[nodiscard]] Result<void> read(const TensorInfo &tensor, std::uint64_t first, std::span<std::byte> target) const;

private:
    explicit GgufFile(ReadFile file) : m_file(std::move(file)) { }
    ReadFile m_file;
    std::vector<TensorInfo> m_tensors;
    std::map<std::string, std::size_t> m_byName;
    std::map<std::string, GgufValue> m_metadata;
};

} // namespace secateur::format
