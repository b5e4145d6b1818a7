// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/samematrices.h"

#include <algorithm>

namespace secateur::engine {

Result<void> checkSameMatrices(const std::vector<store::RunManifest> &runs)
{
    const auto same = [](const store::SublayerInfo &a, const store::SublayerInfo &b) {
        return a.id == b.id && a.rows == b.rows && a.cols == b.cols;
    };
    for (const store::RunManifest &run : runs)
        if (!std::ranges::equal(run.sublayers, runs.front().sublayers, same))
            return failure(ErrorCode::BadInput,
                           "runs \"" + runs.front().recipe.name + "\" and \"" + run.recipe.name
                               + "\" do not have the same matrices, though they should be of one model; run `verify`");
    return {};
}

} // namespace secateur::engine
