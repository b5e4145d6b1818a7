// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/splitmix64.h"

namespace secateur::demo {

/// Draws that are the same everywhere; the distributions of the standard library differ between its implementations.
class Random
{
public:
    explicit Random(std::uint64_t seed) : m_generator(seed) { }

    std::uint64_t next() { return m_generator.next(); }
    /// In [0, count); `count` > 0.
    std::uint64_t below(std::uint64_t count) { return next() % count; }
    /// In [first, last].
    std::int64_t between(std::int64_t first, std::int64_t last)
    {
        return first + std::int64_t(below(std::uint64_t(last - first + 1)));
    }
    bool chance(std::uint64_t percent) { return below(100) < percent; }
    template <typename T>
    const T &pick(const std::vector<T> &all)
    {
        return all[below(all.size())];
    }
    template <typename T>
    void shuffle(std::vector<T> &all)
    {
        for (std::size_t i = all.size(); i > 1; --i)
            std::swap(all[i - 1], all[below(i)]);
    }

private:
    SplitMix64 m_generator;
};

/// FNV-1a, 64 bits, with SplitMix64's last step so that all bits depend on all characters.
[[nodiscard]] std::uint64_t hashOf(std::string_view text);

/// Whether a problem is kept for evaluation: one in eight, by the hash of what identifies it. Training and calibration
/// never see such a problem, in whatever words or language.
[[nodiscard]] bool isHeldOut(std::string_view problem);

} // namespace secateur::demo
