// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/format/safetensors.h"

namespace secateur::format {

/// A Hugging Face model folder: config.json and one or several safetensors files, all headers validated and
/// cross-checked with the shard index (design/safety.md B.2) before any data is read.
class HfFolder
{
public:
    /// BadInput, NotFound, Unsupported (only pickles there: the message says how to convert them).
    [[nodiscard]] static Result<HfFolder> open(const std::filesystem::path &folder);

    [[nodiscard]] const std::filesystem::path &folder() const { return m_folder; }
    [[nodiscard]] const nlohmann::json &config() const { return m_config; } ///< an object
    [[nodiscard]] const std::vector<SafetensorsFile> &shards() const { return m_shards; }
    /// The shard and the tensor; {null, null} when no shard has it.
    [[nodiscard]] std::pair<const SafetensorsFile *, const TensorInfo *> find(const std::string &name) const;

private:
    HfFolder() = default;
    std::filesystem::path m_folder;
    nlohmann::json m_config;
    std::vector<SafetensorsFile> m_shards;
    std::map<std::string, std::size_t> m_shardOf;
};

} // namespace secateur::format
