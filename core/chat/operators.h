// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/chat/value.h"

/// What Python's operators do, as far as templates need it. Errors are BadInput without a line.
namespace secateur::chat {

/// "+", "-", "*", "/", "//", "%", "**". Whole numbers are of 64 bits: BadInput beyond.
[[nodiscard]] Result<Value> binary(const std::string &op, const Value &left, const Value &right, Budget &budget);
/// "-" and "+" before a number.
[[nodiscard]] Result<Value> signedValue(const std::string &sign, const Value &value);
/// "==", "!=", "<", "<=", ">", ">=", "in", "not in".
[[nodiscard]] Result<bool> compare(const std::string &op, const Value &left, const Value &right, Budget &budget);
[[nodiscard]] Result<bool> equal(const Value &left, const Value &right, Budget &budget);

/// The elements of a list, the keys of a dict, the characters of a text; none of what is undefined.
[[nodiscard]] Result<std::vector<Value>> elementsOf(const Value &value, Budget &budget);
/// len(value)
[[nodiscard]] Result<std::int64_t> lengthOf(const Value &value);

/// value[key]; undefined when there is no such element.
[[nodiscard]] Result<Value> item(const Value &value, const Value &key);
/// value.name: a method, or else an element.
[[nodiscard]] Result<Value> attribute(const Value &value, const std::string &name);
/// value[begin:end:step]; each may be None.
[[nodiscard]] Result<Value> slice(const Value &value, const Value &begin, const Value &end, const Value &step,
                                  Budget &budget);

} // namespace secateur::chat
