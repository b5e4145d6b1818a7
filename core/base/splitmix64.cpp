// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/splitmix64.h"

namespace secateur {

std::uint64_t SplitMix64::next()
{
    m_state += 0x9E3779B97F4A7C15u;
    std::uint64_t z = m_state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

std::uint64_t SplitMix64::below(std::uint64_t bound)
{
    if (bound == 0)
        return 0;
    // 2^64 mod bound values at the bottom would make some results likelier than others.
    const std::uint64_t excess = (0 - bound) % bound;
    std::uint64_t value = next();
    while (value < excess)
        value = next();
    return value % bound;
}

} // namespace secateur
