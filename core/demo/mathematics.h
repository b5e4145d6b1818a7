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

/// A bare sum, difference, product or quotient of the size that word problems have, asked and answered like them.
/// Practice for training; no part of a domain.
[[nodiscard]] WordProblem drawExercise(Random &random);

} // namespace secateur::demo
