// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/splitmix64.h"

namespace secateur {

std::uint64_t SplitMix64::next()
{
    m_state += 0x9E3779B97F4A7C15u;
    return mixed(m_state);
}

std::uint64_t SplitMix64::mixed(std::uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

double SplitMix64::fraction()
{
    return double(next() >> 11) * 0x1.0p-53;
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

std::uint64_t fnv1a(std::string_view text)
{
    std::uint64_t hash = 0xCBF29CE484222325u;
    for (const char letter : text)
        hash = (hash ^ std::uint8_t(letter)) * 0x100000001B3u;
    return hash;
}

} // namespace secateur
