// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/effects.h"

#include <algorithm>

#include "core/engine/light.h"

namespace secateur::engine {

namespace {

using store::RunManifest;
using store::RunRecipe;

bool prunedAlike(const RunRecipe &a, const RunRecipe &b)
{
    return a.method == b.method && a.target == b.target && a.statistics == b.statistics && a.compute == b.compute;
}

/// Runs of one domain, pruned alike from different samples.
struct Samples {
    const RunRecipe *recipe = nullptr; ///< of the first
    std::vector<std::size_t> runs;
};

std::vector<Samples> samplesOf(const std::vector<RunManifest> &runs)
{
    std::vector<Samples> all;
    for (std::size_t run = 0; run < runs.size(); ++run) {
        const RunRecipe &recipe = runs[run].recipe;
        if (recipe.calibrationFingerprint.empty() || recipe.combination)
            continue;
        const auto found = std::ranges::find_if(all, [&recipe](const Samples &samples) {
            return samples.recipe->domain == recipe.domain && prunedAlike(*samples.recipe, recipe);
        });
        if (found == all.end())
            all.push_back({&recipe, {run}});
        else if (std::ranges::none_of(found->runs, [&](std::size_t other) {
                     return runs[other].recipe.calibrationFingerprint == recipe.calibrationFingerprint;
                 }))
            found->runs.push_back(run);
    }
    return all;
}

/// Mean chance of the pairs between two domains.
double randomOf(const CompareReport &report, const analysis::DomainSamples &samples)
{
    const auto isIn = [](const std::vector<std::size_t> &runs, std::size_t run) {
        return std::ranges::find(runs, run) != runs.end();
    };
    double sum = 0.0;
    std::size_t pairs = 0;
    for (const auto &pair : report.pairs)
        if ((isIn(samples.a, pair.a) && isIn(samples.b, pair.b))
            || (isIn(samples.a, pair.b) && isIn(samples.b, pair.a))) {
            sum += pair.random;
            ++pairs;
        }
    return pairs == 0 ? 0.0 : sum / double(pairs);
}

} // namespace

analysis::DrawIndex effectDraws()
{
    return analysis::mersenneTwisterDraws(1234);
}

std::vector<DomainPair> domainPairs(const std::vector<RunManifest> &runs)
{
    const auto samples = samplesOf(runs);
    std::vector<DomainPair> pairs;
    for (std::size_t a = 0; a < samples.size(); ++a)
        for (std::size_t b = a + 1; b < samples.size(); ++b)
            if (samples[a].recipe->domain != samples[b].recipe->domain
                && prunedAlike(*samples[a].recipe, *samples[b].recipe))
                pairs.push_back({samples[a].recipe->domain,
                                 samples[b].recipe->domain,
                                 methodName(samples[a].recipe->method),
                                 samples[a].recipe->target,
                                 {samples[a].runs, samples[b].runs}});
    return pairs;
}

DomainEffects effectsOf(const CompareReport &report)
{
    analysis::ItemDistances distances(report.runs.size());
    for (const auto &pair : report.pairs)
        distances.set(pair.a, pair.b, pair.whole);
    DomainEffects effects;
    const auto pairs = domainPairs(report.runs);
    for (const DomainPair &pair : pairs) {
        const auto size = analysis::effectSize(distances, pair.samples, randomOf(report, pair.samples), effectDraws());
        if (size)
            effects.found.push_back({pair, *size});
        else if (effects.reason.empty())
            effects.reason = pair.a + " and " + pair.b + ": " + size.error().detail;
    }
    if (pairs.empty())
        effects.reason = "an effect size needs runs of two domains, pruned alike";
    return effects;
}

} // namespace secateur::engine
