// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/divergence.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace secateur::analysis {

std::vector<double> softmax(std::span<const float> logits)
{
    if (logits.empty())
        return {};
    const double largest = *std::max_element(logits.begin(), logits.end());
    std::vector<double> shares;
    shares.reserve(logits.size());
    double sum = 0.0;
    for (const float logit : logits) {
        shares.push_back(std::exp(double(logit) - largest));
        sum += shares.back();
    }
    for (double &share : shares)
        share /= sum;
    return shares;
}

double jensenShannonBits(std::span<const double> p, std::span<const double> q)
{
    double sum = 0.0;
    for (std::size_t i = 0; i < std::min(p.size(), q.size()); ++i) {
        const double sumOfBoth = p[i] + q[i]; // twice the mean, so that ratios take a factor of 2
        if (p[i] > 0.0)
            sum += p[i] * std::log2(2.0 * p[i] / sumOfBoth);
        if (q[i] > 0.0)
            sum += q[i] * std::log2(2.0 * q[i] / sumOfBoth);
    }
    return std::clamp(sum / 2.0, 0.0, 1.0); // rounding may leave it by a hair
}

std::vector<std::size_t> mostLikely(std::span<const float> logits, std::size_t count)
{
    std::vector<std::size_t> order(logits.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    count = std::min(count, order.size());
    std::partial_sort(
        order.begin(), order.begin() + std::ptrdiff_t(count), order.end(),
        [&](std::size_t a, std::size_t b) { return logits[a] != logits[b] ? logits[a] > logits[b] : a < b; });
    order.resize(count);
    return order;
}

std::uint64_t rankOf(std::span<const float> logits, std::size_t index)
{
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < logits.size(); ++i)
        before += logits[i] > logits[index] || (logits[i] == logits[index] && i < index) ? 1 : 0;
    return before + 1;
}

} // namespace secateur::analysis
