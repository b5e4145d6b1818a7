// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "core/chat/syntax.h"

namespace secateur::chat {

/// The statements of a template. BadInput ("line 3: …") for what is no Jinja; Unsupported for Jinja that this program
/// does not read: include, import, extends, block, recursive loops.
[[nodiscard]] Result<Body> parseTemplate(std::string_view source);

} // namespace secateur::chat
