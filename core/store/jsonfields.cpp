// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/jsonfields.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace secateur::store {

using nlohmann::json;

namespace {

const json &emptyObject()
{
    static const json value = json::object();
    return value;
}

bool isHexDigest(const std::string &text)
{
    return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

} // namespace

JsonFields::JsonFields(const json &value, std::string origin) : m_value(value), m_origin(std::move(origin))
{
    if (!value.is_object())
        m_problem = Error{ErrorCode::BadInput, m_origin + ": should be a JSON object, but is " + value.type_name()};
}

void JsonFields::refuse(Error error)
{
    if (!m_problem)
        m_problem = std::move(error);
}

void JsonFields::refuse(const char *key, const std::string &expected)
{
    refuse(Error{ErrorCode::BadInput, m_origin + ": \"" + key + "\" should be " + expected});
}

const json *JsonFields::find(const char *key, const char *expected)
{
    if (m_problem)
        return nullptr;
    const auto found = m_value.find(key);
    if (found != m_value.end())
        return &*found;
    refuse(Error{ErrorCode::BadInput, m_origin + ": \"" + key + "\" is missing; " + expected + " was expected"});
    return nullptr;
}

std::string JsonFields::text(const char *key, std::size_t longest)
{
    const json *const value = find(key, "a text");
    if (value && value->is_string() && value->get_ref<const std::string &>().size() <= longest)
        return value->get<std::string>();
    refuse(key, "a text of at most " + std::to_string(longest) + " bytes");
    return {};
}

std::string JsonFields::sha256(const char *key)
{
    std::string digest = text(key);
    if (!m_problem && !isHexDigest(digest))
        refuse(key, "a SHA-256 of 64 hexadecimal digits");
    return digest;
}

bool JsonFields::boolean(const char *key)
{
    const json *const value = find(key, "true or false");
    if (value && value->is_boolean())
        return value->get<bool>();
    refuse(key, "true or false");
    return false;
}

std::uint64_t JsonFields::count(const char *key, std::uint64_t least, std::uint64_t most)
{
    const json *const value = find(key, "a whole number");
    // A number that this process just wrote may still be of a signed type; one that was read never is.
    if (value && value->is_number_integer() && (value->is_number_unsigned() || value->get<std::int64_t>() >= 0)) {
        const auto number = value->get<std::uint64_t>();
        if (number >= least && number <= most)
            return number;
    }
    refuse(key, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return least;
}

double JsonFields::number(const char *key)
{
    const json *const value = find(key, "a number");
    if (value && value->is_number() && std::isfinite(value->get<double>()))
        return value->get<double>();
    refuse(key, "a number");
    return 0.0;
}

std::optional<std::string> JsonFields::optionalText(const char *key, std::size_t longest)
{
    if (m_problem || !m_value.contains(key))
        return std::nullopt;
    return text(key, longest);
}

std::optional<double> JsonFields::optionalNumber(const char *key)
{
    if (m_problem || !m_value.contains(key))
        return std::nullopt;
    return number(key);
}

std::map<std::string, double> JsonFields::numbers(const char *key)
{
    std::map<std::string, double> result;
    const json &members = object(key);
    for (auto member = members.begin(); member != members.end(); ++member) {
        if (!member->is_number())
            refuse(key, "an object of numbers, but \"" + member.key() + "\" is " + member->type_name());
        else
            result.emplace(member.key(), member->get<double>());
    }
    return result;
}

std::map<std::string, std::string> JsonFields::texts(const char *key)
{
    std::map<std::string, std::string> result;
    const json &members = object(key);
    for (auto member = members.begin(); member != members.end(); ++member) {
        if (!member->is_string())
            refuse(key, "an object of texts, but \"" + member.key() + "\" is " + member->type_name());
        else
            result.emplace(member.key(), member->get<std::string>());
    }
    return result;
}

const json &JsonFields::object(const char *key)
{
    const json *const value = find(key, "an object");
    if (value && value->is_object())
        return *value;
    refuse(key, "an object");
    return emptyObject();
}

void JsonFields::each(const char *key, const std::function<Result<void>(const json &, const std::string &)> &read)
{
    const json *const value = find(key, "a list");
    if (!value || !value->is_array()) {
        refuse(key, "a list");
        return;
    }
    for (std::size_t i = 0; i < value->size() && !m_problem; ++i)
        if (auto done = read((*value)[i], m_origin + ": " + key + "[" + std::to_string(i) + "]"); !done)
            refuse(std::move(done).error());
}

Result<void> JsonFields::status() const
{
    if (m_problem)
        return tl::make_unexpected(*m_problem);
    return {};
}

Result<unsigned> checkVersion(const std::string &version, const std::string &origin)
{
    unsigned major = 0;
    unsigned minor = 0;
    const char *const end = version.data() + version.size();
    const auto first = std::from_chars(version.data(), end, major);
    const bool dot = first.ec == std::errc() && first.ptr != end && *first.ptr == '.';
    const auto second = std::from_chars(dot ? first.ptr + 1 : end, end, minor);
    if (!dot || second.ec != std::errc() || second.ptr != end || major == 0)
        return failure(ErrorCode::BadInput, origin + ": version \"" + version + "\" should look like \"1.0\"");
    if (major > 1)
        return failure(ErrorCode::Unsupported,
                       origin + ": was made by a newer Secateur (format " + version
                           + "; this one reads 1.x): update Secateur to open it");
    return minor;
}

Result<unsigned> checkSchema(const json &value, const std::string &schema, const std::string &origin)
{
    JsonFields fields(value, origin);
    const std::string found = fields.text("schema");
    const std::string version = fields.text("version");
    SECATEUR_CHECK(fields.status());
    if (found != schema)
        return failure(ErrorCode::BadInput,
                       origin + ": \"schema\" should be \"" + schema + "\", but is \"" + found + "\"");
    return checkVersion(version, origin);
}

} // namespace secateur::store
