// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/distance.h"

namespace secateur::analysis {

double jaccardDistance(const mask::OverlapCounts &kept, SetKind set)
{
    const mask::OverlapCounts counts = set == SetKind::Kept ? kept : kept.complement();
    const std::uint64_t inEither = counts.inA + counts.inB - counts.inBoth;
    return inEither == 0 ? 0.0 : 1.0 - double(counts.inBoth) / double(inEither);
}

double hammingDistance(const mask::OverlapCounts &kept)
{
    return kept.total == 0 ? 0.0 : double(kept.inA + kept.inB - 2 * kept.inBoth) / double(kept.total);
}

double randomBaseline(double p, double q)
{
    const double inEither = p + q - p * q;
    return inEither > 0.0 ? 1.0 - p * q / inEither : 0.0;
}

} // namespace secateur::analysis
