// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/demo/random.h"

namespace secateur::demo {

/// A short plain story of everyday life, one paragraph: people, a place, the weather, something lost or made, an end.
[[nodiscard]] std::string drawStory(Random &random);

} // namespace secateur::demo
