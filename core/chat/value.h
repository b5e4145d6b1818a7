// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"

namespace secateur::chat {

/// What a template may still use up: a template is an untrusted file (design/safety.md B.4).
class Budget
{
public:
    Budget(std::uint64_t steps, std::uint64_t bytes) : m_steps(steps), m_bytes(bytes) { }
    /// Of work: statements, calls, turns of a loop, elements looked at. BadInput when there are none left.
    [[nodiscard]] Result<void> takeSteps(std::uint64_t count = 1);
    /// Of text and lists made on the way.
    [[nodiscard]] Result<void> takeBytes(std::uint64_t count);

private:
    std::uint64_t m_steps;
    std::uint64_t m_bytes;
};

struct List;
struct Dict;
struct Namespace;
struct Callable;

/// A value of the template's language, with the meaning it has in Python. Immutable but for namespaces; copies are
/// cheap.
class Value
{
public:
    /// A name or field that is not there; `name` is for messages.
    struct Undefined {
        std::shared_ptr<const std::string> name;
    };
    struct None {
    };

    Value() = default; ///< undefined
    static Value undefined(std::string_view name);
    static Value none() { return Value(Data(None{})); }
    static Value boolean(bool value) { return Value(Data(value)); }
    static Value integer(std::int64_t value) { return Value(Data(value)); }
    static Value number(double value) { return Value(Data(value)); }
    static Value text(std::string value) { return Value(Data(std::make_shared<const std::string>(std::move(value)))); }
    static Value list(std::shared_ptr<const List> value) { return Value(Data(std::move(value))); }
    static Value dict(std::shared_ptr<const Dict> value) { return Value(Data(std::move(value))); }
    static Value space(std::shared_ptr<Namespace> value) { return Value(Data(std::move(value))); }
    static Value callable(Callable value);
    /// BadInput when it is nested too deep.
    [[nodiscard]] static Result<Value> list(std::vector<Value> items, bool isTuple = false);
    [[nodiscard]] static Result<Value> fromJson(const nlohmann::ordered_json &json);

    [[nodiscard]] bool isUndefined() const { return std::holds_alternative<Undefined>(m_data); }
    [[nodiscard]] bool isNone() const { return std::holds_alternative<None>(m_data); }
    [[nodiscard]] const bool *asBoolean() const { return std::get_if<bool>(&m_data); }
    [[nodiscard]] const std::int64_t *asInteger() const { return std::get_if<std::int64_t>(&m_data); }
    [[nodiscard]] const double *asNumber() const { return std::get_if<double>(&m_data); }
    [[nodiscard]] const std::string *asText() const { return pointed<const std::string>(); }
    [[nodiscard]] const List *asList() const { return pointed<const List>(); }
    [[nodiscard]] const Dict *asDict() const { return pointed<const Dict>(); }
    [[nodiscard]] Namespace *asNamespace() const { return pointed<Namespace>(); }
    [[nodiscard]] const Callable *asCallable() const { return pointed<const Callable>(); }

    [[nodiscard]] bool isTrue() const; ///< as `if` sees it
    [[nodiscard]] std::string typeName() const; ///< for messages: "a text", "nothing (\"name\" is not defined)"
    [[nodiscard]] int depth() const; ///< 0: holds no other values
    /// Whether it is the very same object, as Python's `is` tells for None, True, False, and what is shared.
    [[nodiscard]] bool isSame(const Value &other) const;

private:
    using Data = std::variant<Undefined, None, bool, std::int64_t, double, std::shared_ptr<const std::string>,
                              std::shared_ptr<const List>, std::shared_ptr<const Dict>, std::shared_ptr<Namespace>,
                              std::shared_ptr<const Callable>>;
    explicit Value(Data data) : m_data(std::move(data)) { }
    template <typename T>
    [[nodiscard]] T *pointed() const
    {
        const auto *const held = std::get_if<std::shared_ptr<T>>(&m_data);
        return held ? held->get() : nullptr;
    }

    Data m_data;
};

struct List {
    std::vector<Value> items;
    bool isTuple = false;
    int depth = 1;
};

/// Keys are texts, in the order in which they were set.
struct Dict {
    std::vector<std::pair<std::string, Value>> items;
    int depth = 1;

    /// BadInput when the value is nested too deep.
    [[nodiscard]] Result<void> set(const std::string &key, const Value &value);
    [[nodiscard]] const Value *find(const std::string &key) const;

private:
    std::unordered_map<std::string, std::size_t> m_index;
};

/// What namespace() makes: the only thing that a template can change.
struct Namespace {
    std::unordered_map<std::string, Value> members;
};

struct Statement;
struct Scope;

/// Something that can be called.
struct Callable {
    enum class Kind {
        Function, ///< a global one, by name
        Method, ///< `name` of `self`
        Cycle, ///< loop.cycle; `self` is loop.index0
        Macro,
    };
    Kind kind = Kind::Function;
    std::string name;
    Value self;
    const Statement *macro = nullptr;
    std::weak_ptr<Scope> scope; ///< in which the macro was defined
};

/// Arguments of a call, evaluated.
struct CallArguments {
    std::vector<Value> positional;
    std::vector<std::pair<std::string, Value>> named;

    /// The argument at this place or of this name; null: not given.
    [[nodiscard]] const Value *find(std::size_t place, std::string_view name) const;
    /// BadInput when there are more than `most` or others than `names`.
    [[nodiscard]] Result<void> check(std::size_t most, std::initializer_list<std::string_view> names = {}) const;
};

[[nodiscard]] inline tl::unexpected<Error> refuse(std::string problem)
{
    return failure(ErrorCode::BadInput, std::move(problem));
}

} // namespace secateur::chat
