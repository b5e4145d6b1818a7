// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/sampler.h"

#include <numeric>
#include <utility>

namespace secateur::data {

ShuffledOrder::ShuffledOrder(std::size_t count, std::uint64_t seed) : m_order(count), m_generator(seed)
{
    std::iota(m_order.begin(), m_order.end(), std::size_t(0));
}

std::size_t ShuffledOrder::draw()
{
    const std::size_t other = m_drawn + std::size_t(m_generator.below(remaining()));
    std::swap(m_order[m_drawn], m_order[other]);
    return m_order[m_drawn++];
}

} // namespace secateur::data
