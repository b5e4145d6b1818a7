// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "core/base/result.h"

namespace secateur::analysis {

/// Distances between all pairs of `size` items, row-major and symmetric, with zeros on the diagonal.
struct ItemDistances {
    std::size_t size = 0;
    std::vector<double> values;

    explicit ItemDistances(std::size_t items = 0) : size(items), values(items * items, 0.0) { }
    [[nodiscard]] double at(std::size_t a, std::size_t b) const { return values[a * size + b]; }
    void set(std::size_t a, std::size_t b, double distance)
    {
        values[a * size + b] = distance;
        values[b * size + a] = distance;
    }
};

/// One joining of two clusters. Nodes 0 … n-1 are the items; merge k makes node n + k.
struct Merge {
    std::size_t left = 0;
    std::size_t right = 0;
    double height = 0.0; ///< mean distance between the items of the two
    friend bool operator==(const Merge &, const Merge &) = default;
};

struct Clustering {
    std::vector<std::size_t> order; ///< the items as the tree's leaves, from left to right
    std::vector<Merge> merges; ///< n - 1 of them (none for n < 2), heights never falling
};

/// Agglomerative clustering with average linkage (UPGMA; Sokal and Michener 1958): joins the two clusters with the
/// smallest mean distance until one is left. Deterministic: of equal distances the pair whose smallest items come first
/// is joined, and the cluster with the smallest item is drawn at the left. Internal when a distance is not finite.
[[nodiscard]] Result<Clustering> clusterByAverage(const ItemDistances &distances);

} // namespace secateur::analysis
