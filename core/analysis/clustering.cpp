// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/clustering.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace secateur::analysis {

namespace {

/// A cluster that has not been joined yet. They stay sorted by their smallest item, which makes ties deterministic.
struct Cluster {
    std::size_t node = 0;
    std::vector<std::size_t> items; ///< in the order of the leaves
};

/// Means are taken over the items' own distances, in one order, so that they do not depend on the history of merges.
double meanDistance(const ItemDistances &distances, const Cluster &a, const Cluster &b)
{
    double sum = 0.0;
    for (const std::size_t i : a.items)
        for (const std::size_t j : b.items)
            sum += distances.at(i, j);
    return sum / double(a.items.size() * b.items.size());
}

struct Pair {
    std::size_t a = 0;
    std::size_t b = 1;
    double distance = 0.0;
};

Pair closestPair(const ItemDistances &distances, const std::vector<Cluster> &clusters)
{
    // Rounding must not decide between distances that are equal on paper.
    constexpr double tie = 1e-12;
    Pair best{0, 1, meanDistance(distances, clusters[0], clusters[1])};
    for (std::size_t a = 0; a < clusters.size(); ++a)
        for (std::size_t b = a + 1; b < clusters.size(); ++b)
            if (const double distance = meanDistance(distances, clusters[a], clusters[b]);
                distance < best.distance - tie)
                best = {a, b, distance};
    return best;
}

} // namespace

Result<Clustering> clusterByAverage(const ItemDistances &distances)
{
    if (!std::ranges::all_of(distances.values, [](double value) { return std::isfinite(value); }))
        return failure(ErrorCode::Internal, "a distance to cluster by is not a finite number");
    std::vector<Cluster> clusters;
    for (std::size_t item = 0; item < distances.size; ++item)
        clusters.push_back({item, {item}});

    Clustering result;
    while (clusters.size() > 1) {
        const Pair pair = closestPair(distances, clusters);
        Cluster &left = clusters[pair.a];
        const Cluster &right = clusters[pair.b];
        // Average linkage has no inversions but those of rounding.
        const double height =
            result.merges.empty() ? pair.distance : std::max(pair.distance, result.merges.back().height);
        result.merges.push_back({left.node, right.node, height});
        left.node = distances.size + result.merges.size() - 1;
        left.items.insert(left.items.end(), right.items.begin(), right.items.end());
        clusters.erase(clusters.begin() + std::ptrdiff_t(pair.b));
    }
    if (!clusters.empty())
        result.order = std::move(clusters.front().items);
    return result;
}

} // namespace secateur::analysis
