// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include "core/chat/filters.h"
#include "core/chat/operators.h"
#include "core/chat/pythontext.h"

namespace secateur::chat {

namespace {

/// Tests of one operand more, by Jinja's names for them.
struct Comparison {
    std::string_view name;
    const char *op;
};
constexpr std::array<Comparison, 16> comparisons = {{
    {"eq", "=="},
    {"equalto", "=="},
    {"==", "=="},
    {"ne", "!="},
    {"!=", "!="},
    {"lt", "<"},
    {"lessthan", "<"},
    {"<", "<"},
    {"le", "<="},
    {"<=", "<="},
    {"gt", ">"},
    {">", ">"},
    {"ge", ">="},
    {">=", ">="},
    {"greaterthan", ">"},
    {"in", "in"},
}};

bool isKind(const std::string &name, const Value &value)
{
    if (name == "none")
        return value.isNone();
    if (name == "string")
        return value.asText();
    if (name == "mapping")
        return value.asDict();
    if (name == "boolean")
        return value.asBoolean();
    if (name == "true" || name == "false")
        return value.asBoolean() && *value.asBoolean() == (name == "true");
    if (name == "integer")
        return value.asInteger();
    if (name == "float")
        return value.asNumber();
    if (name == "number")
        return value.asInteger() || value.asNumber() || value.asBoolean();
    if (name == "callable")
        return value.asCallable() || value.isUndefined(); // which Jinja's undefined values claim to be
    // An undefined value is an empty sequence to Jinja.
    return value.asText() || value.asList() || value.asDict() || value.isUndefined();
}

constexpr std::array<std::string_view, 11> kinds = {"none",    "string", "mapping", "boolean",  "true",    "false",
                                                    "integer", "float",  "number",  "callable", "iterable"};

Result<bool> numberTest(const std::string &name, const Value &value, const CallArguments &arguments)
{
    const Value *const by = arguments.find(0, "num");
    const auto *const number = value.asInteger();
    const std::int64_t divisor = name != "divisibleby" ? 2 : by && by->asInteger() ? *by->asInteger() : 0;
    if (!number || divisor == 0)
        return refuse("is " + name + ": whole numbers are expected, not " + value.typeName());
    const bool divides = divisor == -1 || *number % divisor == 0;
    return name == "odd" ? !divides : divides;
}

} // namespace

Result<bool> applyTest(const std::string &name, const Value &value, const CallArguments &arguments, Budget &budget)
{
    if (name == "defined" || name == "undefined")
        return value.isUndefined() == (name == "undefined");
    if (std::find(kinds.begin(), kinds.end(), name) != kinds.end() || name == "sequence")
        return isKind(name, value);
    for (const auto &[known, op] : comparisons) {
        if (known != name)
            continue;
        const Value *const other = arguments.find(0, "other");
        if (!other)
            return refuse("is " + name + ": an argument is missing");
        return compare(op, value, *other, budget);
    }
    if (name == "odd" || name == "even" || name == "divisibleby")
        return numberTest(name, value, arguments);
    if (name == "sameas") {
        const Value *const other = arguments.find(0, "other");
        return other && value.isSame(*other);
    }
    if (name == "lower" || name == "upper") {
        SECATEUR_TRY(text, textOf(value, budget));
        const std::string lower = lowerCase(text);
        const std::string upper = upperCase(text);
        return lower != upper && text == (name == "lower" ? lower : upper);
    }
    return failure(ErrorCode::Unsupported, "the test \"is " + name.substr(0, 40) + "\" is not known to this program");
}

} // namespace secateur::chat
