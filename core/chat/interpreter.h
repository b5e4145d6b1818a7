// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ctime>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/chat/syntax.h"

namespace secateur::chat {

/// Names and their values; what is not here is looked up in the scope around.
struct Scope {
    std::unordered_map<std::string, Value> names;
    std::shared_ptr<Scope> around;
};

/// What bounds one rendering.
struct Limits {
    std::uint64_t steps = 0;
    std::uint64_t madeBytes = 0; ///< text and lists on the way
    std::uint64_t outputBytes = 0;
};

/// Carries out a template. For one rendering.
class Interpreter
{
public:
    /// `now` is the time that strftime_now() tells.
    Interpreter(const Limits &limits, const std::tm &now);
    ~Interpreter();
    Interpreter(const Interpreter &) = delete;
    Interpreter &operator=(const Interpreter &) = delete;

    void define(const std::string &name, Value value) { m_scope->names[name] = std::move(value); }
    /// BadInput and Unsupported: "line 3: …".
    [[nodiscard]] Result<std::string> render(const Body &body);
    [[nodiscard]] bool usedClock() const { return m_usedClock; } ///< strftime_now() was called

private:
    enum class Flow { Next, Break, Continue };
    class Inside;

    [[nodiscard]] Result<Flow> run(const Body &body, std::string &out);
    [[nodiscard]] Result<Flow> run(const Statement &statement, std::string &out);
    [[nodiscard]] Result<Flow> runIf(const Statement &statement, std::string &out);
    [[nodiscard]] Result<Flow> runFor(const Statement &statement, std::string &out);
    [[nodiscard]] Result<std::vector<Value>> loopElements(const Statement &statement);
    [[nodiscard]] Result<Value> loopVariable(const std::vector<Value> &elements, std::size_t index);
    [[nodiscard]] Result<void> runSet(const Statement &statement);
    [[nodiscard]] Result<void> runBodyFilter(const Statement &statement, std::string &out);
    [[nodiscard]] Result<void> runCallBlock(const Statement &statement, std::string &out);
    [[nodiscard]] Result<Flow> runWith(const Statement &statement, std::string &out);
    /// The text of a body; it counts as output only where it is written.
    [[nodiscard]] Result<std::string> textOfBody(const Body &body);
    [[nodiscard]] Result<void> setIn(const Statement &statement, const Value &value);
    [[nodiscard]] Result<void> assign(const std::vector<std::string> &targets, const Value &value, int line);
    [[nodiscard]] Result<void> write(std::string_view text, std::string &out, int line);
    [[nodiscard]] Value macroOf(const Statement &statement);

    [[nodiscard]] Result<Value> evaluate(const Expression &expression);
    [[nodiscard]] Result<Value> evaluateRaw(const Expression &expression); ///< errors may lack their line
    [[nodiscard]] Result<Value> evaluateLogic(const Expression &expression);
    [[nodiscard]] Result<Value> evaluateContainer(const Expression &expression);
    [[nodiscard]] Result<Value> evaluateSlice(const Expression &expression);
    [[nodiscard]] Result<Value> evaluateComparison(const Expression &expression);
    [[nodiscard]] Result<Value> evaluateFilterOrTest(const Expression &expression);
    [[nodiscard]] Result<Value> evaluateCall(const Expression &expression);
    [[nodiscard]] Result<CallArguments> argumentsOf(const Expression &expression);
    [[nodiscard]] Value lookUp(const std::string &name) const;

    [[nodiscard]] Result<Value> call(const Callable &callable, const CallArguments &arguments);
    [[nodiscard]] Result<Value> callMethodOf(const Callable &method, const CallArguments &arguments);
    [[nodiscard]] Result<Value> callFunction(const std::string &name, const CallArguments &arguments);
    [[nodiscard]] Result<Value> callMacro(const Callable &macro, const CallArguments &arguments);
    [[nodiscard]] Result<Value> makeNamespace(const CallArguments &arguments);
    [[nodiscard]] static Result<Value> makeDict(const CallArguments &arguments);
    [[nodiscard]] Result<Value> makeRange(const CallArguments &arguments);
    [[nodiscard]] Result<Value> tellTime(const CallArguments &arguments);

    Budget m_budget;
    std::uint64_t m_outputBytes;
    std::tm m_now;
    bool m_usedClock = false;
    int m_depth = 0;
    std::shared_ptr<Scope> m_globals;
    std::shared_ptr<Scope> m_scope;
    std::vector<std::shared_ptr<Namespace>> m_namespaces; ///< emptied at the end: they may hold each other
};

} // namespace secateur::chat
