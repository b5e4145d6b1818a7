// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/demo/random.h"

namespace secateur::demo {

/// A question about everyday things with choices of which one is right.
struct ChoiceQuestion {
    std::string problem; ///< what is asked about, and how
    std::string question;
    std::vector<std::string> choices;
    std::size_t right = 0;
};
[[nodiscard]] ChoiceQuestion drawChoiceQuestion(Random &random);

} // namespace secateur::demo
