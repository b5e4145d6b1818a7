// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/chat/value.h"

namespace secateur::chat {

/// The filters that look at the elements of a value: length, join, map, selectattr and so on (filters.h has all).
[[nodiscard]] bool isListFilter(const std::string &name);
[[nodiscard]] Result<Value> applyListFilter(const std::string &name, const Value &value, const CallArguments &arguments,
                                            Budget &budget);

} // namespace secateur::chat
