// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/combinationrecipe.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/sha256.h"
#include "core/engine/derivedrun.h"

namespace secateur::engine {

namespace {

using mask::CombineRule;
using store::CombinedCalibration;
using store::RunManifest;
using store::RunRecipe;

Result<PruneTarget> targetFromText(const std::string &text)
{
    if (text.find(':') != std::string::npos) {
        SECATEUR_TRY(pattern, NmPattern::fromText(text));
        return PruneTarget(pattern);
    }
    double ratio = -1.0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), ratio);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size())
        return failure(ErrorCode::BadInput, "\"" + text + "\" is no sparsity");
    SECATEUR_TRY(sparsity, Sparsity::fromRatio(ratio));
    return PruneTarget(sparsity);
}

void addCalibration(std::vector<CombinedCalibration> &all, const CombinedCalibration &more)
{
    const auto same = [&more](const CombinedCalibration &known) {
        return known.domain == more.domain && known.fingerprint == more.fingerprint;
    };
    if (!more.fingerprint.empty() && std::ranges::none_of(all, same))
        all.push_back(more);
}

/// Of all parents, and of theirs where they were made of others themselves.
std::vector<CombinedCalibration> calibrationsOf(const std::vector<RunManifest> &parents)
{
    std::vector<CombinedCalibration> all;
    for (const RunManifest &parent : parents) {
        const RunRecipe &recipe = parent.recipe;
        if (!recipe.combination)
            addCalibration(all, {recipe.domain, recipe.calibrationFingerprint, recipe.calibration});
        else
            for (const auto &calibration : recipe.combination->calibrations)
                addCalibration(all, calibration);
    }
    return all;
}

/// One digest for what all of them saw; that of the only one where there is one.
std::string fingerprintOf(const std::vector<CombinedCalibration> &calibrations)
{
    if (calibrations.size() <= 1)
        return calibrations.empty() ? std::string() : calibrations.front().fingerprint;
    Sha256 digest;
    for (const auto &calibration : calibrations)
        digest.update(calibration.fingerprint + "\n");
    return digest.finishHex();
}

std::vector<std::string> domainsOf(const std::vector<RunManifest> &parents)
{
    std::vector<std::string> domains;
    for (const RunManifest &parent : parents)
        domains.push_back(parent.recipe.domain);
    return domains;
}

bool all(const std::vector<RunManifest> &parents, const auto &holds)
{
    return std::ranges::all_of(parents, [&holds](const RunManifest &parent) { return holds(parent.recipe); });
}

/// Norms of a sequential run saw the layers before them pruned by that run's own masks. With the masks of the new run
/// in these places they would be others; the same only where one run is selected as it was.
bool isApproximate(const CombineRequest &request, const std::vector<RunManifest> &parents, const std::string &target)
{
    const RunManifest &first = parents.front();
    if (!all(parents, [](const RunRecipe &recipe) { return !recipe.approximate; }))
        return true;
    if (request.rule != CombineRule::Scores || first.layers() <= 1)
        return false;
    const bool asItWas = parents.size() == 1 && first.recipe.target == target;
    return !asItWas
        && !all(parents, [](const RunRecipe &recipe) { return recipe.statistics == StatisticsMode::Dense; });
}

Result<void> checkMethods(CombineRule rule, const std::vector<RunManifest> &parents)
{
    const RunRecipe &first = parents.front().recipe;
    for (const RunManifest &parent : parents) {
        const RunRecipe &recipe = parent.recipe;
        if (recipe.method != first.method)
            return failure(ErrorCode::InvalidArgument,
                           "run \"" + first.name + "\" is by " + methodName(first.method) + " and \"" + recipe.name
                               + "\" by " + methodName(recipe.method) + "; combine runs of one method");
        if (rule == CombineRule::Scores && !recipe.hasNorms())
            return failure(ErrorCode::InvalidArgument,
                           "run \"" + recipe.name + "\" has no norms"
                               + (recipe.isMadeOfMasks() ? ", because it was made of masks"
                                                         : " (" + methodName(recipe.method) + " needs none)")
                               + ", so it has no scores to take the mean of; choose another run or another rule");
    }
    return {};
}

Result<void> checkNumbers(const CombineRequest &request)
{
    const bool scores = request.rule == CombineRule::Scores;
    const std::string rule = mask::ruleName(request.rule);
    if (request.runs.size() < (scores ? 1U : 2U))
        return failure(ErrorCode::InvalidArgument,
                       "rule " + rule + " needs " + (scores ? "a run" : "two runs or more")
                           + "; name them with --runs");
    if (!scores && !request.weights.empty())
        return failure(ErrorCode::InvalidArgument,
                       "rule " + rule + " looks at masks, which have no weights; weights are for rule scores");
    if (!scores && request.target)
        return failure(ErrorCode::InvalidArgument,
                       "rule " + rule + " keeps what the masks say, so the sparsity cannot be chosen; rule scores "
                           + "selects at a stated one");
    if (!request.weights.empty() && request.weights.size() != request.runs.size())
        return failure(ErrorCode::InvalidArgument,
                       std::to_string(request.weights.size()) + " weights for " + std::to_string(request.runs.size())
                           + " runs; each needs one");
    for (const double weight : request.weights)
        if (!(weight > 0.0 && std::isfinite(weight)))
            return failure(ErrorCode::InvalidArgument, "weights must be numbers above 0");
    return {};
}

