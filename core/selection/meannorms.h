// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "core/base/result.h"

namespace secateur::selection {

/// The norm statistic whose Wanda scores are the weighted mean of the scores of several domains, so that select() does
/// all the rest. It exists because the domains share the weights:
///
///     sum_d w_d |W_ij| r_dj / z_d  =  |W_ij| sum_d w_d r_dj / z_d,     r_dj = sqrt(norms[d][j])
///
/// z_d is the mean of r_dj over the columns of the matrix. Without this division a domain of long texts would outweigh
/// one of short ones, because norms are sums over the tokens of a sequence, and one that activates a layer strongly the
/// others. The mean, not the mean square: a few columns with huge activations would decide the latter.
///
/// Only proportions between columns matter to a selection; the result has the scale of the first domain, so that one
/// domain alone, or several with equal norms, give these norms themselves to the last bit.
///
/// `norms`: one [cols] per domain, running means over sequences of squared L2 norms (prune/statistics.h). A domain
/// whose norms are all zero adds nothing. InvalidArgument unless there is a positive, finite weight for each; Internal
/// for different lengths; BadInput for norms that are negative or not finite.
[[nodiscard]] Result<std::vector<float>> meanNorms(const std::vector<std::vector<float>> &norms,
                                                   std::span<const double> weights);

} // namespace secateur::selection
