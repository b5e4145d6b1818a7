// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/demo/random.h"

namespace secateur::demo {

/// One sentence in two languages, from a small grammar with gender, number, agreement, elision and negation.
struct SentencePair {
    std::string english;
    std::string french;
};
[[nodiscard]] SentencePair drawSentencePair(Random &random);

} // namespace secateur::demo
