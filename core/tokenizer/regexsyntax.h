// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace secateur::tokenizer {

/// Rewrites an Oniguruma pattern for PCRE2 (UTF, UCP, MULTILINE) so that it means the same.
/// BadInput for recursion, conditions, callouts and verbs, which no tokenizer needs and which can run away;
/// Unsupported for nested character classes and class intersections.
[[nodiscard]] Result<std::string> translatePattern(std::string_view pattern);

} // namespace secateur::tokenizer
