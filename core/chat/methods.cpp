// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/chat/methods.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "core/chat/operators.h"
#include "core/chat/pythontext.h"
#include "core/tokenizer/unicode.h"

namespace secateur::chat {

namespace {

template <typename Names>
bool isIn(std::string_view name, const Names &names)
{
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool isOneOf(std::string_view name, std::initializer_list<std::string_view> names)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr std::string_view textMethods[] = {
    "strip",   "lstrip",  "rstrip",  "split",        "rsplit",       "splitlines", "startswith", "endswith",
    "upper",   "lower",   "title",   "capitalize",   "replace",      "join",       "find",       "rfind",
    "count",   "isdigit", "isspace", "removeprefix", "removesuffix", "isalpha",    "isalnum",    "isupper",
    "islower", "format",  "index",   "encode",       "zfill"};
constexpr std::string_view dictMethods[] = {"get",     "items",      "keys",   "values", "pop",
                                            "popitem", "setdefault", "update", "clear",  "copy"};
constexpr std::string_view listMethods[] = {"index",  "count", "append", "extend",  "insert",
                                            "remove", "pop",   "sort",   "reverse", "clear"};

/// The text argument at this place; empty pointer: not given, or None.
Result<const std::string *> textArgument(const CallArguments &arguments, std::size_t place, std::string_view name)
{
    const Value *const value = arguments.find(place, name);
    if (!value || value->isNone())
        return static_cast<const std::string *>(nullptr);
    if (!value->asText())
        return refuse("a text is expected, not " + value->typeName());
    return value->asText();
}

Result<std::string> neededText(const CallArguments &arguments, std::size_t place)
{
    SECATEUR_TRY(text, textArgument(arguments, place, {}));
    if (!text)
        return refuse("a text is expected as argument");
    return *text;
}

Result<std::int64_t> countArgument(const CallArguments &arguments, std::size_t place, std::string_view name)
{
    const Value *const value = arguments.find(place, name);
    if (!value)
        return -1;
    if (!value->asInteger())
        return refuse("a whole number is expected, not " + value->typeName());
    return *value->asInteger();
}

Result<Value> listOfTexts(const std::vector<std::string_view> &parts, Budget &budget)
{
    std::vector<Value> items;
    for (const std::string_view part : parts) {
        SECATEUR_CHECK(budget.takeBytes(part.size() + sizeof(Value)));
        items.push_back(Value::text(std::string(part)));
    }
    return Value::list(std::move(items));
}

/// At white space of any length; at most `most` cuts, all when negative.
std::vector<std::string_view> splitAtBlanks(std::string_view text, std::int64_t most)
{
    std::vector<std::string_view> parts;
    text = trimmed(text, Sides::Left);
    while (!text.empty()) {
        if (most >= 0 && std::int64_t(parts.size()) == most) {
            parts.push_back(trimmed(text, Sides::Right));
            break;
        }
        std::size_t end = 0;
        for (std::size_t at = 0; at < text.size(); end = at)
            if (isPythonSpace(tokenizer::decodeUtf8(text, at)))
                break;
        parts.push_back(text.substr(0, end));
        text = trimmed(text.substr(end), Sides::Left);
    }
    return parts;
}

std::vector<std::string_view> splitAt(std::string_view text, std::string_view separator, std::int64_t most)
{
    std::vector<std::string_view> parts;
    std::size_t end = text.find(separator);
    while (end != std::string_view::npos && (most < 0 || std::int64_t(parts.size()) < most)) {
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end + separator.size());
        end = text.find(separator);
    }
    parts.push_back(text);
    return parts;
}

std::vector<std::string_view> splitFromBehind(std::string_view text, std::string_view separator, std::int64_t most)
{
    std::vector<std::string_view> parts;
    std::size_t begin = text.rfind(separator);
    while (begin != std::string_view::npos && (most < 0 || std::int64_t(parts.size()) < most)) {
        parts.push_back(text.substr(begin + separator.size()));
        text = text.substr(0, begin);
        begin = text.rfind(separator);
    }
    parts.push_back(text);
    std::reverse(parts.begin(), parts.end());
    return parts;
}

Result<Value> splitMethod(const std::string &text, const std::string &name, const CallArguments &arguments,
                          Budget &budget)
{
    SECATEUR_CHECK(arguments.check(2, {"sep", "maxsplit"}));
    SECATEUR_TRY(separator, textArgument(arguments, 0, "sep"));
    SECATEUR_TRY(most, countArgument(arguments, 1, "maxsplit"));
    SECATEUR_CHECK(budget.takeSteps(text.size() / 64));
    if (!separator && name == "rsplit" && most >= 0)
        return refuse("rsplit() at white space a given number of times is not known here");
    if (!separator)
        return listOfTexts(splitAtBlanks(text, most), budget);
    if (separator->empty())
        return refuse("a text cannot be split at an empty text");
    return listOfTexts(name == "split" ? splitAt(text, *separator, most) : splitFromBehind(text, *separator, most),
                       budget);
}

Result<Value> splitLines(const std::string &text, Budget &budget)
{
    static constexpr std::u32string_view ends = U"\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029";
    std::vector<std::string_view> lines;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = at;
        const char32_t character = tokenizer::decodeUtf8(text, at);
        if (ends.find(character) == std::u32string_view::npos)
            continue;
        if (character == U'\r' && at < text.size() && text[at] == '\n')
            ++at;
        lines.push_back(std::string_view(text).substr(begin, end - begin));
        begin = at;
    }
    if (begin < text.size())
        lines.push_back(std::string_view(text).substr(begin));
    return listOfTexts(lines, budget);
}

/// startswith and endswith: one text, or a tuple of them.
Result<Value> hasEdge(const std::string &text, bool atEnd, const CallArguments &arguments)
{
    SECATEUR_CHECK(arguments.check(1));
    const Value *const wanted = arguments.find(0, {});
    std::vector<Value> edges;
    if (wanted && wanted->asText())
        edges = {*wanted};
    else if (wanted && wanted->asList() && wanted->asList()->isTuple)
        edges = wanted->asList()->items;
    else
        return refuse("a text, or several in (), are expected as argument");
    for (const Value &edge : edges) {
        if (!edge.asText())
            return refuse("a text is expected, not " + edge.typeName());
        if (atEnd ? text.ends_with(*edge.asText()) : text.starts_with(*edge.asText()))
            return Value::boolean(true);
    }
    return Value::boolean(false);
}

Result<Value> replaceMethod(const std::string &text, const CallArguments &arguments, Budget &budget)
{
    SECATEUR_CHECK(arguments.check(3, {"count"}));
    SECATEUR_TRY(from, neededText(arguments, 0));
    SECATEUR_TRY(to, neededText(arguments, 1));
    SECATEUR_TRY(most, countArgument(arguments, 2, "count"));
    std::string result;
    std::size_t at = 0;
    for (std::int64_t done = 0; most < 0 || done < most; ++done) {
        const std::size_t found = text.find(from, at);
        if (found == std::string::npos || (from.empty() && at >= text.size()))
            break;
        std::size_t next = found;
        if (from.empty())
            static_cast<void>(tokenizer::decodeUtf8(text, next));
        SECATEUR_CHECK(budget.takeBytes(to.size() + found - at));
        result.append(text, at, found - at).append(to).append(text, found, next - found);
        at = from.empty() ? next : found + from.size();
    }
    if (from.empty() && at >= text.size() && (most < 0 || std::int64_t(characterCount(text)) < most))
        result += to;
    SECATEUR_CHECK(budget.takeBytes(text.size() - at));
    result.append(text, at);
    return Value::text(std::move(result));
}

Result<Value> joinMethod(const std::string &separator, const CallArguments &arguments, Budget &budget)
{
    SECATEUR_CHECK(arguments.check(1));
    const Value *const parts = arguments.find(0, {});
    if (!parts)
        return refuse("join() needs a list");
    SECATEUR_TRY(elements, elementsOf(*parts, budget));
    std::string result;
    for (std::size_t i = 0; i < elements.size(); ++i) {
        if (!elements[i].asText())
            return refuse("join() needs texts, not " + elements[i].typeName());
        SECATEUR_CHECK(budget.takeBytes(separator.size() + elements[i].asText()->size()));
        result += (i > 0 ? separator : "") + *elements[i].asText();
    }
    return Value::text(std::move(result));
}

Result<Value> searchMethod(const std::string &text, const std::string &name, const CallArguments &arguments)
{
    SECATEUR_CHECK(arguments.check(1));
    SECATEUR_TRY(wanted, neededText(arguments, 0));
    if (name == "count") {
        if (wanted.empty())
            return Value::integer(std::int64_t(characterCount(text)) + 1);
        std::int64_t count = 0;
        for (auto at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + wanted.size()))
            ++count;
        return Value::integer(count);
    }
    const std::size_t at = name == "rfind" ? text.rfind(wanted) : text.find(wanted);
    if (at == std::string::npos && name == "index")
        return refuse("index(): the text is not there");
    return Value::integer(at == std::string::npos ? -1
                                                  : std::int64_t(characterCount(std::string_view(text).substr(0, at))));
}

