// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/runinfo.h"

#include <algorithm>

namespace secateur::store {

std::map<std::string, std::string> RunRecipe::fingerprintParts() const
{
    return {
        {"method", methodName(method)},
        {"target", target},
        {"statistics", statisticsName(statistics)},
        {"compute", compute},
        {"calibration", calibrationFingerprint},
        {"seed", method == PruneMethod::Random ? std::to_string(calibration.seed) : ""},
    };
}

std::uint64_t RunManifest::pruned() const
{
    std::uint64_t sum = 0;
    for (const SublayerInfo &sublayer : sublayers)
        sum += sublayer.pruned;
    return sum;
}

std::uint64_t RunManifest::total() const
{
    std::uint64_t sum = 0;
    for (const SublayerInfo &sublayer : sublayers)
        sum += sublayer.rows * sublayer.cols;
    return sum;
}

double RunManifest::sparsity() const
{
    const std::uint64_t all = total();
    return all == 0 ? 0.0 : double(pruned()) / double(all);
}

std::size_t RunManifest::layers() const
{
    std::size_t count = 0;
    for (const SublayerInfo &sublayer : sublayers)
        count = std::max<std::size_t>(count, std::size_t(sublayer.id.layer.value) + 1);
    return count;
}

std::vector<std::string> RunManifest::sublayerNames() const
{
    std::vector<std::string> names;
    for (const SublayerInfo &sublayer : sublayers)
        if (std::find(names.begin(), names.end(), sublayer.id.sublayer) == names.end())
            names.push_back(sublayer.id.sublayer);
    return names;
}

} // namespace secateur::store
