// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"

namespace secateur::architecture {

/// Typed access to the keys of one JSON object of a configuration. A key that is absent or null is "not there", as in
/// transformers. Every error is BadInput and names file, key and what was found.
class ConfigReader
{
public:
    /// `object` must be an object and outlive the reader; `path` is put before keys in messages ("rope_scaling.").
    ConfigReader(const nlohmann::json &object, std::string origin, std::string path = {});

    [[nodiscard]] const std::string &origin() const { return m_origin; }
    [[nodiscard]] const nlohmann::json *find(const std::string &key) const; ///< null: absent or null

    [[nodiscard]] bool has(const std::string &key) const; ///< also when it is null

    [[nodiscard]] Result<std::int64_t> integer(const std::string &key) const; ///< required
    [[nodiscard]] Result<std::optional<std::int64_t>> optionalInteger(const std::string &key) const;
    [[nodiscard]] Result<double> number(const std::string &key) const; ///< required; integers count, NaN does not
    [[nodiscard]] Result<std::optional<double>> optionalNumber(const std::string &key) const;
    [[nodiscard]] Result<bool> boolean(const std::string &key, bool fallback) const;
    [[nodiscard]] Result<std::optional<std::string>> text(const std::string &key) const;
    [[nodiscard]] Result<std::vector<std::string>> texts(const std::string &key) const; ///< absent: empty
    /// One integer or a list of them, as eos_token_id; absent: empty.
    [[nodiscard]] Result<std::vector<std::int64_t>> integers(const std::string &key) const;
    [[nodiscard]] Result<std::vector<double>> numbers(const std::string &key) const; ///< absent: empty
    /// A reader of the object under `key`; empty when it is not there.
    [[nodiscard]] Result<std::optional<ConfigReader>> object(const std::string &key) const;

    /// An error "`origin`: `key` `problem`".
    [[nodiscard]] Error error(ErrorCode code, const std::string &key, const std::string &problem) const;

private:
    [[nodiscard]] Error wrongType(const std::string &key, const nlohmann::json &value, const char *wanted) const;

    const nlohmann::json *m_object;
    std::string m_origin;
    std::string m_path;
};

} // namespace secateur::architecture
