// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/demo/functions.h"

namespace secateur::demo {

/// A call and what it must give.
struct Case {
    Values arguments;
    Value result;
};
[[nodiscard]] std::vector<Case> drawCases(const Function &function, std::size_t count, Random &random);

/// A function as a program of one language, in the layout of HumanEval (Python) or MultiPL-E (the others).
struct CodeText {
    std::string prompt; ///< up to where the body begins
    std::string body; ///< what a right completion is, up to where the tests begin
    std::string tests; ///< as the benchmark's record holds them
    std::string entry; ///< the function's name in this language
};
[[nodiscard]] CodeText codeText(const Function &function, const std::vector<Case> &cases, Language language);

/// What ends a completion (MultiPL-E's "stop_tokens"); empty for Python, whose benchmark fixes them.
[[nodiscard]] std::vector<std::string> stopsOf(Language language);

} // namespace secateur::demo
