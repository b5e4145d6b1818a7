// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace secateur {

/// SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators"): 64 bits a call from integer
/// arithmetic alone, so a seed means the same on every machine and with every standard library.
class SplitMix64
{
public:
    explicit SplitMix64(std::uint64_t seed) : m_state(seed) { }
    std::uint64_t next();
    /// Its last step alone: all bits of the result depend on all bits of `z`.
    [[nodiscard]] static std::uint64_t mixed(std::uint64_t z);
    /// In [0, 1): the top 53 bits.
    double fraction();
    /// Uniform in [0, bound), by rejection of the incomplete last interval; 0 for bound 0.
    std::uint64_t below(std::uint64_t bound);

private:
    std::uint64_t m_state;
};

/// FNV-1a, 64 bits: for seeds that depend on a name, not against anybody's intent.
[[nodiscard]] std::uint64_t fnv1a(std::string_view text);

} // namespace secateur
