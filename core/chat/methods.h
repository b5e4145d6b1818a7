// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/chat/value.h"

namespace secateur::chat {

/// Whether Python has this method: of str, dict and list, as far as this program knows them.
[[nodiscard]] bool hasMethod(const Value &value, const std::string &name);

/// value.name(arguments). BadInput without a line; also for methods that change a list or dict, which transformers'
/// sandbox does not allow either.
[[nodiscard]] Result<Value> callMethod(const Value &value, const std::string &name, const CallArguments &arguments,
                                       Budget &budget);

} // namespace secateur::chat
