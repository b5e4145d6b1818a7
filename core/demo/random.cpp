// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/demo/random.h"

namespace secateur::demo {

std::uint64_t hashOf(std::string_view text)
{
    return SplitMix64::mixed(fnv1a(text));
}

bool isHeldOut(std::string_view problem)
{
    return hashOf(problem) % 8 == 0;
}

} // namespace secateur::demo
