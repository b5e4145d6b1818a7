// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/demo/random.h"

namespace secateur::demo {

/// A word problem over small numbers with its worked answer, which ends with "The answer is N.".
struct WordProblem {
    std::string problem; ///< kind and numbers; the same for all names and things
    std::string question;
    std::string answer;
    std::int64_t result = 0;
};
[[nodiscard]] WordProblem drawWordProblem(Random &random);

} // namespace secateur::demo
