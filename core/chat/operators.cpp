// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/chat/operators.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/chat/methods.h"
#include "core/chat/pythontext.h"
#include "core/tokenizer/unicode.h"

namespace secateur::chat {

namespace {

using Integer = std::int64_t;

std::optional<Integer> integerOf(const Value &value)
{
    if (const bool *const truth = value.asBoolean())
        return *truth ? 1 : 0;
    return value.asInteger() ? std::optional(*value.asInteger()) : std::nullopt;
}

std::optional<double> numberOf(const Value &value)
{
    if (const auto *const number = value.asNumber())
        return *number;
    const auto integer = integerOf(value);
    return integer ? std::optional(double(*integer)) : std::nullopt;
}

tl::unexpected<Error> cannot(const std::string &op, const Value &left, const Value &right)
{
    return refuse("\"" + op + "\" cannot be applied to " + left.typeName() + " and " + right.typeName());
}

Result<Value> integerPower(Integer base, Integer exponent)
{
    Integer result = 1;
    for (Integer i = 0; i < exponent; ++i) {
        if (__builtin_mul_overflow(result, base, &result))
            return refuse("a whole number becomes too large");
        if (result == 0 || (result == 1 && base == 1))
            break;
        if (base == -1)
            return Value::integer(exponent % 2 == 0 ? 1 : -1);
    }
    return Value::integer(result);
}

Result<Value> integerBinary(const std::string &op, Integer left, Integer right)
{
    Integer result = 0;
    const bool overflows = op == "+" ? __builtin_add_overflow(left, right, &result)
        : op == "-"                  ? __builtin_sub_overflow(left, right, &result)
        : op == "*"                  ? __builtin_mul_overflow(left, right, &result)
                                     : false;
    if (overflows || (left == std::numeric_limits<Integer>::min() && right == -1))
        return refuse("a whole number becomes too large");
    if (op == "+" || op == "-" || op == "*")
        return Value::integer(result);
    if (op == "**" && right >= 0)
        return integerPower(left, right);
    if (op == "**")
        return Value::number(std::pow(double(left), double(right)));
    if (right == 0)
        return refuse("division by zero");
    if (op == "/")
        return Value::number(double(left) / double(right));
    const Integer remainder = left % right;
    const bool rounded = remainder != 0 && (remainder < 0) != (right < 0);
    return Value::integer(op == "//" ? left / right - (rounded ? 1 : 0) : remainder + (rounded ? right : 0));
}

Result<Value> numberBinary(const std::string &op, double left, double right)
{
    if (op == "+")
        return Value::number(left + right);
    if (op == "-")
        return Value::number(left - right);
    if (op == "*")
        return Value::number(left * right);
    if (op == "**")
        return Value::number(std::pow(left, right));
    if (right == 0.0)
        return refuse("division by zero");
    if (op == "/")
        return Value::number(left / right);
    const double quotient = std::floor(left / right);
    return Value::number(op == "//" ? quotient : left - quotient * right);
}

Result<Value> repeated(const Value &value, Integer times, Budget &budget)
{
    const auto count = std::uint64_t(std::max<Integer>(times, 0));
    const std::string *const text = value.asText();
    const std::uint64_t size = text ? text->size() : value.asList()->items.size() * sizeof(Value);
    if (size > 0 && count > std::numeric_limits<std::uint64_t>::max() / size)
        return refuse("the template makes more text than is allowed");
    SECATEUR_CHECK(budget.takeBytes(count * size));
    std::string whole;
    std::vector<Value> items;
    for (std::uint64_t i = 0; i < count && size > 0; ++i) {
        if (text)
            whole += *text;
        else
            items.insert(items.end(), value.asList()->items.begin(), value.asList()->items.end());
    }
    return text ? Value::text(std::move(whole)) : Value::list(std::move(items), value.asList()->isTuple);
}

Result<Value> joinedValues(const Value &left, const Value &right, Budget &budget)
{
    if (left.asText() && right.asText()) {
        SECATEUR_CHECK(budget.takeBytes(left.asText()->size() + right.asText()->size()));
        return Value::text(*left.asText() + *right.asText());
    }
    if (!left.asList() || !right.asList() || left.asList()->isTuple != right.asList()->isTuple)
        return cannot("+", left, right);
    std::vector<Value> items = left.asList()->items;
    items.insert(items.end(), right.asList()->items.begin(), right.asList()->items.end());
    SECATEUR_CHECK(budget.takeBytes(items.size() * sizeof(Value)));
    return Value::list(std::move(items), left.asList()->isTuple);
}

Result<bool> equalLists(const List &left, const List &right, Budget &budget)
{
    if (left.isTuple != right.isTuple || left.items.size() != right.items.size())
        return false;
    for (std::size_t i = 0; i < left.items.size(); ++i) {
        SECATEUR_TRY(same, equal(left.items[i], right.items[i], budget));
        if (!same)
            return false;
    }
    return true;
}

Result<bool> equalDicts(const Dict &left, const Dict &right, Budget &budget)
{
    if (left.items.size() != right.items.size())
        return false;
    for (const auto &[key, value] : left.items) {
        const Value *const other = right.find(key);
        if (!other)
            return false;
        SECATEUR_TRY(same, equal(value, *other, budget));
        if (!same)
            return false;
    }
    return true;
}

/// -1, 0 or 1.
Result<int> order(const std::string &op, const Value &left, const Value &right, Budget &budget)
{
    const auto sign = [](auto a, auto b) { return a < b ? -1 : b < a ? 1 : 0; };
    if (integerOf(left) && integerOf(right))
        return sign(*integerOf(left), *integerOf(right));
    if (numberOf(left) && numberOf(right))
        return sign(*numberOf(left), *numberOf(right));
    if (left.asText() && right.asText()) {
        SECATEUR_CHECK(budget.takeSteps());
        return sign(left.asText()->compare(*right.asText()), 0);
    }
    if (!left.asList() || !right.asList() || left.asList()->isTuple != right.asList()->isTuple)
        return cannot(op, left, right);
    const auto &a = left.asList()->items;
    const auto &b = right.asList()->items;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        SECATEUR_TRY(same, equal(a[i], b[i], budget));
        if (!same)
            return order(op, a[i], b[i], budget);
    }
    return sign(a.size(), b.size());
}

Result<bool> contains(const Value &container, const Value &element, Budget &budget)
{
    SECATEUR_CHECK(budget.takeSteps());
    if (const std::string *const text = container.asText()) {
        if (!element.asText())
            return cannot("in", element, container);
        SECATEUR_CHECK(budget.takeSteps(text->size() / 1024));
        return text->find(*element.asText()) != std::string::npos;
    }
    if (const Dict *const dict = container.asDict())
        return element.asText() && dict->find(*element.asText());
    if (!container.asList())
        return container.isUndefined() ? Result<bool>(false) : cannot("in", element, container);
    for (const Value &item : container.asList()->items) {
        SECATEUR_TRY(same, equal(item, element, budget));
        if (same)
            return true;
    }
    return false;
}

/// Where a slice begins, ends, and how it goes on, as Python clips it.
struct Range {
    Integer begin = 0;
    Integer end = 0;
    Integer step = 1;
};

Result<Range> rangeOf(Integer size, const Value &begin, const Value &end, const Value &step)
{
    for (const Value *bound : {&begin, &end, &step})
        if (!bound->isNone() && !integerOf(*bound))
            return refuse("a slice needs whole numbers, not " + bound->typeName());
    Range range;
    range.step = integerOf(step).value_or(1);
    if (range.step == 0)
        return refuse("the step of a slice is 0");
    const Integer low = range.step > 0 ? 0 : -1;
    const Integer high = range.step > 0 ? size : size - 1;
    const auto clipped = [&](const Value &bound, Integer otherwise) {
        const auto given = integerOf(bound);
        if (!given)
            return otherwise;
        return std::clamp(*given < 0 ? *given + size : *given, low, high);
    };
    range.begin = clipped(begin, range.step > 0 ? low : high);
    range.end = clipped(end, range.step > 0 ? high : low);
    return range;
}

} // namespace

