// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace secateur::model {

Result<Sampler> Sampler::create(const SamplingOptions &options)
{
    if (!(options.temperature >= 0.0) || std::isinf(options.temperature))
        return failure(ErrorCode::InvalidArgument, "the temperature must be 0 (greedy) or above");
    if (!(options.topP > 0.0 && options.topP <= 1.0))
        return failure(ErrorCode::InvalidArgument, "top-p must be above 0 and at most 1");
    if (options.topK < 0)
        return failure(ErrorCode::InvalidArgument, "top-k must be 0 (off) or above");
    return Sampler(options);
}

/// SplitMix64, the top 53 bits as a fraction in [0, 1).
double Sampler::uniform()
{
    m_state += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = m_state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    z ^= z >> 31;
    return double(z >> 11) * 0x1.0p-53;
}

std::int32_t Sampler::next(std::span<const float> logits)
{
    const auto best = std::max_element(logits.begin(), logits.end());
    if (m_options.temperature == 0.0)
        return std::int32_t(best - logits.begin());

    std::vector<std::int32_t> order(logits.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int32_t a, std::int32_t b) { return logits[std::size_t(a)] > logits[std::size_t(b)]; });
    if (m_options.topK > 0 && std::size_t(m_options.topK) < order.size())
        order.resize(std::size_t(m_options.topK));

    std::vector<double> weights;
    weights.reserve(order.size());
    for (const auto id : order)
        weights.push_back(std::exp((double(logits[std::size_t(id)]) - *best) / m_options.temperature));
    const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
    double kept = 0.0;
    std::size_t count = 0;
    while (count < weights.size() && (count == 0 || kept < m_options.topP * all))
        kept += weights[count++];

    double remaining = uniform() * kept;
    for (std::size_t i = 0; i + 1 < count; ++i) {
        remaining -= weights[i];
        if (remaining < 0.0)
            return order[i];
    }
    return order[count - 1];
}

} // namespace secateur::model