Result<void> checkPattern(const CombineRequest &request, const std::vector<RunManifest> &parents)
{
    SECATEUR_TRY(target, combinationTarget(request, parents));
    const auto *const pattern = std::get_if<NmPattern>(&target);
    return pattern ? checkPatternFits(*pattern, parents.front()) : Result<void>();
}

} // namespace

std::string combinedDomain(CombineRule rule, const std::vector<std::string> &domains)
{
    std::vector<std::string> distinct;
    for (const std::string &domain : domains)
        if (std::ranges::find(distinct, domain) == distinct.end())
            distinct.push_back(domain);
    std::string text;
    for (const std::string &domain : distinct) {
        if (!text.empty())
            text += rule == CombineRule::Difference && &domain == &distinct[1] ? "-without-" : "+";
        text += domain;
    }
    return text;
}

std::vector<double> combinationWeights(const CombineRequest &request)
{
    return request.weights.empty() ? std::vector<double>(request.runs.size(), 1.0) : request.weights;
}

Result<PruneTarget> combinationTarget(const CombineRequest &request, const std::vector<RunManifest> &parents)
{
    if (request.target)
        return *request.target;
    const std::string &first = parents.front().recipe.target;
    if (!all(parents, [&first](const RunRecipe &recipe) { return recipe.target == first; }))
        return failure(ErrorCode::InvalidArgument,
                       "the runs were pruned to different targets; say which the new one shall have with --sparsity "
                       "or --pattern");
    if (!parents.front().recipe.layerSparsity.empty())
        return failure(ErrorCode::InvalidArgument,
                       "the runs were pruned layer by layer to different shares (" + first
                           + "); say how much the new one shall prune of each row with --sparsity or --pattern");
    return targetFromText(first);
}

Result<void> checkCombination(const CombineRequest &request, const std::vector<RunManifest> &parents)
{
    SECATEUR_CHECK(checkNumbers(request));
    for (std::size_t i = 0; i < parents.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (parents[i].id == parents[j].id)
                return failure(ErrorCode::InvalidArgument, "run \"" + parents[i].recipe.name + "\" is named twice");
    SECATEUR_CHECK(checkMethods(request.rule, parents));
    return request.rule == CombineRule::Scores ? checkPattern(request, parents) : Result<void>();
}

Result<RunRecipe> combinationRecipe(const CombineRequest &request, const std::vector<RunManifest> &parents)
{
    const bool scores = request.rule == CombineRule::Scores;
    RunRecipe recipe;
    recipe.name = request.name;
    recipe.domain = combinedDomain(request.rule, domainsOf(parents));
    recipe.method = scores ? PruneMethod::Wanda : parents.front().recipe.method;
    recipe.target = mask::ruleName(request.rule);
    if (scores) {
        SECATEUR_TRY(target, combinationTarget(request, parents));
        recipe.target = targetText(target);
    }
    const bool dense = all(parents, [](const RunRecipe &parent) { return parent.statistics == StatisticsMode::Dense; });
    const bool exact = all(parents, [](const RunRecipe &parent) { return parent.compute == "f32"; });
    recipe.statistics = dense ? StatisticsMode::Dense : StatisticsMode::Pruned;
    recipe.compute = exact ? "f32" : "bf16";
    recipe.origin = "combine";
    recipe.approximate = isApproximate(request, parents, recipe.target);
    store::Combination combination{request.rule, {}, calibrationsOf(parents)};
    const std::vector<double> weights = combinationWeights(request);
    for (std::size_t i = 0; i < parents.size(); ++i)
        combination.runs.push_back({parents[i].id, parents[i].recipe.name, parents[i].recipe.domain,
                                    parents[i].recipe.target, weights[i], store::filesSha256(parents[i])});
    recipe.calibrationFingerprint = fingerprintOf(combination.calibrations);
    for (const auto &calibration : combination.calibrations) {
        const auto &counts = calibration.provenance.tokenCounts;
        recipe.calibrationSequences += counts.size();
        for (const std::uint64_t tokens : counts)
            recipe.calibrationTokens += tokens;
    }
    recipe.combination = std::move(combination);
    return recipe;
}

} // namespace secateur::engine
