// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/chat/value.h"

namespace secateur::chat {

/// value|name(arguments), as Jinja2 does it, but tojson, which is transformers' own. BadInput without a line;
/// Unsupported for filters that are not known here.
[[nodiscard]] Result<Value> applyFilter(const std::string &name, const Value &value, const CallArguments &arguments,
                                        Budget &budget);

/// value is name(arguments). Errors as of filters.
[[nodiscard]] Result<bool> applyTest(const std::string &name, const Value &value, const CallArguments &arguments,
                                     Budget &budget);

} // namespace secateur::chat
