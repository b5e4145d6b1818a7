// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "core/base/result.h"

namespace secateur::store {

/// Reads the fields of one JSON object by name and kind. The first problem is kept and every later call returns an
/// empty value, so that a reader lists its fields in a row and asks status() once at the end, before using any.
/// Keys that nobody asks for are ignored: a newer minor version may add some.
class JsonFields
{
public:
    JsonFields(const nlohmann::json &value, std::string origin);

    [[nodiscard]] std::string text(const char *key, std::size_t longest = 4096);
    [[nodiscard]] std::optional<std::string> optionalText(const char *key, std::size_t longest); ///< none: no such key
    [[nodiscard]] std::string sha256(const char *key); ///< 64 lower-case hexadecimal digits
    [[nodiscard]] bool boolean(const char *key);
    [[nodiscard]] std::uint64_t count(const char *key, std::uint64_t least = 0,
                                      std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
    [[nodiscard]] double number(const char *key); ///< finite
    [[nodiscard]] std::optional<double> optionalNumber(const char *key); ///< none when the key is not there
    [[nodiscard]] std::map<std::string, double> numbers(const char *key);
    [[nodiscard]] std::map<std::string, std::string> texts(const char *key);
    [[nodiscard]] const nlohmann::json &object(const char *key);
    /// Calls `read` with each item of an array and a name for it ("<origin>: files[3]"), until one fails.
    void each(const char *key, const std::function<Result<void>(const nlohmann::json &, const std::string &)> &read);

    /// Keeps `result`'s value, or its error as the first problem.
    template <typename T>
    [[nodiscard]] T take(Result<T> result)
    {
        if (result)
            return std::move(*result);
        refuse(std::move(result).error());
        return T{};
    }

    [[nodiscard]] Result<void> status() const;

private:
    const nlohmann::json *find(const char *key, const char *expected);
    void refuse(Error error);
    void refuse(const char *key, const std::string &expected);

    const nlohmann::json &m_value;
    std::string m_origin;
    std::optional<Error> m_problem;
};

/// Checks "schema" and "version" of a document of ours: BadInput when it is something else or is malformed,
/// Unsupported when a newer major version wrote it. Returns the minor version: above formatMinor, there may be things
/// that this version does not know, so what is there may be read, but not changed.
[[nodiscard]] Result<unsigned> checkSchema(const nlohmann::json &value, const std::string &schema,
                                           const std::string &origin);

/// The same decision for a version alone ("1.0").
[[nodiscard]] Result<unsigned> checkVersion(const std::string &version, const std::string &origin);

/// The version of every format of the study, written as "schema version".
inline constexpr const char *formatVersion = "1.0";
inline constexpr unsigned formatMinor = 0;

} // namespace secateur::store
