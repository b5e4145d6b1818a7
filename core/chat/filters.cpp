// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/chat/filters.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/chat/listfilters.h"
#include "core/chat/methods.h"
#include "core/chat/operators.h"
#include "core/chat/pythontext.h"

namespace secateur::chat {

namespace {

using Arguments = CallArguments;

Result<Value> textFilter(const std::string &name, const Value &value, const Arguments &arguments, Budget &budget)
{
    SECATEUR_TRY(text, textOf(value, budget));
    SECATEUR_CHECK(budget.takeBytes(text.size()));
    if (name == "trim")
        return callMethod(Value::text(text), "strip", arguments, budget);
    SECATEUR_CHECK(arguments.check(0));
    if (name == "upper")
        return Value::text(upperCase(text));
    if (name == "lower")
        return Value::text(lowerCase(text));
    if (name == "capitalize")
        return Value::text(capitalized(text));
    if (name == "title") { // Jinja's own: words begin behind blanks and some brackets
        std::string result;
        bool begins = true;
        for (std::size_t at = 0; at < text.size();) {
            std::size_t end = at;
            while (end < text.size() && (end == at || (text[end] & 0xc0) == 0x80))
                ++end;
            const std::string character = text.substr(at, end - at);
            result += begins ? upperCase(character) : lowerCase(character);
            begins = trimmed(character, Sides::Both).empty()
                || std::string_view("-({[<").find(character) != std::string_view::npos;
            at = end;
        }
        return Value::text(std::move(result));
    }
    return Value::text(std::move(text)); // string, safe: nothing is escaped here
}

Result<Value> escapeFilter(const Value &value, const Arguments &arguments, Budget &budget)
{
    SECATEUR_CHECK(arguments.check(0));
    SECATEUR_TRY(text, textOf(value, budget));
    std::string result;
    for (const char c : text) {
        static constexpr std::string_view special = "&<>'\"";
        static constexpr std::array<const char *, 5> spelled = {"&amp;", "&lt;", "&gt;", "&#39;", "&#34;"};
        const auto known = special.find(c);
        result += known == std::string_view::npos ? std::string(1, c) : spelled[known];
    }
    SECATEUR_CHECK(budget.takeBytes(result.size()));
    return Value::text(std::move(result));
}

Result<Value> replaceFilter(const Value &value, const Arguments &arguments, Budget &budget)
{
    SECATEUR_CHECK(arguments.check(3, {"old", "new", "count"}));
    SECATEUR_TRY(text, textOf(value, budget));
    Arguments plain;
    for (const auto &[place, name] : {std::pair(0, "old"), std::pair(1, "new")}) {
        const Value *const part = arguments.find(std::size_t(place), name);
        if (!part)
            return refuse("replace needs what to replace, and by what");
        SECATEUR_TRY(partText, textOf(*part, budget));
        plain.positional.push_back(Value::text(partText));
    }
    if (const Value *const count = arguments.find(2, "count"); count && !count->isNone())
        plain.positional.push_back(*count);
    return callMethod(Value::text(std::move(text)), "replace", plain, budget);
}

Result<Value> defaultFilter(const Value &value, const Arguments &arguments)
{
    SECATEUR_CHECK(arguments.check(2, {"default_value", "boolean"}));
    const Value *const otherwise = arguments.find(0, "default_value");
    const Value *const alsoFalse = arguments.find(1, "boolean");
    if (!value.isUndefined() && !(alsoFalse && alsoFalse->isTrue() && !value.isTrue()))
        return value;
    return otherwise ? *otherwise : Value::text({});
}

/// A whole number that the text spells, as Python's int().
std::optional<std::int64_t> parsedInteger(std::string_view text)
{
    text = trimmed(text, Sides::Both);
    if (text.starts_with('+') && !text.starts_with("+-"))
        text.remove_prefix(1);
    std::int64_t integer = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), integer);
    return problem == std::errc() && end == text.data() + text.size() ? std::optional(integer) : std::nullopt;
}

std::optional<double> parsedNumber(std::string_view text)
{
    text = trimmed(text, Sides::Both);
    if (text.starts_with('+') && !text.starts_with("+-"))
        text.remove_prefix(1);
    double number = 0.0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    return problem == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

Result<Value> intFilter(const Value &value, const Arguments &arguments)
{
    SECATEUR_CHECK(arguments.check(2, {"default", "base"}));
    if (arguments.find(1, "base"))
        return failure(ErrorCode::Unsupported, "the filter int with a base is not known to this program");
    const Value *const given = arguments.find(0, "default");
    std::optional<double> number;
    if (const bool *const truth = value.asBoolean())
        return Value::integer(*truth ? 1 : 0);
    if (value.asInteger())
        return value;
    if (value.asNumber())
        number = *value.asNumber();
    if (const std::string *const text = value.asText()) {
        if (const auto integer = parsedInteger(*text))
            return Value::integer(*integer);
        number = parsedNumber(*text);
    }
    if (number && std::fabs(*number) < 9e18)
        return Value::integer(std::int64_t(*number));
    return given ? *given : Value::integer(0);
}

Result<Value> floatFilter(const Value &value, const Arguments &arguments)
{
    SECATEUR_CHECK(arguments.check(1, {"default"}));
    const Value *const given = arguments.find(0, "default");
    if (const bool *const truth = value.asBoolean())
        return Value::number(*truth ? 1.0 : 0.0);
    if (value.asInteger())
        return Value::number(double(*value.asInteger()));
    if (value.asNumber())
        return value;
    const auto number = value.asText() ? parsedNumber(*value.asText()) : std::nullopt;
    return number ? Value::number(*number) : given ? *given : Value::number(0.0);
}

Result<Value> numberFilter(const std::string &name, const Value &value, const Arguments &arguments)
{
    if (!value.asInteger() && !value.asNumber())
        return refuse(name + ": a number is expected, not " + value.typeName());
    if (name == "abs")
        return value.asInteger() ? (*value.asInteger() < 0 ? signedValue("-", value) : Result<Value>(value))
                                 : Value::number(std::fabs(*value.asNumber()));
    SECATEUR_CHECK(arguments.check(2, {"precision", "method"}));
    const Value *const precision = arguments.find(0, "precision");
    const std::int64_t digits = precision && precision->asInteger() ? *precision->asInteger() : 0;
    if (digits < 0 || digits > 15 || arguments.find(1, "method"))
        return failure(ErrorCode::Unsupported, "the filter round is known for 0 to 15 digits and no method only");
    const double number = value.asInteger() ? double(*value.asInteger()) : *value.asNumber();
    std::array<char, 400> buffer{}; // to the nearest, exactly, as Python rounds
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed, int(digits)).ptr;
    double rounded = number;
    std::from_chars(buffer.data(), end, rounded);
    return Value::number(rounded);
}

