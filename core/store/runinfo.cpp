// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/runinfo.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "core/base/sha256.h"

namespace secateur::store {

namespace {

/// Rule and runs with their weights, for people to read too: "union of code (20261124T…), math (…)".
std::string combinationText(const std::optional<Combination> &combination)
{
    if (!combination)
        return {};
    std::string text = mask::ruleName(combination->rule);
    for (const CombinedRun &run : combination->runs)
        text += (&run == &combination->runs.front() ? " of " : ", ") + run.name + " (" + run.id + ", weight "
            + std::to_string(run.weight) + ")";
    return text;
}

} // namespace

std::map<std::string, std::string> RunRecipe::fingerprintParts() const
{
    return {
        {"method", methodName(method)},
        {"target", target},
        {"layer sparsity", nlohmann::json(layerSparsity).dump()},
        {"statistics", statisticsName(statistics)},
        {"compute", compute},
        {"calibration", calibrationFingerprint},
        {"seed", method == PruneMethod::Random ? std::to_string(calibration.seed) : ""},
        {"combination", combinationText(combination)},
    };
}

bool RunRecipe::isMadeOfMasks() const
{
    return combination && combination->rule != mask::CombineRule::Scores;
}

std::string filesSha256(const RunManifest &run)
{
    Sha256 digest;
    for (const RunFile &file : run.files)
        digest.update(file.name + " " + file.sha256 + "\n");
    return digest.finishHex();
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

std::size_t ExpertUse::unused() const
{
    return std::size_t(std::ranges::count(seldom, std::uint64_t(0), &Seldom::tokens));
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
    std::unordered_set<std::string_view> known;
    for (const SublayerInfo &sublayer : sublayers)
        if (known.insert(sublayer.id.sublayer).second)
            names.push_back(sublayer.id.sublayer);
    return names;
}

} // namespace secateur::store
