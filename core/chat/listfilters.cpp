// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/chat/listfilters.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/chat/filters.h"
#include "core/chat/methods.h"
#include "core/chat/operators.h"
#include "core/chat/pythontext.h"

namespace secateur::chat {

namespace {

using Arguments = CallArguments;

/// "a.b.0" of a value, as map(attribute=…) and the like understand it.
Result<Value> memberAt(const Value &value, std::string_view path)
{
    Value current = value;
    while (!path.empty()) {
        const auto dot = std::min(path.find('.'), path.size());
        const std::string name(path.substr(0, dot));
        std::int64_t index = 0;
        const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), index);
        const bool isIndex = problem == std::errc() && end == name.data() + name.size();
        SECATEUR_TRY(next, item(current, isIndex ? Value::integer(index) : Value::text(name)));
        current = next;
        path.remove_prefix(std::min(dot + 1, path.size()));
    }
    return current;
}

/// The text argument that names an attribute, a filter or a test.
Result<std::string> nameArgument(const std::string &filter, const Arguments &arguments, std::size_t place)
{
    const Value *const name = arguments.find(place, "attribute");
    if (!name || !name->asText())
        return refuse(filter + ": a name is expected as argument");
    return *name->asText();
}

/// The arguments behind the first `count`.
Arguments behind(const Arguments &arguments, std::size_t count)
{
    Arguments rest;
    for (std::size_t i = count; i < arguments.positional.size(); ++i)
        rest.positional.push_back(arguments.positional[i]);
    return rest;
}

/// selectattr, rejectattr, select, reject.
Result<Value> chosen(const std::string &name, const std::vector<Value> &elements, const Arguments &arguments,
                     Budget &budget)
{
    const bool byMember = name.ends_with("attr");
    std::string member;
    if (byMember) {
        SECATEUR_TRY(given, nameArgument(name, arguments, 0));
        member = given;
    }
    const std::size_t testAt = byMember ? 1 : 0;
    std::string test;
    if (arguments.positional.size() > testAt) {
        if (!arguments.positional[testAt].asText())
            return refuse(name + ": the name of a test is expected");
        test = *arguments.positional[testAt].asText();
    }
    const Arguments rest = behind(arguments, testAt + 1);
    std::vector<Value> kept;
    for (const Value &element : elements) {
        SECATEUR_CHECK(budget.takeSteps());
        SECATEUR_TRY(subject, memberAt(element, member));
        bool holds = subject.isTrue();
        if (!test.empty()) {
            SECATEUR_TRY(tested, applyTest(test, subject, rest, budget));
            holds = tested;
        }
        if (holds == name.starts_with("select"))
            kept.push_back(element);
    }
    return Value::list(std::move(kept));
}

Result<Value> mapFilter(const std::vector<Value> &elements, const Arguments &arguments, Budget &budget)
{
    const bool byMember = !arguments.named.empty();
    SECATEUR_TRY(name, nameArgument("map", arguments, 0));
    const Value *const otherwise = arguments.find(arguments.positional.size(), "default");
    const Arguments rest = behind(arguments, 1);
    std::vector<Value> results;
    for (const Value &element : elements) {
        SECATEUR_CHECK(budget.takeSteps());
        SECATEUR_TRY(result, byMember ? memberAt(element, name) : applyFilter(name, element, rest, budget));
        results.push_back(byMember && result.isUndefined() && otherwise ? *otherwise : result);
    }
    return Value::list(std::move(results));
}

Result<Value> joinFilter(const std::vector<Value> &elements, const Arguments &arguments, Budget &budget)
{
    SECATEUR_CHECK(arguments.check(2, {"d", "attribute"}));
    const Value *const between = arguments.find(0, "d");
    const Value *const member = arguments.find(1, "attribute");
    std::string separator;
    if (between) {
        SECATEUR_TRY(text, textOf(*between, budget));
        separator = text;
    }
    std::string result;
    for (std::size_t i = 0; i < elements.size(); ++i) {
        SECATEUR_TRY(subject, memberAt(elements[i], member && member->asText() ? *member->asText() : std::string()));
        SECATEUR_TRY(text, textOf(subject, budget));
        SECATEUR_CHECK(budget.takeBytes(separator.size() + text.size()));
        result += (i > 0 ? separator : "") + text;
    }
    return Value::text(std::move(result));
}

/// Texts are compared without case, as Jinja does unless told otherwise.
Value sortKey(const Value &value, bool caseSensitive)
{
    return value.asText() && !caseSensitive ? Value::text(lowerCase(*value.asText())) : value;
}

/// sort, unique, min, max: `order` is the elements' places, sorted by their keys.
Result<std::vector<std::size_t>> sortedPlaces(const std::vector<Value> &keys, bool reverse, Budget &budget)
{
    std::vector<std::size_t> places(keys.size());
    for (std::size_t i = 0; i < places.size(); ++i)
        places[i] = i;
    // Insertion by halves: a comparison that fails must end the sorting, which std::sort cannot.
    for (std::size_t i = 1; i < places.size(); ++i) {
        std::size_t low = 0;
        std::size_t high = i;
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            const Value &placed = keys[places[middle]];
            SECATEUR_TRY(before, compare("<", reverse ? placed : keys[i], reverse ? keys[i] : placed, budget));
            if (before)
                high = middle;
            else
                low = middle + 1;
        }
        SECATEUR_CHECK(budget.takeSteps(1 + (i - low) / 64));
        places.erase(places.begin() + std::ptrdiff_t(i));
        places.insert(places.begin() + std::ptrdiff_t(low), i);
    }
    return places;
}