/// isdigit and the like: every character of a text that is not empty.
bool allAre(const std::string &text, const std::string &name)
{
    using tokenizer::CharClass;
    const auto is = [&](char32_t c) {
        const CharClass kind = tokenizer::charClass(c);
        if (name == "isspace")
            return isPythonSpace(c);
        if (name == "isdigit")
            return tokenizer::isDecimalDigit(c);
        return kind == CharClass::Letter || (name == "isalnum" && kind == CharClass::Number);
    };
    for (std::size_t at = 0; at < text.size();)
        if (!is(tokenizer::decodeUtf8(text, at)))
            return false;
    return !text.empty();
}

Result<Value> caseMethod(const std::string &text, const std::string &name, Budget &budget)
{
    SECATEUR_CHECK(budget.takeBytes(text.size()));
    if (name == "upper")
        return Value::text(upperCase(text));
    if (name == "lower")
        return Value::text(lowerCase(text));
    if (name == "title")
        return Value::text(titleCase(text));
    if (name == "capitalize")
        return Value::text(capitalized(text));
    const std::string upper = upperCase(text);
    const std::string lower = lowerCase(text);
    return Value::boolean(upper != lower && text == (name == "isupper" ? upper : lower));
}

Result<Value> textMethod(const std::string &text, const std::string &name, const CallArguments &arguments,
                         Budget &budget)
{
    if (isOneOf(name, {"strip", "lstrip", "rstrip"})) {
        SECATEUR_CHECK(arguments.check(1));
        SECATEUR_TRY(characters, textArgument(arguments, 0, {}));
        const Sides sides = name == "strip" ? Sides::Both : name == "lstrip" ? Sides::Left : Sides::Right;
        const auto kept =
            trimmed(text, sides, characters ? std::optional<std::string_view>(*characters) : std::nullopt);
        SECATEUR_CHECK(budget.takeBytes(kept.size()));
        return Value::text(std::string(kept));
    }
    if (name == "split" || name == "rsplit")
        return splitMethod(text, name, arguments, budget);
    if (name == "startswith" || name == "endswith")
        return hasEdge(text, name == "endswith", arguments);
    if (name == "replace")
        return replaceMethod(text, arguments, budget);
    if (name == "join")
        return joinMethod(text, arguments, budget);
    SECATEUR_CHECK(budget.takeSteps(text.size() / 256));
    if (isOneOf(name, {"find", "rfind", "count", "index"}))
        return searchMethod(text, name, arguments);
    if (name == "removeprefix" || name == "removesuffix") {
        SECATEUR_TRY(edge, neededText(arguments, 0));
        const bool atEnd = name == "removesuffix";
        const bool has = atEnd ? text.ends_with(edge) : text.starts_with(edge);
        return Value::text(!has ? text : atEnd ? text.substr(0, text.size() - edge.size()) : text.substr(edge.size()));
    }
    SECATEUR_CHECK(arguments.check(0));
    if (name == "splitlines")
        return splitLines(text, budget);
    if (isOneOf(name, {"isdigit", "isspace", "isalpha", "isalnum"}))
        return Value::boolean(allAre(text, name));
    if (isOneOf(name, {"upper", "lower", "title", "capitalize", "isupper", "islower"}))
        return caseMethod(text, name, budget);
    return failure(ErrorCode::Unsupported, "the method " + name + "() of a text is not known to this program");
}

