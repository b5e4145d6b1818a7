// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/splitmix64.h"

namespace secateur::data {

/// The numbers [0, count) in random order without repetition, drawn one at a time (Fisher-Yates from the front:
/// position i is swapped with one of [i, count)). The first n drawn do not depend on how many are drawn after them.
class ShuffledOrder
{
public:
    ShuffledOrder(std::size_t count, std::uint64_t seed);
    [[nodiscard]] std::size_t remaining() const { return m_order.size() - m_drawn; }
    /// The next number; call only while remaining() > 0.
    std::size_t draw();

private:
    std::vector<std::size_t> m_order;
    std::size_t m_drawn = 0;
    SplitMix64 m_generator;
};

} // namespace secateur::data
