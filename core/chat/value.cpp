// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/chat/value.h"

#include <algorithm>
#include <limits>

namespace secateur::chat {

namespace {

/// Bounds every recursion over values. JSON documents may be 64 deep (base/json.h).
constexpr int deepest = 128;
/// From so many keys on, a dict is searched by hash.
constexpr std::size_t indexedFrom = 12;

Result<int> depthAround(int inner)
{
    if (inner >= deepest)
        return refuse("lists and dicts are nested more than " + std::to_string(deepest) + " deep");
    return inner + 1;
}

} // namespace

Result<void> Budget::takeSteps(std::uint64_t count)
{
    if (count > m_steps)
        return refuse("the template does not come to an end within the steps allowed");
    m_steps -= count;
    return {};
}

Result<void> Budget::takeBytes(std::uint64_t count)
{
    if (count > m_bytes)
        return refuse("the template makes more text than is allowed");
    m_bytes -= count;
    return {};
}

Value Value::undefined(std::string_view name)
{
    return Value(Data(Undefined{std::make_shared<const std::string>(name)}));
}

Value Value::callable(Callable value)
{
    return Value(Data(std::make_shared<const Callable>(std::move(value))));
}

Result<Value> Value::list(std::vector<Value> items, bool isTuple)
{
    int inner = 0;
    for (const Value &item : items)
        inner = std::max(inner, item.depth());
    SECATEUR_TRY(depth, depthAround(inner));
    return list(std::make_shared<const List>(List{std::move(items), isTuple, depth}));
}

Result<Value> Value::fromJson(const nlohmann::ordered_json &json)
{
    if (json.is_string())
        return text(json.get<std::string>());
    if (json.is_boolean())
        return boolean(json.get<bool>());
    if (json.is_number_unsigned()
        && json.get<std::uint64_t>() > std::uint64_t(std::numeric_limits<std::int64_t>::max()))
        return refuse("the number " + json.dump() + " is too large for a template");
    if (json.is_number_integer())
        return integer(json.get<std::int64_t>());
    if (json.is_number())
        return number(json.get<double>());
    if (json.is_array()) {
        std::vector<Value> items;
        for (const auto &element : json) {
            SECATEUR_TRY(item, fromJson(element));
            items.push_back(std::move(item));
        }
        return list(std::move(items));
    }
    if (!json.is_object())
        return none();
    auto result = std::make_shared<Dict>();
    for (const auto &[key, element] : json.items()) {
        SECATEUR_TRY(item, fromJson(element));
        SECATEUR_CHECK(result->set(key, item));
    }
    return dict(std::move(result));
}

bool Value::isTrue() const
{
    if (const bool *const value = asBoolean())
        return *value;
    if (const auto *const value = asInteger())
        return *value != 0;
    if (const auto *const value = asNumber())
        return *value != 0.0;
    if (const auto *const value = asText())
        return !value->empty();
    if (const List *const value = asList())
        return !value->items.empty();
    if (const Dict *const value = asDict())
        return !value->items.empty();
    return !isUndefined() && !isNone();
}

std::string Value::typeName() const
{
    if (const auto *const missing = std::get_if<Undefined>(&m_data))
        return missing->name ? "nothing (\"" + *missing->name + "\" is not defined)" : "nothing (it is not defined)";
    static constexpr const char *names[] = {"nothing", "None",   "a truth value", "a whole number", "a number",
                                            "a text",  "a list", "a dict",        "a namespace",    "a function"};
    return names[m_data.index()];
}

int Value::depth() const
{
    if (const List *const value = asList())
        return value->depth;
    if (const Dict *const value = asDict())
        return value->depth;
    const Callable *const callable = asCallable();
    return callable ? callable->self.depth() : 0;
}

bool Value::isSame(const Value &other) const
{
    if (m_data.index() != other.m_data.index())
        return false;
    if (isNone())
        return true;
    if (asBoolean())
        return *asBoolean() == *other.asBoolean();
    if (asInteger())
        return *asInteger() == *other.asInteger();
    if (asText())
        return *asText() == *other.asText();
    return (asList() && asList() == other.asList()) || (asDict() && asDict() == other.asDict())
        || (asNamespace() && asNamespace() == other.asNamespace());
}

Result<void> Dict::set(const std::string &key, const Value &value)
{
    SECATEUR_TRY(around, depthAround(value.depth()));
    depth = std::max(depth, around);
    for (std::size_t i = 0; i < items.size() && items.size() < indexedFrom; ++i) {
        if (items[i].first == key) {
            items[i].second = value;
            return {};
        }
    }
    if (const auto known = m_index.find(key); known != m_index.end()) {
        items[known->second].second = value;
        return {};
    }
    items.emplace_back(key, value);
    if (items.size() == indexedFrom)
        for (std::size_t i = 0; i < items.size(); ++i)
            m_index.emplace(items[i].first, i);
    else if (items.size() > indexedFrom)
        m_index.emplace(key, items.size() - 1);
    return {};
}

const Value *Dict::find(const std::string &key) const
{
    if (items.size() >= indexedFrom) {
        const auto known = m_index.find(key);
        return known == m_index.end() ? nullptr : &items[known->second].second;
    }
    const auto known = std::find_if(items.begin(), items.end(), [&](const auto &item) { return item.first == key; });
    return known == items.end() ? nullptr : &known->second;
}

const Value *CallArguments::find(std::size_t place, std::string_view name) const
{
    if (place < positional.size())
        return &positional[place];
    const auto known = std::find_if(named.begin(), named.end(), [&](const auto &item) { return item.first == name; });
    return known == named.end() ? nullptr : &known->second;
}

Result<void> CallArguments::check(std::size_t most, std::initializer_list<std::string_view> names) const
{
    if (positional.size() > most)
        return refuse(std::to_string(positional.size()) + " arguments where at most " + std::to_string(most)
                      + " are known");
    for (const auto &[name, value] : named)
        if (std::find(names.begin(), names.end(), name) == names.end())
            return refuse("an argument \"" + name + "\" is not known here");
    return {};
}

} // namespace secateur::chat
