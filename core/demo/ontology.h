// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/demo/text.h"

namespace secateur::demo {

/// Things that stand in one relation, e.g. tools and their purposes, and how it is asked for in both directions.
struct Relation {
    const char *id;
    std::vector<std::pair<const char *, const char *>> facts; ///< {x} and {y}
    std::vector<const char *> forward; ///< questions about {x} whose answer is {y}
    std::vector<const char *> backward; ///< questions about {y} whose answer is {x}
    const char *answer; ///< how {y} is answered
};
[[nodiscard]] const std::vector<Relation> &relations();

/// What happens to all of some things under all of some conditions.
struct Effect {
    const char *outcome;
    std::vector<const char *> things;
    std::vector<const char *> conditions;
};
[[nodiscard]] const std::vector<Effect> &effects();

/// From small to big, each clearly bigger than the one before it.
[[nodiscard]] const Words &thingsBySize();

} // namespace secateur::demo
