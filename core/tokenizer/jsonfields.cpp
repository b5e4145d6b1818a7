// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/jsonfields.h"

namespace secateur::tokenizer::fields {

using nlohmann::json;

namespace {

constexpr int MaxSequenceDepth = 8;
constexpr std::size_t MaxComponents = 64;

Result<void> appendFlattened(const json &component, const char *listName, int depth, std::vector<json> &out)
{
    if (type(component) != "Sequence") {
        out.push_back(component);
        return {};
    }
    const json &list = member(component, listName);
    if (!list.is_array())
        return failure(ErrorCode::BadInput, std::string("a Sequence lacks its list \"") + listName + "\"");
    if (depth >= MaxSequenceDepth)
        return failure(ErrorCode::BadInput, "Sequences are nested deeper than 8 levels");
    for (const json &entry : list) {
        if (out.size() >= MaxComponents)
            return failure(ErrorCode::BadInput, "a Sequence has more than 64 steps");
        SECATEUR_CHECK(appendFlattened(entry, listName, depth + 1, out));
    }
    return {};
}

} // namespace

const json &member(const json &object, const char *name)
{
    static const json absent;
    if (!object.is_object())
        return absent;
    const auto found = object.find(name);
    return found == object.end() ? absent : *found;
}

Result<bool> boolean(const json &object, const char *name, bool defaultValue)
{
    const json &value = member(object, name);
    if (value.is_null())
        return defaultValue;
    if (!value.is_boolean())
        return failure(ErrorCode::BadInput, std::string("\"") + name + "\" must be true or false");
    return value.get<bool>();
}

Result<std::optional<std::string>> optionalText(const json &object, const char *name)
{
    const json &value = member(object, name);
    if (value.is_null())
        return std::optional<std::string>();
    if (!value.is_string())
        return failure(ErrorCode::BadInput, std::string("\"") + name + "\" must be a text");
    return std::optional<std::string>(value.get<std::string>());
}

std::optional<std::int64_t> index(const json &value, std::int64_t limit)
{
    // A parsed value is unsigned, one that this program made may be signed.
    if (value.is_number_unsigned() && value.get<std::uint64_t>() >= std::uint64_t(limit))
        return std::nullopt;
    if (!value.is_number_integer() || value.get<std::int64_t>() < 0 || value.get<std::int64_t>() >= limit)
        return std::nullopt;
    return value.get<std::int64_t>();
}

Result<std::int64_t> integer(const json &object, const char *name, std::int64_t limit)
{
    const auto value = index(member(object, name), limit);
    if (!value)
        return failure(ErrorCode::BadInput,
                       std::string("\"") + name + "\" must be an integer from 0 to " + std::to_string(limit - 1));
    return *value;
}

Result<std::string> text(const json &object, const char *name)
{
    SECATEUR_TRY(value, optionalText(object, name));
    if (!value)
        return failure(ErrorCode::BadInput, std::string("\"") + name + "\" is missing");
    return std::move(*value);
}

std::string type(const json &component)
{
    const json &value = member(component, "type");
    return value.is_string() ? value.get<std::string>() : std::string();
}

Result<std::vector<json>> flattened(const json &component, const char *listName)
{
    std::vector<json> steps;
    if (!component.is_null())
        SECATEUR_CHECK(appendFlattened(component, listName, 0, steps));
    return steps;
}

Result<Pattern> pattern(const json &component)
{
    const json &value = member(component, "pattern");
    for (const char *kind : {"String", "Regex"}) {
        const json &spelled = member(value, kind);
        if (spelled.is_string())
            return Pattern{std::string_view(kind) == "Regex", spelled.get<std::string>()};
    }
    return failure(ErrorCode::BadInput, "a pattern must be {\"String\": …} or {\"Regex\": …}");
}

} // namespace secateur::tokenizer::fields
