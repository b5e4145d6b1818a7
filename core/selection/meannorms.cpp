// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/selection/meannorms.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace secateur::selection {

namespace {

Result<void> check(const std::vector<std::vector<float>> &norms, std::span<const double> weights)
{
    if (norms.empty() || norms.size() != weights.size())
        return failure(ErrorCode::InvalidArgument,
                       std::to_string(weights.size()) + " weights for " + std::to_string(norms.size())
                           + " domains; each needs one");
    for (const double weight : weights)
        if (!(weight > 0.0 && std::isfinite(weight)))
            return failure(ErrorCode::InvalidArgument, "weights of domains must be numbers above 0");
    for (const auto &domain : norms) {
        if (domain.size() != norms.front().size())
            return failure(ErrorCode::Internal, "norms of different lengths have no mean");
        if (!std::ranges::all_of(domain, [](float norm) { return norm >= 0.0F && std::isfinite(norm); }))
            return failure(ErrorCode::BadInput, "norms that are negative or not finite have no mean");
    }
    return {};
}

double meanRoot(const std::vector<float> &norms)
{
    double sum = 0.0;
    for (const float norm : norms)
        sum += std::sqrt(double(norm));
    return norms.empty() ? 0.0 : sum / double(norms.size());
}

} // namespace

Result<std::vector<float>> meanNorms(const std::vector<std::vector<float>> &norms, std::span<const double> weights)
{
    SECATEUR_CHECK(check(norms, weights));
    if (std::ranges::all_of(norms, [&](const auto &domain) { return domain == norms.front(); }))
        return norms.front();
    std::vector<double> means;
    std::ranges::transform(norms, std::back_inserter(means), meanRoot);
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    const double scale = means.front() > 0.0 ? means.front() : 1.0;
    std::vector<double> roots(norms.front().size(), 0.0);
    for (std::size_t domain = 0; domain < norms.size(); ++domain) {
        if (means[domain] == 0.0)
            continue;
        const double share = weights[domain] / total * scale / means[domain];
        for (std::size_t column = 0; column < roots.size(); ++column)
            roots[column] += share * std::sqrt(double(norms[domain][column]));
    }
    std::vector<float> squares(roots.size());
    static constexpr double largest = std::numeric_limits<float>::max();
    std::ranges::transform(roots, squares.begin(), [](double root) { return float(std::min(root * root, largest)); });
    return squares;
}

} // namespace secateur::selection
