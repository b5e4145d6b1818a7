// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/configreader.h"

#include <cmath>
#include <limits>
#include <utility>

namespace secateur::architecture {

namespace {

using nlohmann::json;

/// The value of a JSON integer that fits; "1.0" and "1e3" are not integers here.
std::optional<std::int64_t> integerOf(const json &value)
{
    if (value.is_number_unsigned()) {
        const auto number = value.get<std::uint64_t>();
        if (number > std::uint64_t(std::numeric_limits<std::int64_t>::max()))
            return std::nullopt;
        return std::int64_t(number);
    }
    if (value.is_number_integer())
        return value.get<std::int64_t>();
    return std::nullopt;
}

std::string shortened(const json &value)
{
    constexpr std::size_t longest = 60;
    std::string text = value.dump(-1, ' ', true);
    if (text.size() > longest)
        text = text.substr(0, longest) + "…";
    return text;
}

} // namespace

ConfigReader::ConfigReader(const json &object, std::string origin, std::string path)
    : m_object(&object), m_origin(std::move(origin)), m_path(std::move(path))
{
}

const json *ConfigReader::find(const std::string &key) const
{
    const auto found = m_object->find(key);
    return found == m_object->end() || found->is_null() ? nullptr : &*found;
}

bool ConfigReader::has(const std::string &key) const
{
    return m_object->contains(key);
}

Error ConfigReader::error(ErrorCode code, const std::string &key, const std::string &problem) const
{
    return {code, m_origin + ": " + m_path + key + " " + problem};
}

Error ConfigReader::wrongType(const std::string &key, const json &value, const char *wanted) const
{
    return error(ErrorCode::BadInput, key, std::string("must be ") + wanted + ", but is " + shortened(value));
}

Result<std::optional<std::int64_t>> ConfigReader::optionalInteger(const std::string &key) const
{
    const json *value = find(key);
    if (!value)
        return std::nullopt;
    const auto number = integerOf(*value);
    if (!number)
        return tl::make_unexpected(wrongType(key, *value, "an integer"));
    return number;
}

Result<std::int64_t> ConfigReader::integer(const std::string &key) const
{
    SECATEUR_TRY(value, optionalInteger(key));
    if (!value)
        return tl::make_unexpected(error(ErrorCode::BadInput, key, "is missing"));
    return *value;
}

Result<std::optional<double>> ConfigReader::optionalNumber(const std::string &key) const
{
    const json *value = find(key);
    if (!value)
        return std::nullopt;
    if (!value->is_number() || !std::isfinite(value->get<double>()))
        return tl::make_unexpected(wrongType(key, *value, "a number"));
    return value->get<double>();
}

Result<double> ConfigReader::number(const std::string &key) const
{
    SECATEUR_TRY(value, optionalNumber(key));
    if (!value)
        return tl::make_unexpected(error(ErrorCode::BadInput, key, "is missing"));
    return *value;
}

Result<bool> ConfigReader::boolean(const std::string &key, bool fallback) const
{
    const json *value = find(key);
    if (!value)
        return fallback;
    if (!value->is_boolean())
        return tl::make_unexpected(wrongType(key, *value, "true or false"));
    return value->get<bool>();
}

Result<std::optional<std::string>> ConfigReader::text(const std::string &key) const
{
    const json *value = find(key);
    if (!value)
        return std::nullopt;
    if (!value->is_string())
        return tl::make_unexpected(wrongType(key, *value, "a text"));
    return value->get<std::string>();
}

Result<std::vector<std::string>> ConfigReader::texts(const std::string &key) const
{
    const json *value = find(key);
    std::vector<std::string> result;
    if (!value)
        return result;
    if (!value->is_array())
        return tl::make_unexpected(wrongType(key, *value, "a list of texts"));
    for (const auto &item : *value) {
        if (!item.is_string())
            return tl::make_unexpected(wrongType(key, *value, "a list of texts"));
        result.push_back(item.get<std::string>());
    }
    return result;
}

Result<std::vector<std::int64_t>> ConfigReader::integers(const std::string &key) const
{
    const json *value = find(key);
    std::vector<std::int64_t> result;
    if (!value)
        return result;
    const json single = json::array({*value});
    for (const auto &item : value->is_array() ? *value : single) {
        const auto number = integerOf(item);
        if (!number)
            return tl::make_unexpected(wrongType(key, *value, "an integer or a list of integers"));
        result.push_back(*number);
    }
    return result;
}

Result<std::vector<double>> ConfigReader::numbers(const std::string &key) const
{
    const json *value = find(key);
    std::vector<double> result;
    if (!value)
        return result;
    if (!value->is_array())
        return tl::make_unexpected(wrongType(key, *value, "a list of numbers"));
    for (const auto &item : *value) {
        if (!item.is_number() || !std::isfinite(item.get<double>()))
            return tl::make_unexpected(wrongType(key, *value, "a list of numbers"));
        result.push_back(item.get<double>());
    }
    return result;
}

Result<std::optional<ConfigReader>> ConfigReader::object(const std::string &key) const
{
    const json *value = find(key);
    if (!value)
        return std::nullopt;
    if (!value->is_object())
        return tl::make_unexpected(wrongType(key, *value, "an object"));
    return ConfigReader(*value, m_origin, m_path + key + ".");
}

} // namespace secateur::architecture
