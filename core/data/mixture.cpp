// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/mixture.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace secateur::data {

Result<void> checkWeights(const std::vector<double> &weights, std::size_t files)
{
    if (weights.size() != files)
        return failure(ErrorCode::InvalidArgument,
                       std::to_string(weights.size()) + " weights were given for " + std::to_string(files)
                           + " data files; give one for each, in the same order");
    for (const double weight : weights)
        if (!std::isfinite(weight) || weight < 0)
            return failure(ErrorCode::InvalidArgument,
                           "a weight of " + std::to_string(weight) + " was given; weights are numbers from 0 up");
    // The sum divides: it must not overflow either.
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    if (!(sum > 0) || !std::isfinite(sum))
        return failure(ErrorCode::InvalidArgument, "the weights of the data files add up to no usable number");
    return {};
}

std::vector<std::uint64_t> apportion(std::uint64_t samples, const std::vector<double> &weights)
{
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    std::vector<std::uint64_t> shares;
    std::vector<double> remainders;
    std::uint64_t given = 0;
    for (const double weight : weights) {
        const double exact = double(samples) * (weight / sum);
        // Rounding must not give away more than there is.
        shares.push_back(std::min(std::uint64_t(exact), samples - given));
        remainders.push_back(weight > 0 ? exact - std::floor(exact) : -1);
        given += shares.back();
    }
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
    for (std::size_t next = 0; given < samples; next = (next + 1) % order.size()) {
        if (weights[order[next]] <= 0)
            continue;
        ++shares[order[next]];
        ++given;
    }
    return shares;
}

} // namespace secateur::data
