// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "core/chat/filters.h"
#include "core/chat/interpreter.h"
#include "core/chat/methods.h"
#include "core/chat/operators.h"
#include "core/chat/pythontext.h"

namespace secateur::chat {

Result<Value> Interpreter::evaluate(const Expression &expression)
{
    auto value = evaluateRaw(expression);
    if (!value && !value.error().detail.starts_with("line "))
        return tl::make_unexpected(withContext(value.error(), "line " + std::to_string(expression.line)));
    return value;
}

Result<Value> Interpreter::evaluateRaw(const Expression &expression)
{
    using Kind = Expression::Kind;
    const auto &children = expression.children;
    SECATEUR_CHECK(m_budget.takeSteps());
    switch (expression.kind) {
    case Kind::Constant: return expression.constant;
    case Kind::Name: return lookUp(expression.name);
    case Kind::And:
    case Kind::Or:
    case Kind::Not:
    case Kind::Conditional: return evaluateLogic(expression);
    case Kind::Compare: return evaluateComparison(expression);
    case Kind::Filter:
    case Kind::Test: return evaluateFilterOrTest(expression);
    case Kind::Call: return evaluateCall(expression);
    case Kind::Slice: return evaluateSlice(expression);
    case Kind::Unary:
    case Kind::Attribute: {
        SECATEUR_TRY(value, evaluate(*children[0]));
        return expression.kind == Kind::Unary ? signedValue(expression.name, value) : attribute(value, expression.name);
    }
    case Kind::Binary:
    case Kind::Item: {
        SECATEUR_TRY(left, evaluate(*children[0]));
        SECATEUR_TRY(right, evaluate(*children[1]));
        return expression.kind == Kind::Item ? item(left, right) : binary(expression.name, left, right, m_budget);
    }
    default: return evaluateContainer(expression);
    }
}

Result<Value> Interpreter::evaluateLogic(const Expression &expression)
{
    using Kind = Expression::Kind;
    SECATEUR_TRY(first, evaluate(*expression.children[0]));
    if (expression.kind == Kind::Not)
        return Value::boolean(!first.isTrue());
    if (expression.kind != Kind::Conditional)
        return first.isTrue() == (expression.kind == Kind::Or) ? std::move(first) : evaluate(*expression.children[1]);
    if (first.isTrue())
        return evaluate(*expression.children[1]);
    return expression.children[2] ? evaluate(*expression.children[2])
                                  : Result<Value>(Value::undefined("the else of an if"));
}

Result<Value> Interpreter::evaluateContainer(const Expression &expression)
{
    using Kind = Expression::Kind;
    std::vector<Value> values;
    for (const auto &child : expression.children) {
        SECATEUR_TRY(value, evaluate(*child));
        values.push_back(std::move(value));
    }
    SECATEUR_CHECK(m_budget.takeBytes(values.size() * sizeof(Value)));
    if (expression.kind == Kind::Concat) {
        std::string text;
        for (const Value &value : values) {
            SECATEUR_TRY(part, textOf(value, m_budget));
            SECATEUR_CHECK(m_budget.takeBytes(part.size()));
            text += part;
        }
        return Value::text(std::move(text));
    }
    if (expression.kind != Kind::Dict)
        return Value::list(std::move(values), expression.kind == Kind::Tuple);
    auto dict = std::make_shared<Dict>();
    for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
        if (!values[i].asText())
            return refuse("the keys of a dict are texts here, not " + values[i].typeName());
        SECATEUR_CHECK(dict->set(*values[i].asText(), values[i + 1]));
    }
    return Value::dict(std::move(dict));
}

Result<Value> Interpreter::evaluateSlice(const Expression &expression)
{
    SECATEUR_TRY(value, evaluate(*expression.children[0]));
    std::array<Value, 3> bounds = {Value::none(), Value::none(), Value::none()};
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        if (!expression.children[i + 1])
            continue;
        SECATEUR_TRY(bound, evaluate(*expression.children[i + 1]));
        bounds[i] = bound;
    }
    return slice(value, bounds[0], bounds[1], bounds[2], m_budget);
}

Result<Value> Interpreter::evaluateComparison(const Expression &expression)
{
    SECATEUR_TRY(first, evaluate(*expression.children[0]));
    Value left = first;
    for (std::size_t i = 0; i < expression.names.size(); ++i) {
        SECATEUR_TRY(right, evaluate(*expression.children[i + 1]));
        SECATEUR_TRY(holds, compare(expression.names[i], left, right, m_budget));
        if (!holds)
            return Value::boolean(false);
        left = right;
    }
    return Value::boolean(true);
}

Result<Value> Interpreter::evaluateFilterOrTest(const Expression &expression)
{
    SECATEUR_TRY(value, evaluate(*expression.children[0]));
    SECATEUR_TRY(arguments, argumentsOf(expression));
    if (expression.kind == Expression::Kind::Filter)
        return applyFilter(expression.name, value, arguments, m_budget);
    SECATEUR_TRY(holds, applyTest(expression.name, value, arguments, m_budget));
    return Value::boolean(holds != expression.negated);
}