Result<Value> dictMethod(const Dict &dict, const std::string &name, const CallArguments &arguments, Budget &budget)
{
    if (name == "get") {
        SECATEUR_CHECK(arguments.check(2, {}));
        const Value *const key = arguments.find(0, {});
        const Value *const found = key && key->asText() ? dict.find(*key->asText()) : nullptr;
        const Value *const otherwise = arguments.find(1, {});
        return found ? *found : otherwise ? *otherwise : Value::none();
    }
    SECATEUR_CHECK(arguments.check(0));
    SECATEUR_CHECK(budget.takeSteps(dict.items.size()));
    if (name == "copy")
        return Value::dict(std::make_shared<Dict>(dict));
    std::vector<Value> items;
    for (const auto &[key, value] : dict.items) {
        if (name == "items") {
            SECATEUR_TRY(pair, Value::list({Value::text(key), value}, true));
            items.push_back(std::move(pair));
        } else {
            items.push_back(name == "keys" ? Value::text(key) : value);
        }
    }
    return Value::list(std::move(items));
}

Result<Value> listMethod(const List &list, const std::string &name, const CallArguments &arguments, Budget &budget)
{
    SECATEUR_CHECK(arguments.check(1));
    const Value *const wanted = arguments.find(0, {});
    if (!wanted)
        return refuse(name + "() needs an argument");
    std::int64_t count = 0;
    for (std::size_t i = 0; i < list.items.size(); ++i) {
        SECATEUR_TRY(same, equal(list.items[i], *wanted, budget));
        if (same && name == "index")
            return Value::integer(std::int64_t(i));
        count += same ? 1 : 0;
    }
    return name == "count" ? Result<Value>(Value::integer(count)) : refuse("index(): the value is not in the list");
}

} // namespace

bool hasMethod(const Value &value, const std::string &name)
{
    return (value.asText() && isIn(name, textMethods)) || (value.asDict() && isIn(name, dictMethods))
        || (value.asList() && isIn(name, listMethods));
}

Result<Value> callMethod(const Value &value, const std::string &name, const CallArguments &arguments, Budget &budget)
{
    if (const std::string *const text = value.asText())
        return textMethod(*text, name, arguments, budget);
    if (const Dict *const dict = value.asDict(); dict && isOneOf(name, {"get", "items", "keys", "values", "copy"}))
        return dictMethod(*dict, name, arguments, budget);
    if (const List *const list = value.asList(); list && isOneOf(name, {"index", "count"}))
        return listMethod(*list, name, arguments, budget);
    return refuse("a template may not change " + value.typeName() + " with " + name + "()");
}

} // namespace secateur::chat
