// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace secateur::model {

namespace {

/// Sorts ids from the most likely on, the smaller id first among equals, no further than somebody looks: a draw seldom
/// looks beyond the first few of a vocabulary, and sorting all of it takes longer than a step of a small model.
class Sorting
{
public:
    Sorting(std::vector<std::int32_t> &order, std::span<const float> logits) : m_order(order), m_logits(logits) { }

    /// The first `count` are in their places.
    void reach(std::size_t count)
    {
        if (count <= m_sorted)
            return;
        const std::size_t target = std::min(m_order.size(), std::max(count, 2 * m_sorted + 64));
        const auto before = [this](std::int32_t a, std::int32_t b) {
            const float first = m_logits[std::size_t(a)];
            const float second = m_logits[std::size_t(b)];
            return first != second ? first > second : a < b;
        };
        const auto begin = m_order.begin() + std::ptrdiff_t(m_sorted);
        const auto end = m_order.begin() + std::ptrdiff_t(target);
        if (target < m_order.size())
            std::nth_element(begin, end, m_order.end(), before);
        std::sort(begin, end, before);
        m_sorted = target;
    }

private:
    std::vector<std::int32_t> &m_order;
    std::span<const float> m_logits;
    std::size_t m_sorted = 0;
};

} // namespace

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

std::int32_t Sampler::next(std::span<const float> logits)
{
    const auto best = std::max_element(logits.begin(), logits.end());
    if (m_options.temperature == 0.0)
        return std::int32_t(best - logits.begin());

    std::vector<std::int32_t> order(logits.size());
    std::iota(order.begin(), order.end(), 0);
    Sorting sorting(order, logits);
    if (m_options.topK > 0 && std::size_t(m_options.topK) < order.size()) {
        sorting.reach(std::size_t(m_options.topK));
        order.resize(std::size_t(m_options.topK));
    }
    const auto weight = [&](std::int32_t id) {
        return std::exp((double(logits[std::size_t(id)]) - *best) / m_options.temperature);
    };
    double all = 0.0;
    for (const auto id : order)
        all += weight(id);
    double kept = all;
    std::size_t count = order.size();
    if (m_options.topP < 1.0) {
        kept = 0.0;
        for (count = 0; count < order.size() && (count == 0 || kept < m_options.topP * all); ++count) {
            sorting.reach(count + 1);
            kept += weight(order[count]);
        }
    }

    double remaining = m_chance.fraction() * kept;
    for (std::size_t i = 0; i + 1 < count; ++i) {
        sorting.reach(i + 1);
        remaining -= weight(order[i]);
        if (remaining < 0.0)
            return order[i];
    }
    sorting.reach(count);
    return order[count - 1];
}

} // namespace secateur::model