Result<Value> binary(const std::string &op, const Value &left, const Value &right, Budget &budget)
{
    if (integerOf(left) && integerOf(right))
        return integerBinary(op, *integerOf(left), *integerOf(right));
    if (numberOf(left) && numberOf(right))
        return numberBinary(op, *numberOf(left), *numberOf(right));
    if (op == "+")
        return joinedValues(left, right, budget);
    const auto repeats = [](const Value &value) { return value.asText() || value.asList(); };
    if (op == "*" && repeats(left) && integerOf(right))
        return repeated(left, *integerOf(right), budget);
    if (op == "*" && repeats(right) && integerOf(left))
        return repeated(right, *integerOf(left), budget);
    return cannot(op, left, right);
}

Result<Value> signedValue(const std::string &sign, const Value &value)
{
    if (const auto integer = integerOf(value))
        return sign == "+" ? Result<Value>(Value::integer(*integer)) : integerBinary("-", 0, *integer);
    if (const auto *const number = value.asNumber())
        return Value::number(sign == "+" ? *number : -*number);
    return refuse("\"" + sign + "\" cannot be applied to " + value.typeName());
}

Result<bool> equal(const Value &left, const Value &right, Budget &budget)
{
    SECATEUR_CHECK(budget.takeSteps());
    if (integerOf(left) && integerOf(right))
        return *integerOf(left) == *integerOf(right);
    if (numberOf(left) && numberOf(right))
        return *numberOf(left) == *numberOf(right);
    if (left.asText() && right.asText()) {
        SECATEUR_CHECK(budget.takeSteps(left.asText()->size() / 1024));
        return *left.asText() == *right.asText();
    }
    if (left.asList() && right.asList())
        return equalLists(*left.asList(), *right.asList(), budget);
    if (left.asDict() && right.asDict())
        return equalDicts(*left.asDict(), *right.asDict(), budget);
    return left.isSame(right) || (left.isUndefined() && right.isUndefined());
}

