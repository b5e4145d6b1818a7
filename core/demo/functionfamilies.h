// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/demo/functions.h"

namespace secateur::demo {

/// A condition on a number, e.g. "greater than 7": its words, its expressions and its meaning.
struct Condition {
    enum Kind { Greater, Less, AtLeast, AtMost, Even, Odd, Divisible, Unequal } kind = Even;
    std::int64_t constant = 0;

    [[nodiscard]] std::string words() const;
    [[nodiscard]] std::string expression(const std::string &variable, Language language) const;
    [[nodiscard]] bool holds(std::int64_t value) const;
};

/// A change of a number, e.g. "multiplied by 3".
struct Change {
    enum Kind { Times, Plus, Minus, Squared, Doubled } kind = Doubled;
    std::int64_t constant = 0;

    [[nodiscard]] std::string words() const;
    /// `operand` stands in parentheses already where it needs them.
    [[nodiscard]] std::string expression(const std::string &operand) const;
    [[nodiscard]] std::int64_t of(std::int64_t value) const;
};

/// What a family draws.
struct Choices {
    Condition condition;
    Change change;
    Change otherChange;
    std::int64_t k = 0;
    std::int64_t m = 0;
    std::string letter;
    std::string otherLetter;
    std::string word;
};

/// Text with slots: {xs} list, {v} its element, {n} number, {a} {b} two numbers, {s} text, {P} condition in words and
/// {p} on the element (list) or number, {i} on a counter; {T} and {U} changes in words, {t} and {u} on the element or
/// number, {j} on a counter, {k} {m} {c} {d} {w} constants.
struct Family {
    const char *id;
    const char *uses; ///< which of P, T, U, k, m, c, d, w it draws
    const char *parameters; ///< "L", "I", "II" or "S"
    char result; ///< 'I', 'B', 'S' or 'L'
    std::vector<const char *> names;
    std::vector<const char *> descriptions;
    const char *bodies[4];
    Value (*run)(const Choices &, const Values &);
};

[[nodiscard]] const std::vector<Family> &listFamilies();
[[nodiscard]] const std::vector<Family> &numberFamilies();
[[nodiscard]] const std::vector<Family> &textFamilies();

} // namespace secateur::demo
