// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/pairedbootstrap.h"

#include <algorithm>

#include "core/data/sampler.h"

namespace secateur::engine {

namespace {

constexpr std::uint64_t bootstrapSeed = 0;

} // namespace

analysis::Estimate bootstrapped(const std::vector<std::size_t> &chosen, const analysis::Statistic &statistic)
{
    std::vector<std::size_t> mapped(chosen.size());
    const auto interval = analysis::bootstrapInterval(
        chosen.size(),
        [&](std::span<const std::size_t> resample) {
            std::transform(resample.begin(), resample.end(), mapped.begin(),
                           [&chosen](std::size_t item) { return chosen[item]; });
            return statistic(mapped);
        },
        bootstrapDraws());
    return {statistic(chosen), interval};
}

analysis::DrawIndex bootstrapDraws()
{
    return [chance = SplitMix64(bootstrapSeed)](std::size_t bound) mutable {
        return std::size_t(chance.below(bound));
    };
}

} // namespace secateur::engine