Result<bool> compare(const std::string &op, const Value &left, const Value &right, Budget &budget)
{
    if (op == "==" || op == "!=") {
        SECATEUR_TRY(same, equal(left, right, budget));
        return same == (op == "==");
    }
    if (op == "in" || op == "not in") {
        SECATEUR_TRY(is, contains(right, left, budget));
        return is == (op == "in");
    }
    SECATEUR_TRY(sign, order(op, left, right, budget));
    return op == "<" ? sign < 0 : op == "<=" ? sign <= 0 : op == ">" ? sign > 0 : sign >= 0;
}

Result<std::vector<Value>> elementsOf(const Value &value, Budget &budget)
{
    if (value.isUndefined())
        return std::vector<Value>();
    if (const List *const list = value.asList()) {
        SECATEUR_CHECK(budget.takeSteps(list->items.size() / 16));
        return list->items;
    }
    std::vector<Value> elements;
    if (const Dict *const dict = value.asDict()) {
        SECATEUR_CHECK(budget.takeSteps(dict->items.size()));
        for (const auto &[key, ignored] : dict->items)
            elements.push_back(Value::text(key));
        return elements;
    }
    const std::string *const text = value.asText();
    if (!text)
        return refuse(value.typeName() + " has no elements to go through");
    SECATEUR_CHECK(budget.takeSteps(text->size()));
    for (std::size_t at = 0; at < text->size();) {
        const std::size_t begin = at;
        static_cast<void>(tokenizer::decodeUtf8(*text, at));
        elements.push_back(Value::text(text->substr(begin, at - begin)));
    }
    return elements;
}

Result<std::int64_t> lengthOf(const Value &value)
{
    if (value.isUndefined())
        return 0;
    if (const auto *const text = value.asText())
        return Integer(characterCount(*text));
    if (value.asList())
        return Integer(value.asList()->items.size());
    if (value.asDict())
        return Integer(value.asDict()->items.size());
    return refuse(value.typeName() + " has no length");
}

Result<Value> item(const Value &value, const Value &key)
{
    if (value.isUndefined())
        return refuse(value.typeName() + ", so it has no elements");
    const std::string *const name = key.asText();
    const auto index = integerOf(key);
    if (const Dict *const dict = value.asDict(); dict && name)
        if (const Value *const found = dict->find(*name))
            return *found;
    if (index && (value.asList() || value.asText())) {
        SECATEUR_TRY(size, lengthOf(value));
        const Integer place = *index < 0 ? *index + size : *index;
        if (place < 0 || place >= size)
            return Value::undefined("element " + std::to_string(*index));
        if (value.asList())
            return value.asList()->items[std::size_t(place)];
        const std::size_t begin = byteOfCharacter(*value.asText(), std::size_t(place));
        std::size_t end = begin;
        static_cast<void>(tokenizer::decodeUtf8(*value.asText(), end));
        return Value::text(value.asText()->substr(begin, end - begin));
    }
    return name ? attribute(value, *name) : Value::undefined("element");
}

Result<Value> attribute(const Value &value, const std::string &name)
{
    if (value.isUndefined())
        return refuse(value.typeName() + ", so it has no \"" + name + "\"");
    if (const Namespace *const space = value.asNamespace()) {
        const auto found = space->members.find(name);
        return found == space->members.end() ? Value::undefined(name) : found->second;
    }
    if (hasMethod(value, name))
        return Value::callable({Callable::Kind::Method, name, value, nullptr, {}});
    if (const Dict *const dict = value.asDict())
        if (const Value *const found = dict->find(name))
            return *found;
    return Value::undefined(name);
}

Result<Value> slice(const Value &value, const Value &begin, const Value &end, const Value &step, Budget &budget)
{
    if (!value.asList() && !value.asText())
        return refuse(value.typeName() + " cannot be sliced");
    SECATEUR_TRY(size, lengthOf(value));
    SECATEUR_TRY(range, rangeOf(size, begin, end, step));
    const std::string *const text = value.asText();
    if (text && range.step == 1) {
        const std::size_t from = byteOfCharacter(*text, std::size_t(range.begin));
        const std::size_t to = byteOfCharacter(*text, std::size_t(std::max(range.begin, range.end)));
        SECATEUR_CHECK(budget.takeBytes(to - from));
        return Value::text(text->substr(from, to - from));
    }
    SECATEUR_TRY(elements, elementsOf(value, budget));
    std::vector<Value> items;
    std::string characters;
    for (Integer i = range.begin; range.step > 0 ? i < range.end : i > range.end;) {
        const Value &element = elements[std::size_t(i)];
        SECATEUR_CHECK(budget.takeBytes(sizeof(Value)));
        if (text)
            characters += *element.asText();
        else
            items.push_back(element);
        if (__builtin_add_overflow(i, range.step, &i))
            break;
    }
    return text ? Value::text(std::move(characters)) : Value::list(std::move(items), value.asList()->isTuple);
}

} // namespace secateur::chat