Result<std::vector<Value>> keysOf(const std::vector<Value> &elements, const Arguments &arguments)
{
    const Value *const member = arguments.find(arguments.positional.size(), "attribute");
    const Value *const sensitive = arguments.find(arguments.positional.size(), "case_sensitive");
    std::vector<Value> keys;
    for (const Value &element : elements) {
        SECATEUR_TRY(key, memberAt(element, member && member->asText() ? *member->asText() : std::string()));
        keys.push_back(sortKey(key, sensitive && sensitive->isTrue()));
    }
    return keys;
}

Result<Value> orderFilter(const std::string &name, const std::vector<Value> &elements, const Arguments &arguments,
                          Budget &budget)
{
    if (!arguments.positional.empty())
        return failure(ErrorCode::Unsupported, name + ": arguments are known by name only");
    SECATEUR_CHECK(arguments.check(0, {"attribute", "case_sensitive", "reverse"}));
    SECATEUR_TRY(keys, keysOf(elements, arguments));
    std::vector<Value> results;
    if (name == "unique") {
        std::vector<Value> seen;
        for (std::size_t i = 0; i < elements.size(); ++i) {
            SECATEUR_TRY(list, Value::list(seen));
            SECATEUR_TRY(known, compare("in", keys[i], list, budget));
            if (!known) {
                seen.push_back(keys[i]);
                results.push_back(elements[i]);
            }
        }
        return Value::list(std::move(results));
    }
    const Value *const reverse = arguments.find(0, "reverse");
    SECATEUR_TRY(places, sortedPlaces(keys, (reverse && reverse->isTrue()) || name == "max", budget));
    if (name != "sort")
        return places.empty() ? Value() : elements[places.front()];
    for (const std::size_t place : places)
        results.push_back(elements[place]);
    return Value::list(std::move(results));
}

Result<Value> sumFilter(const std::vector<Value> &elements, const Arguments &arguments, Budget &budget)
{
    SECATEUR_CHECK(arguments.check(0, {"attribute", "start"}));
    const Value *const member = arguments.find(0, "attribute");
    const Value *const start = arguments.find(0, "start");
    Value total = start ? *start : Value::integer(0);
    for (const Value &element : elements) {
        SECATEUR_TRY(part, memberAt(element, member && member->asText() ? *member->asText() : std::string()));
        SECATEUR_TRY(sum, binary("+", total, part, budget));
        total = sum;
    }
    return total;
}

Result<Value> dictFilter(const std::string &name, const Value &value, const Arguments &arguments, Budget &budget)
{
    SECATEUR_CHECK(arguments.check(0));
    if (value.isUndefined() && name == "items")
        return Value::list(std::vector<Value>());
    if (!value.asDict())
        return refuse(name + ": a dict is expected, not " + value.typeName());
    SECATEUR_TRY(items, callMethod(value, "items", {}, budget));
    if (name == "items")
        return std::move(items);
    std::vector<Value> keys;
    for (const auto &[key, ignored] : value.asDict()->items)
        keys.push_back(sortKey(Value::text(key), false));
    SECATEUR_TRY(places, sortedPlaces(keys, false, budget));
    std::vector<Value> sorted;
    for (const std::size_t place : places)
        sorted.push_back(items.asList()->items[place]);
    return Value::list(std::move(sorted));
}

Result<Value> reversed(const Value &value, std::vector<Value> elements)
{
    std::reverse(elements.begin(), elements.end());
    if (!value.asText())
        return Value::list(std::move(elements));
    std::string text;
    for (const Value &element : elements)
        text += *element.asText();
    return Value::text(std::move(text));
}

constexpr std::array<std::string_view, 19> names = {
    "length",     "count", "join",   "list", "first", "last", "map",     "select", "reject",  "selectattr",
    "rejectattr", "sort",  "unique", "min",  "max",   "sum",  "reverse", "items",  "dictsort"};

} // namespace

bool isListFilter(const std::string &name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

Result<Value> applyListFilter(const std::string &name, const Value &value, const CallArguments &arguments,
                              Budget &budget)
{
    if (name == "items" || name == "dictsort")
        return dictFilter(name, value, arguments, budget);
    if (name == "length" || name == "count") {
        SECATEUR_CHECK(arguments.check(0));
        SECATEUR_TRY(length, lengthOf(value));
        return Value::integer(length);
    }
    const bool chooses = name == "map" || name.starts_with("select") || name.starts_with("reject");
    if (chooses && !value.isTrue()) // Jinja does not look further at None and the like
        return Value::list(std::vector<Value>());
    SECATEUR_TRY(elements, elementsOf(value, budget));
    SECATEUR_CHECK(budget.takeBytes(elements.size() * sizeof(Value)));
    if (name == "join")
        return joinFilter(elements, arguments, budget);
    if (name == "list")
        return Value::list(std::move(elements));
    if (name == "first" || name == "last")
        return elements.empty() ? Value() : name == "first" ? elements.front() : elements.back();
    if (name == "map")
        return mapFilter(elements, arguments, budget);
    if (name.starts_with("select") || name.starts_with("reject"))
        return chosen(name, elements, arguments, budget);
    if (name == "sum")
        return sumFilter(elements, arguments, budget);
    if (name == "reverse")
        return reversed(value, std::move(elements));
    return orderFilter(name, elements, arguments, budget);
}

} // namespace secateur::chat
