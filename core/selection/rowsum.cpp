// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/selection/rowsum.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

namespace secateur::selection {

namespace {

constexpr std::size_t ways = 4; // vectors in flight
constexpr std::size_t levels = 4; // of the cascade

/// Sums `Lanes` interleaved sub-rows at once.
template <std::size_t Lanes>
class CascadeSum
{
public:
    using Vector = std::array<float, Lanes>;

    [[nodiscard]] static float sum(std::span<const float> values)
    {
        const std::size_t vectors = values.size() / Lanes;
        const std::size_t groups = vectors / ways;
        std::array<Vector, ways> partial = sumGroups(values.data(), groups);
        for (std::size_t vector = groups * ways; vector < vectors; ++vector)
            add(partial[0], values.data() + vector * Lanes);
        for (std::size_t way = 1; way < ways; ++way)
            add(partial[0], partial[way].data());
        float total = 0.0F;
        for (std::size_t i = vectors * Lanes; i < values.size(); ++i)
            total += values[i];
        for (const float lane : partial[0])
            total += lane;
        return total;
    }

private:
    static void add(Vector &sum, const float *values)
    {
        for (std::size_t lane = 0; lane < Lanes; ++lane)
            sum[lane] += values[lane];
    }

    static void add(std::array<Vector, ways> &sums, const float *values)
    {
        for (std::size_t way = 0; way < ways; ++way)
            add(sums[way], values + way * Lanes);
    }

    static std::array<Vector, ways> sumGroups(const float *values, std::size_t groups)
    {
        const std::size_t ceilLog2 = groups <= 2 ? 1 : std::size_t(std::bit_width(groups - 1));
        const std::size_t power = std::max<std::size_t>(4, ceilLog2 / levels);
        const std::size_t step = std::size_t(1) << power;
        std::array<std::array<Vector, ways>, levels> sums{};
        std::size_t group = 0;
        while (group + step <= groups) {
            for (const std::size_t end = group + step; group < end; ++group)
                add(sums[0], values + group * ways * Lanes);
            for (std::size_t level = 1; level < levels; ++level) {
                add(sums[level], sums[level - 1][0].data());
                sums[level - 1] = {};
                if ((group & ((step - 1) << (level * power))) != 0)
                    break;
            }
        }
        for (; group < groups; ++group)
            add(sums[0], values + group * ways * Lanes);
        for (std::size_t level = 1; level < levels; ++level)
            add(sums[0], sums[level][0].data());
        return sums[0];
    }
};

} // namespace

float rowSum(std::span<const float> values)
{
    return values.size() < 8 ? CascadeSum<1>::sum(values) : CascadeSum<8>::sum(values);
}

} // namespace secateur::selection