Result<CallArguments> Interpreter::argumentsOf(const Expression &expression)
{
    CallArguments arguments;
    const std::size_t named = expression.children.size() - expression.names.size();
    for (std::size_t i = 1; i < expression.children.size(); ++i) {
        SECATEUR_TRY(value, evaluate(*expression.children[i]));
        const std::string name = i < named ? std::string() : expression.names[i - named];
        if (name.empty()) {
            arguments.positional.push_back(std::move(value));
        } else if (name == "*") {
            SECATEUR_TRY(several, elementsOf(value, m_budget));
            arguments.positional.insert(arguments.positional.end(), several.begin(), several.end());
        } else if (name == "**") {
            if (!value.asDict())
                return refuse("\"**\" needs a dict, not " + value.typeName());
            arguments.named.insert(arguments.named.end(), value.asDict()->items.begin(), value.asDict()->items.end());
        } else {
            arguments.named.emplace_back(name, std::move(value));
        }
    }
    return arguments;
}

Result<Value> Interpreter::evaluateCall(const Expression &expression)
{
    SECATEUR_TRY(callee, evaluate(*expression.children[0]));
    SECATEUR_TRY(arguments, argumentsOf(expression));
    const Callable *const callable = callee.asCallable();
    if (!callable)
        return refuse(callee.typeName() + " cannot be called");
    return call(*callable, arguments);
}

Result<Value> Interpreter::callMethodOf(const Callable &method, const CallArguments &arguments)
{
    return callMethod(method.self, method.name, arguments, m_budget);
}

Result<Value> Interpreter::callFunction(const std::string &name, const CallArguments &arguments)
{
    if (name == "namespace")
        return makeNamespace(arguments);
    if (name == "range")
        return makeRange(arguments);
    if (name == "strftime_now")
        return tellTime(arguments);
    if (name == "raise_exception") {
        SECATEUR_CHECK(arguments.check(1, {"message"}));
        const Value *const message = arguments.find(0, "message");
        SECATEUR_TRY(text, textOf(message ? *message : Value(), m_budget));
        return refuse("the template refuses this conversation: " + text.substr(0, 1000));
    }
    return makeDict(arguments);
}

Result<Value> Interpreter::makeDict(const CallArguments &arguments)
{
    auto dict = std::make_shared<Dict>();
    if (!arguments.positional.empty()) {
        const Dict *const given = arguments.positional.front().asDict();
        if (!given || arguments.positional.size() > 1)
            return refuse("dict() takes one dict, or names and values");
        *dict = *given;
    }
    for (const auto &[name, value] : arguments.named)
        SECATEUR_CHECK(dict->set(name, value));
    return Value::dict(std::move(dict));
}

Result<Value> Interpreter::makeNamespace(const CallArguments &arguments)
{
    auto space = std::make_shared<Namespace>();
    if (!arguments.positional.empty()) {
        const Dict *const dict = arguments.positional.front().asDict();
        if (!dict || arguments.positional.size() > 1)
            return refuse("namespace() takes one dict, or names and values");
        space->members.insert(dict->items.begin(), dict->items.end());
    }
    for (const auto &[name, value] : arguments.named)
        space->members[name] = value;
    m_namespaces.push_back(space);
    return Value::space(std::move(space));
}

Result<Value> Interpreter::makeRange(const CallArguments &arguments)
{
    constexpr std::uint64_t longest = 100'000; // as Jinja's sandbox
    SECATEUR_CHECK(arguments.check(3));
    std::array<std::int64_t, 3> numbers = {0, 0, 1};
    const std::size_t given = arguments.positional.size();
    for (std::size_t i = 0; i < given; ++i) {
        const auto *const number = arguments.positional[i].asInteger();
        if (!number)
            return refuse("range() takes whole numbers, not " + arguments.positional[i].typeName());
        numbers[given == 1 ? 1 : i] = *number;
    }
    const auto [begin, end, step] = numbers;
    if (given == 0 || step == 0)
        return refuse("range() needs an end, and a step that is not 0");
    std::vector<Value> items;
    for (std::int64_t i = begin; step > 0 ? i < end : i > end;) {
        if (items.size() >= longest)
            return refuse("a range may not be longer than " + std::to_string(longest));
        items.push_back(Value::integer(i));
        if (__builtin_add_overflow(i, step, &i))
            break;
    }
    SECATEUR_CHECK(m_budget.takeBytes(items.size() * sizeof(Value)));
    return Value::list(std::move(items));
}

Result<Value> Interpreter::tellTime(const CallArguments &arguments)
{
    SECATEUR_CHECK(arguments.check(1, {"format"}));
    const Value *const format = arguments.find(0, "format");
    if (!format || !format->asText() || format->asText()->size() > 256)
        return refuse("strftime_now() needs a format of at most 256 bytes");
    m_usedClock = true;
    std::array<char, 4096> buffer{};
    // A byte in front tells an empty text from one that does not fit.
    const std::string whole = "x" + *format->asText();
    const std::size_t size = std::strftime(buffer.data(), buffer.size(), whole.c_str(), &m_now);
    if (size == 0)
        return refuse("strftime_now(): the text is too long");
    return Value::text(std::string(buffer.data() + 1, size - 1));
}

} // namespace secateur::chat
