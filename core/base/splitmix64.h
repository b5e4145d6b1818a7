// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace secateur {

/// SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators"): 64 bits a call from integer
/// arithmetic alone, so a seed means the same on every machine and with every standard library.
class SplitMix64
{
public:
    explicit SplitMix64(std::uint64_t seed) : m_state(seed) { }
    std::uint64_t next();
    /// Uniform in [0, bound), by rejection of the incomplete last interval; 0 for bound 0.
    std::uint64_t below(std::uint64_t bound);

private:
    std::uint64_t m_state;
};

} // namespace secateur