/// Jinja's indent: all lines but the first and blank ones.
Result<Value> indentFilter(const Value &value, const Arguments &arguments, Budget &budget)
{
    SECATEUR_CHECK(arguments.check(3, {"width", "first", "blank"}));
    const Value *const width = arguments.find(0, "width");
    const Value *const first = arguments.find(1, "first");
    const Value *const blank = arguments.find(2, "blank");
    const std::int64_t blanks = !width ? 4
        : width->asInteger()           ? std::clamp<std::int64_t>(*width->asInteger(), 0, 1000)
                                       : 0;
    const std::string indent = width && width->asText() ? *width->asText() : std::string(std::size_t(blanks), ' ');
    SECATEUR_TRY(text, textOf(value, budget));
    // Jinja makes line ends of all kinds to one, and one of them behind the text does not count as a line.
    SECATEUR_TRY(lines, callMethod(Value::text(text + "\n"), "splitlines", {}, budget));
    std::string result;
    for (std::size_t i = 0; i < lines.asList()->items.size(); ++i) {
        const std::string &line = *lines.asList()->items[i].asText();
        const bool indents = i == 0 ? first && first->isTrue() : !line.empty() || (blank && blank->isTrue());
        SECATEUR_CHECK(budget.takeBytes(indent.size() + line.size() + 1));
        result += (i > 0 ? "\n" : "") + (indents ? indent : std::string()) + line;
    }
    return Value::text(std::move(result));
}

Result<Value> jsonFilter(const Value &value, const Arguments &arguments, Budget &budget)
{
    SECATEUR_CHECK(arguments.check(4, {"ensure_ascii", "indent", "separators", "sort_keys"}));
    JsonStyle style;
    if (const Value *const ascii = arguments.find(0, "ensure_ascii"))
        style.asciiOnly = ascii->isTrue();
    if (const Value *const indent = arguments.find(1, "indent"); indent && !indent->isNone()) {
        if (indent->asInteger())
            style.indent = std::string(std::size_t(std::clamp<std::int64_t>(*indent->asInteger(), 0, 1000)), ' ');
        else if (indent->asText())
            style.indent = *indent->asText();
        else
            return refuse("tojson: the indent is a number or a text");
        style.itemSeparator = ",";
    }
    if (const Value *const separators = arguments.find(2, "separators"); separators && !separators->isNone()) {
        const List *const pair = separators->asList();
        if (!pair || pair->items.size() != 2 || !pair->items[0].asText() || !pair->items[1].asText())
            return refuse("tojson: the separators are two texts in ()");
        style.itemSeparator = *pair->items[0].asText();
        style.keySeparator = *pair->items[1].asText();
    }
    if (const Value *const sorts = arguments.find(3, "sort_keys"))
        style.sortKeys = sorts->isTrue();
    SECATEUR_TRY(text, jsonOf(value, style, budget));
    return Value::text(std::move(text));
}

Result<Value> otherFilter(const std::string &name, const Value &value, const Arguments &arguments, Budget &budget)
{
    if (name == "tojson")
        return jsonFilter(value, arguments, budget);
    if (name == "replace")
        return replaceFilter(value, arguments, budget);
    if (name == "default" || name == "d")
        return defaultFilter(value, arguments);
    if (name == "indent")
        return indentFilter(value, arguments, budget);
    if (name == "int")
        return intFilter(value, arguments);
    if (name == "float")
        return floatFilter(value, arguments);
    if (name == "abs" || name == "round")
        return numberFilter(name, value, arguments);
    return escapeFilter(value, arguments, budget);
}

constexpr std::array<std::string_view, 7> textFilters = {"trim",  "upper",  "lower", "capitalize",
                                                         "title", "string", "safe"};
constexpr std::array<std::string_view, 11> otherFilters = {"tojson", "replace", "default", "d",      "indent", "int",
                                                           "float",  "abs",     "round",   "escape", "e"};

template <typename Names>
bool holds(const Names &names, const std::string &name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

Result<Value> applyFilter(const std::string &name, const Value &value, const CallArguments &arguments, Budget &budget)
{
    SECATEUR_CHECK(budget.takeSteps());
    if (holds(textFilters, name))
        return textFilter(name, value, arguments, budget);
    if (holds(otherFilters, name))
        return otherFilter(name, value, arguments, budget);
    if (isListFilter(name))
        return applyListFilter(name, value, arguments, budget);
    return failure(ErrorCode::Unsupported, "the filter \"" + name.substr(0, 40) + "\" is not known to this program");
}

} // namespace secateur::chat
