// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "core/sandbox/box.h"
#include "core/sandbox/program.h"
#include "core/sandbox/verdict.h"

namespace secateur::sandbox {

/// What the end of a box says about the program. A pass needs the line with this run's `nonce`, no line of a failure
/// beside it (a candidate may have forked), and the exit code 0.
[[nodiscard]] Verdict judge(const Program &program, const std::string &nonce, const std::string &token,
                            const BoxResult &result);

/// The text with every byte that is not UTF-8 replaced by U+FFFD, and control characters but line end and tab by a
/// blank.
[[nodiscard]] std::string printable(std::string_view bytes);

} // namespace secateur::sandbox
