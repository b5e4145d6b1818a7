// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/chat/interpreter.h"

#include <algorithm>

#include "core/chat/operators.h"
#include "core/chat/pythontext.h"

namespace secateur::chat {

namespace {

/// An error gets the line of the innermost expression that it came from.
Error atLine(Error error, int line)
{
    return error.detail.starts_with("line ") ? error : withContext(std::move(error), "line " + std::to_string(line));
}

} // namespace

/// A scope of its own while it lives.
class Interpreter::Inside
{
public:
    Inside(Interpreter &interpreter, std::shared_ptr<Scope> around)
        : m_interpreter(interpreter), m_before(interpreter.m_scope)
    {
        interpreter.m_scope = std::make_shared<Scope>(Scope{{}, std::move(around)});
    }
    explicit Inside(Interpreter &interpreter) : Inside(interpreter, interpreter.m_scope) { }
    ~Inside() { m_interpreter.m_scope = std::move(m_before); }
    Inside(const Inside &) = delete;
    Inside &operator=(const Inside &) = delete;

private:
    Interpreter &m_interpreter;
    std::shared_ptr<Scope> m_before;
};

Interpreter::Interpreter(const Limits &limits, const std::tm &now)
    : m_budget(limits.steps, limits.madeBytes), m_outputBytes(limits.outputBytes), m_now(now),
      m_globals(std::make_shared<Scope>()), m_scope(std::make_shared<Scope>(Scope{{}, m_globals}))
{
    for (const char *name : {"namespace", "range", "dict", "raise_exception", "strftime_now"})
        m_globals->names[name] = Value::callable({Callable::Kind::Function, name, {}, nullptr, {}});
}

Interpreter::~Interpreter()
{
    for (const auto &space : m_namespaces)
        space->members.clear();
}

Result<std::string> Interpreter::render(const Body &body)
{
    std::string out;
    SECATEUR_CHECK(run(body, out));
    return out;
}

Result<void> Interpreter::write(std::string_view text, std::string &out, int line)
{
    if (text.size() > m_outputBytes)
        return refuse("line " + std::to_string(line) + ": the template writes more text than is allowed");
    m_outputBytes -= text.size();
    out += text;
    return {};
}

Result<Interpreter::Flow> Interpreter::run(const Body &body, std::string &out)
{
    for (const Statement &statement : body) {
        SECATEUR_TRY(flow, run(statement, out));
        if (flow != Flow::Next)
            return flow;
    }
    return Flow::Next;
}

Result<Interpreter::Flow> Interpreter::run(const Statement &statement, std::string &out)
{
    using Kind = Statement::Kind;
    if (auto left = m_budget.takeSteps(); !left)
        return tl::make_unexpected(atLine(left.error(), statement.line));
    switch (statement.kind) {
    case Kind::Text: SECATEUR_CHECK(write(statement.text, out, statement.line)); break;
    case Kind::Output: {
        SECATEUR_TRY(value, evaluate(*statement.expressions.front()));
        auto text = textOf(value, m_budget);
        if (!text)
            return tl::make_unexpected(atLine(text.error(), statement.line));
        SECATEUR_CHECK(write(*text, out, statement.line));
        break;
    }
    case Kind::If: return runIf(statement, out);
    case Kind::For: return runFor(statement, out);
    case Kind::Set: SECATEUR_CHECK(runSet(statement)); break;
    case Kind::SetBlock:
    case Kind::FilterBlock: SECATEUR_CHECK(runBodyFilter(statement, out)); break;
    case Kind::Macro: m_scope->names[statement.text] = macroOf(statement); break;
    case Kind::CallBlock: SECATEUR_CHECK(runCallBlock(statement, out)); break;
    case Kind::With: return runWith(statement, out);
    case Kind::Generation: {
        const Inside inside(*this);
        return run(statement.body, out);
    }
    case Kind::Break: return Flow::Break;
    case Kind::Continue: return Flow::Continue;
    }
    return Flow::Next;
}

Result<Interpreter::Flow> Interpreter::runIf(const Statement &statement, std::string &out)
{
    for (const auto &[condition, body] : statement.branches) {
        SECATEUR_TRY(value, evaluate(*condition));
        if (value.isTrue())
            return run(body, out);
    }
    return run(statement.elseBody, out);
}

Result<std::vector<Value>> Interpreter::loopElements(const Statement &statement)
{
    SECATEUR_TRY(sequence, evaluate(*statement.expressions[0]));
    auto elements = elementsOf(sequence, m_budget);
    if (!elements)
        return tl::make_unexpected(atLine(elements.error(), statement.line));
    if (statement.expressions.size() < 2)
        return elements;
    std::vector<Value> kept;
    for (const Value &element : *elements) {
        const Inside inside(*this);
        SECATEUR_CHECK(assign(statement.targets, element, statement.line));
        SECATEUR_TRY(holds, evaluate(*statement.expressions[1]));
        if (holds.isTrue())
            kept.push_back(element);
    }
    return kept;
}

Result<Value> Interpreter::loopVariable(const std::vector<Value> &elements, std::size_t index)
{
    auto loop = std::make_shared<Dict>();
    const auto number = [](std::size_t value) { return Value::integer(std::int64_t(value)); };
    const std::size_t last = elements.size() - 1;
    const std::pair<const char *, Value> members[] = {
        {"index0", number(index)},
        {"index", number(index + 1)},
        {"first", Value::boolean(index == 0)},
        {"last", Value::boolean(index == last)},
        {"length", number(elements.size())},
        {"revindex", number(last - index + 1)},
        {"revindex0", number(last - index)},
        {"previtem", index > 0 ? elements[index - 1] : Value::undefined("there is no previous item")},
        {"nextitem", index < last ? elements[index + 1] : Value::undefined("there is no next item")},
        {"depth", number(1)},
        {"depth0", number(0)},
    };
    for (const auto &[name, value] : members)
        SECATEUR_CHECK(loop->set(name, value));
    SECATEUR_CHECK(loop->set("cycle", Value::callable({Callable::Kind::Cycle, "cycle", number(index), nullptr, {}})));
    return Value::dict(std::move(loop));
}

Result<Interpreter::Flow> Interpreter::runFor(const Statement &statement, std::string &out)
{
    SECATEUR_TRY(elements, loopElements(statement));
    for (std::size_t i = 0; i < elements.size(); ++i) {
        if (auto left = m_budget.takeSteps(); !left)
            return tl::make_unexpected(atLine(left.error(), statement.line));
        const Inside inside(*this);
        SECATEUR_TRY(loop, loopVariable(elements, i));
        m_scope->names["loop"] = std::move(loop);
        SECATEUR_CHECK(assign(statement.targets, elements[i], statement.line));
        SECATEUR_TRY(flow, run(statement.body, out));
        if (flow == Flow::Break)
            break;
    }
    if (!elements.empty())
        return Flow::Next;
    const Inside inside(*this);
    return run(statement.elseBody, out);
}

Result<void> Interpreter::assign(const std::vector<std::string> &targets, const Value &value, int line)
{
    if (targets.size() == 1) {
        m_scope->names[targets.front()] = value;
        return {};
    }
    auto parts = elementsOf(value, m_budget);
    if (!parts)
        return tl::make_unexpected(atLine(parts.error(), line));
    if (parts->size() != targets.size())
        return refuse("line " + std::to_string(line) + ": " + std::to_string(parts->size()) + " values for "
                      + std::to_string(targets.size()) + " names");
    for (std::size_t i = 0; i < targets.size(); ++i)
        m_scope->names[targets[i]] = (*parts)[i];
    return {};
}

Result<void> Interpreter::runSet(const Statement &statement)
{
    SECATEUR_TRY(value, evaluate(*statement.expressions.front()));
    return setIn(statement, value);
}

Result<void> Interpreter::setIn(const Statement &statement, const Value &value)
{
    if (statement.attribute.empty())
        return assign(statement.targets, value, statement.line);
    Namespace *const space = lookUp(statement.targets.front()).asNamespace();
    if (!space)
        return refuse("line " + std::to_string(statement.line) + ": \"" + statement.targets.front()
                      + "\" is no namespace, so nothing can be set in it");
    space->members[statement.attribute] = value;
    return {};
}

/// {% set x %}…{% endset %} and {% filter f %}…{% endfilter %}.
Result<void> Interpreter::runBodyFilter(const Statement &statement, std::string &out)
{
    Value result;
    {
        const Inside inside(*this);
        SECATEUR_TRY(body, textOfBody(statement.body));
        result = Value::text(std::move(body));
        if (!statement.expressions.empty()) {
            m_scope->names[std::string(bodyName)] = result;
            SECATEUR_TRY(filtered, evaluate(*statement.expressions.front()));
            result = filtered;
        }
    }
    if (statement.kind == Statement::Kind::FilterBlock) {
        SECATEUR_TRY(text, textOf(result, m_budget));
        return write(text, out, statement.line);
    }
    return setIn(statement, result);
}

Result<std::string> Interpreter::textOfBody(const Body &body)
{
    std::string text;
    SECATEUR_CHECK(run(body, text));
    m_outputBytes += text.size();
    SECATEUR_CHECK(m_budget.takeBytes(text.size()));
    return text;
}

Value Interpreter::macroOf(const Statement &statement)
{
    return Value::callable({Callable::Kind::Macro, statement.text, {}, &statement, m_scope});
}

Result<void> Interpreter::runCallBlock(const Statement &statement, std::string &out)
{
    const Expression &expression = *statement.branches.front().first;
    SECATEUR_TRY(callee, evaluate(*expression.children.front()));
    SECATEUR_TRY(arguments, argumentsOf(expression));
    arguments.named.emplace_back("caller", macroOf(statement));
    const Callable *const macro = callee.asCallable();
    if (!macro || macro->kind != Callable::Kind::Macro)
        return refuse("line " + std::to_string(statement.line) + ": {% call %} needs a macro");
    auto result = callMacro(*macro, arguments);
    if (!result)
        return tl::make_unexpected(atLine(result.error(), statement.line));
    return write(*result->asText(), out, statement.line);
}

Result<Interpreter::Flow> Interpreter::runWith(const Statement &statement, std::string &out)
{
    std::vector<Value> values;
    for (const auto &expression : statement.expressions) {
        SECATEUR_TRY(value, evaluate(*expression));
        values.push_back(std::move(value));
    }
    const Inside inside(*this);
    for (std::size_t i = 0; i < values.size(); ++i)
        m_scope->names[statement.targets[i]] = values[i];
    return run(statement.body, out);
}

Value Interpreter::lookUp(const std::string &name) const
{
    for (const Scope *scope = m_scope.get(); scope; scope = scope->around.get())
        if (const auto found = scope->names.find(name); found != scope->names.end())
            return found->second;
    return Value::undefined(name);
}

Result<Value> Interpreter::call(const Callable &callable, const CallArguments &arguments)
{
    SECATEUR_CHECK(m_budget.takeSteps());
    if (callable.kind == Callable::Kind::Macro)
        return callMacro(callable, arguments);
    if (callable.kind == Callable::Kind::Function)
        return callFunction(callable.name, arguments);
    if (callable.kind == Callable::Kind::Method)
        return callMethodOf(callable, arguments);
    if (arguments.positional.empty())
        return refuse("cycle() needs values");
    return arguments.positional[std::size_t(*callable.self.asInteger()) % arguments.positional.size()];
}

Result<Value> Interpreter::callMacro(const Callable &macro, const CallArguments &arguments)
{
    constexpr int deepest = 40;
    const Statement &statement = *macro.macro;
    const auto &parameters = statement.targets;
    if (m_depth >= deepest)
        return refuse("macros call each other more than " + std::to_string(deepest) + " deep");
    if (arguments.positional.size() > parameters.size())
        return refuse(macro.name + "() takes " + std::to_string(parameters.size()) + " arguments");
    const auto around = macro.scope.lock();
    const Inside inside(*this, around ? around : m_globals);
    ++m_depth;
    const std::size_t withDefault = parameters.size() - statement.expressions.size();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Value *const given = arguments.find(i, parameters[i]);
        Value value = given ? *given : Value::undefined(parameters[i]);
        if (!given && i >= withDefault) {
            SECATEUR_TRY(byDefault, evaluate(*statement.expressions[i - withDefault]));
            value = byDefault;
        }
        m_scope->names[parameters[i]] = std::move(value);
    }
    for (const auto &[name, value] : arguments.named) {
        if (name == "caller")
            m_scope->names[name] = value;
        else if (std::find(parameters.begin(), parameters.end(), name) == parameters.end())
            return refuse(macro.name + "() has no parameter \"" + name + "\"");
    }
    SECATEUR_TRY(out, textOfBody(statement.body));
    --m_depth;
    return Value::text(std::move(out));
}

} // namespace secateur::chat
